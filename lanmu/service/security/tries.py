"""Tries: after some failures each further one has to wait longer than the one before; who is counted as one."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from functools import lru_cache

MOST_KEYS = 20_000
FORGET_FACTOR = 12
"""Failures are forgotten this many times the longest wait after the last."""
OF_ONE = 64
"""The bits of an IPv6 address that name a network; whoever has one, has 2**64 addresses (RFC 4291, 2.5.4)."""


class Tries:
    """Counts failures by key (an address, a name), in memory of bounded size.

    ``free`` failures cost nothing; from then on the next try waits 1, 2, 4, 8 … seconds, at most
    ``longest``: a wait that grows slows who guesses, and never shuts the door for good.
    """

    def __init__(self, free: int, longest: float) -> None:
        self.free = free
        self.longest = longest
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()  # how many, and when the last was
        self._lock = threading.Lock()

    def wait(self, key: str) -> int:
        """Seconds until another try is allowed; 0: now."""
        now = time.monotonic()
        with self._lock:
            count, last = self._failures.get(key, (0, now))
            if not count or count < self.free:
                return 0
            if now - last > self.longest * FORGET_FACTOR:
                del self._failures[key]
                return 0
            pause = min(2.0 ** min(count - self.free, 60), self.longest)
            return max(0, -int(-(last + pause - now) // 1))

    def failed(self, key: str) -> None:
        """Count a failure."""
        now = time.monotonic()
        with self._lock:
            count, last = self._failures.pop(key, (0, now))
            self._failures[key] = (1 if now - last > self.longest * FORGET_FACTOR else count + 1, now)
            while len(self._failures) > MOST_KEYS:
                self._failures.popitem(last=False)

    def forgive(self, key: str) -> None:
        """Take one failure back: it was none."""
        with self._lock:
            count, last = self._failures.get(key, (0, 0.0))
            if count > 1:
                self._failures[key] = (count - 1, last)
            else:
                self._failures.pop(key, None)

    def forget(self, key: str) -> None:
        """Take all failures back."""
        with self._lock:
            self._failures.pop(key, None)


@lru_cache(4096)
def counted_as(address: str) -> str:
    """What an address counts as where tries and connections are counted; a name as it stands."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, OF_ONE), strict=False))
