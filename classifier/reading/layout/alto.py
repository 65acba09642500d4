"""ALTO XML, what libraries' digitised newspapers are in (loc.gov/standards/alto): its pages as printed pages.

All versions and units are read alike: places are taken as shares of the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.layout.measured import Measured, measure_page, measure_piece, without_gaps
from classifier.reading.layout.printed import Box, PrintedPage

WIDE_BLANK = 0.8
"""From this width on, against the line's height, a blank between Chinese words is printed, not only noted."""


def alto_pages(data: bytes, name: str) -> list[PrintedPage]:
    """Pages of an ALTO file.

    Raises InputRefused where the XML is damaged or is none of ALTO.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputRefused(name, say("printed.damaged_xml", error=str(error)[:80])) from error
    if _name(root) != "alto":
        raise InputRefused(name, say("printed.no_alto", element=_name(root)[:40]))
    return [_page(page, n) for n, page in enumerate(_all(root, "Page"), 1)]


def _page(page: Any, number: int) -> PrintedPage:
    pieces: list[Measured] = []
    for line in _all(page, "TextLine"):
        words = [(_name(e), e) for e in line if _name(e) in ("String", "SP", "HYP")]
        box = _box(line)
        if box is None:
            boxes = [b for _, e in words if (b := _box(e)) is not None]
            box = Box.around_all(boxes) if boxes else None
        pieces.append(measure_piece(_text(words), box))
    width, height = _number(page, "WIDTH"), _number(page, "HEIGHT")
    drawn = [b for e in _all(page, "GraphicalElement") if (b := _box(e)) is not None]
    rules = [b for b in drawn if min(b.width, b.height) < 0.006 * max(1.0, width)]
    pictures = [b for e in _all(page, "Illustration") if (b := _box(e)) is not None]
    return measure_page(number, width, height, pieces, rules=rules, pictures=pictures)


def _text(words: Sequence[tuple[str, Any]]) -> str:
    """A line's text; blanks between Chinese words, which some tools note for each, are none."""
    text, before, apart = "", None, False
    for kind, element in words:
        if kind == "SP":
            apart = True
            continue
        word, box = element.get("CONTENT") or "", _box(element)
        if apart and text and word:
            wide = before is None or box is None or box.left - before.right >= WIDE_BLANK * max(box.height, 1e-9)
            pair = f"{text[-1]} {word[0]}"
            text += " " if wide or without_gaps(pair) == pair else ""
        text += word
        before, apart = box, False
    return text


def _all(root: Any, name: str) -> Iterator[Any]:
    return (e for e in root.iter() if _name(e) == name)


def _name(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _number(element: Any, attribute: str) -> float:
    try:
        return float(element.get(attribute) or 0)
    except ValueError:
        return 0.0


def _box(element: Any) -> Box | None:
    left, top = _number(element, "HPOS"), _number(element, "VPOS")
    width, height = _number(element, "WIDTH"), _number(element, "HEIGHT")
    return Box(left, top, left + width, top + height) if width > 0 or height > 0 else None
