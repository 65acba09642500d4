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
from typing import TYPE_CHECKING, Any

from classifier.errors import ModelError
from classifier.messages import Message, find_language, say
from classifier.model.tensors import read_tensors, write_tensors

if TYPE_CHECKING:
    from numpy.typing import NDArray

KEPT_FILES = 24
"""How many files of a kind are kept; the least recently used go when a new one is built."""


def cache_folder() -> Path:
    """``$LANMU_CACHE``, or the user's cache folder of the system."""
    if chosen := os.environ.get("LANMU_CACHE"):
        return Path(chosen)
    return user_folder()


def user_folder() -> Path:
    """The user's cache folder of the system."""
    from platformdirs import user_cache_path

    return user_cache_path("lanmu", appauthor=False)


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
    """The cache folder, made where it is missing; another of this user's where others can write there.

    None where there is no folder that nobody else can write: what is needed is then built anew by
    each process.
    """
    chosen, own = cache_folder(), user_folder()
    return _choose_trusted(chosen, (chosen, own, own.with_name(f"{own.name}-private")))


@cache
def _choose_trusted(chosen: Path, candidates: tuple[Path, ...]) -> Path | None:
    said = ""
    for folder in candidates:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if is_trusted(folder.resolve()) and all(map(_is_fixed, folder.resolve().parents)):
                if said:
                    _say(say("cache.elsewhere", folder=chosen, instead=folder))
                return folder
            said = str(folder)
        except OSError:
            if folder == chosen:
                return None
    _say(say("cache.nowhere", folder=chosen))
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


def kernel_sources() -> list[Path]:
    """The files that the compiled code which scores is made from."""
    return source_files("engine/words/*.py", "engine/counting/*.py", "engine/scoring/*.py", "model/form.py", "text.py")


def source_files(*names: str) -> list[Path]:
    """Files of this package, in a fixed order."""
    package = Path(__file__).resolve().parents[2]
    return [path for name in names for path in sorted(package.glob(name))]


def sources_digest(*paths: Path) -> bytes:
    """A hash of source files: what they build changes with them."""
    state = hashlib.sha256()
    for path in paths:
        state.update(path.read_bytes())
    return state.digest()


def keep(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write arrays to a file of the cache, with their checksum beside."""
    checksum = path.with_suffix(".sha256")
    for old in (path, checksum):
        old.unlink(missing_ok=True)
    write_tensors(path, arrays)
    checksum.write_text(_digest(path))
    for new in (path, checksum):
        new.chmod(new.stat().st_mode & 0o755)  # whatever the umask


def read_kept(path: Path) -> dict[str, NDArray[Any]] | None:
    """The arrays of a file of the cache, memory-mapped; None where none can be trusted or its checksum does not fit."""
    try:
        if not (is_trusted(path) and is_trusted(path.with_suffix(".sha256"))):
            return None
        if path.with_suffix(".sha256").read_text() != _digest(path):
            return None
        arrays = read_tensors(path)
        with contextlib.suppress(OSError):
            os.utime(path)
    except (OSError, ModelError, UnicodeDecodeError):
        return None
    return arrays


def remove_kept(path: Path) -> None:
    for old in (path, path.with_suffix(".sha256"), Path(f"{path}.lock")):
        old.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _prune(folder: Path, kind: str) -> None:
    paths = sorted(folder.glob(f"{kind}-*.safetensors"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in paths[KEPT_FILES:]:
        remove_kept(path)
