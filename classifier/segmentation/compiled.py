"""Compilation of the kernel's functions: once after installation, then from disk."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import numba
from numba.core import event

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile for machine types, without the interpreter's lock, kept on disk where a folder allows it.

    No fast-math: jieba's ties between equal sums must come out alike.
    """
    options: dict[str, Any] = {"nogil": True, "boundscheck": False, "error_model": "numpy"}
    try:
        return numba.njit(cache=True, **options)(function)  # type: ignore[no-any-return]
    except RuntimeError:  # no folder for the cache can be written: compile in every process
        return numba.njit(**options)(function)  # type: ignore[no-any-return]


class _Notice(event.Listener):  # type: ignore[misc]
    """Says on stderr, once a process, that compilation has begun."""

    said = False

    def on_start(self, _: Any) -> None:
        if not _Notice.said:
            _Notice.said = True
            print("lanmu: compiling the scoring kernel, once after installation (under a minute) …", file=sys.stderr)

    def on_end(self, _: Any) -> None:
        pass


event.register("numba:compile", _Notice())
