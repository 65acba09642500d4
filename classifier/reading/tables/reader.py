"""A table of any kind → chunks of its rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from classifier.reading.tables.chunk import ArticleChunk, TableSource


def table_chunks(file: BinaryIO, kind: str, source: TableSource) -> Iterator[ArticleChunk]:
    """Read a whole table of ``kind`` (jsonl, json, csv, tsv, parquet, spreadsheet) from an open binary file.

    A row that cannot be read goes to ``source.refused``; a table that cannot be read raises
    InputRefused.
    """
    if kind == "jsonl":
        from classifier.reading.tables.jsonl import jsonl_chunks

        return jsonl_chunks(file, source)
    if kind == "json":
        from classifier.reading.tables.json_values import json_chunks

        return json_chunks(file, source)
    if kind == "parquet":
        from classifier.reading.tables.parquet import parquet_chunks

        return parquet_chunks(file, source)
    if kind == "spreadsheet":
        from classifier.reading.tables.workbooks import sheet_chunks

        return sheet_chunks(file, source)
    from classifier.reading.tables.csv import csv_chunks

    return csv_chunks(file, source, "\t" if kind == "tsv" else "")
