"""A CSV cut into ranges of whole rows in one compiled pass; line breaks inside quotes stay whole."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from classifier.engine.words.compiled import compiled
from classifier.reading.tables.csv import RowRange

_BLOCK = 4 << 20
MODE, FILLED, ROWS = 0, 1, 2
AT_START, PLAIN, QUOTED, CLOSING = 0, 1, 2, 3


def row_ranges(file: BinaryIO, size: int, delimiter: str) -> Iterator[RowRange]:
    """Cut a CSV in an encoding that keeps ASCII (UTF-8, GB18030, Big5) into ranges of about ``size`` bytes."""
    state = np.zeros(3, np.int64)
    file.seek(0)
    offset = start = heading = 0
    first = wanted = 1
    while block := file.read(_BLOCK):
        data = np.frombuffer(block, np.uint8)
        at = len(codecs.BOM_UTF8) if not offset and block.startswith(codecs.BOM_UTF8) else 0
        while (at := _row_end(data, at, wanted - offset, ord(delimiter), state)) >= 0:
            end = offset + at
            if heading:
                yield RowRange(start, end, first, heading)
                first = int(state[ROWS])
            else:
                heading = end
            start, wanted = end, end + size
        offset += len(block)
    if heading and offset > start:
        yield RowRange(start, offset, first, heading)


@compiled
def _row_end(data: NDArray[np.uint8], at: int, wanted: int, delimiter: int, state: NDArray[np.int64]) -> int:
    """The end of the first row that ends at ``wanted`` or later, or -1 where the block ends before.

    As in RFC 4180, and in Arrow, a quote opens a field only at its start, and an empty line is no
    row.  ``state`` int64[3] (mode, whether the row has anything in it, rows so far) goes on over blocks.
    """
    mode, filled, rows = state[MODE], state[FILLED], state[ROWS]
    for i in range(at, len(data)):
        byte = data[i]
        if mode == QUOTED:
            if byte == 34:
                mode = CLOSING
            continue
        if mode == CLOSING and byte == 34:
            mode = QUOTED
        elif byte == 10 or byte == 13:
            mode = AT_START
            if filled:
                rows += 1
                filled = 0
                if i + 1 >= wanted:
                    state[MODE], state[FILLED], state[ROWS] = mode, filled, rows
                    return i + 1
        else:
            filled = 1
            if byte == delimiter:
                mode = AT_START
            elif byte == 34 and mode == AT_START:
                mode = QUOTED
            else:
                mode = PLAIN
    state[MODE], state[FILLED], state[ROWS] = mode, filled, rows
    return -1
