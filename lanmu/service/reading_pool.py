"""ReadingPool: uploads read in processes of their own, bounded in number, size and time."""

from __future__ import annotations

import json
import subprocess
import threading
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, BinaryIO, cast

from classifier.article import Article
from classifier.errors import InputRefused, LanmuError
from classifier.messages import say
from classifier.processes import python_command
from classifier.reading.reading_options import ReadingOptions
from lanmu.service.champion import Champion
from lanmu.service.fair_places import FairPlaces
from lanmu.service.reading_worker import article_from, receive, refusal_from, send
from lanmu.service.settings import ServiceLimits

UNPACKED_FACTOR = 8


@dataclass(frozen=True)
class Reading:
    """What one upload holds: articles, and what of it was refused.

    ``more``: it holds more than it may, and the rest was not read.
    """

    articles: tuple[Article, ...]
    refused: tuple[InputRefused, ...]
    more: bool = False


class ReadingPool:
    """Reads files of any kind; at most ``limits.readings`` at once, ``limits.waiting_readings`` more wait, by turns.

    A process that takes longer than ``limits.reading_seconds`` is ended, and the file refused.  A
    file goes into the process and its articles come out in pieces, bounded in number and size
    (``limits.read_bytes``), so that this process's memory does not grow with what a file holds.
    """

    def __init__(self, champion: Champion, limits: ServiceLimits, usual: ReadingOptions | None = None) -> None:
        """``usual`` are the options of files that come without any."""
        self.champion = champion
        self.usual = usual or ReadingOptions()
        self.limits = limits
        self._idle: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        self._places = FairPlaces(limits.readings, limits.waiting_readings)
        self._stopped = False

    def start(self) -> None:
        """Processes begin when the first file comes."""

    def stop(self) -> None:
        """End idle processes; those at work end with their file."""
        self._stopped = True
        while True:
            try:
                _end(self._idle.get_nowait())
            except Empty:
                return

    def read(
        self, data: bytes | BinaryIO, name: str, options: ReadingOptions | None = None, *, client: str = "",
        most: int | None = None,
    ) -> Reading:  # fmt: skip
        """The articles of a file; ``name`` tells its kind where the options do not.  Waits: call it from a thread.

        ``client`` is whose turn it takes; ``most`` the articles it may hold.  What cannot be read is in
        ``refused``.  Raises Overloaded where too many files wait, LanmuError for an option that
        cannot be used.
        """
        with self._places.place(client, self.limits.reading_seconds):
            return self._read(data, name, options or self.usual, most or self.limits.articles_a_request)

    def _read(self, data: bytes | BinaryIO, name: str, options: ReadingOptions, most: int) -> Reading:
        process = self._process()
        late = threading.Timer(self.limits.reading_seconds, process.kill)
        late.start()
        head = {
            "name": name,
            "model": str(self.champion.model.path) if self.champion.ready else "",
            "reading": options.record(),
            "unpacked_bytes": self.limits.upload_bytes * UNPACKED_FACTOR,
            "most_articles": most,
            "most_bytes": self.limits.read_bytes,
        }
        articles: list[Article] = []
        try:
            assert process.stdin is not None and process.stdout is not None
            send(cast(Any, process.stdin), head, data)
            while (answer := receive(cast(Any, process.stdout))) is not None and "articles" in answer[0]:
                articles += map(article_from, json.loads(answer[1]))
        except (OSError, ValueError):
            answer = None
        finally:
            late.cancel()
        if answer is None:
            _end(process)
            reason = say("inbox.slow", seconds=f"{self.limits.reading_seconds:g}")
            return Reading((), (InputRefused(name, reason),))
        told, _ = answer
        if self._stopped or told.get("large"):
            _end(process)
        else:
            self._idle.put(process)
        if error := told.get("error"):
            raise LanmuError(error)
        return Reading(tuple(articles), tuple(map(refusal_from, told["refused"])), told["more"])

    def _process(self) -> subprocess.Popen[bytes]:
        while True:
            try:
                process = self._idle.get_nowait()
            except Empty:
                command = python_command("lanmu.service.reading_worker")
                return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            if process.poll() is None:
                return process
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            try:
                stream.close()
            except OSError:
                pass
