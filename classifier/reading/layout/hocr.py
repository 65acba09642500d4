"""hOCR, what Tesseract and others write as HTML (kba.github.io/hocr-spec): its pages as printed pages."""

from __future__ import annotations

import re
from typing import Any

from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.layout.measured import measure_page, measure_piece
from classifier.reading.layout.printed import Box, PrintedPage, Role, TextPiece

_BOX = re.compile(r"\bbbox\s+(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)")
_LINES: dict[str, Role] = {"ocr_line": "", "ocr_header": "", "ocr_textfloat": "", "ocr_caption": "caption"}
_HAN_GAP = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\s+(?=[\u3000-\u9fff\uff00-\uffef])")


def hocr_pages(data: bytes, name: str) -> list[PrintedPage]:
    """Pages of an hOCR file.

    Raises InputRefused where there is no page in it.
    """
    from lxml import etree, html

    try:
        root = html.fromstring(data, parser=html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise InputRefused(name, say("printed.no_hocr", error=str(error)[:80])) from error
    found = [e for e in root.iter() if "ocr_page" in _classes(e)]
    if not found:
        raise InputRefused(name, say("printed.no_ocr_page"))
    return [_page(page, n) for n, page in enumerate(found, 1)]


def _page(page: Any, number: int) -> PrintedPage:
    pieces: list[TextPiece | None] = []
    rules: list[Box] = []
    pictures: list[Box] = []
    for element in page.iter():
        classes = _classes(element)
        box = _box(element) if classes else None
        if box is None:
            continue
        if "ocr_separator" in classes:
            rules.append(box)
        elif classes & {"ocr_photo", "ocr_image", "ocr_linedrawing"}:
            pictures.append(box)
        for kind, role in _LINES.items():
            if kind in classes:
                text = _HAN_GAP.sub("", " ".join(element.text_content().split()))
                pieces.append(measure_piece(text, box, role))
                break
    whole = _box(page)
    width, height = (whole.width, whole.height) if whole is not None else (0.0, 0.0)
    return measure_page(number, width, height, pieces, rules=rules, pictures=pictures)


def _classes(element: Any) -> set[str]:
    return set((element.get("class") or "").split()) if isinstance(element.tag, str) else set()


def _box(element: Any) -> Box | None:
    match = _BOX.search(element.get("title") or "")
    return Box(*(float(x) for x in match.groups())) if match else None
