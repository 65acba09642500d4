"""Files and members read whole (pages, plain texts, HTML, Word, PDF) → Articles, alone or many small ones together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from classifier.article import Article
from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.documents.clean import FEWEST_FILES, GROUP_BYTES, GROUP_FILES, may_be_clean, read_clean
from classifier.reading.documents.text_files import FileText, add_doubts, read_text, with_broken
from classifier.reading.encoding import decode
from classifier.reading.file_names import split_name
from classifier.reading.formats import format_of, load_reader
from classifier.reading.kinds import word_kind
from classifier.reading.origin import Origin
from classifier.reading.reading_options import ReadingOptions, ReadingRun, chosen_kind

if TYPE_CHECKING:
    from classifier.reading.documents.clean_files import FileChunk


def read_document(
    data: bytes, kind: str, origin: Origin, run: ReadingRun, *, may_be_clean: bool = True
) -> list[Article]:
    """Read one whole document of ``kind`` (text, page, plain, html, docx, doc, rtf, pdf, alto, hocr, ocr).

    What of it cannot be read goes to ``run.refused``.  ``may_be_clean``: whether it may be clean text, which is read
    by a short way.  Raises InputRefused naming the origin and the reason, LanmuError for a kind that is no document's.
    """
    name, options, limits = origin.name, run.options, run.options.limits
    if not data:
        raise InputRefused(name, say("file.empty"))
    if kind in ("docx", "doc", "rtf") and options.kind == "auto":
        kind = word_kind(data, kind)
    one = format_of(kind, "text", "article", "printed")
    if one.form == "printed":
        from classifier.reading.documents.printed_pages import read_printed_file

        return read_printed_file(data, kind, origin, run)
    if one.form == "article":
        articles: list[Article] = load_reader(one)(data, origin, run)
        return articles
    may_be_clean = may_be_clean and kind in ("text", "plain") and not options.encoding
    if may_be_clean and len(data) <= limits.article_chars and (clean := read_clean(data, origin, limits)):
        return [clean]
    if one.reader:
        read: FileText = load_reader(one)(data, name, limits)
    else:
        decoded = decode(data, name, options.encoding)
        read = FileText(decoded.text, decoded.broken, decoded.nuls)
    if len(read.text) > limits.article_chars:
        raise InputRefused(name, say("file.characters", most=f"{limits.article_chars:,}"))
    kind = kind if kind in ("page", "plain") else "auto"
    articles = with_broken(read_text(read.text, kind, origin, options, run.scorer), read.broken, read.nuls)
    return [add_doubts(article, read.doubts) for article in articles]


def is_small_text(name: str, options: ReadingOptions) -> str:
    """The kind of a file of text by its name; empty where it is none that is read together with others."""
    _, kind, packing = split_name(name)
    kind = chosen_kind(kind, options)
    return kind if kind in ("text", "plain") and not packing and not options.encoding else ""


class Gathering:
    """Small files of text that wait, and what was read of those before them."""

    def __init__(self, run: ReadingRun) -> None:
        self.run = run
        self._waiting: list[tuple[Origin, str, bytes]] = []
        self._bytes = 0
        self._ready: list[FileChunk | list[Article]] = []
        self._mistake: Exception | None = None

    def add(self, origin: Origin, kind: str, content: bytes) -> None:
        """Take one more file."""
        small = may_be_clean(len(content), self.run.options.limits)
        if not small or len(self._waiting) >= GROUP_FILES or self._bytes + len(content) > GROUP_BYTES:
            self.settle()
        if small:
            self._waiting.append((origin, kind, content))
            self._bytes += len(content)
        else:
            self._ready.append(self._read(origin, kind, content))

    def settle(self) -> None:
        """Read what waits, so that what is refused of it is refused before anything else is."""
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        if len(waiting) < FEWEST_FILES:
            self._ready += [self._read(*one) for one in waiting]
            return
        from classifier.reading.documents.clean_files import read_files

        origins, contents = [origin for origin, _, _ in waiting], [content for _, _, content in waiting]
        self._ready.append(
            read_files(origins, contents, self.run.options.limits, lambda i: self._read(*waiting[i], clean=False))
        )

    def take(self) -> Iterator[FileChunk | list[Article]]:
        """What is read by now, in its order; then what a reader itself did wrong is raised."""
        ready, self._ready = self._ready, []
        yield from ready
        if self._mistake is not None:
            raise self._mistake

    def take_all(self) -> Iterator[FileChunk | list[Article]]:
        """All that was added, in its order."""
        self.settle()
        yield from self.take()

    def _read(self, origin: Origin, kind: str, content: bytes, *, clean: bool = True) -> list[Article]:
        try:
            return read_document(content, kind, origin, self.run, may_be_clean=clean)
        except InputRefused as error:
            self.run.refused(error)
        except Exception as error:  # those gathered with this one are not lost for it
            self._mistake = self._mistake or error
        return []
