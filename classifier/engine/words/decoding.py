"""UTF-8 or code points → normalised characters and their codes, compiled: what text.normalise does, in one pass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.engine.words.alphabet import LETTER_OUTSIDE, OUTSIDE, SPACE_BIT
from classifier.engine.words.compiled import inner
from classifier.engine.words.workspace import Workspace
from classifier.text import LINE_BREAK, SPACE, WIDE

_REPLACEMENT = 0xFFFD
_LAST_HALF = np.uint32(0xFFFF)
_SIX = np.uint32(0x3F)


@inner
def decode(
    data: NDArray[np.uint8], start: int, stop: int, entries: NDArray[np.uint32], first: int, work: Workspace
) -> int:
    """Write the characters of data[start:stop] and their codes to ``work`` from ``first`` on; returns their end.

    Each goes through ``entries`` (alphabet.character_entries); white space among them is treated as
    text.normalise does.  Bytes that are no UTF-8 count as U+FFFD each.  The code at the end is
    OUTSIDE.
    """
    n = first
    space = 0
    i = start
    while i < stop:
        byte = np.uint32(data[i])
        if byte >= 0xE0 and byte < 0xF0 and i + 2 < stop:
            character = (
                ((byte & np.uint32(0x0F)) << np.uint32(12))
                | ((np.uint32(data[i + 1]) & _SIX) << np.uint32(6))
                | (np.uint32(data[i + 2]) & _SIX)
            )
            i += 3
        elif byte < 0x80:
            character = byte
            i += 1
        elif byte >= 0xC0 and byte < 0xE0 and i + 1 < stop:
            character = ((byte & np.uint32(0x1F)) << np.uint32(6)) | (np.uint32(data[i + 1]) & _SIX)
            i += 2
        elif byte >= 0xF0 and byte < 0xF8 and i + 3 < stop:
            character = (
                ((byte & np.uint32(0x07)) << np.uint32(18))
                | ((np.uint32(data[i + 1]) & _SIX) << np.uint32(12))
                | ((np.uint32(data[i + 2]) & _SIX) << np.uint32(6))
                | (np.uint32(data[i + 3]) & _SIX)
            )
            i += 4
        else:
            character = np.uint32(_REPLACEMENT)
            i += 1
        n, space = _put(character, entries, first, n, space, work)
    codes = work.codes
    codes[n] = OUTSIDE
    return n


@inner
def decode_points(
    points: NDArray[np.uint32], start: int, stop: int, entries: NDArray[np.uint32], first: int, work: Workspace
) -> int:
    """What ``decode`` does, from code points."""
    n = first
    space = 0
    for i in range(start, stop):
        n, space = _put(points[i], entries, first, n, space, work)
    codes = work.codes
    codes[n] = OUTSIDE
    return n


@inner
def _put(
    character: np.uint32, entries: NDArray[np.uint32], first: int, n: int, space: int, work: Workspace
) -> tuple[int, int]:
    """Write one more character, where it is to be written; returns the end and the white space since then.

    ``space``: 1 for white space since the last character, 2 for some with a line break in it.
    """
    characters, codes = work.characters, work.codes
    code = np.uint32(LETTER_OUTSIDE) if character >= 0x20000 else np.uint32(OUTSIDE)
    if character < 0x10000:
        entry = entries[character]
        character = entry & _LAST_HALF
        if entry & SPACE_BIT:
            if character == LINE_BREAK:
                space = 2
            elif character == SPACE and space == 0:
                space = 1
            return n, space
        code = entry >> np.uint32(16)
    if space:
        if n > first and not (space == 2 and character >= WIDE and characters[n - 1] >= WIDE):
            characters[n] = np.uint32(SPACE)
            codes[n] = OUTSIDE
            n += 1
        space = 0
    characters[n] = character
    codes[n] = np.uint16(code)
    return n + 1, space
