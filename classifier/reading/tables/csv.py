"""CSV and TSV of articles, with line breaks inside quotes, as spreadsheets and databases write them."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.encoding import utf8_stream
from classifier.reading.packed_streams import chain_head, stretch
from classifier.reading.reading_options import ReadingOptions
from classifier.reading.tables.chunk import ArticleChunk, TableSource, check_chunk, wrong_field
from classifier.reading.tables.fields import Fields, fields_of
from classifier.reading.tables.quoting import Layout, RowBlock, row_blocks, rows_of, split_line

BLOCK_BYTES = 8 << 20
HEAD_BYTES = 64 << 10
DELIMITERS = b",\t;|"
MOST_COLUMNS = 4_096


@dataclass(frozen=True, slots=True)
class RowRange:
    """Rows in bytes ``start`` to ``end`` of a CSV whose header line ends at ``heading``; the first is ``first_row``.

    Rows are numbered from 1 after the header; empty lines are not counted.
    """

    start: int
    end: int
    first_row: int
    heading: int


@dataclass(frozen=True, slots=True)
class Heading:
    """The header line of a CSV: the names of its columns, how its rows are written, and the byte after it."""

    names: tuple[str, ...]
    layout: Layout
    end: int


def tsv_chunks(file: BinaryIO, source: TableSource) -> Iterator[ArticleChunk]:
    """Read a table with tabs between its cells as ``csv_chunks`` reads others."""
    return csv_chunks(file, source, "\t")


def csv_chunks(
    file: BinaryIO, source: TableSource, delimiter: str = "", rows: RowRange | None = None
) -> Iterator[ArticleChunk]:
    """Read a CSV with a header line as chunks; rows that are broken are refused by number.

    With ``rows``, only those of a range that ``row_ranges`` gave.  Raises InputRefused where the
    header lacks the field of the texts.
    """
    if rows is not None:
        file.seek(0)
        head = file.read(rows.heading)
        file = chain_head(head, stretch(file, rows.start, rows.end))
    stream = utf8_stream(file, source.name, source.options.encoding)
    head = stream.read(HEAD_BYTES)
    heading = read_heading(head, delimiter, source.name)
    fields = fields_of(heading.names, source.options)
    if not fields.text:
        raise wrong_field(source.name, source.options.text_field, list(heading.names))
    number = rows.first_row if rows else 1
    limits = source.options.limits
    for block in row_blocks(stream, heading.layout, BLOCK_BYTES, limits.line_bytes, head[heading.end :]):
        chunk = _arrow_chunk(block, heading, fields, number, source) if block.rows is None else None
        if chunk is None:  # an empty one is false as well, and its rows are refused by now
            chunk = _row_chunk(block, heading, fields, number, source)
        number += len(block.ends)
        if chunk is not None:
            yield chunk


def row_ranges(file: BinaryIO, size: int, delimiter: str, name: str, options: ReadingOptions) -> Iterator[RowRange]:
    """Cut a CSV in an encoding that keeps ASCII (UTF-8, GB18030, Big5) into ranges of about ``size`` bytes."""
    file.seek(0)
    heading = read_heading(file.read(HEAD_BYTES), delimiter, name)
    if heading.layout.delimiter == b"|":  # which may be half of a character in GB18030
        return
    file.seek(heading.end)
    first = number = 1
    start = end = heading.end
    for block in row_blocks(file, heading.layout, BLOCK_BYTES, options.limits.line_bytes):
        for stop in block.ends.tolist():
            number += 1
            end = heading.end + block.start + stop
            if end - start >= size:
                yield RowRange(start, end, first, heading.end)
                first, start = number, end
    if end > start:
        yield RowRange(start, end, first, heading.end)


def read_heading(head: bytes, delimiter: str, name: str) -> Heading:
    """The header line at the start of a CSV, after byte order marks, ``sep=;`` and empty lines.

    Raises InputRefused where there is none.
    """
    at = told = 0
    separator = delimiter.encode()
    while head.startswith(codecs.BOM_UTF8, at):
        at += 3
    while at < len(head):
        stop = min((i for i in (head.find(b"\n", at), head.find(b"\r", at)) if i >= 0), default=len(head))
        line = head[at:stop]
        if line.strip(b" \t\xef\xbb\xbf"):
            if told or not line.lower().startswith(b"sep=") or len(line) != 5:
                break
            separator, told = line[4:], 1
        at = stop + 1
    if at >= len(head):
        raise InputRefused(name, say("reading.empty"))
    separator = separator or max((bytes((c,)) for c in DELIMITERS), key=lambda c: (line.count(c), c == b","))
    cells, end = split_line(head, at, separator)
    if len(cells) > MOST_COLUMNS:
        raise InputRefused(name, say("reading.too_many_columns", most=f"{MOST_COLUMNS:,}"))
    quoted = separator != b"\t" or line.startswith(b'"')
    names = tuple(cell.decode("utf-8", "replace") for cell in cells)
    return Heading(names, Layout(separator, len(cells), quoted), end)


def _arrow_chunk(
    block: RowBlock, heading: Heading, fields: Fields, number: int, source: TableSource
) -> ArticleChunk | None:
    """A well-formed block read by Arrow; None where it holds a row that needs a closer look."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    keys = {field: f"c{heading.names.index(field)}" for field in fields if field}
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(block.data),
            read_options=arrow_csv.ReadOptions(
                use_threads=False,
                block_size=len(block.data) + 1,
                column_names=[f"c{i}" for i in range(heading.layout.columns)],
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=heading.layout.delimiter.decode(),
                newlines_in_values=True,
                quote_char='"' if heading.layout.quoted else False,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(keys.values(), pa.string()),
                include_columns=list(keys.values()),
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
    except pa.ArrowException:
        return None
    if table.num_rows != len(block.ends):
        return None
    positions = pa.array(np.arange(number, number + table.num_rows))
    return check_chunk(source, (table.column(keys[field]) if field else None for field in fields), positions)


def _row_chunk(
    block: RowBlock, heading: Heading, fields: Fields, number: int, source: TableSource
) -> ArticleChunk | None:
    """A block read row by row; those with too few or too many cells, or an open quote, are refused by number."""
    import pyarrow as pa

    rows = rows_of(block, heading.layout)
    columns = heading.layout.columns
    good: list[tuple[bytes, ...]] = []
    positions: list[int] = []
    for position, row in enumerate(rows, number):
        if row.open_quote:
            source.refuse_row(position, say("reading.open_quote"))
        elif len(row.cells) != columns:
            source.refuse_row(position, say("reading.wrong_cells", found=len(row.cells), expected=columns))
        else:
            good.append(row.cells)
            positions.append(position)
    if not good:
        return None
    places = [heading.names.index(field) if field else -1 for field in fields]
    arrays = (
        None if place < 0 else pa.array([cells[place] for cells in good], pa.binary()).view(pa.string())
        for place in places
    )
    return check_chunk(source, arrays, pa.array(positions, pa.int64()))
