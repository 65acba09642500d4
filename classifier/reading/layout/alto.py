"""ALTO XML, what libraries' digitised newspapers are in (loc.gov/standards/alto): its pages as printed pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.layout.measured import measure_page, measure_piece
from classifier.reading.layout.printed import Box, PrintedPage, TextPiece


def alto_pages(data: bytes, name: str) -> list[PrintedPage]:
    """Pages of an ALTO file.

    Raises InputRefused where the XML is damaged or is none of ALTO.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise InputRefused(name, say("printed.damaged_xml", error=str(error)[:80])) from error
    if _name(root) != "alto":
        raise InputRefused(name, say("printed.no_alto", element=_name(root)[:40]))
    return [_page(page, n) for n, page in enumerate(_all(root, "Page"), 1)]


def _page(page: Any, number: int) -> PrintedPage:
    pieces: list[TextPiece | None] = []
    for line in _all(page, "TextLine"):
        box = _box(line)
        words = [(_name(e), e) for e in line if _name(e) in ("String", "SP", "HYP")]
        text = "".join(" " if kind == "SP" else e.get("CONTENT") or "" for kind, e in words)
        if box is None:
            boxes = [b for _, e in words if (b := _box(e)) is not None]
            if not boxes:
                continue
            box = boxes[0]
            for one in boxes[1:]:
                box = box.around(one)
        pieces.append(measure_piece(text, box))
    drawn = [b for e in _all(page, "GraphicalElement") if (b := _box(e)) is not None]
    rules = [b for b in drawn if min(b.width, b.height) < 0.006 * max(1.0, _number(page, "WIDTH"))]
    pictures = [b for e in _all(page, "Illustration") if (b := _box(e)) is not None]
    return measure_page(number, _number(page, "WIDTH"), _number(page, "HEIGHT"), pieces, rules=rules, pictures=pictures)


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
    return Box(left, top, left + width, top + height) if width > 0 and height >= 0 else None
