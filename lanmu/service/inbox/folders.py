"""The folders of watching: files come out of one and go to ``done`` or ``refused``, none over another."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from classifier.files import sync_folder, write_text_whole, written_whole
from lanmu.service.inbox.scanning import Stamp

REASON = ".reason.txt"
LONGEST_NAME = 200
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_BENEATH = os.open in os.supports_dir_fd


class ChangedMeanwhile(Exception):
    """The file is not the one that was looked at any more."""


@dataclass(frozen=True)
class Folders:
    """Where files come in and where they go."""

    inbox: Path
    done: Path
    refused: Path

    @classmethod
    def around(cls, inbox: Path, home: Path) -> Folders:
        """``done`` and ``refused`` stand beside the data folder's own inbox, and within any other folder."""
        beside = home if inbox == home / "inbox" else inbox
        return cls(inbox, beside / "done", beside / "refused")

    def read(self, path: str, stamp: Stamp) -> bytes:
        """The content of a file of the inbox that still has this stamp.

        No link is followed, in whatever place of the path.  Raises ChangedMeanwhile, OSError.
        """
        handle = self._open(path.split("/"))
        with os.fdopen(handle, "rb") as file:
            if Stamp.of(os.fstat(handle)) != stamp:
                raise ChangedMeanwhile(path)
            data = file.read(stamp.size + 1)
            if len(data) != stamp.size or Stamp.of(os.fstat(handle)) != stamp:
                raise ChangedMeanwhile(path)
            return data

    def finish(self, path: str, stamp: Stamp, day: str, *, told: str = "") -> Path:
        """Move a file that was read to ``done``; ``told`` is put beside it.  Raises as ``refuse``."""
        return self._move(path, stamp, self.done / day, told)

    def refuse(self, path: str, stamp: Stamp, day: str, reason: str) -> Path:
        """Move a file to ``refused`` with the reason beside it; returns where it is now.

        Raises ChangedMeanwhile where it was written to after it was looked at (it stays), OSError
        where it cannot be moved.
        """
        return self._move(path, stamp, self.refused / day, reason)

    def _move(self, path: str, stamp: Stamp, into: Path, told: str) -> Path:
        source = self.inbox / path
        if not stamp.same_content(Stamp.of(source.lstat())):
            raise ChangedMeanwhile(path)
        target = _free(into / path)
        target.parent.mkdir(parents=True, exist_ok=True)
        note = target.with_name(target.name + REASON)
        if told:
            write_text_whole(note, told.rstrip("\n") + "\n")
        try:
            try:
                source.rename(target)
                if not stamp.same_content(Stamp.of(target.lstat())) and not source.exists():
                    target.rename(source)  # someone went on writing while it moved
                    raise ChangedMeanwhile(path)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                _copy(source, target, stamp)
        except (OSError, ChangedMeanwhile):
            note.unlink(missing_ok=True)
            raise
        sync_folder(target.parent)
        sync_folder(source.parent)
        return target

    def _open(self, parts: list[str]) -> int:
        flags = os.O_RDONLY | _NO_LINKS | getattr(os, "O_NONBLOCK", 0)
        if not _BENEATH:
            return os.open(self.inbox.joinpath(*parts), flags)
        folder = os.open(self.inbox, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for part in parts[:-1]:
                inner = os.open(part, flags | os.O_DIRECTORY, dir_fd=folder)
                os.close(folder)
                folder = inner
            handle = os.open(parts[-1], flags, dir_fd=folder)
        finally:
            os.close(folder)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise ChangedMeanwhile("/".join(parts))
        return handle


def _free(wanted: Path) -> Path:
    """A path that nothing has: ``A1.md``, ``A1-2.md``, ``A1-3.md`` …"""
    stem, ending = wanted.stem, wanted.suffix
    while stem and len(os.fsencode(stem + ending)) > LONGEST_NAME:  # leaves room for a number and the reason's ending
        stem = stem[:-1]
    wanted = wanted.with_name((stem + ending) or "file")
    found, number = wanted, 1
    while os.path.lexists(found):
        number += 1
        found = wanted.with_name(f"{stem}-{number}{ending}")
    return found


def _copy(source: Path, target: Path, stamp: Stamp) -> None:
    """Move to another file system: a whole copy, then the source is removed if it is as it was."""
    if source.is_symlink():
        target.symlink_to(source.readlink())
    elif source.is_file():
        with source.open("rb") as file, written_whole(target) as copy:
            shutil.copyfileobj(file, copy)
        shutil.copystat(source, target)
    else:
        raise OSError(errno.EXDEV, "a pipe or device cannot be moved to another file system")
    if not stamp.same_content(Stamp.of(source.lstat())):
        target.unlink()
        raise ChangedMeanwhile(str(source))
    source.unlink()
