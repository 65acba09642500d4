"""Punctuation as newspapers print it and OCR leaves it: full-width and half-width side by side."""

from __future__ import annotations

OPENING_BRACKETS = "(\uff08\u3014[\u3010\u3008<\uff3b"
CLOSING_BRACKETS = ")\uff09\u3015]\u3011\u3009>\uff3d"
COMMA, STOP, COLON, SEMICOLON = ",\uff0c", "\u3002", ":\uff1a", ";\uff1b"
QUESTION, EXCLAMATION, PAUSE, ELLIPSIS = "?\uff1f", "!\uff01", "\u3001", "\u2026"
SLASH = "/\uff0f"
OPENING_QUOTES = "\u201c\u2018\u300a\u300c\u300e\u300c"
CLOSING_QUOTES = "\u201d\u2019\u300b\u300d\u300f"
ENDS = STOP + QUESTION + EXCLAMATION + ELLIPSIS
"""What ends a sentence."""
CLOSERS = CLOSING_QUOTES + CLOSING_BRACKETS + "\"'"
PAIRS = {")": "(", "\uff09": "\uff08", "\u201d": "\u201c", "\u300b": "\u300a", "\u3011": "\u3010", "\u300d": "\u300c"}
HAN = r"[^\W\dA-Za-z_]"
"""A regular expression for one Han character.

It is any letter but A to Z: a range of Han characters would cost a millisecond at each place where
it is compiled, which a cold start feels.
"""


def any_of(characters: str) -> str:
    """A regular expression class of these characters."""
    import re

    return "[" + "".join(re.escape(c) for c in characters) + "]"


def none_of(characters: str) -> str:
    """A regular expression class of all but these characters."""
    return "[^" + any_of(characters)[1:]


OPEN, CLOSE = any_of(OPENING_BRACKETS), any_of(CLOSING_BRACKETS)
