"""Printed pages of any source (PDF, ALTO, hOCR, OCR tools' JSON) → their articles, by where the text stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from classifier.article import Article
from classifier.errors import InputRefused, Refused
from classifier.messages import say
from classifier.reading.documents.text_files import add_doubts, read_text
from classifier.reading.doubts import doubt
from classifier.reading.formats import format_of, load_reader
from classifier.reading.layout.arrange import arrange
from classifier.reading.layout.pdf_process import PAGE_SECONDS, read_pages_in_process
from classifier.reading.layout.printed import DamagedPage, PrintedPage
from classifier.reading.layout.printed_articles import PrintedReading, read_arranged, running_text
from classifier.reading.origin import Origin
from classifier.reading.page.joining import word_pairs
from classifier.reading.reading_options import ReadingOptions, ReadingRun

SCANNED = say("printed.scanned")
WITHOUT_TEXT = say("printed.without_text")
GARBLED = say("printed.garbled")

STRANGE_SHARE = 0.1
LEAST_HAN = 40
LEAST_WORD_PAIRS = 0.05
"""In Chinese text 30-50 % of the pairs of characters stand in the table of pairs inside words, in traditional
characters 13 %; in text by wrong numbers of glyphs hardly one."""


@dataclass(frozen=True, slots=True)
class PrintedPages:
    """Pages that can be read, and in words what of the others could not.

    ``damaged`` pages are refused one by one.  ``text`` is all that there is where nothing has a place.
    """

    pages: tuple[PrintedPage, ...]
    notes: tuple[str, ...] = ()
    damaged: tuple[DamagedPage, ...] = ()
    text: str = ""

    def refuse(self, name: str, refused: Refused) -> None:
        """Tell of each damaged page."""
        for page in self.damaged:
            if not page.number:
                refused(InputRefused(name, say("printed.damaged_part")))
            elif page.late:
                refused(InputRefused(name, say("printed.late_page", number=page.number, seconds=PAGE_SECONDS)))
            else:
                refused(InputRefused(name, say("printed.damaged_page", number=page.number)))


def read_printed_pages(data: bytes, kind: str, name: str, options: ReadingOptions) -> PrintedPages:
    """The printed pages of a file of ``kind`` (pdf, alto, hocr, ocr).

    Raises InputRefused where it is damaged, locked, beyond the limits, only pictures of pages, or where
    its characters cannot be read.
    """
    limits = options.limits
    if kind != "pdf":
        read: list[PrintedPage] | str = load_reader(format_of(kind, "printed"))(data, name)
        if isinstance(read, str):
            return PrintedPages((), text=read)
        if len(read) > limits.pdf_pages:
            raise InputRefused(name, say("printed.pages", most=f"{limits.pdf_pages:,}"))
        if not any(page.pieces for page in read):
            raise InputRefused(name, say("printed.no_text"))
        return PrintedPages(tuple(page for page in read if page.pieces), _unplaced_notes(read))
    pages: list[PrintedPage] = []
    damaged: list[DamagedPage] = []
    chars = 0
    for page in read_pages_in_process(data, name, limits.pdf_pages):
        if isinstance(page, DamagedPage):
            damaged.append(page)
            continue
        chars += sum(len(piece.text) for piece in page.pieces)
        if chars > limits.article_chars:
            raise InputRefused(name, say("file.characters", most=f"{limits.article_chars:,}"))
        pages.append(page)
    written = [page for page in pages if any(piece.text.strip() for piece in page.pieces)]
    if not written and damaged and not any(page.pictures for page in pages):
        late = any(page.late for page in damaged)
        raise InputRefused(name, say("printed.late", seconds=PAGE_SECONDS) if late else say("printed.damaged_pdf"))
    if not written:
        raise InputRefused(name, SCANNED if any(page.pictures for page in pages) else WITHOUT_TEXT)
    legible = [page for page in written if not is_garbled(page)]
    if not legible:
        raise InputRefused(name, GARBLED)
    return PrintedPages(tuple(legible), _notes(pages, written, legible), tuple(damaged))


def read_printed_file(data: bytes, kind: str, origin: Origin, run: ReadingRun) -> list[Article]:
    """The articles of a file of printed pages; a PDF of one column, such as a report, is read as running text.

    Damaged pages go to ``run.refused``, the others are read.

    Raises InputRefused as read_printed_pages does, and where there is no article.
    """
    printed = read_printed_pages(data, kind, origin.name, run.options)
    if printed.text:
        return read_text(printed.text, "page", origin, run.options, run.scorer)
    arranged = [(page, arrange(page)) for page in printed.pages]
    text = running_text(arranged) if kind == "pdf" and run.options.kind != "page" else None
    if text is not None:
        articles = read_text(text, run.options.kind, origin, run.options, run.scorer)
    else:
        articles = list(read_arranged(arranged, origin, run.options, run.scorer).articles)
    printed.refuse(origin.name, run.refused)
    return [add_doubts(articles[0], printed.notes), *articles[1:]]


def read_placed_articles(
    data: bytes, kind: str, origin: Origin, run: ReadingRun
) -> tuple[tuple[PrintedPage, ...], PrintedReading]:
    """Pages and the articles on them with their places, for showing what was read as what.

    Raises InputRefused as read_printed_file does.
    """
    printed = read_printed_pages(data, kind, origin.name, run.options)
    if printed.text:
        raise InputRefused(origin.name, say("printed.no_places"))
    arranged = [(page, arrange(page)) for page in printed.pages]
    printed.refuse(origin.name, run.refused)
    return printed.pages, read_arranged(arranged, origin, run.options, run.scorer)


def _unplaced_notes(pages: Sequence[PrintedPage]) -> tuple[str, ...]:
    """What text has no place on its page."""
    lost = [text for page in pages for text in page.unplaced]
    if not lost:
        return ()
    return (doubt("without_place", count=len(lost), first=lost[0][:20]),)


def _notes(pages: list[PrintedPage], written: list[PrintedPage], legible: list[PrintedPage]) -> tuple[str, ...]:
    """What of a PDF's pages could not be read."""
    scanned = [p.number for p in pages if p not in written and p.pictures]
    empty = [p.number for p in pages if p not in written and not p.pictures]
    garbled = [p.number for p in written if p not in legible]
    notes = []
    if scanned:
        notes.append(doubt("scanned_pages", page=scanned))
    if empty:
        notes.append(doubt("empty_pages", page=empty))
    if garbled:
        notes.append(doubt("garbled_pages", page=garbled))
    return tuple(notes)


def is_garbled(page: PrintedPage) -> bool:
    """Whether most of a page's characters cannot be those printed."""
    text = "".join(piece.text for piece in page.pieces if piece.text.strip())
    if not text:
        return False
    strange = sum(_is_strange(c) for c in text)
    if max(strange, page.unmapped) > STRANGE_SHARE * len(text):
        return True
    # Roughly as lines run, so that neighbours are neighbours.
    in_order = sorted(page.pieces, key=lambda p: (round(p.box.bottom), p.box.left))
    running = "".join(piece.text for piece in in_order)
    pairs = [(a, b) for a, b in pairwise(running) if _is_han(a) and _is_han(b)]
    if len(pairs) < LEAST_HAN:
        return False
    table = word_pairs()
    return sum(b in table.get(a, "") for a, b in pairs) < LEAST_WORD_PAIRS * len(pairs)


def _is_han(c: str) -> bool:
    return "\u4e00" <= c <= "\u9fff"


def _is_strange(c: str) -> bool:
    """Private use, half a surrogate pair, Hangul, or no character: none stands in a Chinese newspaper."""
    return "\ue000" <= c <= "\uf8ff" or "\ud800" <= c <= "\udfff" or "\uac00" <= c <= "\ud7a3" or c == "\ufffd"
