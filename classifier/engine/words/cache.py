"""Tables that are built once and then memory-mapped by every process."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from platformdirs import user_cache_path

from classifier.errors import ModelError
from classifier.files import sha256_of
from classifier.messages import Message, find_language, say
from classifier.model.tensors import read_tensors, write_tensors

KEPT_FILES = 24
"""How many files of a kind are kept; the least recently used go when a new one is built."""


def is_trusted(path: Path) -> bool:
    """Whether nobody but this user (and root) can have written a file or put one into a folder.

    It belongs to this user, neither its group nor others may write, and it is no link.  What runs,
    and the tables that what runs trusts, come only from there.
    """
    if not hasattr(os, "getuid"):  # Windows: the user's own folder is his own
        return True
    status = path.lstat()
    kinds = stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)
    return kinds and status.st_uid in (0, os.getuid()) and not status.st_mode & 0o022


def find_trusted_folder() -> Path | None:
    """``$LANMU_CACHE``, or the user's cache folder of the system; another of this user's where others can write there.

    It is made where it is missing.  None where there is no folder that nobody else can write: what is
    needed is then built anew by each process.
    """
    return _choose_trusted(os.environ.get("LANMU_CACHE", ""))


@cache
def _choose_trusted(chosen: str) -> Path | None:
    own = user_cache_path("lanmu", appauthor=False)
    wished = Path(chosen) if chosen else own
    refused = False
    for folder in (wished, own, own.with_name(f"{own.name}-private")):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if is_trusted(folder.resolve()) and all(map(_is_fixed, folder.resolve().parents)):
                if refused:
                    _say(say("cache.elsewhere", folder=wished, instead=folder))
                return folder
            refused = True
        except OSError:
            if folder == wished:
                return None
    _say(say("cache.nowhere", folder=wished))
    return None


def _is_fixed(folder: Path) -> bool:
    """Whether others cannot put another folder in the place of one in this one."""
    if not hasattr(os, "getuid"):
        return True
    status = folder.stat()
    return status.st_uid in (0, os.getuid()) and (not status.st_mode & 0o002 or bool(status.st_mode & stat.S_ISVTX))


def _say(message: Message) -> None:
    print(f"lanmu: {message.text(find_language())}", file=sys.stderr)


def keep_arrays(kind: str, key: str, build: Callable[[], dict[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    """The arrays kept under ``key``, or ``build()`` kept there first; one process builds, the others wait.

    A file whose checksum does not fit, or that others can have written, is built again.  Where the
    cache cannot be written, the arrays are built for this process alone.
    """
    folder = find_trusted_folder()
    if folder is not None:
        path = folder / f"{kind}-{key[:32]}.safetensors"
        if (kept := read_kept(path)) is not None:
            return kept
        try:
            from filelock import FileLock

            with FileLock(str(path) + ".lock", timeout=600):
                if (kept := read_kept(path)) is None:
                    keep(path, build())
                    kept = read_kept(path)
                    _prune(folder, kind)
            if kept is not None:
                return kept
        except OSError:
            pass
    arrays = build()
    for array in arrays.values():
        array.flags.writeable = False
    return arrays


KERNEL_SOURCES = ("engine/words/*.py", "engine/counting/*.py", "engine/scoring/*.py", "model/form.py", "text.py")
"""The files that the compiled code which scores is made from."""


def sources_digest(*names: str) -> bytes:
    """A hash of source files of this package: what they build changes with them.

    Raises FileNotFoundError where a name fits no file, as after a renaming that forgot it.
    """
    package = Path(__file__).resolve().parents[2]
    state = hashlib.sha256()
    for name in names:
        paths = sorted(package.glob(name))
        if not paths:
            raise FileNotFoundError(f"{package / name}: no such source file")
        for path in paths:
            state.update(path.read_bytes())
    return state.digest()


def keep(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write arrays to a file of the cache, with their checksum beside."""
    checksum = path.with_suffix(".sha256")
    for old in (path, checksum):
        old.unlink(missing_ok=True)
    write_tensors(path, arrays)
    checksum.write_text(sha256_of(path))
    for new in (path, checksum):
        new.chmod(new.stat().st_mode & 0o755)  # whatever the umask


def read_kept(path: Path) -> dict[str, NDArray[Any]] | None:
    """The arrays of a file of the cache, memory-mapped; None where none can be trusted or its checksum does not fit."""
    try:
        if not (is_trusted(path) and is_trusted(path.with_suffix(".sha256"))):
            return None
        if path.with_suffix(".sha256").read_text() != sha256_of(path):
            return None
        arrays = read_tensors(path)
        with contextlib.suppress(OSError):
            os.utime(path)
    except (OSError, ModelError, UnicodeDecodeError):
        return None
    return arrays


def _prune(folder: Path, kind: str) -> None:
    paths = sorted(folder.glob(f"{kind}-*.safetensors"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in paths[KEPT_FILES:]:
        for old in (path, path.with_suffix(".sha256"), Path(f"{path}.lock")):
            old.unlink(missing_ok=True)
