"""One run a folder at a time; machines that share a run hold a lock for each share."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from classifier.archive.folder import RunFolder
from classifier.errors import LanmuError

LOCK = ".lock"
_SHARE = re.compile(r"\.lock-\d+-of-\d+")


@contextmanager
def locked(folder: RunFolder) -> Iterator[None]:
    """Hold a local run's folder alone; LanmuError where another run has it.

    Folders behind URLs have no locks: there two runs of the same plan write the same parts.
    """
    if not folder.is_local:
        yield
        return
    path = folder.path
    try:
        path.mkdir(parents=True, exist_ok=True)
        with _held(path / LOCK, path):
            for share in sorted(path.iterdir()):
                if _SHARE.fullmatch(share.name):
                    with _held(share, path):
                        pass
            yield
    except OSError as error:
        raise LanmuError(f"{path}: cannot be written ({error.strerror or error}); choose another --out") from error


@contextmanager
def _held(lock: Path, folder: Path) -> Iterator[None]:
    held = FileLock(lock)
    try:
        held.acquire(timeout=0)
    except Timeout:
        raise LanmuError(f"{folder}: another run is at work there{_holder(lock)}; wait for it or stop it") from None
    try:
        lock.write_text(json.dumps({"host": socket.gethostname(), "pid": os.getpid()}), "utf-8")
        yield
    finally:
        held.release()


def _holder(lock: Path) -> str:
    try:
        record = json.loads(lock.read_text("utf-8"))
        return f" (process {int(record['pid'])} on {str(record['host'])[:80]})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
