"""Outgoing: changes on their way to other programs, into one JSONL file a day and to the webhook."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

from filelock import FileLock, Timeout

from classifier.files import sync_folder
from lanmu.service.inbox.webhook import Webhook
from lanmu.service.settings import Settings
from lanmu.service.store import Store, StoreError, change_log
from lanmu.service.store.change_log import UnwrittenChanges

log = logging.getLogger("lanmu.service")
LOOK_SECONDS = 2.0
RETRY_SECONDS = 5.0
"""After which it looks again: what failed may go, and another process may have left something to write."""


class ResultFiles:
    """Adds what the store has and the files lack, in a thread of its own.

    Records are frozen in the store and written in its order, and the store knows how long each file
    was after the last one noted.  What a kill left behind that length is the beginning of what
    is to be written, so it is completed, not repeated.  A file that its reader has taken away or
    shortened is begun anew with what comes next; lines that others have added are left alone.
    """

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.folder = folder
        self.problem = ""
        self._writing = threading.Lock()
        self._wanted = threading.Event()
        self._stopped = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._stopped = False
        self._wanted.set()
        self._thread = threading.Thread(target=self._work, name="results", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what waits and end."""
        self._stopped = True
        self._wanted.set()
        if self._thread is not None:
            self._thread.join(60)

    def wake(self) -> None:
        """Say that there are new results."""
        self._wanted.set()

    def flush(self) -> int:
        """Write all that waits now, from any thread; returns how many results were due.  Raises OSError."""
        total = 0
        while True:
            with self._writing:  # from what is due to its note: in between, another would take our lines for others'
                with self.store.reading() as connection:
                    due = change_log.unwritten(connection)
                if due is None:
                    return total
                if self._append(due):
                    total += len(due.numbers)

    def _append(self, due: UnwrittenChanges) -> bool:
        """Whether they are written; if not, the file was not as expected, which is noted, and they are due again."""
        path = self.folder / f"{due.day}.jsonl"
        self.folder.mkdir(parents=True, exist_ok=True)
        new = not path.exists()
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666), "r+b") as file:
            size = file.seek(0, os.SEEK_END)
            start = due.known_bytes
            if size < start:
                self._start_at(due.day, size)
                return False
            file.seek(start)
            tail = file.read(len(due.lines) + 1).rstrip(b"\0")  # a power cut may leave zeros
            if not due.lines.startswith(tail):
                file.seek(size - 1)
                if file.read(1) != b"\n":
                    file.write(b"\n")
                    size += 1
                    file.flush()
                    os.fsync(file.fileno())
                self._start_at(due.day, size)
                return False
            file.seek(start + len(tail))
            file.truncate()
            file.write(due.lines[len(tail) :])
            file.flush()
            os.fsync(file.fileno())
        if new:
            sync_folder(self.folder)
        with self.store.writing() as connection:
            change_log.mark_written(connection, due, start + len(due.lines))
        return True

    def _start_at(self, day: str, length: int) -> None:
        log.warning("%s.jsonl was changed by another program; results go on at its end", day)
        with self.store.writing() as connection:
            change_log.note_length(connection, day, length)

    def _work(self) -> None:
        while True:
            self._wanted.wait(RETRY_SECONDS)
            self._wanted.clear()
            try:
                self.flush()
                self.problem = ""
            except (OSError, StoreError) as error:
                self._fail(f"results wait to be written: {error}")
            except Exception as error:
                if not self.problem:
                    log.exception("writing results failed")
                self._fail(f"results wait to be written ({type(error).__name__}); see the log")
            if self._stopped:
                return

    def _fail(self, problem: str) -> None:
        if problem != self.problem:
            log.error("%s", problem)
        self.problem = problem


class Outgoing:
    """What leaves a data folder, by one process at a time; another takes over when that ends.

    Raises LanmuError where the webhook cannot be used.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self.wait: float | None = None
        """For how many seconds a label stays before it is sent; None where there is no webhook."""
        self.results = ResultFiles(store, settings.results)
        self.webhook: Webhook | None = None
        if settings.webhook:
            self.wait = settings.limits.webhook_label_seconds
            self.webhook = Webhook(store, settings.webhook, settings.webhook_secret, settings.limits)
        self._lock = FileLock(settings.home / "outgoing.lock", thread_local=False)
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing can be sent by this process at present."""
        return self.webhook is None or not self._lock.is_locked or self.webhook.idle

    @property
    def problems(self) -> tuple[str, ...]:
        """What does not work, in words."""
        problems = (self.results.problem, self.webhook.problem if self.webhook else "")
        return tuple(problem for problem in problems if problem)

    def start(self) -> None:
        self._stopped.clear()
        if self._hold():
            return
        log.warning("%s is held: another lanmu writes and sends for this data folder", self._lock.lock_file)
        self._thread = threading.Thread(target=self._wait, name="outgoing", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after what is under way; what waits stays for the next start."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(60)
        if self._lock.is_locked:
            self.results.stop()
            if self.webhook is not None:
                self.webhook.stop()
            self._lock.release()

    def wake(self) -> None:
        """Say that there is something new."""
        self.results.wake()
        if self.webhook is not None:
            self.webhook.wake()

    def _hold(self) -> bool:
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            return False
        self.results.start()
        if self.webhook is not None:
            self.webhook.start()
        return True

    def _wait(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            if self._hold():
                return
