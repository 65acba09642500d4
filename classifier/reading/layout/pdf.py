"""A PDF's pages as printed pages, by pdfium: each character with its place and size, and what is drawn."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from classifier.ideographs import plain_codes
from classifier.reading.layout.printed import Box, PrintedPage, TextPiece

MAX_RULE = 4.0
"""Up to this thickness (points) a drawn rectangle is a rule."""
MAX_OBJECTS = 60_000
MAX_PIECES = 200_000
_BOLD = ("bold", "black", "heavy", "semibold", "demi")


class PdfRefused(Exception):
    """A PDF that cannot be read; says why and what to do."""


def pdf_pages(data: bytes, most_pages: int = 2_000) -> Iterator[PrintedPage]:
    """Pages of a PDF, one after the other.

    Raises PdfRefused where it is damaged, locked, or has more than ``most_pages`` pages.
    """
    import pypdfium2 as pdfium
    from pypdfium2 import raw

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise PdfRefused("is locked with a password; unlock it first") from error
        raise PdfRefused("is damaged and cannot be read as PDF; print it to a new PDF") from error
    try:
        if len(document) > most_pages:
            raise PdfRefused(f"has more than {most_pages:,} pages; split it")
        for number in range(len(document)):
            try:
                page = document[number]
            except pdfium.PdfiumError as error:
                raise PdfRefused(f"is damaged on page {number + 1}; print it to a new PDF") from error
            try:
                yield _page(page, number + 1)
            finally:
                page.close()
    finally:
        document.close()


def page_picture(data: bytes, number: int, width: int) -> bytes:
    """A page as it is printed, as PNG of this width; empty where it cannot be drawn."""
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(data)
        page = document[number - 1]
        scale = min(width / max(1.0, page.get_width()), 6.0, 4_000 / max(1.0, page.get_height()))
        bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
        return _png(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, bitmap.n_channels)
    except (pdfium.PdfiumError, IndexError, ValueError):
        return b""


def _png(pixels: bytes, width: int, height: int, stride: int, channels: int) -> bytes:
    """Pixels as a PNG file."""
    import struct
    import zlib

    colours = {1: 0, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + pixels[y * stride : y * stride + width * channels] for y in range(height))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 6)) + chunk(b"IEND", b"")


def _page(page: Any, number: int) -> PrintedPage:
    place = _Place(page)
    pieces, unmapped = _pieces(page, place)
    rules, frames, pictures = _drawn(page, place)
    return PrintedPage(
        number,
        place.width,
        place.height,
        tuple(pieces),
        tuple(rules),
        tuple(frames),
        tuple(pictures),
        unmapped=unmapped,
    )


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


def _pieces(page: Any, place: _Place) -> tuple[list[TextPiece], int]:
    """A page's characters, and how many of them the PDF does not name."""
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
    last_object, size, bold, unmapped = None, 0.0, False, 0
    found: list[TextPiece] = []
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
        unmapped += raw.FPDFText_HasUnicodeMapError(handle, i) == 1
        if not raw.FPDFText_GetLooseCharBox(handle, i, loose_at) or size <= 0:
            continue
        raw.FPDFText_GetCharOrigin(handle, i, x_at, y_at)
        base = y.value
        low, high = sorted((loose.bottom, loose.top))
        if place.turn == 0 and low - 0.1 * size <= base <= low + 0.5 * size:
            # Fonts disagree on how high a character reaches; all stand on one baseline.
            low, high = base - 0.12 * size, base + 0.88 * size
        box = place.box(loose.left, low, loose.right, high)
        if found and found[-1].box == box and chr(code) != " ":
            # One sign for several characters, such as a long dash: pdfium gives each the whole sign's box.
            found[-1] = replace(found[-1], text=found[-1].text + chr(code))
        else:
            found.append(TextPiece(chr(plain_codes().get(code, code)), box, size, bold))
    text.close()
    return found, unmapped


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
        if drawn.type != raw.FPDF_PAGEOBJ_PATH or _is_white(drawn):
            continue
        if min(box.width, box.height) <= MAX_RULE:
            if max(box.width, box.height) > 15:
                rules.append(box)
        elif box.width * box.height > 0.9 * sheet or box.width * box.height < 400:
            continue
        else:
            frames.append(box)
    return rules, frames, pictures


def _is_white(drawn: Any) -> bool:
    """Whether a path only fills a place with white, which nobody sees."""
    from pypdfium2 import raw

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not raw.FPDFPath_GetDrawMode(drawn.raw, ctypes.byref(fill), ctypes.byref(stroke)):
        return False
    if stroke.value:
        return False
    if not fill.value:
        return True
    colour = [ctypes.c_uint() for _ in range(4)]
    if not raw.FPDFPageObj_GetFillColor(drawn.raw, *map(ctypes.byref, colour)):
        return False
    return all(c.value >= 250 for c in colour[:3]) or colour[3].value == 0
