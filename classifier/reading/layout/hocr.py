"""hOCR, what Tesseract, OCRopus, kraken and others write as HTML (kba.github.io/hocr-spec), as printed pages."""

from __future__ import annotations

import re
from typing import Any

from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.layout.measured import measure_block, measure_page, measure_piece, without_gaps
from classifier.reading.layout.printed import Box, PrintedPage, Role

_BOX = re.compile(r"\bbbox\s+(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)")
_LINES: dict[str, Role] = {
    **dict.fromkeys(("ocr_line", "ocrx_line", "ocr_header", "ocr_footer", "ocr_textfloat"), ""),
    "ocr_caption": "caption",
    "ocr_pageno": "furniture",
}
_SMALLER = ({"ocr_par"}, {"ocr_carea", "ocrx_block"}, {"ocrx_word", "ocr_word"})
"""What is read of a page without lines: the first of these that it has."""


def hocr_pages(data: bytes, name: str) -> list[PrintedPage]:
    """Pages of an hOCR file.

    Raises InputRefused where there is no page in it.
    """
    from lxml import etree, html

    try:
        root = html.fromstring(data, parser=html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise InputRefused(name, say("printed.no_hocr", error=str(error)[:80])) from error
    pages = [e for e in root.iter() if "ocr_page" in _classes(e)]
    if not pages:
        raise InputRefused(name, say("printed.no_ocr_page"))
    return [_page(page, n) for n, page in enumerate(pages, 1)]


def _page(page: Any, number: int) -> PrintedPage:
    rules: list[Box] = []
    pictures: list[Box] = []
    for element in page.iter():
        classes = _classes(element)
        if classes and (box := _box(element)) is not None:
            if classes & {"ocr_separator", "ocrx_separator"}:
                rules.append(box)
            elif classes & {"ocr_photo", "ocr_image", "ocr_linedrawing", "ocr_float", "ocr_chart"}:
                pictures.append(box)
    pieces = [measure_piece(_text(e), _box(e), _role(e)) for e in _innermost(page, set(_LINES))]
    if not pieces:
        blocks = next((elements for kinds in _SMALLER if (elements := _innermost(page, kinds))), [])
        pieces = [measure_block(_text(element), _box(element)) for element in blocks]
    whole = _box(page)
    width, height = (whole.width, whole.height) if whole is not None else (0.0, 0.0)
    return measure_page(number, width, height, pieces, rules=rules, pictures=pictures)


def _role(element: Any) -> Role:
    return next(role for kind, role in _LINES.items() if kind in _classes(element))


def _innermost(page: Any, kinds: set[str]) -> list[Any]:
    """Elements of these classes that hold none of them, in their order."""
    elements = [e for e in page.iter() if kinds & _classes(e)]
    around = {id(outer) for e in elements for outer in e.iterancestors()}
    return [e for e in elements if id(e) not in around]


def _text(element: Any) -> str:
    return without_gaps(element.text_content())


def _classes(element: Any) -> set[str]:
    return set((element.get("class") or "").split()) if isinstance(element.tag, str) else set()


def _box(element: Any) -> Box | None:
    match = _BOX.search(element.get("title") or "")
    return Box(*(float(x) for x in match.groups())) if match else None
