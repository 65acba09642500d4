"""JSON objects → rows of a chunk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from classifier.messages import say
from classifier.reading.doubts import doubt
from classifier.reading.reading_options import ReadingOptions
from classifier.reading.tables.chunk import (
    CHUNK_BYTES,
    CHUNK_ROWS,
    ArticleChunk,
    TableSource,
    check_chunk,
    wrong_field,
)
from classifier.reading.tables.fields import fields_of

_PARAGRAPH = ("text", "content", "正文", "内容", "p", "paragraph")
_BODY_CHARACTERS = 20
"""A text this long, in a row without a field of the text, may be what its title is about."""


class JsonRows:
    """Rows of a chunk as they gather; ``check_fields``: whether one in the first chunk must have the field of texts."""

    def __init__(self, source: TableSource, *, check_fields: bool = True) -> None:
        self.source, self.check_fields = source, check_fields
        self.seen_fields: dict[str, None] = {}
        self.clear()
        self.with_text = int(not check_fields)

    def clear(self) -> None:
        self.rows: list[list[str]] = []
        self.positions: list[int] = []
        self.notes: dict[int, tuple[str, ...]] = {}
        self.bytes = 0
        self.with_text = 0

    @property
    def full(self) -> bool:
        return len(self.rows) >= CHUNK_ROWS or self.bytes >= CHUNK_BYTES

    def add(self, raw: bytes, number: int) -> None:
        """Add a line; one that is no JSON object of text is refused by its number."""
        nuls = raw.count(b"\0")
        raw = raw.replace(b"\0", b"") if nuls else raw
        if not raw.strip():
            return
        try:
            value = json.loads(raw.decode())
        except UnicodeDecodeError:
            self.source.refuse_row(number, say("reading.bad_bytes"))
            return
        except (ValueError, RecursionError) as error:
            self.source.refuse_row(number, say("reading.no_json_line", error=error))
            return
        self.bytes += len(raw)
        before = len(self.rows)
        self.add_value(value, number)
        if nuls and len(self.rows) > before:
            self._note(doubt("nuls_left_out", count=nuls))

    def add_value(self, value: Any, number: int) -> None:
        """Add a JSON object as a row."""
        if not isinstance(value, dict):
            self.source.refuse_row(number, say("reading.no_object"))
            return
        options = self.source.options
        if len(self.rows) < 5:
            self.seen_fields.update(dict.fromkeys(list(value)[:50]))
        fields = fields_of(value, options)
        if not fields.text or isinstance(value[fields.text], dict):
            value = unwrapped(value, options)
            fields = fields_of(value, options)
        row: list[str] = []
        for name in fields:
            text = json_text(value.get(name)) if name else ""
            if text is None:
                self.source.refuse_row(
                    number, say("reading.no_text_value", field=name, kind=type(value[name]).__name__)
                )
                return
            row.append(text)
        there = bool(fields.text) and fields.text in value
        if not there and self.with_text and row[1]:
            known = (fields.id, fields.title, fields.date)
            others = [v for key, v in value.items() if key not in known and isinstance(v, str)]
            if any(len(other) >= _BODY_CHARACTERS for other in others):
                said = say("reading.row_without_text", field=options.text_field, fields=", ".join(list(value)[:20]))
                self.source.refuse_row(number, said)
                return
        self.with_text += there
        self.rows.append(row)
        self.positions.append(number)
        if not there and row[1]:
            self._note(doubt("title_only"))

    def _note(self, said: str) -> None:
        place = len(self.rows) - 1
        self.notes[place] = (*self.notes.get(place, ()), said)

    def take(self) -> ArticleChunk:
        """The rows so far, of which there is one at least, as a chunk."""
        import pyarrow as pa

        if self.check_fields and not self.with_text:
            raise wrong_field(self.source.name, self.source.options.text_field, list(self.seen_fields))
        self.check_fields = False
        columns = map(_column, zip(*self.rows, strict=True))
        chunk = check_chunk(self.source, columns, pa.array(self.positions, pa.int64()), self.notes)
        self.clear()
        return chunk


def unwrapped(value: dict[str, Any], options: ReadingOptions) -> dict[str, Any]:
    """The article inside an object that wraps it (``{"_id": …, "_source": {…}}``), with what else is said of it.

    ``value`` itself where it wraps none.
    """
    inner = [v for v in value.values() if isinstance(v, dict) and has_text(v, options)]
    if len(inner) != 1:
        return value
    around = {key: v for key, v in value.items() if isinstance(v, str | int | float)}
    return {**around, **inner[0]}


def has_text(value: dict[str, Any], options: ReadingOptions) -> bool:
    """Whether an object has a field of the text, with text in it."""
    text = fields_of(map(str, value), options).text
    return bool(text) and json_text(value[text]) is not None


def json_text(value: Any) -> str | None:
    """What a JSON value is as text: a list of texts (or of objects with texts) is its paragraphs; None: no text."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    if isinstance(value, list):
        lines = [_paragraph(item) for item in value]
        return None if None in lines else "\n".join(line for line in lines if line)
    return None


def _paragraph(value: Any) -> str | None:
    if isinstance(value, dict):
        value = next((value[key] for key in _PARAGRAPH if key in value), None)
    return value if isinstance(value, str) else None


def _column(values: Sequence[str]) -> Any:
    import pyarrow as pa

    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:  # lone surrogates, which JSON may escape
        return pa.array([v.encode("utf-8", "replace").decode() for v in values], pa.string())
