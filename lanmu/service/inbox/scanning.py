"""What lies in the watched folder, and which of it no longer changes."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

DEEPEST = 64
UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".download", ".swp", "~")
"""Endings that programs give to files they have not finished."""
LEFT_ALONE = frozenset({"thumbs.db", "desktop.ini"})

Problem = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes when a file does."""

    device: int
    inode: int
    size: int
    modified: int
    changed: int

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)

    def same_content(self, other: Stamp) -> bool:
        """Whether nothing was written between the two; moving a file may change the rest."""
        return (self.size, self.modified) == (other.size, other.modified)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """An entry that is no folder: its path within, ``/`` between; ``regular``: no link, pipe or device."""

    path: str
    stamp: Stamp
    regular: bool


def is_finished(name: str) -> bool:
    """Whether a file of this name is meant to be read."""
    lower = name.lower()
    return not (lower.startswith((".", "~$")) or lower.endswith(UNFINISHED) or lower in LEFT_ALONE)


def scan(
    root: Path, apart: Collection[Path] = (), problem: Problem = lambda text: None, *, within: str = "", depth: int = 0
) -> Iterator[FoundFile]:
    """Everything in the folder and its folders in sorted order; links are not followed.

    Unfinished and hidden files are passed over, folders in ``apart`` too.  A folder that cannot be
    listed goes to ``problem``; OSError is raised where it is the root.  ``within`` and ``depth``: of a folder in it.
    """
    try:
        with os.scandir(root / within) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except OSError as error:
        if depth == 0:
            raise
        problem(f"{show_path(within)}: cannot be listed ({error.strerror or error}); check its rights")
        return
    for entry in entries:
        path = f"{within}/{entry.name}" if within else entry.name
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:  # gone meanwhile
            continue
        if stat.S_ISDIR(status.st_mode):
            if entry.name.startswith(".") or root / path in apart:
                continue
            if depth >= DEEPEST:
                problem(f"{show_path(path)}: lies more than {DEEPEST} folders deep; move it up")
                continue
            yield from scan(root, apart, problem, within=path, depth=depth + 1)
        elif is_finished(entry.name):
            yield FoundFile(path, Stamp.of(status), stat.S_ISREG(status.st_mode))


class Stillness:
    """Which files have not changed for a while, by this machine's own clock: file servers have another."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._since: dict[str, tuple[Stamp, float]] = {}

    def still(self, files: Iterable[FoundFile], now: float) -> tuple[list[FoundFile], float | None]:
        """The files that have kept still, and the seconds until the next may have (None: no other is there)."""
        since: dict[str, tuple[Stamp, float]] = {}
        ready: list[FoundFile] = []
        soonest: float | None = None
        for file in files:
            before = self._since.get(file.path)
            start = before[1] if before is not None and before[0] == file.stamp else now
            since[file.path] = (file.stamp, start)
            left = start + self.seconds - now
            if left <= 0:
                ready.append(file)
            else:
                soonest = left if soonest is None else min(soonest, left)
        self._since = since
        return ready, soonest


def show_path(path: str) -> str:
    """A path as people and records can be given it: no broken or control characters."""
    clean = path.encode("utf-8", "replace").decode()
    return "".join(character if character.isprintable() else "?" for character in clean)
