"""Taking: files of the inbox become articles of the queue and results, and leave the inbox."""

from __future__ import annotations

import errno
import logging
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError, InternalError, OperationalError

from classifier.article import Article, TaggedArticle
from classifier.errors import InputRefused, LanmuError
from classifier.messages import Message, say
from lanmu.service.champion import NotReady
from lanmu.service.inbox.folders import ChangedMeanwhile, Folders
from lanmu.service.inbox.scanning import FoundFile, Stamp, show_path
from lanmu.service.reading_pool import ReadingPool
from lanmu.service.settings import ServiceLimits
from lanmu.service.store import Store, change_log, queue, refusals
from lanmu.service.store.records import today
from lanmu.service.tagger import Overloaded, Tagger, Tags

log = logging.getLogger("lanmu.service")
ORIGIN = "inbox"
FILES_A_BATCH = 32
BYTES_A_BATCH = 8 << 20
MOST_TOLD = 100
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS})
AGAIN_SECONDS, AGAIN_SECONDS_ROOM = 3_600.0, 30.0
"""After how long a file that could not be moved is tried again: its rights forbid it, or there is no room."""
_FOREVER = frozenset({errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENXIO})
_STORE_FAILS = (OSError, LanmuError, OperationalError, InternalError)
"""What is no fault of a file: a full disk, a locked database."""


@dataclass
class _Read:
    """A file with what it held: articles and what of it was refused; ``refused``: all of it."""

    file: FoundFile
    articles: Sequence[Article] = ()
    refusals: Sequence[InputRefused] = ()
    refused: bool = False
    tags: list[Tags] = field(default_factory=list)

    def refuse(self, reason: Message) -> None:
        """Refuse the whole file."""
        self.refusals = (InputRefused(show_path(self.file.path), reason),)
        self.refused = True
        self.tags.clear()


@dataclass(frozen=True, slots=True)
class Stuck:
    """A file that could not be moved away: why, and from when on it is tried once more."""

    stamp: Stamp
    problem: str
    again: float


@dataclass
class Taking:
    """Reads files, tags their articles, keeps the results and moves the files, a batch at a time.

    Files move only after all of their results are kept: whatever ends the process in between,
    the files are read once more and give no second result, as articles go by their content.
    ``counts``: files ``done``, ``refused`` and results ``new``.  ``stuck``: files that could not be
    moved, which are not read again until they change.  ``wait``: see Outgoing.
    """

    folders: Folders
    store: Store
    tagger: Tagger
    reading: ReadingPool
    limits: ServiceLimits
    wait: float | None
    counts: Counter[str] = field(default_factory=Counter)
    stuck: dict[str, Stuck] = field(default_factory=dict)

    def take(self, files: Sequence[FoundFile]) -> int:
        """Take a batch of files; returns how many new results there are.

        Raises Overloaded and NotReady where it should be tried again later, as do errors of the store.
        """
        batch: list[_Read] = []
        for file in files:
            try:
                one = self._read(file)
            except Overloaded:  # uploads are being read; the rest comes with the next look
                if not batch:
                    raise
                break
            if one is not None:
                batch.append(one)
        for one in batch:
            self._tag(one)
        new = self._keep(batch)
        noted = self._note(batch)
        places = {one.file.path: self._move(one) for one in batch}
        self._note_places({number: places[path] for path, number in noted.items()})
        return new

    def batches(self, files: Sequence[FoundFile]) -> Iterator[list[FoundFile]]:
        """Files in batches bounded in number and size, without those that are stuck as they are."""
        batch: list[FoundFile] = []
        size = 0
        here = {file.path for file in files}
        self.stuck = {path: kept for path, kept in self.stuck.items() if path in here}
        for file in files:
            stuck = self.stuck.get(file.path)
            if stuck is not None and stuck.stamp == file.stamp and time.monotonic() < stuck.again:
                continue
            if batch and (len(batch) >= FILES_A_BATCH or size + file.stamp.size > BYTES_A_BATCH):
                yield batch
                batch, size = [], 0
            batch.append(file)
            size += file.stamp.size
        if batch:
            yield batch

    def _read(self, file: FoundFile) -> _Read | None:
        """None for a file that has changed or gone."""
        name = show_path(file.path)
        if not file.regular:
            return _refuse(file, say("inbox.no_file"))
        if file.stamp.size > self.limits.upload_bytes:
            size, most = f"{file.stamp.size:,}", f"{self.limits.upload_bytes:,}"
            return _refuse(file, say("inbox.too_large", size=size, most=most))
        try:
            data = self.folders.read(file.path, file.stamp)
        except (ChangedMeanwhile, FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if error.errno not in _FOREVER:
                raise
            return _refuse(file, say("inbox.rights", error=error.strerror))
        at_most = self.limits.inbox_articles
        reading = self.reading.read(data, name, client=ORIGIN, most=at_most)
        if reading.more:
            return _refuse(file, say("inbox.too_many", most=f"{at_most:,}"))
        if reading.articles:
            return _Read(file, reading.articles, reading.refused)
        if reading.refused:
            return _Read(file, refusals=reading.refused, refused=True)
        return _refuse(file, say("inbox.no_article"))

    def _tag(self, one: _Read) -> None:
        for piece in _pieces(one.articles, self.limits.batch_articles):
            try:
                one.tags.append(self.tagger.tag_now(piece))
            except (Overloaded, NotReady):
                raise
            except Exception as error:
                log.exception("%s could not be tagged", show_path(one.file.path))
                one.refuse(say("inbox.not_tagged", error=f"{type(error).__name__}: {error}"))
                return

    def _keep(self, batch: Sequence[_Read]) -> int:
        """Keep a batch's results; a file that the store cannot take is refused alone."""
        if not any(one.tags for one in batch):
            return 0
        try:
            return self._write(batch)
        except Exception as error:
            if isinstance(error, _STORE_FAILS) or type(error) is DatabaseError:
                raise
            if len(batch) > 1:
                return sum(self._keep([one]) for one in batch)
            log.exception("%s could not be kept", show_path(batch[0].file.path))
            batch[0].refuse(say("inbox.not_kept", error=type(error).__name__))
            return 0

    def _write(self, batch: Sequence[_Read]) -> int:
        """Write results in pieces, so that others can write between; what a kill cuts off comes with the next look."""
        before = self.counts["new"]
        tagged = [
            (article, tags.model.manifest.name) for one in batch for tags in one.tags for article in tags.articles
        ]

        def write(connection: Connection, piece: Sequence[tuple[TaggedArticle, str]]) -> None:
            for model in dict.fromkeys(name for _, name in piece):
                articles = [article for article, name in piece if name == model]
                added = queue.add(connection, articles, origin=ORIGIN, model=model)
                for one, article in zip(added, articles, strict=True):
                    self.counts["new"] += change_log.add(connection, one.number, article, model, self.wait)

        self.store.write_in_pieces(tagged, write)
        return self.counts["new"] - before

    def _note(self, batch: Sequence[_Read]) -> dict[str, int]:
        """Keep what was refused, before the files move: the numbers by the files' paths."""
        numbers: dict[str, int] = {}
        if not any(one.refusals for one in batch):
            return numbers
        with self.store.writing() as connection:
            for one in batch:
                if one.refusals:
                    stamp = f"{one.file.stamp.size} {one.file.stamp.modified}"
                    numbers[one.file.path] = refusals.note_file(
                        connection, show_path(one.file.path), one.refusals, whole=one.refused, stamp=stamp
                    )
        return numbers

    def _note_places(self, places: Mapping[int, str | None]) -> None:
        """Where the files are now; what has changed meanwhile is read once more, and is not refused yet."""
        if not places:
            return
        with self.store.writing() as connection:
            for number, place in places.items():
                if place:
                    refusals.move(connection, number, place)
            refusals.forget(connection, [number for number, place in places.items() if place is None])

    def _move(self, one: _Read) -> str | None:
        """Where the file lies now, from the folder of ``done``; empty: it cannot be moved; None: it has changed."""
        file = one.file
        into = (self.folders.refused if one.refused else self.folders.done) / today()
        try:
            where = self.folders.move(file.path, file.stamp, into, _tell(one.refusals))
        except (ChangedMeanwhile, FileNotFoundError):
            return None
        except OSError as error:
            problem = (
                f"{show_path(file.path)}: cannot be moved away ({error.strerror or error}); check the folders' rights"
            )
            log.error("%s", problem)
            again = time.monotonic() + (AGAIN_SECONDS_ROOM if error.errno in _NO_ROOM else AGAIN_SECONDS)
            self.stuck[file.path] = Stuck(file.stamp, problem, again)
            return ""
        if one.refused:
            log.warning("refused %s", "; ".join(str(error) for error in one.refusals[:3]))
        self.stuck.pop(file.path, None)
        self.counts["refused" if one.refused else "done"] += 1
        log.debug("%s is now %s", show_path(file.path), where)
        return where.relative_to(self.folders.done.parent).as_posix()


def _refuse(file: FoundFile, reason: Message) -> _Read:
    outcome = _Read(file)
    outcome.refuse(reason)
    return outcome


def _tell(refusals: Sequence[InputRefused]) -> str:
    """What of a file was refused, for who finds it there: a line each, in Chinese and in English."""
    lines: list[str] = []
    for error in refusals[:MOST_TOLD]:
        lines += dict.fromkeys((error.text("zh"), error.text("en")))
    if len(refusals) > MOST_TOLD:
        lines.append(say("inbox.more", count=len(refusals) - MOST_TOLD).text("zh"))
        lines.append(say("inbox.more", count=len(refusals) - MOST_TOLD).text("en"))
    return "\n".join(lines)


def _pieces(articles: Sequence[Article], size: int) -> Iterator[Sequence[Article]]:
    for start in range(0, len(articles), size):
        yield articles[start : start + size]
