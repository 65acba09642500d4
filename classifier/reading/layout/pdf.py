"""A PDF's pages as printed pages, by pdfium: each character with its place and size, and what is drawn."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

from classifier.reading.layout.printed import Box, PrintedPage, TextPiece

MAX_RULE = 4.0
"""Up to this thickness (points) a drawn rectangle is a rule."""
MAX_OBJECTS = 60_000
MAX_PIECES = 200_000
_BOLD = ("bold", "black", "heavy", "semibold", "demi")


def pdf_pages(data: bytes) -> Iterator[PrintedPage]:
    """Pages of a PDF, one after the other."""
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(data)
    try:
        for number in range(len(document)):
            page = document[number]
            try:
                yield _page(page, number + 1)
            finally:
                page.close()
    finally:
        document.close()


def _page(page: Any, number: int) -> PrintedPage:
    place = _Place(page)
    pieces = tuple(_pieces(page, place))
    rules, frames, pictures = _drawn(page, place)
    return PrintedPage(number, place.width, place.height, pieces, tuple(rules), tuple(frames), tuple(pictures))


class _Place:
    """Turns places in a PDF page's own space into places on the page as it is seen."""

    def __init__(self, page: Any) -> None:
        self.width, self.height = page.get_size()
        self.turn = page.get_rotation()
        self.left, self.bottom, self.right, self.top = page.get_cropbox()

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        if left > right:
            left, right = right, left
        if bottom > top:
            bottom, top = top, bottom
        if self.turn == 90:
            return Box(bottom - self.bottom, left - self.left, top - self.bottom, right - self.left)
        if self.turn == 180:
            return Box(self.right - right, bottom - self.bottom, self.right - left, top - self.bottom)
        if self.turn == 270:
            return Box(self.top - top, self.right - right, self.top - bottom, self.right - left)
        return Box(left - self.left, self.top - top, right - self.left, self.top - bottom)


def _pieces(page: Any, place: _Place) -> Iterator[TextPiece]:
    from pypdfium2 import raw

    text = page.get_textpage()
    handle = text.raw
    count = min(raw.FPDFText_CountChars(handle), MAX_PIECES)
    loose = raw.FS_RECTF()
    matrix = raw.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    loose_at, matrix_at, x_at, y_at = map(ctypes.byref, (loose, matrix, x, y))
    weights: dict[tuple[str, int], bool] = {}
    buffer, flags = ctypes.create_string_buffer(256), ctypes.c_int()
    last_object, size, bold = None, 0.0, False
    for i in range(count):
        code = raw.FPDFText_GetUnicode(handle, i)
        if code < 32 or raw.FPDFText_IsGenerated(handle, i):
            continue
        drawn = ctypes.cast(raw.FPDFText_GetTextObject(handle, i), ctypes.c_void_p).value
        if drawn != last_object or not drawn:
            last_object = drawn
            raw.FPDFText_GetMatrix(handle, i, matrix_at)
            scale = abs(matrix.a * matrix.d - matrix.b * matrix.c) ** 0.5
            size = raw.FPDFText_GetFontSize(handle, i) * scale
            length = raw.FPDFText_GetFontInfo(handle, i, buffer, 256, ctypes.byref(flags))
            name = buffer.raw[: max(0, min(length - 1, 255))].decode("utf-8", "replace")
            bold = weights.setdefault(
                (name, flags.value), any(w in name.lower() for w in _BOLD) or bool(flags.value & 1 << 18)
            )
        if not raw.FPDFText_GetLooseCharBox(handle, i, loose_at) or size <= 0:
            continue
        raw.FPDFText_GetCharOrigin(handle, i, x_at, y_at)
        base = y.value
        low, high = sorted((loose.bottom, loose.top))
        if place.turn == 0 and low - 0.1 * size <= base <= low + 0.5 * size:
            # Fonts disagree on how high a character reaches; all stand on one baseline.
            low, high = base - 0.12 * size, base + 0.88 * size
        yield TextPiece(chr(code), place.box(loose.left, low, loose.right, high), size, bold)
    text.close()


def _drawn(page: Any, place: _Place) -> tuple[list[Box], list[Box], list[Box]]:
    """Rules, frames and pictures of a page."""
    from pypdfium2 import raw

    rules: list[Box] = []
    frames: list[Box] = []
    pictures: list[Box] = []
    sheet = place.width * place.height
    corners = [ctypes.c_float() for _ in range(4)]
    at = [ctypes.byref(c) for c in corners]
    for count, drawn in enumerate(page.get_objects(max_depth=6)):
        if count > MAX_OBJECTS:
            break
        if drawn.type == raw.FPDF_PAGEOBJ_TEXT or not raw.FPDFPageObj_GetBounds(drawn.raw, *at):
            continue
        left, bottom, right, top = (c.value for c in corners)
        box = place.box(left, bottom, right, top)
        if drawn.type in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING):
            if min(box.width, box.height) > 20:
                pictures.append(box)
            continue
        if drawn.type != raw.FPDF_PAGEOBJ_PATH:
            continue
        if min(box.width, box.height) <= MAX_RULE:
            if max(box.width, box.height) > 15:
                rules.append(box)
        elif box.width * box.height > 0.9 * sheet or box.width * box.height < 400:
            continue
        else:
            sides = _sides(drawn, place)
            if sides:
                rules += sides
            else:
                frames.append(box)
    return rules, frames, pictures


def _sides(drawn: Any, place: _Place) -> list[Box]:
    """Rules that a path of several lines draws, where it is no closed rectangle."""
    return []
