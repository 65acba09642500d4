"""Rows → the bytes of one part: Parquet, JSON Lines or CSV."""

from __future__ import annotations

import csv
import io
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from classifier.spreadsheets import defuse
from lanmu.archive.json_lines import json_lines
from lanmu.archive.plan import PartFormat
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
