"""Standard output as programs read it, and a passing line for people who wait."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Mapping
from typing import Any, Final, TextIO

from classifier.messages import Said, text_of
from lanmu.language import find_language

_CONTROL: Final = re.compile("[\x7f-\x9f\u2028\u2029]")
"""JSON may hold them as they are; a terminal takes some for commands, and some programs for line ends."""


def data_stream() -> TextIO:
    """Standard output for what programs read: UTF-8, whatever the console or the locale has."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    return sys.stdout


def json_line(record: Mapping[str, Any]) -> str:
    """A record as one line of JSON, Chinese as it is, control characters escaped."""
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(record, ensure_ascii=False))


def show_passing(said: Said) -> None:
    """Say on a terminal what takes so long, in a line that the next one or ``clear_passing`` takes away."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text_of(said, find_language())} …", end="", file=sys.stderr, flush=True)


def clear_passing() -> None:
    """Take the passing line away."""
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
