"""Lines measured on a scan: their type size from a box that an OCR tool drew, and pages made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from classifier.reading.layout.printed import Box, PrintedPage, Role, TextPiece
from classifier.reading.patterns import pattern

_ROLES: Final[dict[Role, str]] = {
    "headline": "title doc_title paragraph_title",
    "caption": "image_caption figure_title figure_caption table_caption table_title chart_title chart_caption "
    "vision_footnote",
    "furniture": "header footer page_header page_footer page_number number header_image footer_image discarded",
}
ROLES: Final[dict[str, Role]] = {kind: role for role, kinds in _ROLES.items() for kind in kinds.split()}
"""What OCR tools call the kinds of blocks on a page, and what these are."""
PICTURES: Final = frozenset({
    "image", "figure", "chart", "image_body", "table", "table_body", "chart_body", "seal", "header_image",
    "footer_image",
})  # fmt: skip
LINE_PITCH = 1.5
"""How far lines stand apart, in type sizes, where a block's lines are not known."""
HAN = r"\u2014\u2018-\u201d\u2026\u3000-\u9fff\uff00-\uffef"
_HAN_BREAK = pattern(rf"(?<=[{HAN}])[ ]*[\r\n]+\s*(?=[{HAN}])")
_HAN_GAP = pattern(rf"(?<=[{HAN}])\s+(?=[{HAN}])")
FARTHEST = 1e6
"""Nothing on a page stands further from its corner."""
SMALLEST_PAGE = 1_000.0
"""Pages told in smaller measures (millimetres, shares of one) are made this large."""
MOST_LINES = 2_000
MANY_CHARACTERS = 200
"""This much text fills more than a corner of its page."""
BODY_SPREAD = 0.8, 1.2
"""Measured sizes between these, against the body's, are the body's: boxes on scans are that uneven."""


def without_gaps(text: str) -> str:
    """Text without the blanks that a tool sets between Chinese words."""
    return _HAN_GAP.sub("", " ".join(text.split()))


Measured = TextPiece | str | None
"""A piece of text; its text alone where a tool gives it no place that can be on a page; None: nothing to read."""


def measure_piece(text: str, box: Box | None, role: Role = "") -> Measured:
    """A line of text with the size that its box speaks for."""
    text = " ".join(text.split())
    if not text:
        return None
    units = sum(0.5 if c.isascii() else 1.0 for c in text)
    box = _usable(box, units)
    if box is None:
        return text
    if box.height > 2.5 * box.width and units >= 3:
        return TextPiece(text, box, box.width, role=role)
    per_character = box.width / max(units, 0.5)
    if units < 4:
        size = min(max(box.height, 0.9 * per_character), 1.6 * box.height)
    else:  # the width of many characters is measured better than the height of one line
        size = min(max(per_character, 0.75 * box.height), 1.3 * box.height)
    return TextPiece(text, box, size, role=role)


def measure_block(text: str, box: Box | None, role: Role = "") -> Measured:
    """A block of text whose lines are not known; its size is guessed from its area."""
    text = " ".join(_HAN_BREAK.sub("", text).split())
    if not text:
        return None
    units = max(1.0, sum(0.5 if c.isascii() else 1.0 for c in text))
    box = _usable(box, units)
    if box is None:
        return text
    if box.height > 2.5 * box.width and units <= 60 and role == "headline":
        return TextPiece(text, box, box.width, True, role)
    if box.height > 2.5 * box.width and units >= 3 and units * box.width <= 1.5 * box.height:
        return measure_piece(text, box, role)
    if units * box.height <= 1.35 * box.width:
        return measure_piece(text, box, role)
    size = (box.width * box.height / (units * LINE_PITCH)) ** 0.5
    lines = max(1, min(MOST_LINES, round(box.height / (size * LINE_PITCH))))
    return TextPiece(text, box, size, role == "headline", role, lines)


def _usable(box: Box | None, units: float) -> Box | None:
    """A box as it can stand on a page: with its sides in order, and one that is missing guessed from the other."""
    if box is None or not all(abs(side) < FARTHEST for side in box):
        return None
    box = Box(min(box.left, box.right), min(box.top, box.bottom), max(box.left, box.right), max(box.top, box.bottom))
    if box.width <= 0 and box.height <= 0:
        return None
    if box.height <= 0:
        return Box(box.left, box.top, box.right, box.top + box.width / max(1.0, units))
    if box.width <= 0:
        return Box(box.left, box.top, box.left + box.height * max(1.0, units), box.bottom)
    return box


def measure_page(
    number: int,
    width: float,
    height: float,
    pieces: Iterable[Measured],
    *,
    rules: Sequence[Box] = (),
    pictures: Sequence[Box] = (),
) -> PrintedPage:
    """A page of measured pieces; sizes close to the body's are made the body's."""
    given = list(pieces)
    kept = [p for p in given if isinstance(p, TextPiece)]
    unplaced = tuple(p for p in given if isinstance(p, str))
    width, height = _page_size(width, height, kept)
    if 0 < max(width, height) < SMALLEST_PAGE:
        grown = SMALLEST_PAGE / max(width, height)
        kept = [replace(p, box=_grow(p.box, grown), size=p.size * grown) for p in kept]
        rules, pictures = [_grow(box, grown) for box in rules], [_grow(box, grown) for box in pictures]
        width, height = width * grown, height * grown
    body = _usual_size(kept)
    evened = [
        replace(p, size=body) if BODY_SPREAD[0] < p.size / body < BODY_SPREAD[1] and p.role != "caption" else p
        for p in kept
    ]
    # What a tool calls a headline in type of the body's size is a sub-head; of blocks the size is only a guess.
    in_blocks = sum(len(p.text) for p in kept if p.lines > 1) > 0.5 * sum(len(p.text) for p in kept)
    least = 0.75 * body if in_blocks else body
    settled = [replace(p, bold=True, role="") if p.role == "headline" and p.size <= least else p for p in evened]
    return PrintedPage(
        number, width, height, tuple(settled), tuple(rules), (), tuple(pictures), False, unplaced=unplaced
    )


def _grow(box: Box, times: float) -> Box:
    return Box(*(side * times for side in box))


def _page_size(width: float, height: float, pieces: Sequence[TextPiece]) -> tuple[float, float]:
    """The page's size; its text's where none is told, or one of another unit or of the picture before it was turned."""
    right = max((p.box.right for p in pieces), default=0.0)
    bottom = max((p.box.bottom for p in pieces), default=0.0)
    if not (0.98 * right <= width < FARTHEST and 0.98 * bottom <= height < FARTHEST):
        return right, bottom
    much = sum(len(p.text) for p in pieces) >= MANY_CHARACTERS
    if much and right < 0.6 * width and bottom < 0.6 * height:
        return right, bottom
    return width, height


def _usual_size(pieces: Sequence[TextPiece]) -> float:
    """The size in the middle of all characters that no headline holds."""
    sizes = sorted((p.size, len(p.text)) for p in pieces if p.role in ("", "body")) or sorted(
        (p.size, len(p.text)) for p in pieces
    )
    half = sum(n for _, n in sizes) / 2
    for size, n in sizes:
        half -= n
        if half <= 0:
            return size
    return 1.0


def box_of(corners: object) -> Box | None:
    """A box from ``[left, top, right, bottom]`` or a list of points; None from anything else."""
    if not isinstance(corners, (list, tuple)) or not corners:
        return None
    try:
        if isinstance(corners[0], (list, tuple)):
            points = [(float(p[0]), float(p[1])) for p in corners]
        elif len(corners) == 8:
            points = [(float(x), float(y)) for x, y in zip(corners[::2], corners[1::2], strict=True)]
        else:
            left, top, right, bottom = (float(c) for c in corners)
            return Box(left, top, right, bottom)
    except (TypeError, ValueError, IndexError):
        return None
    xs, ys = zip(*points, strict=True)
    return Box(min(xs), min(ys), max(xs), max(ys))
