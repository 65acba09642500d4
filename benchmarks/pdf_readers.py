"""How fast libraries give a page's characters with their places: pypdfium2, pdfminer.six, pypdf.

``python -m benchmarks.pdf_readers PDF…``, with PDFs such as ``benchmarks.pdf_pages --keep FOLDER`` leaves. pdfminer.six
and pypdf are not among lanmu's packages; install them beside it.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable
from pathlib import Path


def with_pypdfium2(data: bytes) -> tuple[int, int]:
    """Pages, and characters with their boxes and sizes."""
    from classifier.reading.layout.pdf import pdf_pages

    pages = list(pdf_pages(data))
    return len(pages), sum(len(page.pieces) for page in pages)


def with_pdfminer(data: bytes) -> tuple[int, int]:
    """The same from pdfminer.six, without its own layout analysis."""
    import logging

    from pdfminer.converter import PDFPageAggregator
    from pdfminer.layout import LTChar
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    manager = PDFResourceManager()
    device = PDFPageAggregator(manager, laparams=None)
    interpreter = PDFPageInterpreter(manager, device)
    pages = chars = 0
    for page in PDFPage.get_pages(io.BytesIO(data)):
        interpreter.process_page(page)
        pages += 1
        chars += sum(isinstance(item, LTChar) and bool(item.get_text().strip()) for item in device.get_result())
    return pages, chars


def with_pypdf(data: bytes) -> tuple[int, int]:
    """Text pieces with their matrices from pypdf, which has no boxes of characters."""
    from pypdf import PdfReader

    chars = 0

    def visit(text: str, *_: object) -> None:
        nonlocal chars
        chars += len(text.strip())

    reader = PdfReader(io.BytesIO(data))
    for page in reader.pages:
        page.extract_text(visitor_text=visit)
    return len(reader.pages), chars


READERS: dict[str, Callable[[bytes], tuple[int, int]]] = {
    "pypdfium2": with_pypdfium2,
    "pdfminer.six": with_pdfminer,
    "pypdf": with_pypdf,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pdfs", nargs="+", type=Path)
    args = parser.parse_args()
    for path in args.pdfs:
        data = path.read_bytes()
        for name, read in READERS.items():
            start = time.process_time()
            pages, chars = read(data)
            seconds = time.process_time() - start
            print(f"{path.name:28} {name:14} {chars / pages:8.0f} characters a page {pages / seconds:8.2f} pages/s")


if __name__ == "__main__":
    main()
