"""Standard output as programs read it, and a passing line for people who wait."""

from __future__ import annotations

import io
import sys
from typing import TextIO

from classifier.messages import Said, text_of
from lanmu.language import find_language


def data_stream() -> TextIO:
    """Standard output for what programs read: UTF-8, whatever the console or the locale has."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    return sys.stdout


def show_passing(said: Said) -> None:
    """Say on a terminal what takes so long, in a line that the next one or ``clear_passing`` takes away."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text_of(said, find_language())} …", end="", file=sys.stderr, flush=True)


def clear_passing() -> None:
    """Take the passing line away."""
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
