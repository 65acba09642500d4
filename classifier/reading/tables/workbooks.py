"""Spreadsheets of articles: Excel's, WPS's and OpenDocument's, every sheet that has a heading."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Final

from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.doubts import doubt
from classifier.reading.kinds import is_workbook
from classifier.reading.packed_streams import Unpacking, read_whole
from classifier.reading.reading_options import LIMITS, ReadingOptions
from classifier.reading.tables.chunk import (
    CHUNK_BYTES,
    CHUNK_ROWS,
    ArticleChunk,
    TableSource,
    check_chunk,
    wrong_field,
)
from classifier.reading.tables.fields import HEADING_ROWS, fields_of, find_heading
from classifier.reading.tables.sheet_process import Sheet, SheetRows, read_sheets_in_process

CELL_CHARACTERS: Final = 32_767
"""Excel keeps no more of a cell, and says nothing of what it cuts off."""


def sheet_chunks(file: BinaryIO, source: TableSource) -> Iterator[ArticleChunk]:
    """Read a workbook: each row below a sheet's heading is an article; rows are numbered as in Excel.

    A sheet without the field of the texts, and one that takes too long, are refused by name where
    others are read; hidden sheets are read as well.  Raises InputRefused where none has the field, and
    where the workbook cannot be read.
    """
    data = read_whole(file, source.name, source.options.limits.file_bytes)
    unpacked = Unpacking(source.name, source.options.limits, len(data))
    unread: list[InputRefused] = []
    given: set[str] = set()
    table: _SheetTable | None = None
    tables = 0
    if is_workbook(data):
        pieces = read_sheets_in_process(data, source.name, source.options.limits)
    else:
        from classifier.reading.tables.markup_sheets import markup_sheets

        pieces = markup_sheets(data, source.name, source.options)
    for piece in pieces:
        if isinstance(piece, SheetRows):
            assert table is not None
            unpacked.take(sum(len(cell) for row in piece.rows for cell in row))
            yield from table.take(piece)
            continue
        if table is not None:
            yield from table.end(unread)
            tables += table.columns is not None
        table = _SheetTable(_source_of(piece, source, tables), piece, given)
        if piece.late:
            unread.append(InputRefused(table.source.name, say("sheet.late_sheet")))
    if table is not None:
        yield from table.end(unread)
        tables += table.columns is not None
    if not tables and unread:
        raise unread[0]
    for error in unread:
        source.refused(error)


def first_rows(data: bytes, name: str) -> list[list[str]]:
    """The rows of a workbook's first sheet that has any.  Raises InputRefused as ``sheet_chunks`` does."""
    rows: list[list[str]] = []
    for piece in read_sheets_in_process(data, name, LIMITS):
        if isinstance(piece, SheetRows):
            rows += piece.rows
        elif piece.late:
            raise InputRefused(f"{name}!{piece.name}", say("sheet.late_sheet"))
        elif any(map(any, rows)):
            break
    return rows


def _source_of(sheet: Sheet, source: TableSource, tables: int) -> TableSource:
    """Where the rows of a sheet come from: the only one is the file, as a CSV is; others have their names."""
    if sheet.count == 1:
        return source
    stem = f"{source.origin.stem}/{sheet.name}" if tables else source.origin.stem
    return replace(source, origin=source.origin.inside(sheet.name, stem))


@dataclass(slots=True)
class _SheetTable:
    """The rows of one sheet as they come; ``given`` are the ids of the sheets before it, some of which count anew."""

    source: TableSource
    sheet: Sheet
    given: set[str]
    own: set[str] = field(default_factory=set)
    columns: _Columns | None = None
    above: list[tuple[int, list[str]]] = field(default_factory=list)
    rows: list[tuple[str, str, str, str]] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    size: int = 0
    last_date: str = ""

    def take(self, piece: SheetRows) -> Iterator[ArticleChunk]:
        for position, cells in enumerate(piece.rows, piece.row):
            if not any(cell.strip() for cell in cells):
                continue
            if self.columns is not None:
                self._add(position, cells, self.columns)
                if len(self.rows) >= CHUNK_ROWS or 3 * self.size >= CHUNK_BYTES:
                    yield self._chunk()
                continue
            self.above.append((position, cells))
            if len(self.above) == HEADING_ROWS:
                self._find_heading()

    def end(self, unread: list[InputRefused]) -> Iterator[ArticleChunk]:
        """What is left; a sheet without the field of the texts goes to ``unread``."""
        if self.columns is None:
            self._find_heading()
        if self.columns is None and self.above:
            filled = ([cell.strip()[:40] for cell in cells if cell.strip()] for _, cells in self.above)
            names = max(filled, key=len)  # the first of the widest: a caption stands in one cell
            unread.append(wrong_field(self.source.name, self.source.options.text_field, names))
        if self.rows:
            yield self._chunk()
        self.given |= self.own - {""}

    def _find_heading(self) -> None:
        place = find_heading([cells for _, cells in self.above], self.source.options)
        if place is None:
            return
        self.columns = _Columns.of(self.above[place][1], self.source.options, self.sheet)
        for position, cells in self.above[place + 1 :]:
            self._add(position, cells, self.columns)

    def _add(self, position: int, cells: list[str], columns: _Columns) -> None:
        article_id, title, text, date = (
            cells[place] if 0 <= place < len(cells) else "" for place in (columns.id, *columns.others)
        )
        if article_id in self.given:
            article_id = ""
        self.own.add(article_id)
        title_goes_on, text_goes_on, date_goes_on = (_goes_on(rows, position) for rows in columns.merged)
        if not date and date_goes_on:
            date = self.last_date
        self.last_date = date
        if not title and not text and (title_goes_on or text_goes_on):
            return  # it was read with the row in which its cell begins
        self.rows.append((article_id, title, text, date))
        self.positions.append(position)
        self.size += len(title) + len(text)

    def _chunk(self) -> ArticleChunk:
        import pyarrow as pa

        columns = [pa.array(column, pa.string()) for column in zip(*self.rows, strict=True)]
        full = doubt("full_cell", most=CELL_CHARACTERS)
        notes = {i: (full,) for i, row in enumerate(self.rows) if len(row[2]) == CELL_CHARACTERS}
        positions = pa.array(self.positions, pa.int64())
        self.rows, self.positions, self.size = [], [], 0
        return check_chunk(self.source, columns, positions, notes)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where in a row the id, and the title, text and date stand (-1: nowhere), and which cells of the latter go on."""

    id: int
    others: tuple[int, int, int]
    merged: Sequence[Sequence[tuple[int, int]]]

    @classmethod
    def of(cls, names: Sequence[str], options: ReadingOptions, sheet: Sheet) -> _Columns:
        fields = fields_of(names, options)
        article_id, title, text, date = (names.index(name) if name else -1 for name in fields)
        merged = [
            sorted((first, last) for place, first, last in sheet.merged if place == own) for own in (title, text, date)
        ]
        return cls(article_id, (title, text, date), merged)


def _goes_on(merged: Sequence[tuple[int, int]], row: int) -> bool:
    """Whether the cell in a row is one with that above it; ``merged`` are first and last rows, sorted."""
    at = bisect_left(merged, (row,)) - 1
    return at >= 0 and row <= merged[at][1]
