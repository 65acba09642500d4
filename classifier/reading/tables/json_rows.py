"""JSON objects → rows of a chunk."""

from __future__ import annotations

import json
from typing import Any

from classifier.reading.tables.chunk import (
    CHUNK_BYTES,
    CHUNK_ROWS,
    ArticleChunk,
    TableSource,
    checked_chunk,
    wrong_field,
)

_BOM = b"\xef\xbb\xbf"


class JsonRows:
    """Rows of a chunk as they gather."""

    def __init__(self, source: TableSource) -> None:
        self.source = source
        self.seen_fields: dict[str, None] = {}
        self.clear()

    def clear(self) -> None:
        self.ids: list[str] = []
        self.titles: list[str] = []
        self.texts: list[str] = []
        self.dates: list[str] = []
        self.positions: list[int] = []
        self.bytes = 0
        self.with_text = 0

    @property
    def full(self) -> bool:
        return len(self.texts) >= CHUNK_ROWS or self.bytes >= CHUNK_BYTES

    def add(self, raw: bytes, number: int, encoding: str) -> None:
        if number == 1 and raw.startswith(_BOM):
            raw = raw[len(_BOM) :]
        if not raw.strip():
            return
        try:
            value = json.loads(raw.decode(encoding))
        except UnicodeDecodeError:
            self.source.refuse_row(number, f"is not {encoding} as the lines before; convert the file")
            return
        except (ValueError, RecursionError) as error:
            self.source.refuse_row(number, f"is not valid JSON ({error}); write one object a line")
            return
        self.bytes += len(raw)
        self.add_value(value, number)

    def add_value(self, value: Any, number: int) -> None:
        if not isinstance(value, dict):
            self.source.refuse_row(number, 'is not a JSON object; write {"title": …, "text": …}')
            return
        options = self.source.options
        if not self.texts:
            self.seen_fields.update(dict.fromkeys(list(value)[:50]))
        try:
            text = _as_text(value.get(options.text_field))
            title = _as_text(value.get(options.title_field))
            article_id = _as_text(value.get(options.id_field))
            date = _as_text(value.get(options.date_field))
        except TypeError as error:
            self.source.refuse_row(number, f"{error}; give text")
            return
        self.with_text += options.text_field in value
        self.ids.append(article_id)
        self.titles.append(title)
        self.texts.append(text)
        self.dates.append(date)
        self.positions.append(number)

    def check_fields(self) -> None:
        """Refuse a table none of whose first rows has the field of the texts."""
        if self.texts and not self.with_text:
            raise wrong_field(self.source.name, self.source.options.text_field, list(self.seen_fields))

    def taken(self) -> ArticleChunk:
        import pyarrow as pa

        chunk = checked_chunk(
            self.source,
            _column(self.ids),
            _column(self.titles),
            _column(self.texts),
            _column(self.dates),
            pa.array(self.positions, pa.int64()),
        )
        self.clear()
        return chunk


def _column(values: list[str]) -> Any:
    import pyarrow as pa

    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:  # lone surrogates, which JSON may escape
        return pa.array([v.encode("utf-8", "replace").decode() for v in values], pa.string())


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return "\n".join(value)
    raise TypeError(f"a field holds a JSON {type(value).__name__} where text is due")
