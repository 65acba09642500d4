"""PDFs read in a process of their own, bounded in time and memory, so that a hostile one costs only itself.

pdfium is C++: what loops or takes memory in it cannot be stopped from Python, and a fault in it
would end the program.  The process is kept for the next PDF.  Pages come back as numbers and
text, never as Python objects.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.guarded import GuardedReader, Messages, ReaderEnded, answer_inputs
from classifier.reading.layout.printed import Box, DamagedPage, PrintedPage, TextPiece

PAGE_SECONDS = 8
"""How long opening a PDF, or reading one page of it, may take."""
MOST_LATE = 2
"""How many pages of a PDF may take too long and be left out; with more of them the PDF is refused."""
KEPT_BYTES = 250 << 20
"""Ordinary pages take so much."""
READER = GuardedReader("classifier.reading.layout.pdf_process", PAGE_SECONDS)


def read_pages_in_process(data: bytes, name: str, most_pages: int) -> Iterator[PrintedPage | DamagedPage]:
    """Pages of a PDF, read in the other process.

    Raises InputRefused where it is damaged, locked, has more than ``most_pages`` pages, or pdfium is
    not installed, and where opening it, or more than MOST_LATE of its pages, take too much time or memory.
    """
    if find_spec("pypdfium2") is None:
        raise InputRefused(name, say("reading.no_package", package="pypdfium2"))
    with READER.lock:
        first = 1
        for left in range(MOST_LATE, -1, -1):
            opened = False
            try:
                for head, body in READER.ask(data, name, {"most_pages": most_pages, "first": first}):
                    if "opened" in head:
                        opened = True
                        if not head["sound"] and first == 1:
                            yield DamagedPage(0)
                        continue
                    page = DamagedPage(head["damaged"]) if "damaged" in head else page_from(head, body)
                    first = max(first, page.number + 1)
                    yield page
                return
            except ReaderEnded as late:
                if not opened or not left:
                    raise InputRefused(name, say("printed.late", seconds=PAGE_SECONDS)) from late
                yield DamagedPage(first, late=True)
                first += 1


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
        box = piece.box
        numbers.extend((box.left, box.top, box.right, box.bottom, piece.size, float(piece.bold)))
    text = "\n".join(piece.text for piece in page.pieces).encode("utf-8", "surrogatepass")
    drawn = {
        name: [[box.left, box.top, box.right, box.bottom] for box in getattr(page, name)]
        for name in ("rules", "frames", "pictures")
    }
    raw = numbers.tobytes()
    aside = [[p.text, [p.box.left, p.box.top, p.box.right, p.box.bottom], p.size] for p in page.aside]
    head = {
        "number": page.number, "width": page.width, "height": page.height, "unmapped": page.unmapped, "aside": aside,
        **drawn,
    }  # fmt: skip
    return {**head, "numbers": len(raw)}, raw + text


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
    rules, frames, pictures = (tuple(Box(*corners) for corners in head[n]) for n in ("rules", "frames", "pictures"))
    return PrintedPage(
        head["number"],
        head["width"],
        head["height"],
        pieces,
        rules,
        frames,
        pictures,
        aside=tuple(TextPiece(text, Box(*corners), size) for text, corners, size in head["aside"]),
        unmapped=head["unmapped"],
    )


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
        yield {"opened": True, "sound": is_sound(data)}, b""
        for number in range(head["first"], len(document) + 1):
            page = page_or_damaged(document, number)
            yield ({"damaged": number}, b"") if isinstance(page, DamagedPage) else page_record(page)


if __name__ == "__main__":
    main()
