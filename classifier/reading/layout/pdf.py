"""A PDF's pages as printed pages, by pdfium: each character with its place and size, and what is drawn."""

from __future__ import annotations

import ctypes
import math
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from typing import Any

from classifier.messages import say
from classifier.reading.guarded import CannotRead
from classifier.reading.layout.printed import Box, DamagedPage, PrintedPage, TextPiece
from classifier.text import plain_codes

MAX_RULE = 4.0
"""Up to this thickness (points) a drawn rectangle is a rule."""
MAX_OBJECTS = 60_000
MAX_FORMS = 6
"""How deep forms may lie in forms."""
MAX_SEGMENTS = 4_000
MAX_SIDES = 300
"""With more rules than these, no frames are looked for among them."""
MAX_PIECES = 200_000
MOST_TILT = 10.0
"""Text that leans by this many degrees or fewer counts as straight."""
LEAST_ASIDE = 6
"""A text of this many characters or more that runs another way is no part of an article."""
SMALLEST_TYPE = 4_000
"""Type smaller than this part of the page is not seen."""
MOST_UNPACKED = 256 << 20
LEAST_PACKED = 600
"""Smaller streams are mostly single characters of a font, thousands of them."""
_NOT_LOOKED_AT = (
    b"85Decode", b"HexDecode", b"/Image", b"/Length1", b"/Length2", b"/CIDFontType0C", b"/Type1C", b"/OpenType",
    b"/XRef", b"/Metadata",
)  # fmt: skip
_BOLD = ("bold", "black", "heavy", "semibold", "demi")


def pdf_pages(data: bytes, most_pages: int = 2_000) -> Iterator[PrintedPage]:
    """Pages of a PDF, one after the other, without those that are damaged.

    Raises CannotRead as opened_pdf does.
    """
    with opened_pdf(data, most_pages) as document:
        for number in range(1, len(document) + 1):
            page = page_or_damaged(document, number)
            if isinstance(page, PrintedPage):
                yield page


@contextmanager
def opened_pdf(data: bytes, most_pages: int) -> Iterator[Any]:
    """A PDF opened by pdfium, closed in the end.

    Raises CannotRead where it is damaged, locked, or has more than ``most_pages`` pages.
    """
    import pypdfium2 as pdfium
    from pypdfium2 import raw

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise CannotRead(say("printed.locked")) from error
        raise CannotRead(say("printed.damaged_pdf")) from error
    try:
        if len(document) > most_pages:
            raise CannotRead(say("printed.pages", most=f"{most_pages:,}"))
        yield document
    finally:
        document.close()


def page_or_damaged(document: Any, number: int) -> PrintedPage | DamagedPage:
    """One page of an opened PDF, counted from one."""
    from pypdfium2 import PdfiumError

    try:
        page = document[number - 1]
        try:
            return _page(page, number)
        finally:
            page.close()
    except PdfiumError:
        return DamagedPage(number)


def is_sound(data: bytes) -> bool:
    """Whether what is packed of a PDF's text and drawing unpacks to its end; pdfium reads half of it without a word.

    Fonts, pictures, small streams and locked files are not looked at.
    """
    if b"/Encrypt" in data:
        return True
    unpacked, end = 0, 0
    while (start := data.find(b"stream", end)) >= 0:
        head = data[max(0, start - 400) : start]
        start = end = start + 6
        if data[start : start + 1] not in b"\r\n" or not head.rstrip().endswith(b">>"):
            continue
        start += 2 if data[start : start + 2] == b"\r\n" else 1
        end = data.find(b"endstream", start)
        if end < 0:
            return False
        kind = head[head.rfind(b"obj") + 3 :]
        end += 9
        if end - start < LEAST_PACKED or b"/FlateDecode" not in kind or any(word in kind for word in _NOT_LOOKED_AT):
            continue
        unpacker, packed = zlib.decompressobj(), data[start : end - 9]
        try:
            while packed and not unpacker.eof and unpacked < MOST_UNPACKED:
                unpacked += len(unpacker.decompress(packed, 1 << 20))
                packed = unpacker.unconsumed_tail
        except zlib.error as error:
            if "incorrect data check" not in str(error):
                return False
        else:
            if not unpacker.eof and unpacked < MOST_UNPACKED:
                return False
    return True


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

    colours = {1: 0, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + pixels[y * stride : y * stride + width * channels] for y in range(height))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 6)) + chunk(b"IEND", b"")


def _page(page: Any, number: int) -> PrintedPage:
    place = _Place(page)
    given, unmapped = _pieces(page, place)
    main = _main_direction(given)
    if main:
        # All of the page is set lying on its side, without a word of it in the PDF.
        place.turn_more(main)
        given, unmapped = _pieces(page, place)
    pieces, aside = _split_by_direction(given)
    rules, frames, pictures = map(tuple, _find_drawings(page, place))
    own = tuple(pieces), rules, frames, pictures
    return PrintedPage(number, place.width, place.height, *own, aside=tuple(aside), unmapped=unmapped)


def _main_direction(given: Sequence[tuple[TextPiece, int]]) -> int:
    """The way that most of a page's text runs: 0 to the right, 90 up, 180 upside down, 270 down."""
    counts = Counter(direction for piece, direction in given if piece.text.strip())
    direction, count = max(counts.items(), key=lambda pair: pair[1], default=(0, 0))
    return direction if direction > 0 and count > 0.6 * counts.total() else 0


def _split_by_direction(given: Sequence[tuple[TextPiece, int]]) -> tuple[list[TextPiece], list[TextPiece]]:
    """Characters that run to the right, and the longer runs of others put together.

    Some turned characters, such as figures in an upright headline, stay among the others.
    """
    pieces: list[TextPiece] = []
    aside: list[TextPiece] = []
    for direction, run in groupby(given, key=lambda pair: pair[1]):
        own = [piece for piece, _ in run]
        if direction == 0 or (direction > 0 and len(own) < LEAST_ASIDE):
            pieces += own
            continue
        box = Box.around_all(piece.box for piece in own)
        aside.append(TextPiece("".join(piece.text for piece in own).strip(), box, own[0].size))
    return pieces, [piece for piece in aside if piece.text]


class _Place:
    """Turns places in a PDF page's own space into places on the page as it is seen."""

    def __init__(self, page: Any) -> None:
        self.width, self.height = page.get_size()
        self.turn = page.get_rotation()
        self.left, self.bottom, self.right, self.top = page.get_cropbox()

    def turn_more(self, degrees: int) -> None:
        """See the page turned further, clockwise."""
        self.turn = (self.turn + degrees) % 360
        if degrees != 180:
            self.width, self.height = self.height, self.width

    def direction(self, a: float, b: float) -> int:
        """The way that text with this matrix is seen to run: 0, 90, 180 or 270 degrees, -1 aslant."""
        degrees = (math.degrees(math.atan2(b, a)) - self.turn) % 360
        nearest = round(degrees / 90) * 90
        return nearest % 360 if abs(degrees - nearest) <= MOST_TILT else -1

    def is_off(self, box: Box) -> bool:
        """Whether a box is outside of what is seen of the page."""
        return not (-1 <= box.x <= self.width + 1 and -1 <= box.y <= self.height + 1)

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


def _pieces(page: Any, place: _Place) -> tuple[list[tuple[TextPiece, int]], int]:
    """A page's characters, each with the way that it runs, and how many of them the PDF does not name."""
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
    direction, smallest = 0, max(place.width, place.height) / SMALLEST_TYPE
    pieces: list[tuple[TextPiece, int]] = []
    places: dict[tuple[str, int, int], Box] = {}
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
            direction = place.direction(matrix.a, matrix.b) if matrix.a * matrix.d >= matrix.b * matrix.c else 0
            length = raw.FPDFText_GetFontInfo(handle, i, buffer, 256, ctypes.byref(flags))
            name = buffer.raw[: max(0, min(length - 1, 255))].decode("utf-8", "replace")
            bold = weights.setdefault(
                (name, flags.value), any(w in name.lower() for w in _BOLD) or bool(flags.value & 1 << 18)
            )
        unmapped += raw.FPDFText_HasUnicodeMapError(handle, i) == 1
        if not raw.FPDFText_GetLooseCharBox(handle, i, loose_at) or not size > smallest:
            continue
        raw.FPDFText_GetCharOrigin(handle, i, x_at, y_at)
        base = y.value
        low, high = sorted((loose.bottom, loose.top))
        if place.turn == 0 and direction == 0 and low - 0.1 * size <= base <= low + 0.5 * size:
            # Fonts disagree on how high a character reaches; all stand on one baseline.
            low, high = base - 0.12 * size, base + 0.88 * size
        box = place.box(loose.left, low, loose.right, high)
        if place.is_off(box):
            continue
        if pieces and pieces[-1][0].box == box and chr(code) != " ":
            # One sign for several characters, such as a long dash: pdfium gives each the whole sign's box.
            pieces[-1] = replace(pieces[-1][0], text=pieces[-1][0].text + chr(code)), direction
        elif not _is_doubled(chr(code), box, size, places):
            pieces.append((TextPiece(chr(plain_codes().get(code, code)), box, size, bold), direction))
    text.close()
    return pieces, unmapped


def _is_doubled(character: str, box: Box, size: float, places: dict[tuple[str, int, int], Box]) -> bool:
    """Whether a character is one drawn before, a hair's breadth away, to look bold."""
    column, row = int(box.left / size), int(box.top / size)
    for x in (column - 1, column, column + 1):
        for y in (row - 1, row, row + 1):
            other = places.get((character, x, y))
            if other is not None and abs(other.left - box.left) + abs(other.top - box.top) < 0.2 * size:
                return True
    places[character, column, row] = box
    return False


def _find_drawings(page: Any, place: _Place) -> tuple[list[Box], list[Box], list[Box]]:
    """Rules, frames and pictures of a page."""
    from pypdfium2 import raw

    rules: list[Box] = []
    frames: list[Box] = []
    pictures: list[Box] = []
    sheet = place.width * place.height
    for kind, box in _shapes(page, place):
        if kind == raw.FPDF_PAGEOBJ_PATH:
            if min(box.width, box.height) <= MAX_RULE:
                if max(box.width, box.height) > 15:
                    rules.append(box)
            elif 400 <= box.width * box.height <= 0.9 * sheet:
                frames.append(box)
        elif min(box.width, box.height) > 20:
            pictures.append(box)
    rules, built = _frames_of_rules(rules)
    return rules, frames + built, pictures


def _shapes(page: Any, place: _Place) -> Iterator[tuple[int, Box]]:
    """What is drawn besides text, forms opened: its kind and box; a path of several parts a box each."""
    from pypdfium2 import PdfMatrix, raw

    count = min(raw.FPDFPage_CountObjects(page.raw), MAX_OBJECTS)
    waiting = [(raw.FPDFPage_GetObject(page.raw, i), PdfMatrix(), 0) for i in range(count)]
    waiting.reverse()
    seen = 0
    while waiting and seen < MAX_OBJECTS:
        drawn, outer, depth = waiting.pop()
        seen += 1
        kind = raw.FPDFPageObj_GetType(drawn)
        if kind == raw.FPDF_PAGEOBJ_FORM:
            if depth < MAX_FORMS:
                inner = _matrix_of(drawn).multiply(outer)
                for i in range(min(raw.FPDFFormObj_CountObjects(drawn), MAX_OBJECTS)):
                    waiting.append((raw.FPDFFormObj_GetObject(drawn, i), inner, depth + 1))
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            if not _is_white(drawn):
                for corners in _parts_of_path(drawn):
                    yield kind, place.box(*outer.on_rect(*corners))
        elif kind != raw.FPDF_PAGEOBJ_TEXT and (bounds := _bounds(drawn)) is not None:
            yield kind, place.box(*outer.on_rect(*bounds))


def _matrix_of(drawn: Any) -> Any:
    from pypdfium2 import PdfMatrix, raw

    matrix = raw.FS_MATRIX()
    found = raw.FPDFPageObj_GetMatrix(drawn, ctypes.byref(matrix))
    return PdfMatrix.from_raw(matrix) if found else PdfMatrix()


def _bounds(drawn: Any) -> tuple[float, float, float, float] | None:
    from pypdfium2 import raw

    corners = [ctypes.c_float() for _ in range(4)]
    if not raw.FPDFPageObj_GetBounds(drawn, *map(ctypes.byref, corners)):
        return None
    left, bottom, right, top = (c.value for c in corners)
    return left, bottom, right, top


def _parts_of_path(drawn: Any) -> list[tuple[float, float, float, float]]:
    """The boxes of a path's parts: several lines may be drawn as one path."""
    from pypdfium2 import raw

    whole = _bounds(drawn)
    segments = raw.FPDFPath_CountSegments(drawn)
    if whole is None or segments <= 6 or segments > MAX_SEGMENTS or min(whole[2] - whole[0], whole[3] - whole[1]) < 4:
        return [] if whole is None else [whole]
    own = _matrix_of(drawn)
    x, y = ctypes.c_float(), ctypes.c_float()
    parts: list[list[tuple[float, float]]] = []
    for i in range(segments):
        segment = raw.FPDFPath_GetPathSegment(drawn, i)
        raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_BEZIERTO:
            return [whole]
        if kind == raw.FPDF_SEGMENT_MOVETO or not parts:
            parts.append([])
        parts[-1].append((x.value, y.value))
    ranges = [tuple(zip(*part, strict=True)) for part in parts if len(part) > 1]
    if len(ranges) < 2:
        return [whole]
    return [own.on_rect(min(xs), min(ys), max(xs), max(ys)) for xs, ys in ranges]


def _frames_of_rules(rules: list[Box]) -> tuple[list[Box], list[Box]]:
    """Frames that are drawn as four rules, and the rules that are none's sides."""
    level = [r for r in rules if r.width > r.height]
    upright = [r for r in rules if r.height >= r.width]
    if len(level) > MAX_SIDES or len(upright) > MAX_SIDES:
        return rules, []
    frames: list[Box] = []
    sides: set[Box] = set()
    for top in level:
        for bottom in level:
            if bottom.top - top.top < 30 or abs(top.left - bottom.left) > 4 or abs(top.right - bottom.right) > 4:
                continue
            meeting = [u for u in upright if abs(u.top - top.top) < 5 and abs(u.bottom - bottom.bottom) < 5]
            left = next((u for u in meeting if abs(u.left - top.left) < 5), None)
            right = next((u for u in meeting if abs(u.right - top.right) < 5), None)
            if left is not None and right is not None:
                frames.append(Box(top.left, top.top, top.right, bottom.bottom))
                sides |= {top, bottom, left, right}
    return [r for r in rules if r not in sides], frames


def _is_white(drawn: Any) -> bool:
    """Whether a path only fills a place with white, which nobody sees."""
    from pypdfium2 import raw

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not raw.FPDFPath_GetDrawMode(drawn, ctypes.byref(fill), ctypes.byref(stroke)):
        return False
    if stroke.value:
        return False
    if not fill.value:
        return True
    colour = [ctypes.c_uint() for _ in range(4)]
    if not raw.FPDFPageObj_GetFillColor(drawn, *map(ctypes.byref, colour)):
        return False
    return all(c.value >= 250 for c in colour[:3]) or colour[3].value == 0
