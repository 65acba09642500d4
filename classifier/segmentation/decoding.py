"""UTF-8 → normalised characters and their codes, compiled: what text.normalise does, in one pass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.segmentation.alphabet import OUTSIDE
from classifier.segmentation.compiled import compiled
from classifier.segmentation.workspace import Workspace
from classifier.text import DELETED, LINE_BREAK, SPACE, WIDE

_REPLACEMENT = 0xFFFD


@compiled
def decode(
    data: NDArray[np.uint8],
    start: int,
    stop: int,
    fold: NDArray[np.uint16],
    collapse: bool,
    code_of: NDArray[np.uint16],
    work: Workspace,
) -> int:
    """Write the characters of data[start:stop] and their codes to ``work``; returns their number.

    Each goes through ``fold``; with ``collapse`` white space is treated as text.normalise does,
    without it all characters stay.  Bytes that are no UTF-8 count as U+FFFD each.
    """
    characters, codes = work.characters, work.codes
    n = 0
    space = 0  # 1: white space since the last character, 2: with a line break in it
    i = start
    while i < stop:
        byte = np.uint32(data[i])
        if byte >= 0xE0 and byte < 0xF0 and i + 2 < stop:
            character = (
                ((byte & np.uint32(0x0F)) << np.uint32(12))
                | ((np.uint32(data[i + 1]) & np.uint32(0x3F)) << np.uint32(6))
                | (np.uint32(data[i + 2]) & np.uint32(0x3F))
            )
            i += 3
        elif byte < 0x80:
            character = byte
            i += 1
        elif byte >= 0xC0 and byte < 0xE0 and i + 1 < stop:
            character = ((byte & np.uint32(0x1F)) << np.uint32(6)) | (np.uint32(data[i + 1]) & np.uint32(0x3F))
            i += 2
        elif byte >= 0xF0 and byte < 0xF8 and i + 3 < stop:
            character = (
                ((byte & np.uint32(0x07)) << np.uint32(18))
                | ((np.uint32(data[i + 1]) & np.uint32(0x3F)) << np.uint32(12))
                | ((np.uint32(data[i + 2]) & np.uint32(0x3F)) << np.uint32(6))
                | (np.uint32(data[i + 3]) & np.uint32(0x3F))
            )
            i += 4
        else:
            character = np.uint32(_REPLACEMENT)
            i += 1
        code = np.uint16(OUTSIDE)
        if character < 0x10000:
            folded = fold[character]
            if collapse and folded <= SPACE and (folded == SPACE or folded == LINE_BREAK or folded == DELETED):
                if folded == LINE_BREAK:
                    space = 2
                elif folded == SPACE and space == 0:
                    space = 1
                continue
            character = np.uint32(folded)
            code = code_of[folded]
        if space:
            if n > 0 and not (space == 2 and character >= WIDE and characters[n - 1] >= WIDE):
                characters[n] = np.uint32(SPACE)
                codes[n] = OUTSIDE
                n += 1
            space = 0
        characters[n] = character
        codes[n] = code
        n += 1
    codes[n] = OUTSIDE
    return n
