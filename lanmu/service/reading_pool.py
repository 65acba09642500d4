"""ReadingPool: uploads read in processes of their own, bounded in number, size and time."""

from __future__ import annotations

import json
import subprocess
import threading
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, cast

from classifier.article import Article
from classifier.errors import InputRefused, LanmuError
from classifier.messages import say
from classifier.processes import python_command
from lanmu.service.champion import Champion
from lanmu.service.reading_worker import article_from, receive, refusal_from, send
from lanmu.service.settings import ServiceLimits
from lanmu.service.tagging import Overloaded

UNPACKED_FACTOR = 8


@dataclass(frozen=True)
class Reading:
    """What one upload holds: articles, and what of it was refused."""

    articles: tuple[Article, ...]
    refused: tuple[InputRefused, ...]


@dataclass(frozen=True, slots=True)
class UploadOptions:
    """What the sender says of an upload; see ReadingOptions."""

    kind: str = "auto"
    encoding: str = ""
    sections: bool = False


class ReadingPool:
    """Reads files of any kind; at most ``limits.readings`` at once, ``limits.waiting_readings`` more wait.

    A process that takes longer than ``limits.reading_seconds`` is ended, and the file refused.
    """

    def __init__(self, champion: Champion, limits: ServiceLimits) -> None:
        self.champion = champion
        self.limits = limits
        self._idle: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        self._places = threading.BoundedSemaphore(limits.readings)
        self._lock = threading.Lock()
        self._inside = 0
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

    def read(self, data: bytes, name: str, options: UploadOptions | None = None) -> Reading:
        """The articles of a file; ``name`` tells its kind where the options do not.  Waits: call it from a thread.

        What cannot be read is in ``refused``.  Raises Overloaded where too many files wait,
        LanmuError for an option that cannot be used.
        """
        with self._lock:
            if self._inside >= self.limits.readings + self.limits.waiting_readings:
                raise Overloaded(f"{self._inside} files are being read already; try again soon", 2)
            self._inside += 1
        try:
            if not self._places.acquire(timeout=self.limits.reading_seconds):
                raise Overloaded("files before this one take long to read; try again later", 5)
            try:
                return self._read(data, name, options or UploadOptions())
            finally:
                self._places.release()
        finally:
            with self._lock:
                self._inside -= 1

    def _read(self, data: bytes, name: str, options: UploadOptions) -> Reading:
        process = self._process()
        late = threading.Timer(self.limits.reading_seconds, process.kill)
        late.start()
        head = {
            "name": name,
            "model": str(self.champion.model.path) if self.champion.ready else "",
            "kind": options.kind,
            "encoding": options.encoding,
            "sections": options.sections,
            "unpacked_bytes": self.limits.upload_bytes * UNPACKED_FACTOR,
        }
        try:
            assert process.stdin is not None and process.stdout is not None
            send(cast(Any, process.stdin), head, data)
            answer = receive(cast(Any, process.stdout))
        except (OSError, ValueError):
            answer = None
        finally:
            late.cancel()
        if answer is None:
            _end(process)
            reason = say("inbox.slow", seconds=f"{self.limits.reading_seconds:g}")
            return Reading((), (InputRefused(name, reason),))
        if self._stopped:
            _end(process)
        else:
            self._idle.put(process)
        told, body = answer
        if error := told.get("error"):
            raise LanmuError(error)
        found = json.loads(body)
        articles = tuple(article_from(record) for record in found["articles"])
        return Reading(articles, tuple(refusal_from(record) for record in found["refused"]))

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
