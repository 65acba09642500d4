"""The JSON that OCR tools write, as printed pages: MinerU, PaddleOCR (PP-OCR, PP-Structure), RapidOCR, Umi-OCR."""

from __future__ import annotations

import json
from typing import Any

from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.layout import mineru, paddle
from classifier.reading.layout.printed import PrintedPage

_WHAT = say("printed.unknown_json")


def ocr_json_pages(data: bytes, name: str) -> list[PrintedPage] | str:
    """Pages of an OCR tool's JSON; the text of a page in reading order where it tells no places.

    Raises InputRefused where it is damaged or another tool's.
    """
    try:
        value = _value(data)
    except (ValueError, RecursionError) as error:
        raise InputRefused(name, say("printed.damaged_json", error=str(error)[:80])) from error
    try:
        pages = _pages(value)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        raise InputRefused(name, _WHAT) from error
    if not pages:
        raise InputRefused(name, _WHAT)
    return pages


def _value(data: bytes) -> Any:
    """One value, or the list of those that stand in a line each."""
    try:
        return json.loads(data)
    except ValueError:
        lines = [line for line in data.splitlines() if line.strip()]
        if len(lines) < 2 or not lines[0].lstrip().startswith(b"{"):
            raise
        return [json.loads(line) for line in lines]


def _pages(value: Any) -> list[PrintedPage] | str:
    if isinstance(value, dict):
        return _pages_of_object(value)
    if not isinstance(value, list) or not value:
        return []
    if all(isinstance(item, dict) for item in value):
        return _pages_of_objects(value)
    if all(isinstance(page, list) for page in value):
        if any(isinstance(item, dict) and "type" in item for page in value for item in page):
            return _content_list(mineru.paged_items(value))
        one = paddle.pairs_page(value, 1)
        if one is not None:
            return [one]
        several = [paddle.pairs_page(page, n) for n, page in enumerate(value, 1)]
        return [page for page in several if page is not None]
    return []


def _pages_of_object(value: dict[str, Any]) -> list[PrintedPage]:
    if "pdf_info" in value:
        return mineru.middle_pages(value)
    if isinstance(value.get("result"), dict):
        value = value["result"]
    for key in ("layoutParsingResults", "ocrResults"):
        if key in value:
            return [paddle.result_page(page["prunedResult"], n) for n, page in enumerate(value[key], 1)]
    if isinstance(value.get("data"), list) and all(isinstance(x, dict) and "box" in x for x in value["data"]):
        return [paddle.lines_page(value["data"])]
    value = value.get("res", value)
    return [paddle.result_page(value, 1)] if paddle.RESULTS & value.keys() else []


def _pages_of_objects(value: list[dict[str, Any]]) -> list[PrintedPage] | str:
    first = value[0]
    if "page_idx" in first:
        return _content_list(value)
    if "box" in first and ("txt" in first or "text" in first):
        return [paddle.lines_page(value)]
    if "type" in first and "bbox" in first:
        return [paddle.regions_page(value)]
    results = [page.get("res", page) for page in value]
    if all(isinstance(page, dict) and paddle.RESULTS & page.keys() for page in results):
        return [paddle.result_page(page, n) for n, page in enumerate(results, 1)]
    return []


def _content_list(items: list[dict[str, Any]]) -> list[PrintedPage] | str:
    return mineru.content_list_pages(items) or mineru.content_list_text(items)
