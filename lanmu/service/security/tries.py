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
            found = self._failures.get(key)
            if found is None or found.count < self.free:
                return 0
            if now - found.last > self.longest * FORGET_FACTOR:
                del self._failures[key]
                return 0
            pause = min(2.0 ** min(found.count - self.free, 60), self.longest)
            return max(0, -int(-(found.last + pause - now) // 1))

    def failed(self, key: str) -> None:
        """Count a failure."""
        now = time.monotonic()
        with self._lock:
            found = self._failures.pop(key, None)
            if found is None or now - found.last > self.longest * FORGET_FACTOR:
                found = _Failures(0, now)
            self._failures[key] = _Failures(found.count + 1, now)
            while len(self._failures) > MOST_KEYS:
                self._failures.popitem(last=False)

    def forgive(self, key: str) -> None:
        """Take one failure back: it was none."""
        with self._lock:
            found = self._failures.get(key)
            if found is not None:
                found.count -= 1
                if found.count <= 0:
                    del self._failures[key]

    def forget(self, key: str) -> None:
        """Take all failures back."""
        with self._lock:
            self._failures.pop(key, None)
