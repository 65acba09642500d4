"""WatchedFolder: looks for files, takes them once they keep still, and sees results on their way."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from watchfiles import Change, watch

from classifier.errors import LanmuError
from classifier.messages import say
from lanmu.service.champion import NotReady
from lanmu.service.inbox.folders import Folders
from lanmu.service.inbox.outgoing import Outgoing
from lanmu.service.inbox.scanning import Stillness, is_finished, scan
from lanmu.service.inbox.taking import Taking
from lanmu.service.reading_pool import ReadingPool
from lanmu.service.settings import Settings
from lanmu.service.store import Store
from lanmu.service.tagger import Overloaded, Tagger

log = logging.getLogger("lanmu.service")
LOCK = ".lanmu.lock"
SHORTEST_PAUSE = 0.1
LONGEST_PAUSE = 60.0
EVENT_MILLISECONDS = 100


@dataclass(frozen=True, slots=True)
class InboxState:
    """How the watched folder stands: files that wait in it, files and results since the start, what does not work."""

    folder: str
    waiting: int
    done: int
    refused: int
    new: int
    problems: tuple[str, ...]


class WatchedFolder:
    """Watches one folder in threads of its own; results go to the queue and from there to files and to the webhook.

    The folder is looked through again and again, by the system's notices and on its own, so that a
    notice missed (network shares give none) only delays a file.  One process at a time watches a
    folder; another waits for it to end.
    Raises LanmuError where the folder is not there.
    """

    def __init__(
        self, settings: Settings, store: Store, tagger: Tagger, reading: ReadingPool, outgoing: Outgoing
    ) -> None:
        assert settings.watch is not None
        self.settings = settings
        self.limits = settings.limits
        self.folders = Folders.around(settings.watch, settings.home)
        if self.folders.inbox == settings.inbox:
            self.folders.inbox.mkdir(parents=True, exist_ok=True)
        if not self.folders.inbox.is_dir():
            raise LanmuError(say("inbox.no_folder", folder=str(self.folders.inbox)))
        self.outgoing = outgoing
        self.taking = Taking(self.folders, store, tagger, reading, settings.limits, outgoing.wait)
        self.waiting = 0
        self.rounds = 0
        self._problems: list[str] = []
        self._failed_tries = 0
        self._stillness = Stillness(self.limits.inbox_still_seconds)
        self._locks = [FileLock(settings.home / "inbox.lock"), FileLock(self.folders.inbox / LOCK)]
        self._holds = False
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def problems(self) -> tuple[str, ...]:
        """What does not work, in words."""
        problems = [*self._problems, *(stuck.problem for stuck in self.taking.stuck.values())]
        return (*problems[:20], *self.outgoing.problems)

    @property
    def state(self) -> InboxState:
        counts = self.taking.counts
        return InboxState(
            str(self.folders.inbox), self.waiting, counts["done"], counts["refused"], counts["new"], self.problems
        )

    @property
    def holds(self) -> bool:
        """Whether this process is the one that watches."""
        return self._holds

    @property
    def idle(self) -> bool:
        """Whether all that is in the folder was taken or cannot be, and no result can be sent at present."""
        taken = self.rounds > 0 and self.waiting <= len(self.taking.stuck)
        return taken and self.outgoing.idle

    def start(self) -> None:
        for work, name in ((self._work, "inbox"), (self._listen, "inbox-notices")):
            thread = threading.Thread(target=work, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """End after the batch at work; what waits stays for the next start."""
        self._stopped.set()
        self._wake.set()
        for thread in self._threads:
            thread.join(self.limits.reading_seconds + self.limits.seconds)

    def try_again(self, place: str) -> str:
        """Put a refused file back into the folder, to be read once more; returns its path there.

        Raises OSError where it is gone or cannot be moved.
        """
        path = self.folders.put_back(place)
        self._wake.set()
        return path

    def _work(self) -> None:
        while not self._stopped.is_set():
            pause = self.limits.inbox_scan_seconds
            try:
                if self._hold():
                    pause = self._round()
                    self._failed_tries = 0
            except (Overloaded, NotReady):
                pause = 1.0
            except Exception as error:  # the thread must live on: a full disk is mended, a share comes back
                pause = self._fail(error)
            self._wake.wait(max(pause, SHORTEST_PAUSE))
            self._wake.clear()
            self._stopped.wait(SHORTEST_PAUSE)  # notices that come together are one
        self._let_go()

    def _round(self) -> float:
        """Look through the folder once and take what keeps still; returns the seconds until the next look."""
        problems: list[str] = []
        apart = (self.folders.done, self.folders.refused)
        files = list(scan(self.folders.inbox, apart, problems.append))
        still, soonest = self._stillness.still(files, time.monotonic())
        self.waiting = len(files)
        self._say(problems)
        for batch in self.taking.batches(still):
            if self._stopped.is_set():
                return 0.0
            new = self.taking.take(batch)
            if new:
                self.outgoing.wake()
            self.waiting = max(0, self.waiting - len(batch))
        self.rounds += 1
        scan_seconds = self.limits.inbox_scan_seconds
        return scan_seconds if soonest is None else min(soonest, scan_seconds)

    def _hold(self) -> bool:
        """Whether this process is the one that watches."""
        if self._holds:
            return True
        for lock in self._locks:
            try:
                lock.acquire(blocking=False)
            except (OSError, NotImplementedError) as error:
                if not isinstance(error, Timeout):  # a share that knows no locks: the data folder's own must do
                    log.warning("%s cannot be locked (%s); let no other lanmu watch it", lock.lock_file, error)
                    continue
                self._let_go()
                self._say([f"{lock.lock_file} is held: another lanmu watches this folder or this data folder"])
                return False
        self._holds = True
        self._say([])
        log.info("watching %s", self.folders.inbox)
        return True

    def _let_go(self) -> None:
        self._holds = False
        for lock in self._locks:
            if lock.is_locked:
                lock.release()

    def _fail(self, error: Exception) -> float:
        self._failed_tries += 1
        problem = f"{self.folders.inbox}: {error if isinstance(error, LanmuError | OSError) else repr(error)}"
        if [problem] != self._problems:
            log.error("the watched folder waits: %s", problem, exc_info=not isinstance(error, LanmuError | OSError))
        self._problems = [problem]
        return float(min(2.0 ** min(self._failed_tries, 10), LONGEST_PAUSE))

    def _say(self, problems: list[str]) -> None:
        for problem in problems:
            if problem not in self._problems:
                log.warning("%s", problem)
        self._problems = problems

    def _listen(self) -> None:
        """Wake the other thread when the system says that something has changed."""
        told = False
        while not self._stopped.is_set():
            try:
                for _ in watch(
                    self.folders.inbox,
                    watch_filter=_arrivals(self.folders),
                    stop_event=self._stopped,
                    debounce=EVENT_MILLISECONDS,
                    step=EVENT_MILLISECONDS // 2,
                    raise_interrupt=False,
                    ignore_permission_denied=True,
                ):
                    self._wake.set()
            except Exception as error:
                if not told:
                    log.warning(
                        "the system gives no notices for %s (%s); it is looked through every %g seconds",
                        self.folders.inbox, error, self.limits.inbox_scan_seconds,
                    )  # fmt: skip
                told = True
            self._stopped.wait(LONGEST_PAUSE)


def _arrivals(folders: Folders) -> Callable[[Change, str], bool]:
    apart = tuple(f"{folder}/" for folder in (folders.done, folders.refused))

    def wanted(change: Change, path: str) -> bool:
        return change != Change.deleted and is_finished(Path(path).name) and not path.startswith(apart)

    return wanted
