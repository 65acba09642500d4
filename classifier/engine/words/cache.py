"""Tables that are built once and then memory-mapped by every process."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classifier.errors import ModelError
from classifier.model.tensors import read_tensors, write_tensors

if TYPE_CHECKING:
    from numpy.typing import NDArray

KEPT_FILES = 24
"""So many files of a kind are kept; the least recently used go when a new one is built."""


def cache_folder() -> Path:
    """``$LANMU_CACHE``, or the user's cache folder of the system."""
    if chosen := os.environ.get("LANMU_CACHE"):
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("lanmu", appauthor=False)


def is_trusted(folder: Path) -> bool:
    """Whether nobody but this user (and root) can have written to a folder: what runs must not come from others."""
    if not hasattr(os, "getuid"):  # Windows: the user's own folder is his own
        return True
    found = folder.stat()
    return found.st_uid in (0, os.getuid()) and not found.st_mode & 0o002


def kept(kind: str, key: str, build: Callable[[], dict[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    """The arrays kept under ``key``, or ``build()`` kept there first; one process builds, the others wait.

    A file whose checksum does not fit is built again.  Where the cache cannot be written, the
    arrays are built for this process alone.
    """
    folder = cache_folder()
    path = folder / f"{kind}-{key[:32]}.safetensors"
    if (found := read_kept(path)) is not None:
        return found
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        from filelock import FileLock

        with FileLock(str(path) + ".lock", timeout=600):
            if (found := read_kept(path)) is None:
                keep(path, build())
                found = read_kept(path)
                _prune(folder, kind)
        if found is not None:
            return found
    except OSError:
        pass
    arrays = build()
    for array in arrays.values():
        array.flags.writeable = False
    return arrays


def kernel_sources() -> list[Path]:
    """The files that the compiled code is made from."""
    package = Path(__file__).resolve().parents[2]
    names = ("engine/words/*.py", "engine/counting/*.py", "engine/scoring/*.py", "model/form.py", "text.py")
    return [path for name in names for path in sorted(package.glob(name))]


def sources_digest(*paths: Path) -> bytes:
    """A hash of source files: what they build changes with them."""
    state = hashlib.sha256()
    for path in paths:
        state.update(path.read_bytes())
    return state.digest()


def keep(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write arrays to a file of the cache, with their checksum beside."""
    write_tensors(path, arrays)
    path.with_suffix(".sha256").write_text(_digest(path))


def read_kept(path: Path) -> dict[str, NDArray[Any]] | None:
    """The arrays of a file of the cache, memory-mapped; None where there is none or its checksum does not fit."""
    try:
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
