"""Rows → JSON Lines by Arrow's string functions: the same lines as json.dumps, several times as fast."""

from __future__ import annotations

import json
from json.encoder import encode_basestring
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from classifier.article import CODES

_OPTIONAL = (*CODES, "column", "subtitle", "byline", "date", "uncertain")
_OPTIONAL_PLACES = ("page", "box")
"""Fields that stand in a line, or in its source, only where there is something in them."""


def json_lines(rows: Any) -> bytes:
    """A RecordBatch of ``rows.SCHEMA`` as lines of the tag contract, one object an article."""
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
