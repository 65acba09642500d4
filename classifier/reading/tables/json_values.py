"""JSON files that are one value: an article, a list of them, or an object that holds such lists, however deep."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.encoding import decode
from classifier.reading.packed_streams import read_whole
from classifier.reading.reading_options import ReadingOptions
from classifier.reading.tables.chunk import ArticleChunk, TableSource
from classifier.reading.tables.fields import fields_of
from classifier.reading.tables.json_rows import JsonRows, has_text, unwrapped
from classifier.reading.tables.jsonl import jsonl_chunks

MOST_VALUES = 8_000_000
"""A value of JSON takes up to a hundred bytes once it is read."""
_LOOKED_AT = 50
_DEEPEST = 6


def json_chunks(file: BinaryIO, source: TableSource) -> Iterator[ArticleChunk]:
    """Read one JSON value: an article, a list of articles, or an object that holds such lists.

    Of several lists those are read whose items have titles and texts.  Raises InputRefused where
    there are only several that might be meant.
    """
    data = read_whole(file, source.name, source.options.limits.file_bytes)
    if data.count(b",") + data.count(b"[") + data.count(b"{") > MOST_VALUES:
        raise InputRefused(source.name, say("reading.too_many_values", most=f"{MOST_VALUES:,}"))
    text = decode(data, source.name, source.options.encoding).text.lstrip("\ufeff")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        if "Extra data" not in str(error):
            raise InputRefused(source.name, say("reading.no_json", error=error)) from error
        values = _one_after_another(text)
        if values is None:
            yield from jsonl_chunks(io.BytesIO(text.encode("utf-8", "surrogatepass")), source)
            return
        value = values
    rows = JsonRows(source)
    for number, item in enumerate(articles_in(value, source), 1):
        rows.add_value(item, number)
        if rows.full:
            yield rows.take()
    if rows.rows:
        yield rows.take()


def articles_in(value: Any, source: TableSource) -> list[Any]:
    """The items of a JSON value that are articles.

    Raises InputRefused, naming them, where there are several lists and none has titles and texts.
    """
    if not isinstance(value, dict | list):
        return [value]
    options = source.options
    if isinstance(value, list):
        if any(_grade(item, options) for item in value[:_LOOKED_AT]):
            return value
    elif has_text(value, options):
        return [value]
    lists = list(_lists_in(value, options, "", 0))
    best = max((grade for grade, _, _ in lists), default=0)
    chosen: dict[str, list[Any]] = {}
    for grade, path, items in lists:
        if grade == best:
            chosen.setdefault(path, []).extend(items)
    if not chosen:
        return value if isinstance(value, list) else [value]
    if best < 2 and len(chosen) > 1:
        raise InputRefused(source.name, say("reading.several_lists", lists=", ".join(list(chosen)[:10])))
    return [item for items in chosen.values() for item in items]


def _lists_in(value: Any, options: ReadingOptions, path: str, depth: int) -> Iterator[tuple[int, str, list[Any]]]:
    """Lists of objects in a value with texts, and objects that are an article: grade (2: with titles), path, items."""
    inside = value.items() if isinstance(value, dict) else (("", item) for item in value)
    for key, inner in inside:
        name = f"{path}.{key}" if path and key else path or str(key)
        if isinstance(inner, list):
            grades = [_grade(item, options) for item in inner[:_LOOKED_AT]]
            if any(grades):
                yield max(grades), name, inner
                continue
        elif isinstance(inner, dict) and (grade := _grade(inner, options)):
            yield grade, name, [inner]
            continue
        if isinstance(inner, dict | list) and depth < _DEEPEST:
            yield from _lists_in(inner, options, name, depth + 1)


def _grade(item: Any, options: ReadingOptions) -> int:
    if not isinstance(item, dict):
        return 0
    if not has_text(item, options):
        item = unwrapped(item, options)
        if not has_text(item, options):
            return 0
    return 2 if fields_of(map(str, item), options).title in item else 1


def _one_after_another(text: str) -> list[Any] | None:
    """Values that stand one after the other over several lines each; None where each has a line of its own."""
    first = text.lstrip().split("\n", 1)[0]
    decoder = json.JSONDecoder()
    try:
        decoder.raw_decode(first)
        return None
    except (ValueError, RecursionError):
        pass
    values: list[Any] = []
    at = 0
    try:
        while at < len(text):
            at += len(text[at : at + 1_000]) - len(text[at : at + 1_000].lstrip(" \t\r\n,"))
            if at >= len(text):
                break
            value, at = decoder.raw_decode(text, at)
            values.append(value)
    except (ValueError, RecursionError):
        return None
    return values
