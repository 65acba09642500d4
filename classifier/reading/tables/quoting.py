"""Bytes of a CSV → whole rows, in blocks; a quote that nothing closes costs its own row, not those after it.

Well-formed blocks are told by counting quotes, and go to Arrow as they are.  In any other each row is
cut here: a field is closed by a quote before a delimiter or a line's end, as RFC 4180 has it; where that
would take in lines that are rows of their own, the quote is taken as a character of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

QUOTE = b'"'
LINES_AHEAD, BYTES_AHEAD, TRIES = 200, 64 << 10, 8
"""How far, and how often, the end of a text with quotes of its own inside is looked for."""
_NUMBERED = re.compile(rb'\s*"?([^\d"]{0,20})(\d{1,18})"?\s*')
_SHAPED = re.compile(rb"[\x21-\x7e]{3,80}")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a CSV is written: its delimiter, how many columns, whether fields may be quoted.

    ``quoted`` False is for tabs: only a field that needs quotes (for a line break, a tab or a quote in it)
    is taken to have some.
    """

    delimiter: bytes
    columns: int
    quoted: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells, or why it has none (``open_quote``); where it ends in its block."""

    cells: tuple[bytes, ...]
    end: int
    open_quote: bool = False


@dataclass(frozen=True, slots=True)
class RowBlock:
    """Whole rows from ``start`` of the stream; ``rows`` is None where every field is well-formed.

    ``ends`` are where rows end in ``data``, those of empty lines left out, int64.
    """

    data: bytes
    start: int
    rows: list[Row] | None
    ends: NDArray[np.int64]


def row_blocks(file: BinaryIO, layout: Layout, block_bytes: int, most: int, begun: bytes = b"") -> Iterator[RowBlock]:
    """The rows of a stream in blocks of about ``block_bytes``; no row is longer than ``most`` bytes.

    ``begun`` are bytes already read from it.
    """
    waiting, start = begun, 0
    while True:
        piece = file.read(block_bytes)
        data = waiting + piece
        if not data:
            return
        block = _block(data, start, layout, final=not piece, too_long=len(data) > most)
        if len(block.ends):
            yield block
        taken = len(block.data)
        waiting, start = data[taken:], start + taken
        if not piece and not waiting:
            return


def _block(data: bytes, start: int, layout: Layout, *, final: bool, too_long: bool) -> RowBlock:
    lone = b"\r" in data and _has_lone_returns(data, final=final)
    if lone and b"\n" not in data:
        data, lone = data.replace(b"\r", b"\n"), False
    if not lone and not too_long and (ends := _well_formed(data, layout, final=final)) is not None:
        if not len(ends):
            return RowBlock(b"", start, None, ends)
        whole = data[: int(ends[-1])]
        return RowBlock(whole, start, None, _without_empty(whole, ends))
    rows, at = _cut_rows(data, layout, final=final, too_long=too_long)
    return RowBlock(data[:at], start, rows, np.array([row.end for row in rows], np.int64))


def _cut_rows(data: bytes, layout: Layout, *, final: bool, too_long: bool) -> tuple[list[Row], int]:
    """The rows of some bytes one by one, and where the last of them ends."""
    rows: list[Row] = []
    at = 0
    while at < len(data):
        row = _row(data, at, layout, final=final, closed=final or (too_long and not at))
        if row is None and too_long and not at:
            row = Row((), len(data), open_quote=True)
        if row is None:
            break
        if row.cells or row.open_quote:
            rows.append(row)
        at = row.end
    return rows, at


def _has_lone_returns(data: bytes, *, final: bool) -> bool:
    """Whether a carriage return stands without a line feed after it; one at the end may still get its own."""
    array = np.frombuffer(data, np.uint8)
    returns = np.flatnonzero(array == 13)
    if returns[-1] == len(array) - 1:
        if final:
            return True
        returns = returns[:-1]
    return not bool((array[returns + 1] == 10).all())


def _well_formed(data: bytes, layout: Layout, *, final: bool) -> NDArray[np.int64] | None:
    """Where rows end, if every quote opens, closes or is doubled as it should; None otherwise."""
    array = np.frombuffer(data, np.uint8)
    lines = np.flatnonzero(array == 10)
    if QUOTE not in data:
        return _well_formed_plain(data, lines, final=final)
    quotes = np.flatnonzero(array == 34)
    delimiter = layout.delimiter[0]
    if not layout.quoted:
        before = array[quotes - 1]
        opens = (before == delimiter) | (before == 10)
        opens[0] |= quotes[0] == 0
        return None if opens.any() else _well_formed_plain(data, lines, final=final)
    opening, closing = quotes[0::2], quotes[1::2]
    before = array[opening - 1]
    fine = (before == delimiter) | (before == 10) | (opening == 0)
    fine[1:] |= opening[1:] == closing[: len(opening) - 1] + 1
    if not fine.all():
        return None
    after = array[np.minimum(closing + 1, len(array) - 1)]
    fine = (after == delimiter) | (after == 10) | (after == 13) | (closing == len(array) - 1)
    following = opening[1:]
    fine[: len(following)] |= closing[: len(following)] + 1 == following
    if not fine.all():
        return None
    inside = (np.searchsorted(quotes, lines) & 1).astype(bool)
    ends: NDArray[np.int64] = lines[~inside] + 1
    if len(opening) > len(closing):  # the last quote waits for what comes next
        if final:
            return None
    elif final and not data.endswith(b"\n"):
        ends = np.append(ends, len(data))
    elif not final and len(closing) and closing[-1] == len(array) - 1 and len(ends):
        ends = ends[ends <= opening[-1]]  # the next byte may be its twin
    if inside.any() and _seems_to_swallow(data, array, lines, inside, ends, layout):
        return None
    return ends


def _well_formed_plain(data: bytes, lines: NDArray[np.int64], *, final: bool) -> NDArray[np.int64]:
    ends = lines + 1
    return np.append(ends, len(data)) if final and not data.endswith(b"\n") else ends


def _seems_to_swallow(
    data: bytes, array: NDArray[np.uint8], lines: Any, inside: Any, ends: Any, layout: Layout
) -> bool:
    """Whether a line inside a quoted field has as many cells as a row and an id that goes on from its row's."""
    delimiters = np.flatnonzero(array == layout.delimiter[0])
    starts = lines[inside] + 1
    stops = np.append(lines, len(data))[np.flatnonzero(inside) + 1]
    cells = np.searchsorted(delimiters, stops) - np.searchsorted(delimiters, starts)
    for at in starts[cells == layout.columns - 1].tolist():
        own = int(ends[np.searchsorted(ends, at, "right") - 1]) if len(ends) and ends[0] <= at else 0
        if _goes_on(data[own : own + 100], data[at : at + 100], layout):
            return True
    return False


def _without_empty(data: bytes, ends: NDArray[np.int64]) -> NDArray[np.int64]:
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1]])
    lengths = ends - starts
    if lengths.min() > 2:
        return ends
    return np.array(
        [e for s, e in zip(starts.tolist(), ends.tolist(), strict=True) if data[s:e].strip(b"\r\n")], np.int64
    )


def _goes_on(row: bytes, line: bytes, layout: Layout) -> bool:
    """Whether a line's first cell is an id like that of the row it stands in: the next number, or of the same form."""
    own, other = (text.split(layout.delimiter, 1)[0].strip() for text in (row, line))
    first, second = _NUMBERED.fullmatch(own), _NUMBERED.fullmatch(other)
    if first and second:
        after = int(second[2]) - int(first[2])
        return first[1] == second[1] and 0 < after <= LINES_AHEAD and (bool(first[1]) or after < 20)
    own, other = own.strip(QUOTE), other.strip(QUOTE)
    if not (_SHAPED.fullmatch(own) and _SHAPED.fullmatch(other)):
        return False
    return _shape(own) == _shape(other) and any(48 <= c <= 57 for c in own)


def _shape(cell: bytes) -> bytes:
    return bytes(48 if 48 <= c <= 57 else 97 if chr(c).isalpha() else c for c in cell)


def _row(data: bytes, start: int, layout: Layout, *, final: bool, closed: bool) -> Row | None:
    """The row that begins at ``start``; None where it may go on beyond the data. Without cells: an empty line.

    ``final``: the data ends here; ``closed``: a quote that is open at its end is taken to stay so.
    """
    stop, after = _line_end(data, start)
    if after < 0:
        if not final:
            return None
        after = len(data)
    line = data[start:stop]
    if not line or line == b"\x1a":  # what ends a file of DOS
        return Row((), after)
    if QUOTE not in line:
        return Row(tuple(line.split(layout.delimiter)), after)
    if not layout.quoted:
        return _read_tabbed_row(data, start, stop, after, layout, final=closed)
    strict = _strict(data, start, layout)
    if b' "' in line and (spaced := _strict(data, start, layout, blanks=True)) and len(spaced[0]) == layout.columns:
        strict = spaced
    if strict is not None:
        cells, end = strict
        if end < 0 and not closed:
            return None
        if end >= 0 and not (end > after and _swallows(data, start, end, layout)):
            return Row(cells, end)
    cells = _lenient(line, layout)
    if len(cells) == layout.columns:
        return Row(cells, after)
    plain = tuple(line.split(layout.delimiter))
    if len(plain) == layout.columns and line.count(QUOTE) % 2 == 0:
        return Row(plain, after)
    further = _lenient_lines(data, start, after, layout, final=closed)
    if further is not None:
        return further if further.end >= 0 else None
    return Row((), after, open_quote=True)


def _line_end(data: bytes, start: int) -> tuple[int, int]:
    """Where the line's text ends, and where the next line begins (-1: there is no end yet)."""
    at = data.find(b"\n", start)
    if at < 0:
        return len(data), -1
    return (at - 1 if at > start and data[at - 1] == 13 else at), at + 1


def _lines(data: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Where each line's text starts and stops, from the one at ``at`` to the last that starts before ``end``."""
    while 0 <= at < end:
        start = at
        stop, at = _line_end(data, start)
        yield start, stop


def _strict(data: bytes, start: int, layout: Layout, *, blanks: bool = False) -> tuple[tuple[bytes, ...], int] | None:
    """The cells by RFC 4180 and the row's end (-1: a quote is open at the end of the data); None where it is broken.

    ``blanks``: a quoted field may have some around its quotes.
    """
    cells: list[bytes] = []
    delimiter = layout.delimiter[0]
    at = start
    while True:
        if blanks and data[at : at + 1] == b" " and (bare := _after_blanks(data, at)) < len(data) and data[bare] == 34:
            at = bare
        if at < len(data) and data[at] == 34:
            close = data.find(QUOTE, at + 1)
            while close >= 0 and data[close + 1 : close + 2] == QUOTE:
                close = data.find(QUOTE, close + 2)
            if close < 0:
                return (), -1
            cells.append(data[at + 1 : close].replace(b'""', QUOTE))
            at = _after_blanks(data, close + 1) if blanks else close + 1
        else:
            stop, _ = _line_end(data, at)
            place = data.find(layout.delimiter, at, stop)
            end = place if place >= 0 else stop
            cells.append(data[at:end])
            at = end
        if data[at : at + 2] == b"\r\n":
            at += 1
        if at >= len(data):
            return tuple(cells), len(data)
        if data[at] == 10:
            return tuple(cells), at + 1
        if data[at] != delimiter:
            return None
        at += 1


def _after_blanks(data: bytes, at: int) -> int:
    while data[at : at + 1] == b" ":
        at += 1
    return at


def _swallows(data: bytes, start: int, end: int, layout: Layout) -> bool:
    """Whether lines of a row over several lines are rows of their own."""
    row = data[start : start + 100]
    return any(
        data.count(layout.delimiter, at, stop) == layout.columns - 1 and _goes_on(row, data[at : at + 100], layout)
        for at, stop in _lines(data, data.find(b"\n", start) + 1 or end, end)
    )


def _lenient(line: bytes, layout: Layout) -> tuple[bytes, ...]:
    """Cells of which a quoted one ends at the first quote before a delimiter or the end; none where one stays open."""
    cells: list[bytes] = []
    at = 0
    while True:
        if line[at : at + 1] == QUOTE:
            close = line.find(QUOTE + layout.delimiter, at + 1)
            if close < 0:
                if len(line) - 1 <= at or not line.endswith(QUOTE):
                    return ()
                close = len(line) - 1
            cells.append(line[at + 1 : close].replace(b'""', QUOTE))
            at = close + 1
        else:
            end = line.find(layout.delimiter, at)
            end = len(line) if end < 0 else end
            cells.append(line[at:end])
            at = end
        if at >= len(line):
            return tuple(cells)
        at += 1


def _lenient_lines(data: bytes, start: int, after: int, layout: Layout, *, final: bool) -> Row | None:
    """A text over several lines with quotes of its own inside; None where a row begins before its end.

    A row with the end -1: it may end beyond the data.
    """
    at = after
    tries = 0
    for _ in range(LINES_AHEAD):
        if at >= len(data):
            return None if final else Row((), -1)
        if at - start > BYTES_AHEAD:
            return None
        stop, end = _line_end(data, at)
        if end < 0:
            if not final:
                return Row((), -1)
            end = len(data)
        if data.count(layout.delimiter, at, stop) >= layout.columns - 1:
            return None
        if data.find(QUOTE, at, stop) >= 0 and tries < TRIES:
            tries += 1
            cells = _lenient(data[start:stop], layout)
            if len(cells) == layout.columns:
                return Row(cells, end)
        at = end
    return None


def _read_tabbed_row(data: bytes, start: int, stop: int, after: int, layout: Layout, *, final: bool) -> Row | None:
    """A row between tabs: quotes are text, but for a field that needs them for a line break, a tab or a quote."""
    cells = data[start:stop].split(layout.delimiter)
    plain = Row(tuple(_without_needed_quotes(cell) for cell in cells), after)
    open_end = cells[-1].startswith(QUOTE) and not _closes(cells[-1])
    if len(cells) >= layout.columns and not open_end:
        return plain
    strict = _strict(data, start, layout)
    if strict is None:
        return plain
    fields, end = strict
    if end < 0:
        return plain if final or _row_ahead(data, after, layout) else None
    if len(fields) != layout.columns or _row_within(data, after, end, layout):
        return plain
    return Row(fields, end)


def _closes(cell: bytes) -> bool:
    return len(cell) > 1 and cell.endswith(QUOTE) and cell[1:-1].replace(b'""', b"").count(QUOTE) == 0


def _without_needed_quotes(cell: bytes) -> bytes:
    needed = cell.startswith(QUOTE) and _closes(cell) and b'""' in cell[1:-1]
    return cell[1:-1].replace(b'""', QUOTE) if needed else cell


def _row_ahead(data: bytes, at: int, layout: Layout) -> bool:
    """Whether a line with all columns stands within the next lines, or these do not end the data."""
    return any(
        count == LINES_AHEAD or data.count(layout.delimiter, start, stop) == layout.columns - 1
        for count, (start, stop) in enumerate(_lines(data, at, len(data) + 1))
    )


def _row_within(data: bytes, at: int, end: int, layout: Layout) -> bool:
    least = layout.columns - 1
    return least > 0 and any(
        data.count(layout.delimiter, start, stop) >= least for start, stop in _lines(data, at, end)
    )


def rows_of(block: RowBlock, layout: Layout) -> list[Row]:
    """The rows of a block one by one."""
    return _cut_rows(block.data, layout, final=True, too_long=False)[0] if block.rows is None else block.rows


def split_line(data: bytes, start: int, delimiter: bytes) -> tuple[tuple[bytes, ...], int]:
    """The cells of the row at ``start``, and where it ends; a cell may go over several lines if its quotes close."""
    old_mac = b"\n" not in data
    row = _row(data.replace(b"\r", b"\n") if old_mac else data, start, Layout(delimiter, 0), final=True, closed=True)
    assert row is not None
    if row.cells:
        return row.cells, row.end
    stop, after = _line_end(data, start)
    return tuple(data[start:stop].split(delimiter)), len(data) if after < 0 else after
