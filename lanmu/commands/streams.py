"""Standard output as programs read it."""

from __future__ import annotations

import io
import sys
from typing import TextIO


def data_stream() -> TextIO:
    """Standard output for what programs read: UTF-8, whatever the console or the locale has."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    return sys.stdout
