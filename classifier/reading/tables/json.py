"""JSON files that are one value: an article, a list of them, or an object that holds such a list."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import BinaryIO

from classifier.errors import InputRefused
from classifier.reading.encoding import decode
from classifier.reading.streams import read_whole
from classifier.reading.tables.chunk import ArticleChunk, TableSource
from classifier.reading.tables.json_rows import JsonRows
from classifier.reading.tables.jsonl import jsonl_chunks


def json_chunks(file: BinaryIO, source: TableSource) -> Iterator[ArticleChunk]:
    """Read one JSON value: an article, a list of articles, or an object that holds such a list."""
    text = decode(
        read_whole(file, source.name, source.options.limits.file_bytes), source.name, source.options.encoding
    ).text
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        if "Extra data" in str(error):
            yield from jsonl_chunks(io.BytesIO(text.encode("utf-8", "surrogatepass")), source)
            return
        raise InputRefused(source.name, f"is not valid JSON ({error}); check where it was made") from error
    if isinstance(value, dict) and source.options.text_field not in value:
        value = next((v for v in value.values() if isinstance(v, list) and v and isinstance(v[0], dict)), [value])
    rows = JsonRows(source)
    checked = False
    for number, item in enumerate(value if isinstance(value, list) else [value], 1):
        rows.add_value(item, number)
        if rows.full:
            if not checked:
                rows.check_fields()
                checked = True
            yield rows.taken()
    if not checked:
        rows.check_fields()
    if rows.texts:
        yield rows.taken()
