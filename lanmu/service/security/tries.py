"""Tries: after some failures each further one has to wait longer than the one before."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

MOST_KEYS = 20_000
FORGET_FACTOR = 12
"""Failures are forgotten this many times the longest wait after the last."""


@dataclass
class _Failures:
    count: int
    last: float


class Tries:
    """Counts failures by key (an address, a name), in memory of bounded size.

    ``free`` failures cost nothing; from then on the next try waits 1, 2, 4, 8 … seconds, at most
    ``longest``: a wait that grows slows who guesses, and never shuts the door for good.
    """

    def __init__(self, free: int, longest: float) -> None:
        self.free = free
        self.longest = longest
        self._failures: OrderedDict[str, _Failures] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, key: str) -> int:
        """Seconds until another try is allowed; 0: now."""
        now = time.monotonic()
        with self._lock:
            failures = self._failures.get(key)
            if failures is None or failures.count < self.free:
                return 0
            if now - failures.last > self.longest * FORGET_FACTOR:
                del self._failures[key]
                return 0
            pause = min(2.0 ** min(failures.count - self.free, 60), self.longest)
            return max(0, -int(-(failures.last + pause - now) // 1))

    def failed(self, key: str) -> None:
        """Count a failure."""
        now = time.monotonic()
        with self._lock:
            failures = self._failures.pop(key, None)
            if failures is None or now - failures.last > self.longest * FORGET_FACTOR:
                failures = _Failures(0, now)
            self._failures[key] = _Failures(failures.count + 1, now)
            while len(self._failures) > MOST_KEYS:
                self._failures.popitem(last=False)

    def forgive(self, key: str) -> None:
        """Take one failure back: it was none."""
        with self._lock:
            failures = self._failures.get(key)
            if failures is not None:
                failures.count -= 1
                if failures.count <= 0:
                    del self._failures[key]

    def forget(self, key: str) -> None:
        """Take all failures back."""
        with self._lock:
            self._failures.pop(key, None)
