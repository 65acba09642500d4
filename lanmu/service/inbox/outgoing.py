"""Outgoing: changes on their way to other programs, into the day's files and to the webhook."""

from __future__ import annotations

import logging
import threading

from filelock import FileLock, Timeout

from lanmu.service.inbox.result_files import ResultFiles
from lanmu.service.inbox.webhook import Webhook
from lanmu.service.settings import Settings
from lanmu.service.store import Store

log = logging.getLogger("lanmu.service")
LOOK_SECONDS = 2.0


class Outgoing:
    """What leaves a data folder, by one process at a time; another takes over when that ends.

    Raises LanmuError where the webhook cannot be used.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self.label_seconds = settings.limits.webhook_label_seconds
        self.results = ResultFiles(store, settings.results)
        self.webhook: Webhook | None = None
        if settings.webhook:
            self.webhook = Webhook(store, settings.webhook, settings.webhook_secret, settings.limits)
        self._lock = FileLock(settings.home / "outgoing.lock", thread_local=False)
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def deliver(self) -> bool:
        """Whether changes go to a webhook."""
        return self.webhook is not None

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
