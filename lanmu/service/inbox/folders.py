"""The folders of watching: files come out of one and go to ``done`` or ``refused``, none over another, by no link."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import BinaryIO, cast

from lanmu.service.inbox.scanning import Stamp

REASON = ".reason.txt"
LONGEST_NAME = 200
_FLAGS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
_BENEATH = {os.open, os.stat, os.mkdir, os.rename, os.unlink} <= os.supports_dir_fd


class OpenedFolder:
    """A folder by its handle: who may write beside it cannot lead what is done in it elsewhere by a link.

    Where the system has no such handles (Windows), names are used by their path and links are looked for before.
    """

    def __init__(self, path: Path, handle: int | None) -> None:
        self.path = path
        self._handle = handle

    def find(self, name: str) -> os.stat_result | None:
        """What the name stands for, a link itself; None where nothing has it."""
        try:
            return os.stat(self._name(name), dir_fd=self._handle, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def open(self, name: str) -> int:
        """A handle to read a file.  OSError where it is a link; a pipe does not make it wait."""
        return os.open(self._name(name), os.O_RDONLY | _FLAGS | _NO_WAIT, dir_fd=self._handle)

    def remove(self, name: str) -> None:
        """Remove a file or link, if it is there."""
        try:
            os.unlink(self._name(name), dir_fd=self._handle)
        except FileNotFoundError:
            pass

    def link_to(self, target: str, name: str) -> None:
        """Make a link with this content."""
        os.symlink(target, self._name(name), dir_fd=self._handle)

    def read_link(self, name: str) -> str:
        return os.readlink(self._name(name), dir_fd=self._handle)

    def move(self, name: str, into: OpenedFolder, new: str) -> None:
        """Rename into another opened folder."""
        os.rename(self._name(name), into._name(new), src_dir_fd=self._handle, dst_dir_fd=into._handle)

    @contextmanager
    def written_whole(self, name: str) -> Iterator[BinaryIO]:
        """Open a new file; at the end it is synced and gets its name.  On an exception nothing is left."""
        beside = f".{secrets.token_hex(8)}.part"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS
        handle = os.open(self._name(beside), flags, 0o666, dir_fd=self._handle)
        try:
            with os.fdopen(handle, "wb") as file:
                yield cast(BinaryIO, file)
                file.flush()
                os.fsync(file.fileno())
            self.move(beside, self, name)
        except BaseException:
            self.remove(beside)
            raise

    def sync(self) -> None:
        """Make what was renamed here durable, where the system can."""
        if self._handle is not None:
            try:
                os.fsync(self._handle)
            except OSError:
                pass

    def _name(self, name: str) -> str:
        return name if self._handle is not None else str(self.path / name)

    def _inner(self, name: str, *, make: bool) -> OpenedFolder:
        """A folder in this one, made where it is missing and ``make`` says so.  OSError where it is a link."""
        path = self.path / name
        if make:
            try:
                os.mkdir(self._name(name), dir_fd=self._handle)
            except FileExistsError:
                pass
        status = self.find(name)
        if status is not None and not stat.S_ISDIR(status.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, "is a link or a file where a folder must be", str(path))
        if self._handle is None:
            return OpenedFolder(path, None)
        return OpenedFolder(path, os.open(name, os.O_RDONLY | os.O_DIRECTORY | _FLAGS, dir_fd=self._handle))

    def _close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


@contextmanager
def open_folder(root: Path, within: Sequence[str] = (), *, make: bool = False) -> Iterator[OpenedFolder]:
    """Open a folder and, from it, the folders ``within`` one another; ``make`` those that are missing.

    Only ``root`` may be a link.  Raises OSError where another is a link, or is not there.
    """
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | getattr(os, "O_CLOEXEC", 0)) if _BENEATH else None
    folder = OpenedFolder(root, handle)
    try:
        for name in within:
            inner = folder._inner(name, make=make)
            folder._close()
            folder = inner
        yield folder
    finally:
        folder._close()


class ChangedMeanwhile(Exception):
    """The file is not the one that was looked at any more."""


@dataclass(frozen=True)
class Folders:
    """Where files come in and where they go.

    Others may write here, so no link is followed, in whatever place of a path: neither where a file
    is read nor where it is moved to, nor in the folders of a day.
    """

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

        Raises ChangedMeanwhile, OSError.
        """
        *folders, name = path.split("/")
        with open_folder(self.inbox, folders) as folder:
            handle = folder.open(name)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise ChangedMeanwhile(path)
            if Stamp.of(os.fstat(handle)) != stamp:
                raise ChangedMeanwhile(path)
            data = file.read(stamp.size + 1)
            if len(data) != stamp.size or Stamp.of(os.fstat(handle)) != stamp:
                raise ChangedMeanwhile(path)
            return data

    def put_back(self, place: str) -> str:
        """Move a refused file back into the inbox and take its note away; returns its path there.

        ``place`` is where it lies, from the folder that holds ``refused``.  Raises OSError where it is
        not there any more or cannot be moved.
        """
        first, *folders, name = place.split("/")
        if first != self.refused.name or not folders or ".." in folders:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), place)
        beside = self.refused.parent
        with (
            open_folder(beside, [first, *folders]) as source,
            open_folder(self.inbox, folders[1:], make=True) as target,
        ):
            stamp = _stamp(source, name)
            new = _free(target, name)
            _rename_or_copy(source, name, target, new, stamp)
            source.remove(name + REASON)
            target.sync()
            source.sync()
        return "/".join([*folders[1:], new])

    def move(self, path: str, stamp: Stamp, into: Path, told: str = "") -> Path:
        """Move a file of the inbox into a folder of ``done`` or ``refused``, with a note beside it; where it is now.

        Raises ChangedMeanwhile where it was written to after it was looked at (it stays), OSError
        where it cannot be moved.
        """
        *folders, name = path.split("/")
        beneath = [*into.relative_to(self.done.parent).parts, *folders]
        with open_folder(self.inbox, folders) as source, open_folder(self.done.parent, beneath, make=True) as target:
            if not stamp.same_content(_stamp(source, name)):
                raise ChangedMeanwhile(path)
            new = _free(target, name)
            if told:
                with target.written_whole(new + REASON) as note:
                    note.write(f"{told.rstrip()}\n".encode("utf-8", "replace"))
            try:
                _rename_or_copy(source, name, target, new, stamp)
            except (OSError, ChangedMeanwhile):
                if told:
                    target.remove(new + REASON)
                raise
            target.sync()
            source.sync()
            return target.path / new


def _stamp(folder: OpenedFolder, name: str) -> Stamp:
    status = folder.find(name)
    if status is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(folder.path / name))
    return Stamp.of(status)


def _rename_or_copy(source: OpenedFolder, name: str, target: OpenedFolder, new: str, stamp: Stamp) -> None:
    try:
        source.move(name, target, new)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(source, name, target, new, stamp)
        return
    if not stamp.same_content(_stamp(target, new)) and source.find(name) is None:
        target.move(new, source, name)  # someone went on writing while it moved
        raise ChangedMeanwhile(name)


def _free(folder: OpenedFolder, wanted: str) -> str:
    """A name that nothing has, nor its note: ``A1.md``, ``A1-2.md``, ``A1-3.md`` …"""
    stem, ending = PurePath(wanted).stem, PurePath(wanted).suffix
    while stem and len(os.fsencode(stem + ending)) > LONGEST_NAME:  # leaves room for a number and the note's ending
        stem = stem[:-1]
    first = (stem + ending) or "file"
    free, number = first, 1
    while folder.find(free) is not None or folder.find(free + REASON) is not None:
        number += 1
        free = f"{stem}-{number}{ending}"
    return free


def _copy(source: OpenedFolder, name: str, target: OpenedFolder, new: str, stamp: Stamp) -> None:
    """Move to another file system: a whole copy, then the source is removed if it is as it was."""
    status = source.find(name)
    if status is not None and stat.S_ISLNK(status.st_mode):
        target.link_to(source.read_link(name), new)
    elif status is not None and stat.S_ISREG(status.st_mode):
        with os.fdopen(source.open(name), "rb") as file, target.written_whole(new) as copy:
            shutil.copyfileobj(file, copy)
            copy.flush()
            os.fchmod(copy.fileno(), stat.S_IMODE(status.st_mode) & 0o777)
            os.utime(copy.fileno(), ns=(status.st_atime_ns, status.st_mtime_ns))
    else:
        raise OSError(errno.EXDEV, "a pipe or device cannot be moved to another file system")
    if not stamp.same_content(_stamp(source, name)):
        target.remove(new)
        raise ChangedMeanwhile(str(source.path / name))
    source.remove(name)
