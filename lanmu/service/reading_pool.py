"""ReadingPool: uploads read in processes of their own, bounded in number, size and time, by turns of who sends them."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, BinaryIO, cast

from classifier.article import Article
from classifier.errors import InputRefused, LanmuError
from classifier.messages import say
from classifier.processes import python_command
from classifier.reading.reading_options import ReadingOptions
from lanmu.service.champion import Champion
from lanmu.service.reading_worker import article_from, receive, refusal_from, send
from lanmu.service.settings import ServiceLimits
from lanmu.service.tagger import Overloaded

UNPACKED_FACTOR = 8
MOST_CLIENTS = 64


@dataclass(frozen=True)
class Reading:
    """What one upload holds: articles, and what of it was refused.

    ``more``: it holds more than it may, and the rest was not read.
    """

    articles: tuple[Article, ...]
    refused: tuple[InputRefused, ...]
    more: bool = False


class FairPlaces:
    """At most ``places`` are taken at once; who waits comes in by turns of their clients.

    One client never has all places (where there are two and more), nor more than half of ``waiting``; a
    client that has nothing here is always let in.
    """

    def __init__(self, places: int, waiting: int) -> None:
        self.places = places
        self.waiting = waiting
        self._free = places
        self._queues: OrderedDict[str, deque[object]] = OrderedDict()
        self._at_work: Counter[str] = Counter()
        self._changed = threading.Condition()

    @contextmanager
    def place(self, client: str, seconds: float) -> Iterator[None]:
        """Wait for a place and hold it.  Overloaded where too many wait, or none is free within ``seconds``."""
        ticket = object()
        with self._changed:
            self._line_up(client, ticket)
            until = time.monotonic() + seconds
            while self._next() != (client, ticket):
                if not self._changed.wait(until - time.monotonic()) and time.monotonic() >= until:
                    self._leave(client, ticket)
                    self._changed.notify_all()
                    raise Overloaded(say("service.files_long"), 5)
            self._leave(client, ticket)
            if client in self._queues:  # its next one comes after everybody else's
                self._queues.move_to_end(client)
            self._free -= 1
            self._at_work[client] += 1
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._at_work[client] -= 1
                if not self._at_work[client]:
                    del self._at_work[client]
                self._changed.notify_all()

    def _line_up(self, client: str, ticket: object) -> None:
        mine = len(self._queues.get(client, ()))
        inside = mine + self._at_work[client]
        if not inside:
            del self._at_work[client]
            full = len(self._queues) >= MOST_CLIENTS
        else:
            all_waiting = sum(map(len, self._queues.values()))
            full = all_waiting >= self.waiting or mine >= max(1, self.waiting // 2)
        if full:
            raise Overloaded(say("service.files_wait"), 2)
        self._queues.setdefault(client, deque()).append(ticket)

    def _next(self) -> tuple[str, object] | None:
        """Who gets a place now: of the clients in turn, the first that does not have all but one."""
        if not self._free:
            return None
        most = max(1, self.places - 1)
        for client, queue in self._queues.items():
            if self._at_work[client] < most:
                return client, queue[0]
        return None

    def _leave(self, client: str, ticket: object) -> None:
        queue = self._queues[client]
        queue.remove(ticket)
        if not queue:
            del self._queues[client]


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
