"""Printed pages drawn with what was read as what: ``lanmu tag page.pdf --show page.svg``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from classifier.errors import InputRefused, LanmuError, Refused
from classifier.files import written_output
from classifier.messages import say
from classifier.reading.documents.printed_pages import read_placed_articles
from classifier.reading.file_names import split_name
from classifier.reading.formats import FORMATS
from classifier.reading.kinds import kind_by_content, ocr_kind
from classifier.reading.layout.drawing import number_articles, page_svg
from classifier.reading.layout.pdf_process import draw_page_in_process
from classifier.reading.origin import Origin
from classifier.reading.packed_streams import read_whole
from classifier.reading.reading_options import ReadingRun, chosen_kind

if TYPE_CHECKING:
    from classifier.article import Article, TaggedArticle
    from classifier.model.topic_model import TopicModel
    from classifier.reading import ReadingOptions
    from classifier.reading.layout.printed import PrintedPage
    from classifier.reading.layout.printed_articles import PlacedArticle

PICTURE_WIDTH = 1_500
MOST_PAGES = 60


class ShownPages:
    """The pages of one file, its articles, and how to draw them once they are tagged.

    Damaged pages go to ``refused``.

    Raises InputRefused where the file cannot be read, LanmuError where it has no printed pages or
    ``target`` is no picture's name.
    """

    def __init__(self, path: str, target: Path, options: ReadingOptions, model: TopicModel, refused: Refused) -> None:
        if target.suffix.lower() not in (".svg", ".png"):
            raise LanmuError(say("show.ending", target=str(target)))
        self.target, self.path = target, path
        self.data, self.kind, stem = _read(path, options)
        self.pages: tuple[PrintedPage, ...]
        self.places: tuple[PlacedArticle, ...]

        origin = Origin(path, stem=stem)
        run = ReadingRun(options, refused, scorer=model.probabilities)
        self.pages, reading = read_placed_articles(self.data, self.kind, origin, run)
        self.articles: tuple[Article, ...] = reading.articles
        self.places = reading.places

    def draw(self, tagged: list[TaggedArticle]) -> list[Path]:
        """Write a picture a page; where there are several, ``page.svg`` becomes ``page-1.svg``, ``page-2.svg`` …"""
        shown = number_articles(self.places, tagged)
        pages = [p for p in self.pages if any(part.page == p.number for s in shown for part in s.place.parts)]
        written = []
        for page in pages[:MOST_PAGES]:
            picture = (
                draw_page_in_process(self.data, self.path, page.number, PICTURE_WIDTH) if self.kind == "pdf" else b""
            )
            svg = page_svg(page, shown, picture)
            target = self.target
            if len(pages) > 1:
                target = target.with_name(f"{target.stem}-{page.number}{target.suffix}")
            with written_output(target) as file:
                file.write(_png(svg) if target.suffix.lower() == ".png" else svg.encode())
            written.append(target)
        return written


def _read(path: str, options: ReadingOptions) -> tuple[bytes, str, str]:
    """A file's bytes, which kind of printed page it is, and its stem."""
    stem, kind, packing = split_name(path)
    try:
        with Path(path).open("rb") as file:
            data = read_whole(file, path, options.limits.file_bytes)
    except OSError as error:
        reason = f"cannot be read ({error.strerror or error}); check the path and its rights"
        raise InputRefused(path, reason) from error
    kind = chosen_kind(ocr_kind(kind or kind_by_content(data[:2_048]), data[:16_384]), options)
    if FORMATS[kind].form != "printed" or packing:
        raise LanmuError(say("show.not_printed", path=str(path)))
    return data, kind, stem


def _png(svg: str) -> bytes:
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg, zoom=1.5))
