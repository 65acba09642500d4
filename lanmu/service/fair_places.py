"""FairPlaces: a few places for work that many clients want, a queue a client, so that none keeps the others out."""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager

from classifier.messages import say
from lanmu.service.tagger import Overloaded

MOST_CLIENTS = 64


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
