"""What MinerU writes of a page: ``*_middle.json`` with lines and their boxes, ``*_content_list.json`` with blocks.

The content list tells places in thousandths of the page; an older MinerU tells none, only the order in
which the blocks are read.  A newer one also writes ``*_content_list_v2.json``, a list a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from classifier.reading.layout.measured import PICTURES, ROLES, Measured, box_of, measure_block, measure_page
from classifier.reading.layout.printed import Box, PrintedPage, Role
from classifier.reading.page.formulas import with_plain_figures

PAGE_SHAPE = 1.4
"""Height over width of a page that is told in thousandths only."""
CAPTION_HEIGHT = 28.0
MOST_NESTED = 4


def middle_pages(value: dict[str, Any]) -> list[PrintedPage]:
    """The pages of a ``*_middle.json``."""
    return [_middle_page(page, n) for n, page in enumerate(value["pdf_info"], 1)]


def content_list_pages(items: Sequence[dict[str, Any]]) -> list[PrintedPage]:
    """The pages of a content list; none where its blocks have no places."""
    if not any(box_of(item.get("bbox")) for item in items):
        return []
    by_page: dict[int, list[dict[str, Any]]] = {}
    for item in items:
        by_page.setdefault(int(item.get("page_idx", 0)), []).append(item)
    return [_content_page(own, number + 1) for number, own in sorted(by_page.items())]


def paged_items(value: Sequence[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The items of a content list of the second version, as those of the first."""
    return [_as_first_version(item, number) for number, page in enumerate(value) for item in page]


def content_list_text(items: Sequence[dict[str, Any]]) -> str:
    """A content list in its own order as a page's text, headlines marked by their level."""
    parts: list[str] = []
    for item in items:
        kind = str(item.get("type", ""))
        if ROLES.get(kind) == "furniture":
            continue
        if kind in PICTURES:
            parts += [*_captions(item), str(item.get("table_body") or "")]
            continue
        text = " ".join(_text_of(item).split())
        level = min(6, int(item.get("text_level") or (ROLES.get(kind) == "headline")))
        parts.append(f"{'#' * level} {text}" if level > 0 else text)
    return "\n\n".join(part for part in parts if part.strip("# "))


def _middle_page(page: dict[str, Any], number: int) -> PrintedPage:
    width, height = (*page.get("page_size", ()), 0, 0)[:2]
    pieces: list[Measured] = []
    pictures: list[Box] = []
    for block in page.get("preproc_blocks") or page.get("para_blocks") or []:
        _add_block(block, pieces, pictures)
    for block in page.get("discarded_blocks") or []:
        for line in block.get("lines") or []:
            pieces.append(_line(line, "furniture"))
    return measure_page(number, float(width), float(height), pieces, pictures=pictures)


def _add_block(block: dict[str, Any], pieces: list[Measured], pictures: list[Box], depth: int = 0) -> None:
    kind = str(block.get("type", ""))
    if kind in PICTURES and (box := box_of(block.get("bbox"))) is not None and "lines" in block:
        pictures.append(box)
    if depth < MOST_NESTED:
        for inner in block.get("blocks") or []:
            _add_block(inner, pieces, pictures, depth + 1)
    if kind in PICTURES:
        return
    for line in block.get("lines") or []:
        pieces.append(_line(line, ROLES.get(kind, "")))


def _line(line: dict[str, Any], role: Role) -> Measured:
    """A line; the vlm backend gives a whole block as one."""
    text = "".join(_span(span) for span in line.get("spans") or [])
    return measure_block(text, box_of(line.get("bbox")), role)


def _span(span: dict[str, Any]) -> str:
    text = str(span.get("content") or "")
    return with_plain_figures(f"${text}$") if span.get("type") == "inline_equation" else text


def _content_page(items: Sequence[dict[str, Any]], number: int) -> PrintedPage:
    pieces: list[Measured] = []
    pictures: list[Box] = []
    for item in items:
        box = box_of(item.get("bbox"))
        if box is not None:
            box = Box(box.left, box.top * PAGE_SHAPE, box.right, box.bottom * PAGE_SHAPE)
        _add_item(item, box, pieces, pictures)
    return measure_page(number, 1000.0, 1000.0 * PAGE_SHAPE, pieces, pictures=pictures)


def _add_item(item: dict[str, Any], box: Box | None, pieces: list[Measured], pictures: list[Box]) -> None:
    kind = str(item.get("type", ""))
    if kind in PICTURES:
        caption = " ".join(_captions(item))
        if box is None:
            pieces.append(measure_block(caption, None, "caption"))
            return
        high = min(0.3 * box.height, CAPTION_HEIGHT) if caption else 0.0
        pictures.append(Box(box.left, box.top, box.right, box.bottom - high))
        if caption:
            pieces.append(measure_block(caption, Box(box.left, box.bottom - high, box.right, box.bottom), "caption"))
        return
    role: Role = "headline" if item.get("text_level") else ROLES.get(kind, "")
    pieces.append(measure_block(_text_of(item), box, role))


def _text_of(item: dict[str, Any]) -> str:
    text = item.get("text") or " ".join(str(x) for x in _as_list(item.get("list_items")))
    return with_plain_figures(str(text))


def _captions(item: dict[str, Any]) -> list[str]:
    """A picture's or table's captions; the names of their fields differ from version to version."""
    return [str(x) for key in item if key.endswith("_caption") for x in _as_list(item[key])]


def _as_first_version(item: dict[str, Any], page: int) -> dict[str, Any]:
    content = item.get("content")
    content = content if isinstance(content, dict) else {}
    kind = str(item.get("type", ""))
    told: dict[str, Any] = {"type": kind, "bbox": item.get("bbox"), "page_idx": page}
    for key, value in content.items():
        if key.endswith("_caption"):
            told[key] = ["".join(_inline(value))]
        elif key == "html":
            told["table_body"] = value
        elif key == "list_items":
            told[key] = ["".join(_inline(one)) for one in _as_list(value)]
        elif key.endswith("_content"):
            told["text"] = "".join(_inline(value))
    if kind == "title":
        told["text_level"] = content.get("level") or 1
    return told


def _inline(value: Any, depth: int = 0) -> Iterator[str]:
    """The runs of text in a value of the second version."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and depth < MOST_NESTED:
        for one in value:
            yield from _inline(one, depth + 1)
    elif isinstance(value, dict):
        text = value.get("content", value.get("item_content", ""))
        if value.get("type") == "equation_inline" and isinstance(text, str):
            yield with_plain_figures(f"${text}$")
        elif depth < MOST_NESTED:
            yield from _inline(text, depth + 1)


def _as_list(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value] if value else []
