"""Tries: how often something may fail before it must wait."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque

MOST_KEYS = 10_000


class Tries:
    """Counts failures by key (an address, a name) over a sliding window, in memory of bounded size."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, *keys: str) -> int:
        """Seconds until another try is allowed under all these keys; 0: now."""
        now = time.monotonic()
        longest = 0.0
        with self._lock:
            for key in keys:
                times = self._failures.get(key)
                while times and times[0] <= now - self.seconds:
                    times.popleft()
                if times and len(times) >= self.most:
                    longest = max(longest, times[-self.most] + self.seconds - now)
        return -int(-longest // 1)

    def failed(self, *keys: str) -> None:
        """Count a failure under each key."""
        with self._lock:
            for key in keys:
                times = self._failures.setdefault(key, deque(maxlen=self.most))
                times.append(time.monotonic())
                self._failures.move_to_end(key)
            while len(self._failures) > MOST_KEYS:
                self._failures.popitem(last=False)

    def succeeded(self, *keys: str) -> None:
        """Forget the failures under each key."""
        with self._lock:
            for key in keys:
                self._failures.pop(key, None)
