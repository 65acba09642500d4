"""Rows → the bytes of one part: Parquet, JSON Lines or CSV."""

from __future__ import annotations

import csv
import io
import json
from json.encoder import encode_basestring
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from classifier.article import CODES
from classifier.spreadsheets import defuse
from lanmu.archive.folder import PartFormat
from lanmu.archive.rows import SCHEMA
from lanmu.commands.output import CSV_COLUMNS

ARCHIVE_CSV_COLUMNS = (*CSV_COLUMNS, "date")
BOM = "\ufeff"
_GROUP_ROWS = 1 << 16


_SEARCHED = ["id", "category", "probability", "decision", "path", "position", "date"]
"""Columns by whose smallest and largest value a reader may skip rows."""
_REPEATED = [
    "category", "category_name", "decision", "secondary.list.element", "reasons.list.element",
    "ranking.list.element.category", "path", "member", "date", "column", "subtitle", "byline", "uncertain.list.element",
    "media_topic", "gbt_20093",
]  # fmt: skip
"""Columns whose values repeat, and are written once."""


_OPTIONAL = (*CODES, "column", "subtitle", "byline", "date", "uncertain")
_OPTIONAL_PLACES = ("page", "box")
"""Fields that stand in a line, or in its source, only where there is something in them."""


class PartWriter:
    """Takes rows (RecordBatches, all of CODED_SCHEMA or all of SCHEMA) and writes them to an open file."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def write(self, rows: Any) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Write what is still held back."""


class ParquetPart(PartWriter):
    """Parquet with zstd; rows wait until a row group is full."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.writer: Any = None
        self.waiting: list[Any] = []
        self.rows = 0

    def write(self, rows: Any) -> None:
        self.waiting.append(rows)
        self.rows += len(rows)
        if self.rows >= _GROUP_ROWS:
            self._flush()

    def close(self) -> None:
        self._flush()
        (self.writer or self._opened(SCHEMA)).close()

    def _flush(self) -> None:
        if self.waiting:
            table = pa.Table.from_batches(self.waiting)
            self.writer = self.writer or self._opened(table.schema)
            self.writer.write_table(table, row_group_size=2 * _GROUP_ROWS)
            self.waiting, self.rows = [], 0

    def _opened(self, schema: Any) -> Any:
        return pq.ParquetWriter(
            self.file,
            schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=_REPEATED,
            write_statistics=_SEARCHED,
            store_schema=False,  # else readers would see codes where SCHEMA has strings
        )


class JsonLinesPart(PartWriter):
    """One object a line, as ``lanmu tag --format jsonl`` prints it."""

    def write(self, rows: Any) -> None:
        self.file.write(json_lines(rows))


class CsvPart(PartWriter):
    """CSV with a heading line for spreadsheets: in UTF-8 with a BOM, formulas defused."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self._write([list(ARCHIVE_CSV_COLUMNS)], BOM)

    def write(self, rows: Any) -> None:
        columns = {name: rows.column(name).to_pylist() for name in ARCHIVE_CSV_COLUMNS}
        columns["probability"] = [f"{value:.6f}" for value in columns["probability"]]
        columns["secondary"] = [" ".join(values) for values in columns["secondary"]]
        columns["reasons"] = ["; ".join(values) for values in columns["reasons"]]
        columns["position"] = [str(value) for value in columns["position"]]
        columns["date"] = [value or "" for value in columns["date"]]
        for name in ("id", "title", "category", "category_name", "path", "member", "date"):
            columns[name] = [defuse(value) for value in columns[name]]
        self._write([list(row) for row in zip(*(columns[name] for name in ARCHIVE_CSV_COLUMNS), strict=True)])

    def _write(self, rows: list[list[str]], before: str = "") -> None:
        text = io.StringIO(newline="")
        text.write(before)
        csv.writer(text, lineterminator="\n").writerows(rows)
        self.file.write(text.getvalue().encode())


PART_WRITERS: dict[PartFormat, type[PartWriter]] = {"parquet": ParquetPart, "jsonl": JsonLinesPart, "csv": CsvPart}


def json_lines(rows: Any) -> bytes:
    """A RecordBatch of ``rows.SCHEMA`` as lines of the tag contract, one object an article.

    By Arrow's string functions: the same lines as json.dumps, several times as fast.
    """
    if not len(rows):
        return b""
    lines = _join_expression(
        '{"id": ', _quote(rows.column("id")),
        ', "title": ', _quote(rows.column("title")),
        ', "category": ', _quote(rows.column("category")),
        ', "category_name": ', _quote(rows.column("category_name")),
        ', "probability": ', _numbers(rows.column("probability")),
        ', "decision": ', _quote(rows.column("decision")),
        ', "secondary": ', json_column(rows.column("secondary")),
        ', "reasons": ', json_column(rows.column("reasons")),
        ', "ranking": ', json_column(rows.column("ranking")),
        ', "source": {"path": ', _quote(rows.column("path")),
        ', "member": ', _quote(rows.column("member")),
        ', "position": ', rows.column("position").cast(pa.string()),
        *(_optional(name, rows.column(name)) for name in _OPTIONAL_PLACES), "}",
        *(_optional(name, rows.column(name)) for name in _OPTIONAL),
        "}\n",
    )  # fmt: skip
    _, offsets, data = lines.buffers()
    ends = np.frombuffer(offsets, np.int64)[lines.offset : lines.offset + len(lines) + 1]
    return bytes(memoryview(data)[int(ends[0]) : int(ends[-1])])


def json_column(column: Any) -> Any:
    """A list column (of strings, numbers, or the ranking) as JSON arrays; null stays null."""
    if column.null_count:
        return pa.array(
            [None if v is None else json.dumps(v, ensure_ascii=False) for v in column.to_pylist()], pa.string()
        )
    values = column.values
    if pa.types.is_struct(values.type):
        category, probability = _quote(values.field(0)), _numbers(values.field(1))
        shown = _join_expression('{"category": ', category, ', "probability": ', probability, "}")
    else:
        shown = _quote(values)
    return _join_expression(
        "[", pc.binary_join(pa.ListArray.from_arrays(column.offsets, shown.cast(pa.string())), ", "), "]"
    )


def _join_expression(*pieces: Any) -> Any:
    wide = pa.large_string()
    given = [pa.scalar(p, wide) if isinstance(p, str) else p.cast(wide) for p in pieces]
    return pc.binary_join_element_wise(*given, pa.scalar("", wide))


def _quote(column: Any) -> Any:
    """Each string as JSON; strings that repeat are quoted once."""
    coded = column.dictionary_encode()
    return pa.array([encode_basestring(value) for value in coded.dictionary.to_pylist()], pa.string()).take(
        coded.indices
    )


def _numbers(column: Any) -> Any:
    """float32 probabilities as decimals of up to six places."""
    values = column.to_numpy(zero_copy_only=False).astype(np.float64)
    return pa.array(np.rint(values * 1e6) / 1e6).cast(pa.string())


def _optional(name: str, column: Any) -> Any:
    if column.null_count == len(column):
        return ""
    if name == "date" or name in CODES:
        return pc.fill_null(_join_expression(f', "{name}": ', _quote(column)), "")
    values = column.to_pylist()
    return pa.array([f", {json.dumps({name: v}, ensure_ascii=False)[1:-1]}" if v else "" for v in values], pa.string())
