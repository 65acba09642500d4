"""OpenedFolder: a folder held open, in which names are used without following a link or leaving it."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

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
