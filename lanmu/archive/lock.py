"""One run a folder at a time; machines that share a run hold a lock for each share."""

from __future__ import annotations

import json
import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from classifier.errors import LanmuError
from classifier.messages import say
from lanmu.archive.folder import RunFolder

LOCK = ".lock"
_SHARE = re.compile(r"\.lock-\d+-of-\d+")
_RETRY = 0.2

Take = tuple[int, int]
"""(i, n): the i-th of n machines, from 1; it does the shards whose number leaves i - 1 when divided by n."""


class InUse(LanmuError):
    """Another run holds the folder."""


@contextmanager
def lock_folder(folder: RunFolder, *, brief: bool = False) -> Iterator[None]:
    """Hold a local run's folder alone; InUse where another run, or a share of one, is at work there.

    ``brief`` is for planning one of several shares: it waits for others that do the same, and
    minds no share at work.  Folders behind URLs have no locks: two runs of the same plan write the
    same parts there.
    """
    if not folder.is_local:
        yield
        return
    path = folder.path
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LanmuError(say("score.no_place", path=str(path), error=str(error.strerror or error))) from error
    with _hold(path / LOCK, path, brief):
        for share in sorted(path.iterdir()) if not brief else ():
            if _SHARE.fullmatch(share.name):
                with _hold(share, path, False):
                    pass
        yield


@contextmanager
def share_locked(folder: RunFolder, take: Take) -> Iterator[None]:
    """Hold one share of a run; to be entered while the folder is held briefly."""
    if not folder.is_local:
        yield
        return
    with _hold(folder.path / f"{LOCK}-{take[0]}-of-{take[1]}", folder.path, False):
        yield


@contextmanager
def _hold(lock: Path, folder: Path, brief: bool) -> Iterator[None]:
    held = FileLock(lock)
    try:
        while True:
            try:
                held.acquire(timeout=0)
                break
            except Timeout:
                holder = _holder(lock)
                if not (brief and holder.get("brief", True)):
                    at = f" (process {holder['pid']} on {holder['host']})" if "pid" in holder else ""
                    raise InUse(say("score.in_use", folder=str(folder), at=at)) from None
                time.sleep(_RETRY)
        state = {"host": socket.gethostname()[:80], "pid": os.getpid(), "brief": brief}
        _holder_file(lock).write_text(json.dumps(state), "utf-8")
    except OSError as error:
        held.release()
        raise LanmuError(say("score.no_place", path=str(lock), error=str(error.strerror or error))) from error
    try:
        yield
    finally:
        _holder_file(lock).unlink(missing_ok=True)
        held.release()


def _holder_file(lock: Path) -> Path:
    return lock.with_name(f"{lock.name}.holder")


def _holder(lock: Path) -> dict[str, object]:
    try:
        record = json.loads(_holder_file(lock).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}
