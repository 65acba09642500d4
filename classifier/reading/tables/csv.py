"""CSV and TSV of articles, with line breaks inside quotes, as spreadsheets and databases write them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from typing import Any, BinaryIO

from classifier.errors import InputRefused
from classifier.reading.encoding import encoding_of
from classifier.reading.tables.chunk import ArticleChunk, TableSource, checked_chunk, wrong_field

_BLOCK_BYTES = 8 << 20
_SAMPLE = 64 * 1024


@dataclass(frozen=True, slots=True)
class RowRange:
    """Rows in bytes ``start`` to ``end`` of a CSV whose header line ends at ``heading``; the first is ``first_row``.

    Rows are numbered from 1 after the header; empty lines are not counted.
    """

    start: int
    end: int
    first_row: int
    heading: int


def csv_chunks(
    file: BinaryIO, source: TableSource, delimiter: str = "", rows: RowRange | None = None
) -> Iterator[ArticleChunk]:
    """Read a CSV with a header line as chunks; rows with too few or too many fields are refused by number.

    With ``rows``, only those of a range that archive.csv_rows gave.  Raises InputRefused where the
    header lacks the field of the texts or the quoting is broken.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    from classifier.reading.streams import chained, put_back, stretch

    limits, options = source.options.limits, source.options
    if rows is not None:
        file.seek(0)
        heading = file.read(rows.heading)
        file = chained(heading, stretch(file, rows.start, rows.end))
    before = rows.first_row - 1 if rows else 0
    head = file.read(_SAMPLE)
    if not head:
        raise InputRefused(source.name, "is empty; there is nothing to read")
    encoding = options.encoding or encoding_of(head, source.name)
    header, delimiter = csv_header(head, encoding, delimiter, source.name)
    if options.text_field not in header:
        raise wrong_field(source.name, options.text_field, header)
    wanted = [
        f for f in (options.id_field, options.title_field, options.text_field, options.date_field) if f and f in header
    ]
    bad: dict[int, str] = {}

    def invalid(row: Any) -> str:
        number = before + row.number - 1  # the header line is row 1 to Arrow
        bad[number] = f"has {row.actual_columns} fields, not {row.expected_columns}; check its quotes"
        return "skip"

    stream = put_back(head, file)
    position = before
    try:
        reader = arrow_csv.open_csv(
            stream,
            read_options=arrow_csv.ReadOptions(
                use_threads=False,
                block_size=max(_BLOCK_BYTES, min(limits.line_bytes, 1 << 30)),
                encoding=_codec(encoding, head),
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=invalid
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(wanted, pa.string()),
                include_columns=list(dict.fromkeys(wanted)),
                strings_can_be_null=False,
                check_utf8=True,
            ),
        )
        while True:
            try:
                batch = reader.read_next_batch()
            except StopIteration:
                break
            if not batch.num_rows:
                continue
            numbers = list(islice((i for i in count(position + 1) if i not in bad), batch.num_rows))
            positions = pa.array(numbers, pa.int64())
            position = numbers[-1]

            def column(field: str, batch: Any = batch) -> Any:
                return batch.column(field) if field in wanted else None

            yield checked_chunk(
                source,
                column(options.id_field),
                column(options.title_field),
                column(options.text_field),
                column(options.date_field),
                positions,
            )
    except (pa.ArrowException, UnicodeDecodeError, ValueError) as error:
        at = f" after row {position}" if position else ""
        raise InputRefused(
            source.name, f"cannot be read as CSV{at} ({error}); check its quotes and encoding"
        ) from error
    for number, reason in sorted(bad.items()):
        source.refuse_row(number, reason)


def csv_header(head: bytes, encoding: str, delimiter: str, name: str) -> tuple[list[str], str]:
    """The fields of the header line and the delimiter (found where it is empty)."""
    text = head.decode(encoding, "ignore").lstrip("\ufeff")
    first = text.replace("\r", "\n").split("\n", 1)[0]
    if not delimiter:
        delimiter = max(",\t;|", key=lambda c: (first.count(c), c == ","))
    try:
        row = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error as error:
        raise InputRefused(name, f"has a header line that cannot be read as CSV ({error}); check its quotes") from error
    return [field.strip("\ufeff") for field in row], delimiter


def _codec(encoding: str, head: bytes) -> str:
    """The encoding as Arrow takes it: UTF-8 needs no conversion, UTF-16 with a BOM must drop it."""
    bare = encoding.lower().replace("_", "-")
    if bare in ("utf-8", "utf8", "utf-8-sig"):
        return "utf8"
    if bare in ("utf-16-le", "utf-16-be") and head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    return encoding
