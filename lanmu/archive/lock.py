"""One run a folder at a time."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from classifier.errors import LanmuError
from classifier.messages import say
from lanmu.archive.folder import RunFolder


@contextmanager
def lock_folder(folder: RunFolder) -> Iterator[None]:
    """Hold a local run's folder alone; LanmuError where another run is at work there.

    Folders behind URLs have no locks: two runs of the same plan write the same parts there.
    """
    if not folder.is_local:
        yield
        return
    lock, holder = folder.path / ".lock", folder.path / ".lock.holder"
    held = FileLock(lock)
    try:
        folder.path.mkdir(parents=True, exist_ok=True)
        held.acquire(timeout=0)
        holder.write_text(json.dumps({"host": socket.gethostname()[:80], "pid": os.getpid()}), "utf-8")
    except Timeout:
        raise LanmuError(say("score.in_use", folder=str(folder.path), at=_read_holder(holder))) from None
    except OSError as error:
        held.release()
        raise LanmuError(say("score.no_place", path=str(folder.path), error=str(error.strerror or error))) from error
    try:
        yield
    finally:
        holder.unlink(missing_ok=True)
        held.release()


def _read_holder(file: Path) -> str:
    """Which process holds the lock, as far as it is told."""
    try:
        record = json.loads(file.read_text("utf-8"))
        return f" (process {record['pid']} on {record['host']})"
    except (OSError, ValueError, TypeError, KeyError):
        return ""
