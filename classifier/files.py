"""Files written whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_BLOCK = 4_096


def find_shipped(name: str) -> Path:
    """A file or folder that ships with lanmu: inside the installed package, or at the top of a checkout."""
    package = Path(__file__).resolve().parent
    inside = package / "shipped" / name
    return inside if inside.exists() else package.parent / name


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside ``path`` for writing; at the end it is synced and renamed to ``path``.

    It gets the rights and the owner of the file it takes the place of.  On an exception the file beside is
    removed and ``path`` stays as it was; an OSError of the writing itself names ``path``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with _named(path), os.fdopen(handle, "wb") as file:
            _keep_rights(path, file.fileno())
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


@contextmanager
def written_output(path: Path) -> Iterator[BinaryIO]:
    """``written_whole`` for a file that a person named: a link stays, and what it points to is written.

    A pipe or device is written to as it is.  Raises OSError, naming ``path``.
    """
    path = real_target(path)
    if _is_stream(path):
        with _named(path), path.open("wb") as stream:
            yield stream
        return
    check_writable(path)
    with written_whole(path) as file:
        yield file


def write_output(path: Path, content: bytes | str) -> None:
    """Write ``content`` to a file that a person named; see ``written_output``."""
    with written_output(path) as file:
        file.write(content.encode() if isinstance(content, str) else content)


def real_target(path: Path) -> Path:
    """The file that a path means: itself, or what a link points to, there or not."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def check_writable(path: Path) -> None:
    """OSError, naming ``path``, where ``written_output`` could not write it; asked before long work.

    Nothing is left behind but folders that are missing above it.
    """
    path = real_target(path)
    if _is_stream(path):
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=".part") as file:
            file.write(b"\0" * _BLOCK)
            file.flush()
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def check_folder_writable(folder: Path) -> None:
    """OSError, naming ``folder``, where no file could be written in it; nothing is left behind."""
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0" * _BLOCK)
            file.flush()
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from error
    finally:
        with suppress(OSError):
            for one in made:
                one.rmdir()


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """An OSError that names no file, as those of writing and syncing do not, as one that names ``path``."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno:
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


def _is_stream(path: Path) -> bool:
    """Whether a path is a pipe, a device or a socket, which is not to be replaced by a file."""
    return path.exists() and not path.is_file() and not path.is_dir()


def write_bytes_whole(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` so that a reader sees the old file or the new one."""
    with written_whole(path) as file:
        file.write(content)


def write_text_whole(path: Path, content: str) -> None:
    """Write ``content`` in UTF-8 to ``path`` so that a reader sees the old file or the new one."""
    write_bytes_whole(path, content.encode())


def sync_folder(folder: Path) -> None:
    """Make renames in ``folder`` durable where the system can."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows cannot open a folder
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _keep_rights(path: Path, handle: int) -> None:
    """Give an opened file the rights and owner of the one at ``path``, or those of any new file."""
    try:
        status = path.stat()
    except OSError:
        umask = os.umask(0o022)  # it can only be asked for by setting it
        os.umask(umask)
        os.fchmod(handle, 0o666 & ~umask)
        return
    if status.st_uid == path.parent.stat().st_uid:  # else somebody has put a file into another's folder
        with suppress(OSError):  # only root may give a file away
            os.fchown(handle, status.st_uid, status.st_gid)
    os.fchmod(handle, status.st_mode & 0o777)
