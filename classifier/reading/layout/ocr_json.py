"""The JSON that OCR tools write, as printed pages: MinerU, PaddleOCR (PP-OCR, PP-Structure), RapidOCR.

MinerU's ``*_middle.json`` has lines with their boxes, its ``*_content_list.json`` blocks in thousandths of the
page; PaddleOCR's results have lines, PP-Structure's what kind of block each stands in besides.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.layout.measured import box_of, measure_block, measure_page, measure_piece
from classifier.reading.layout.printed import Box, PrintedPage, Role, TextPiece

PAGE_SHAPE = 1.4
"""Height over width of a page that is told in thousandths only."""
_ROLES: dict[str, Role] = {
    "title": "headline",
    "doc_title": "headline",
    "paragraph_title": "headline",
    "image_caption": "caption",
    "figure_title": "caption",
    "figure_caption": "caption",
    "table_caption": "caption",
    "chart_title": "caption",
    "vision_footnote": "caption",
    "header": "furniture",
    "footer": "furniture",
    "page_number": "furniture",
    "number": "furniture",
    "header_image": "furniture",
    "footer_image": "furniture",
    "aside_text": "",
}
_PICTURES = frozenset({"image", "figure", "chart", "image_body", "table", "table_body", "seal"})
_WHAT = "is JSON of no OCR tool that lanmu knows (MinerU, PaddleOCR, RapidOCR); see docs/pages.md"


def ocr_json_pages(data: bytes, name: str) -> list[PrintedPage]:
    """Pages of an OCR tool's JSON.

    Raises InputRefused where it is damaged or another tool's.
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputRefused(name, say("printed.damaged_json", error=str(error)[:80])) from error
    try:
        pages = _pages(value)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise InputRefused(name, _WHAT) from error
    if not pages:
        raise InputRefused(name, _WHAT)
    return pages


def _pages(value: Any) -> list[PrintedPage]:
    if isinstance(value, dict):
        if "pdf_info" in value:
            return [_middle_page(page, n) for n, page in enumerate(value["pdf_info"], 1)]
        if isinstance(value.get("result"), dict):
            value = value["result"]
        for key, inner in (("layoutParsingResults", "prunedResult"), ("ocrResults", "prunedResult")):
            if key in value:
                return [_paddle_page(page[inner], n) for n, page in enumerate(value[key], 1)]
        value = value.get("res", value)
        return [_paddle_page(value, 1)] if {"parsing_res_list", "rec_texts", "overall_ocr_res"} & value.keys() else []
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        if "page_idx" in value[0]:
            return _content_list_pages(value)
        if "txt" in value[0]:
            lines = (measure_piece(str(x["txt"]), box) for x in value if (box := box_of(x["box"])) is not None)
            return [measure_page(1, 0.0, 0.0, lines)]
        if {"parsing_res_list", "rec_texts", "overall_ocr_res"} & value[0].keys() or "res" in value[0]:
            return [_paddle_page(page.get("res", page), n) for n, page in enumerate(value, 1)]
    return []


# MinerU ----------------------------------------------------------------------------------------------


def _middle_page(page: dict[str, Any], number: int) -> PrintedPage:
    width, height = (*page.get("page_size", ()), 0, 0)[:2]
    pieces: list[TextPiece | None] = []
    pictures: list[Box] = []
    blocks = page.get("preproc_blocks") or page.get("para_blocks") or []
    for block in blocks:
        _middle_block(block, pieces, pictures)
    for block in page.get("discarded_blocks") or []:
        for line in block.get("lines") or []:
            pieces.append(_middle_line(line, "furniture"))
    return measure_page(number, float(width), float(height), pieces, pictures=pictures)


def _middle_block(block: dict[str, Any], pieces: list[TextPiece | None], pictures: list[Box], depth: int = 0) -> None:
    kind = str(block.get("type", ""))
    if kind in _PICTURES and (box := box_of(block.get("bbox"))) is not None and "lines" in block:
        pictures.append(box)
    if depth < 4:
        for inner in block.get("blocks") or []:
            _middle_block(inner, pieces, pictures, depth + 1)
    if kind in _PICTURES and "caption" not in kind:
        return
    for line in block.get("lines") or []:
        pieces.append(_middle_line(line, _ROLES.get(kind, "")))


def _middle_line(line: dict[str, Any], role: Role) -> TextPiece | None:
    text = "".join(str(span.get("content") or "") for span in line.get("spans") or [])
    box = box_of(line.get("bbox"))
    return None if box is None else measure_piece(text, box, role)


def _content_list_pages(items: Sequence[dict[str, Any]]) -> list[PrintedPage]:
    by_page: dict[int, list[dict[str, Any]]] = {}
    for item in items:
        by_page.setdefault(int(item.get("page_idx", 0)), []).append(item)
    if not any(box_of(item.get("bbox")) for item in items):
        # An older MinerU: no places, only the reading order.
        return []
    pages = []
    for number, own in sorted(by_page.items()):
        pieces: list[TextPiece | None] = []
        pictures: list[Box] = []
        for item in own:
            box = box_of(item.get("bbox"))
            if box is None:
                continue
            box = Box(box.left, box.top * PAGE_SHAPE, box.right, box.bottom * PAGE_SHAPE)
            _content_item(item, box, pieces, pictures)
        pages.append(measure_page(number + 1, 1000.0, 1000.0 * PAGE_SHAPE, pieces, pictures=pictures))
    return pages


def _content_item(item: dict[str, Any], box: Box, pieces: list[TextPiece | None], pictures: list[Box]) -> None:
    kind = str(item.get("type", ""))
    if kind in _PICTURES:
        caption = " ".join(str(x) for key in ("image_caption", "table_caption") for x in _as_list(item.get(key)))
        high = min(0.3 * box.height, 28.0) if caption else 0.0
        pictures.append(Box(box.left, box.top, box.right, box.bottom - high))
        if caption:
            pieces.append(measure_block(caption, Box(box.left, box.bottom - high, box.right, box.bottom), "caption"))
        return
    role: Role = "headline" if item.get("text_level") else _ROLES.get(kind, "")
    text = item.get("text") or " ".join(str(x) for x in _as_list(item.get("list_items")))
    pieces.append(measure_block(str(text), box, role))


def _as_list(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value] if value else []


# PaddleOCR -------------------------------------------------------------------------------------------


def _paddle_page(result: dict[str, Any], number: int) -> PrintedPage:
    blocks = [
        (str(b.get("block_label", "")), box, str(b.get("block_content") or ""))
        for b in result.get("parsing_res_list") or []
        if (box := box_of(b.get("block_bbox"))) is not None
    ]
    pictures = [box for label, box, _ in blocks if label in _PICTURES]
    lines = result.get("overall_ocr_res") or result
    texts = lines.get("rec_texts") or []
    places = lines.get("rec_boxes")
    if places is None or not len(places):
        places = lines.get("rec_polys") or lines.get("dt_polys") or []
    width, height = float(result.get("width") or 0), float(result.get("height") or 0)
    if not texts:
        pieces = [measure_block(t, box, _ROLES.get(label, "")) for label, box, t in blocks if label not in _PICTURES]
        return measure_page(number, width, height, pieces, pictures=pictures)
    measured: list[TextPiece | None] = []
    for text, place in zip(texts, places, strict=False):
        box = box_of(place)
        if box is None:
            continue
        x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        label = next((label for label, b, _ in blocks if b.holds(x, y)), "")
        measured.append(measure_piece(str(text), box, _ROLES.get(label, "")))
    return measure_page(number, width, height, measured, pictures=pictures)
