"""A PDF → articles: newspaper pages by where their text stands, other documents as running text."""

from __future__ import annotations

from classifier.article import Article
from classifier.errors import InputRefused
from classifier.reading.documents.text import read_text
from classifier.reading.layout.arrange import arrange
from classifier.reading.layout.articles import read_arranged, running_text
from classifier.reading.layout.legible import is_garbled
from classifier.reading.layout.pdf_process import bounded_pdf_pages
from classifier.reading.layout.printed import PrintedPage
from classifier.reading.options import ReadingOptions, Scorer

SCANNED = (
    "has no text layer, only pictures of pages; run OCR on it first: lanmu reads what MinerU, PaddleOCR, RapidOCR "
    "and ALTO or hOCR tools write (docs/pages.md)"
)
GARBLED = (
    "its characters cannot be read: its fonts do not say which character is which (no ToUnicode, or an unknown "
    "encoding); export it anew with fonts embedded, or run OCR on its pages (docs/pages.md)"
)


def read_pdf(
    data: bytes, name: str, options: ReadingOptions, *, stem: str, member: str = "", scorer: Scorer | None = None
) -> list[Article]:
    """Read a PDF's articles.

    Raises InputRefused where it is damaged, locked, too long, only pictures of pages, or where its
    characters cannot be read.
    """
    full_name = f"{name}!{member}" if member else name
    limits = options.limits
    pages: list[PrintedPage] = []
    chars = 0
    for page in bounded_pdf_pages(data, full_name, limits.pdf_pages):
        chars += sum(len(piece.text) for piece in page.pieces)
        if chars > limits.article_chars:
            raise InputRefused(full_name, f"holds more than {limits.article_chars:,} characters; split it")
        pages.append(page)
    written = [page for page in pages if any(piece.text.strip() for piece in page.pieces)]
    if not written:
        raise InputRefused(full_name, SCANNED)
    legible = [page for page in written if not is_garbled(page)]
    if not legible:
        raise InputRefused(full_name, GARBLED)
    notes = _notes(pages, written, legible)
    arranged = [(page, arrange(page)) for page in legible]
    if options.kind != "page" and (text := running_text(arranged)) is not None:
        articles = read_text(text, options.kind, name, options, stem=stem, member=member, scorer=scorer)
    else:
        articles = list(read_arranged(arranged, name, options, stem=stem, member=member, scorer=scorer).articles)
    if notes:
        from dataclasses import replace

        articles[0] = replace(articles[0], uncertain=(*articles[0].uncertain, *notes))
    return articles


def _notes(pages: list[PrintedPage], written: list[PrintedPage], legible: list[PrintedPage]) -> list[str]:
    """What of a PDF's pages could not be read, in words."""
    scanned = [p.number for p in pages if p not in written and p.pictures]
    garbled = [p.number for p in written if p not in legible]
    notes = []
    if scanned:
        notes.append(f"pages that are only pictures were not read: {', '.join(map(str, scanned))}; run OCR on them")
    if garbled:
        notes.append(f"pages whose characters cannot be read were left out: {', '.join(map(str, garbled))}")
    return notes
