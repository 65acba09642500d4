"""Taking: files of the inbox become articles of the queue and results, and leave the inbox."""

from __future__ import annotations

import errno
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy.exc import DatabaseError, InternalError, OperationalError

from classifier.article import Article
from classifier.errors import InputRefused, LanmuError
from lanmu.service.champion import NotReady
from lanmu.service.inbox.folders import ChangedMeanwhile, Folders
from lanmu.service.inbox.scanning import FoundFile, Stamp, shown
from lanmu.service.reading_pool import ReadingPool
from lanmu.service.settings import ServiceLimits
from lanmu.service.store import Store, changes, queue
from lanmu.service.store.changes import NewResult
from lanmu.service.store.records import today
from lanmu.service.tagging import Overloaded, Tagger, Tags

log = logging.getLogger("lanmu.service")
ORIGIN = "inbox"
FILES_A_BATCH = 32
BYTES_A_BATCH = 8 << 20
MOST_TOLD = 100
_FOREVER = frozenset({errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENXIO})
_STORE_FAILS = (OSError, LanmuError, OperationalError, InternalError)
"""What is no fault of a file: a full disk, a locked database."""


@dataclass
class _Read:
    """A file with what it held: articles, or the reason why it is refused."""

    file: FoundFile
    articles: Sequence[Article] = ()
    refusals: Sequence[InputRefused] = ()
    reason: str = ""
    tags: list[Tags] = field(default_factory=list)


@dataclass
class Taking:
    """Reads files, tags their articles, keeps the results and moves the files, a batch at a time.

    A batch is one transaction, and files move only after it: whatever ends the process in between,
    the files are read once more and give no second result, as articles go by their content.
    ``counts``: files ``done``, ``refused`` and results ``new``.  ``stuck``: files that could not be
    moved, which are not read again until they change.
    """

    folders: Folders
    store: Store
    tagger: Tagger
    reading: ReadingPool
    limits: ServiceLimits
    deliver: bool
    counts: Counter[str] = field(default_factory=Counter)
    stuck: dict[str, tuple[Stamp, str]] = field(default_factory=dict)

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
        for one in batch:
            self._move(one)
        return new

    def batches(self, files: Sequence[FoundFile]) -> Iterator[list[FoundFile]]:
        """Files in batches bounded in number and size, without those that are stuck as they are."""
        batch: list[FoundFile] = []
        size = 0
        here = {file.path for file in files}
        self.stuck = {path: kept for path, kept in self.stuck.items() if path in here}
        for file in files:
            if self.stuck.get(file.path, (None,))[0] == file.stamp:
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
        name = shown(file.path)
        if not file.regular:
            return _refused(file, "is a link, a pipe or a device; put the file itself into the folder")
        if file.stamp.size > self.limits.upload_bytes:
            reason = (
                f"holds {file.stamp.size:,} bytes, more than {self.limits.upload_bytes:,}; split it, "
                "or score it with lanmu score"
            )
            return _refused(file, reason)
        try:
            data = self.folders.read(file.path, file.stamp)
        except (ChangedMeanwhile, FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if error.errno not in _FOREVER:
                raise
            return _refused(file, f"cannot be read ({error.strerror}); check its rights")
        found = self.reading.read(data, name)
        if found.articles:
            return _Read(file, found.articles, found.refused)
        if found.refused:
            return _Read(file, reason=_told(found.refused))
        return _refused(file, "holds no article; there is nothing to read")

    def _tag(self, one: _Read) -> None:
        for piece in _pieces(one.articles, self.limits.batch_articles):
            try:
                one.tags.append(self.tagger.tag_now(piece))
            except (Overloaded, NotReady):
                raise
            except Exception as error:
                log.exception("%s could not be tagged", shown(one.file.path))
                why = f"could not be tagged ({type(error).__name__}: {error}); the service's log says more"
                one.reason = _refused(one.file, why).reason
                one.tags.clear()
                return

    def _keep(self, batch: Sequence[_Read]) -> int:
        """Keep a batch's results in one transaction; a file that the store cannot take is refused alone."""
        if not any(one.tags for one in batch):
            return 0
        try:
            new = self._write(batch)
        except Exception as error:
            if isinstance(error, _STORE_FAILS) or type(error) is DatabaseError:
                raise
            if len(batch) > 1:
                return sum(self._keep([one]) for one in batch)
            log.exception("%s could not be kept", shown(batch[0].file.path))
            why = f"could not be kept ({type(error).__name__}); the service's log says more"
            batch[0].reason = _refused(batch[0].file, why).reason
            return 0
        self.counts["new"] += new
        return new

    def _write(self, batch: Sequence[_Read]) -> int:
        new = 0
        with self.store.writing() as connection:
            for one in batch:
                for tags in one.tags:
                    model = tags.model.manifest.name
                    added = queue.add(connection, tags.articles, origin=ORIGIN, model=model)
                    found = [NewResult(a.number, t, model) for a, t in zip(added, tags.articles, strict=True)]
                    new += changes.add(connection, found, deliver=self.deliver)
        return new

    def _move(self, one: _Read) -> None:
        file = one.file
        try:
            if one.reason:
                where = self.folders.refuse(file.path, file.stamp, today(), one.reason)
                log.warning("refused %s", one.reason)
            else:
                where = self.folders.finish(file.path, file.stamp, today(), told=_told(one.refusals))
        except (ChangedMeanwhile, FileNotFoundError):
            return
        except OSError as error:
            problem = f"{shown(file.path)}: cannot be moved away ({error.strerror or error}); check the folders' rights"
            log.error("%s", problem)
            self.stuck[file.path] = (file.stamp, problem)
            return
        self.stuck.pop(file.path, None)
        self.counts["refused" if one.reason else "done"] += 1
        log.debug("%s is now %s", shown(file.path), where)


def _refused(file: FoundFile, reason: str) -> _Read:
    return _Read(file, reason=str(InputRefused(shown(file.path), reason)))


def _told(refusals: Sequence[InputRefused]) -> str:
    """What of a file was refused, a line each."""
    lines = [str(error) for error in refusals[:MOST_TOLD]]
    if len(refusals) > MOST_TOLD:
        lines.append(f"and {len(refusals) - MOST_TOLD} more")
    return "\n".join(lines)


def _pieces(articles: Sequence[Article], size: int) -> Iterator[Sequence[Article]]:
    for start in range(0, len(articles), size):
        yield articles[start : start + size]
