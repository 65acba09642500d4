"""PDFs read in a process of their own, bounded in time and memory, so that a hostile one costs only itself.

pdfium is C++: what loops or takes memory in it cannot be stopped from Python, and a fault in it
would end the program.  The process is kept for the next PDF.  Pages come back as numbers and
text, never as Python objects.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any

from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.guarded import GuardedReader, Messages, ReaderEnded, answer_inputs
from classifier.reading.layout.printed import Box, DamagedPage, PrintedPage, TextPiece

PAGE_SECONDS = 8
"""How long opening a PDF, or reading one page of it, may take."""
KEPT_BYTES = 250 << 20
"""Ordinary pages take so much."""
READER = GuardedReader("classifier.reading.layout.pdf_process", "pypdfium2", "pypdfium2", PAGE_SECONDS)
_NUMBERS = ("number", "width", "height", "unmapped")
_DRAWN = ("rules", "frames", "pictures")


def read_pages_in_process(data: bytes, name: str, most_pages: int) -> Iterator[PrintedPage | DamagedPage]:
    """Pages of a PDF, read in the other process.

    Raises InputRefused where it is damaged, locked, has more than ``most_pages`` pages, or pdfium is
    not installed, and where opening it, or more than MOST_LATE of its pages, take too much time or memory.
    """
    late = say("printed.late", seconds=PAGE_SECONDS)
    with READER.lock:
        for told, body in READER.ask_for_parts(data, name, {"most_pages": most_pages}, late):
            if "late" in told:
                yield DamagedPage(told["late"] + 1, late=True)
            elif "damaged" in told:
                yield DamagedPage(told["damaged"])
            elif "part" in told:
                yield page_from(told, body)


def draw_page_in_process(data: bytes, name: str, number: int, width: int) -> bytes:
    """A PDF's page as PNG, ``width`` pixels wide, drawn in the other process; empty where it cannot be drawn."""
    with READER.lock:
        try:
            return b"".join(body for _, body in READER.ask(data, name, {"draw": number, "width": width}))
        except (ReaderEnded, InputRefused):
            return b""


# What goes through the pipe ---------------------------------------------------------------------------


def page_record(page: PrintedPage) -> tuple[dict[str, Any], bytes]:
    """A page as JSON values and bytes: ``page_from`` reads it back."""
    numbers = array("f")
    for piece in page.pieces:
        numbers.extend((*piece.box, piece.size, float(piece.bold)))
    text = "\n".join(piece.text for piece in page.pieces).encode("utf-8", "surrogatepass")
    raw = numbers.tobytes()
    head = {name: getattr(page, name) for name in (*_NUMBERS, *_DRAWN)}
    aside = [[p.text, p.box, p.size] for p in page.aside]
    return {**head, "part": page.number - 1, "aside": aside, "numbers": len(raw)}, raw + text


def page_from(head: dict[str, Any], body: bytes) -> PrintedPage:
    """The page of ``page_record``."""
    numbers = array("f")
    numbers.frombytes(body[: head["numbers"]])
    texts = body[head["numbers"] :].decode("utf-8", "surrogatepass").split("\n") if numbers else []
    values = iter(numbers)
    pieces = tuple(
        TextPiece(text, Box(left, top, right, bottom), size, bool(bold))
        for text, left, top, right, bottom, size, bold in zip(
            texts, values, values, values, values, values, values, strict=False
        )
    )
    told: dict[str, Any] = {name: head[name] for name in _NUMBERS}
    told |= {name: tuple(Box(*corners) for corners in head[name]) for name in _DRAWN}
    aside = tuple(TextPiece(text, Box(*corners), size) for text, corners, size in head["aside"])
    return PrintedPage(pieces=pieces, aside=aside, **told)


# The other process ------------------------------------------------------------------------------------


def main() -> None:
    """Answer PDFs with their pages until there are no more."""
    answer_inputs(_answer, PAGE_SECONDS, say("printed.memory"), KEPT_BYTES)


def _answer(head: dict[str, Any], data: bytes) -> Messages:
    from classifier.reading.layout.pdf import is_sound, opened_pdf, page_or_damaged, page_picture

    if "draw" in head:
        yield {}, page_picture(data, head["draw"], head["width"])
        return
    with opened_pdf(data, head["most_pages"]) as document:
        sound = head["first"] or is_sound(data)
        yield {"count": len(document)}, b""
        if not sound:
            yield {"damaged": 0}, b""
        for part in range(head["first"], len(document)):
            page = page_or_damaged(document, part + 1)
            yield ({"damaged": part + 1, "part": part}, b"") if isinstance(page, DamagedPage) else page_record(page)


if __name__ == "__main__":
    main()
