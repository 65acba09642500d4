"""Compilation of the kernel's functions: once after installation, then from disk."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import llvmlite
import numba
from numba.core import event
from numba.core.caching import FunctionCache

from classifier.engine.words.cache import KERNEL_SOURCES, find_trusted_folder, is_trusted, sources_digest
from classifier.messages import find_language, say

F = TypeVar("F", bound=Callable[..., Any])
KEPT_VERSIONS = 4
OPTIONS: Any = {"nogil": True, "boundscheck": False, "error_model": "numpy"}
"""No fast-math: jieba's ties between equal sums must come out alike."""


def compile_function(function: F) -> F:
    """Compile for machine types, without the interpreter's lock, kept on disk where a folder allows it."""
    if (folder := _folder()) is None:
        return numba.njit(**OPTIONS)(function)  # type: ignore[no-any-return]
    chosen = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder)
    try:
        compiled: Any = numba.njit(cache=True, **OPTIONS)(function)
        compiled._cache = _MachineCode(function)
        return compiled  # type: ignore[no-any-return]
    finally:
        numba.config.CACHE_DIR = chosen


def inner(function: F) -> F:
    """The same for a function that only compiled code calls: compiled with what calls it, in half the time.

    It can neither be called from Python nor make arrays, and counts no references to those it gets.
    """
    options = {**OPTIONS, "_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return numba.njit(**options)(function)  # type: ignore[no-any-return]


def inline_function(function: F) -> F:
    """As ``inner`` for a small function called for every word: each call is replaced by its body."""
    return numba.njit(inline="always", **OPTIONS)(function)  # type: ignore[no-any-return]


class _MachineCode(FunctionCache):
    """A function's machine code on disk; a disk without room costs the time to compile it anew, and no more."""

    said = False

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)
        except OSError as error:
            if not _MachineCode.said:
                _MachineCode.said = True
                said = say("kernel.not_kept", folder=self.cache_path, error=error.strerror or error)
                print(f"lanmu: {said.text(find_language())}", file=sys.stderr)


@cache
def _folder() -> Path | None:
    """Where this version's machine code is kept, or None where nothing can be.

    numba checks only the file of the function it loads, not those of the functions it calls, so
    the folder is named by all of them.
    """
    state = hashlib.sha256(f"{numba.__version__} {llvmlite.__version__} {platform.python_version()}".encode())
    state.update(sources_digest(*KERNEL_SOURCES))
    cache_folder = find_trusted_folder()
    if cache_folder is None:
        return None
    folder = cache_folder / f"compiled-{state.hexdigest()[:16]}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        os.utime(folder)
        if not os.access(folder, os.W_OK) or not all(map(is_trusted, (folder, *folder.iterdir()))):
            return None
    except OSError:
        return None
    versions = sorted(folder.parent.glob("compiled-*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in versions[KEPT_VERSIONS:]:
        shutil.rmtree(old, ignore_errors=True)
    return folder


class _Notice(event.Listener):  # type: ignore[misc]
    """Says on stderr, once a process, that compilation of lanmu's own functions has begun."""

    said = False

    def on_start(self, begun: Any) -> None:
        function = getattr((begun.data or {}).get("dispatcher"), "py_func", None)
        if not _Notice.said and getattr(function, "__module__", "").startswith("classifier.engine."):
            _Notice.said = True
            said = say("kernel.compiling").text(find_language())
            print(f"lanmu: {said}", file=sys.stderr)

    def on_end(self, _: Any) -> None:
        pass


event.register("numba:compile", _Notice())
