"""Members of an archive that are small files of text, gathered until reading them together pays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from classifier.article import Article
from classifier.errors import InputRefused, Refused
from classifier.reading.documents.clean import FEWEST_FILES, GROUP_BYTES, GROUP_FILES, may_be_clean
from classifier.reading.documents.documents import read_document
from classifier.reading.kinds import chosen_kind, split_name
from classifier.reading.origin import Origin
from classifier.reading.reading_options import ReadingOptions, Scorer

if TYPE_CHECKING:
    from classifier.reading.documents.clean_files import FileChunk


def is_small_text(name: str, options: ReadingOptions) -> str:
    """The kind of a file of text by its name; empty where it is none that is read together with others."""
    _, kind, packing = split_name(name)
    kind = chosen_kind(kind, options)
    return kind if kind in ("text", "plain") and not packing and not options.encoding else ""


class Gathering:
    """Small files of text that wait, and what was read of those before them."""

    def __init__(self, options: ReadingOptions, refused: Refused, scorer: Scorer | None) -> None:
        self.options, self.refused, self.scorer = options, refused, scorer
        self._waiting: list[tuple[Origin, str, bytes]] = []
        self._bytes = 0
        self._ready: list[FileChunk | list[Article]] = []
        self._mistake: Exception | None = None

    def add(self, origin: Origin, kind: str, content: bytes) -> None:
        """Take one more file."""
        small = may_be_clean(len(content), self.options.limits)
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
            read_files(origins, contents, self.options.limits, lambda i: self._read(*waiting[i], clean=False))
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
            return read_document(content, kind, origin, self.options, self.scorer, self.refused, may_be_clean=clean)
        except InputRefused as error:
            self.refused(error)
        except Exception as error:  # those gathered with this one are not lost for it
            self._mistake = self._mistake or error
        return []
