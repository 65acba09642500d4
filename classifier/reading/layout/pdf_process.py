"""PDFs read in a process of their own, bounded in time and memory, so that a hostile one costs only itself.

pdfium is C++: what loops or takes memory in it cannot be stopped from Python, and a fault in it
would end the program.  The process is kept for the next PDF.  Pages come back as numbers and
text, never as Python objects.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from array import array
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from typing import Any, BinaryIO, cast

from classifier.errors import InputRefused
from classifier.messages import Message, say
from classifier.processes import has_grown, python_command
from classifier.reading.layout.printed import Box, DamagedPage, PrintedPage, TextPiece

PAGE_SECONDS = 8
"""How long opening a PDF, or reading one page of it, may take."""
MEMORY_BYTES = 640 << 20
"""With the process that waits for it and the service it stays under 1 GB; a broadsheet's scan takes 200 MB."""
KEPT_BYTES = 250 << 20
"""A process that took more ends with its PDF: what it has not given back would stay taken."""
MOST_LATE = 2
"""So many pages of a PDF may take too long and be left out; with more the PDF is refused."""
_lock = threading.Lock()
_kept: dict[int, subprocess.Popen[bytes]] = {}


def read_pages_in_process(data: bytes, name: str, most_pages: int) -> Iterator[PrintedPage | DamagedPage]:
    """Pages of a PDF, read in the other process.

    Raises InputRefused where it is damaged, locked, has more than ``most_pages`` pages, or pdfium is
    not installed, and where opening it, or more than MOST_LATE of its pages, take too much time or memory.
    """
    if find_spec("pypdfium2") is None:
        raise InputRefused(name, say("reading.no_package", package="pypdfium2"))
    with _lock:
        first = 1
        for left in range(MOST_LATE, -1, -1):
            process = _process()
            try:
                for page in _ask(process, data, name, most_pages, first):
                    first = max(first, page.number + 1)
                    yield page
                return
            except _Late as late:
                _end(process)
                if not late.opened or not left:
                    raise InputRefused(name, say("printed.late", seconds=PAGE_SECONDS)) from late
                yield DamagedPage(first, late=True)
                first += 1
            except BaseException:
                # What is left in its pipe belongs to this PDF.
                _end(process)
                raise


def draw_page_in_process(data: bytes, name: str, number: int, width: int) -> bytes:
    """A PDF's page as PNG, ``width`` pixels wide, drawn in the other process; empty where it cannot be drawn."""
    with _lock:
        process = _process()
        watch = threading.Timer(PAGE_SECONDS + 1, process.kill)
        watch.start()
        try:
            source, target = cast(BinaryIO, process.stdout), cast(BinaryIO, process.stdin)
            target.write(json.dumps({"bytes": len(data), "draw": number, "width": width}).encode() + b"\n" + data)
            target.flush()
            line = source.readline()
            return source.read(json.loads(line)["bytes"]) if line else b""
        except (OSError, ValueError, KeyError):
            _end(process)
            return b""
        finally:
            watch.cancel()


class _Late(Exception):
    """The other process has ended at its bounds; ``opened``: in a page, not on the way to the first."""

    def __init__(self, opened: bool) -> None:
        super().__init__()
        self.opened = opened


def _ask(
    process: subprocess.Popen[bytes], data: bytes, name: str, most_pages: int, first: int
) -> Iterator[PrintedPage | DamagedPage]:
    source, target = cast(BinaryIO, process.stdout), cast(BinaryIO, process.stdin)
    try:
        target.write(json.dumps({"bytes": len(data), "most_pages": most_pages, "first": first}).encode() + b"\n")
        target.write(data)
        target.flush()
    except OSError as error:
        raise _Late(False) from error
    opened = False
    while True:
        watch = threading.Timer(PAGE_SECONDS + 1, process.kill)
        watch.start()
        try:
            line = source.readline()
            head = json.loads(line) if line else None
            body = source.read(head["bytes"]) if head and "bytes" in head else b""
        except (OSError, ValueError) as error:
            raise _Late(opened) from error
        finally:
            watch.cancel()
        if head is None or len(body) < head.get("bytes", 0):
            raise _Late(opened)
        if "refused" in head:
            raise InputRefused(name, Message.of_record(head["refused"]))
        if "opened" in head:
            opened = True
            if not head["sound"] and first == 1:
                yield DamagedPage(0)
        elif "damaged" in head:
            yield DamagedPage(head["damaged"])
        elif "bytes" in head:
            yield page_from(head, body)
        else:
            if head["large"]:
                _end(process)
            return


def _process() -> subprocess.Popen[bytes]:
    """The process kept for this one; a copy of this one by fork gets its own."""
    process = _kept.get(os.getpid())
    if process is not None and process.poll() is None:
        return process
    _kept.clear()
    command = python_command("classifier.reading.layout.pdf_process")
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    _kept[os.getpid()] = process
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    _kept.pop(os.getpid(), None)
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()


@atexit.register
def _end_kept() -> None:
    process = _kept.pop(os.getpid(), None)
    if process is not None:
        process.kill()


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
    return {**head, "numbers": len(raw), "bytes": len(raw) + len(text)}, raw + text


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
    """Answer PDFs with their pages until the input ends."""
    from classifier.reading.layout.pdf import PdfRefused, is_sound, opened_pdf, page_or_damaged, page_picture

    source, target = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    _bound_memory()
    while line := source.readline():
        head = json.loads(line)
        data = source.read(head["bytes"])
        answer: dict[str, Any] = {"done": True}
        try:
            _bound_seconds()
            if "draw" in head:
                picture = page_picture(data, head["draw"], head["width"])
                target.write(json.dumps({"bytes": len(picture)}).encode() + b"\n" + picture)
                target.flush()
                continue
            with opened_pdf(data, head["most_pages"]) as document:
                target.write(json.dumps({"opened": True, "sound": is_sound(data)}).encode() + b"\n")
                target.flush()
                for number in range(head["first"], len(document) + 1):
                    _bound_seconds()
                    page = page_or_damaged(document, number)
                    record, body = ({"damaged": number}, b"") if isinstance(page, DamagedPage) else page_record(page)
                    target.write(json.dumps(record).encode() + b"\n" + body)
                    target.flush()
        except PdfRefused as error:
            answer = {"refused": error.said.record()}
        except MemoryError:
            answer = {"refused": say("printed.memory").record()}
        target.write(json.dumps({**answer, "large": has_grown(KEPT_BYTES)}).encode() + b"\n")
        target.flush()


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def _bound_seconds() -> None:
    """Let the system end this process where the next page takes too long, even when nobody waits for it any more."""
    try:
        import resource
    except ImportError:  # Windows
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + PAGE_SECONDS + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
