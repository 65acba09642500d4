"""Lines measured on a scan: their type size from a box that an OCR tool drew, and pages made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from classifier.reading.layout.printed import Box, PrintedPage, Role, TextPiece

LINE_PITCH = 1.5
"""How far lines stand apart, in type sizes, where a block's lines are not known."""
BODY_SPREAD = 0.8, 1.2
"""Measured sizes between these, against the body's, are the body's: boxes on scans are that uneven."""


def measure_piece(text: str, box: Box, role: Role = "", *, bold: bool = False) -> TextPiece | None:
    """A line of text with the size that its box speaks for; None where there is nothing to read."""
    text = " ".join(text.split())
    if not text or box.width <= 0 or box.height <= 0:
        return None
    units = sum(0.5 if c.isascii() else 1.0 for c in text)
    if box.height > 2.5 * box.width and units >= 3:
        return TextPiece(text, box, box.width, bold, role)
    per_character = box.width / max(units, 0.5)
    if units < 4:
        return TextPiece(text, box, min(max(box.height, 0.9 * per_character), 1.6 * box.height), bold, role)
    # The width of many characters is measured better than the height of one line.
    return TextPiece(text, box, min(max(per_character, 0.75 * box.height), 1.3 * box.height), bold, role)


def measure_block(text: str, box: Box, role: Role = "") -> TextPiece | None:
    """A block of text whose lines are not known; its size is guessed from its area."""
    text = " ".join(text.split())
    if not text or box.width <= 0 or box.height <= 0:
        return None
    units = max(1.0, sum(0.5 if c.isascii() else 1.0 for c in text))
    if box.height > 2.5 * box.width and units <= 60 and role == "headline":
        return TextPiece(text, box, box.width, True, role)
    if units * box.height <= 1.35 * box.width:
        return measure_piece(text, box, role)
    size = (box.width * box.height / (units * LINE_PITCH)) ** 0.5
    lines = max(1, round(box.height / (size * LINE_PITCH)))
    return TextPiece(text, box, size, role == "headline", role, lines)


def measure_page(
    number: int,
    width: float,
    height: float,
    pieces: Iterable[TextPiece | None],
    *,
    rules: Sequence[Box] = (),
    pictures: Sequence[Box] = (),
) -> PrintedPage:
    """A page of measured pieces; sizes close to the body's are made the body's."""
    kept = [p for p in pieces if p is not None]
    width = width or max((p.box.right for p in kept), default=0.0)
    height = height or max((p.box.bottom for p in kept), default=0.0)
    body = _usual_size(kept)
    evened = [
        TextPiece(p.text, p.box, body, p.bold, p.role, p.lines)
        if BODY_SPREAD[0] < p.size / body < BODY_SPREAD[1] and p.role != "caption"
        else p
        for p in kept
    ]
    # What a tool calls a headline in type of the body's size is a sub-head.
    settled = [
        TextPiece(p.text, p.box, p.size, True, "", p.lines) if p.role == "headline" and p.size <= body else p
        for p in evened
    ]
    return PrintedPage(number, width, height, tuple(settled), tuple(rules), (), tuple(pictures), exact=False)


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
            xs = [float(p[0]) for p in corners]
            ys = [float(p[1]) for p in corners]
            return Box(min(xs), min(ys), max(xs), max(ys))
        if len(corners) == 4:
            left, top, right, bottom = (float(c) for c in corners)
            return Box(left, top, right, bottom)
        if len(corners) == 8:
            xs, ys = [float(c) for c in corners[::2]], [float(c) for c in corners[1::2]]
            return Box(min(xs), min(ys), max(xs), max(ys))
    except (TypeError, ValueError, IndexError):
        return None
    return None
