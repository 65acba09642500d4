"""Connections: uvicorn's protocol with what it leaves unbounded bounded: heads, waiting, connections an address.

uvicorn has no limit on the size or the time of a request's head (with httptools), none on what an
address may open, and none on a client that does not read its answer.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lanmu.service.problems import problem_response
from lanmu.service.security.guard import HEADERS
from lanmu.service.security.sign_in import counted_as
from lanmu.service.settings import ServiceLimits

OVERHEAD = 16
"""How many bytes of chunks and trailers a request may take for each byte of its body."""
_PIECE_BYTES = 256 << 10
"""The most that the event loop gives at once."""
RETRY_SECONDS = 5


class _HeadTooLarge(Exception):
    """The head has grown beyond its bound; the parser ends with it."""


class Connections:
    """The open connections, by address: where there are too many, the one that waits longest goes.

    A connection that does nothing costs its address a place, never another address; one at work is
    never ended for another.  ``proxies`` are addresses through which many people come.
    """

    def __init__(self, limits: ServiceLimits, proxies: Iterable[str] = ()) -> None:
        self.limits = limits
        self.proxies = frozenset(map(counted_as, proxies))
        self.count = 0
        self._by_address: defaultdict[str, set[BoundedProtocol]] = defaultdict(set)

    def enter(self, connection: BoundedProtocol) -> bool:
        """Whether there is room for a connection; another that waits may end for it."""
        mine = self._by_address[connection.address]
        most = self.limits.connections if connection.address in self.proxies else self.limits.connections_an_address
        if len(mine) >= most and not self._end_one(mine):
            return False
        if self.count >= self.limits.connections:
            largest = max(self._by_address.values(), key=len)
            if not self._end_one(largest):
                return False
        self._by_address[connection.address].add(connection)
        self.count += 1
        return True

    def leave(self, connection: BoundedProtocol) -> None:
        mine = self._by_address[connection.address]
        if connection in mine:
            mine.discard(connection)
            self.count -= 1
        if not mine:
            del self._by_address[connection.address]

    def _end_one(self, connections: set[BoundedProtocol]) -> bool:
        """End the connection that waits longest, those that never asked anything first; False where all are at work."""
        waiting = [connection for connection in connections if connection.waits]
        if not waiting:
            return False
        first = min(waiting, key=lambda connection: (connection.requests > 0, connection.since))
        self.leave(first)
        first.transport.abort()
        return True


class BoundedProtocol(HttpToolsProtocol):
    """One connection.  ``of(connections)`` makes the class that uvicorn is given."""

    shared: Connections

    @classmethod
    def of(cls, connections: Connections) -> type[BoundedProtocol]:
        return type("BoundedProtocol", (cls,), {"shared": connections})

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.limits = self.shared.limits
        self.address = counted_as(self.client[0]) if self.client else ""
        self.requests = 0
        self.since = time.monotonic()
        self._in_head = False
        self._head_bytes = 0
        self._body_bytes = 0
        self._bodies_bytes = 0  # of all requests of this connection
        self._other_bytes = 0
        self._refusal: tuple[int, str] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._writing_timer: asyncio.TimerHandle | None = None
        if not self.shared.enter(self):
            self.transport.write(answer(503, "too many connections are open; try again soon", RETRY_SECONDS))
            self.transport.close()
            return
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        self.resume_writing()
        self.shared.leave(self)
        super().connection_lost(exc)

    @property
    def waits(self) -> bool:
        """Whether no request is being answered."""
        return self.cycle is None or bool(self.cycle.response_complete)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing() or self.parser is None:
            return
        bodies_before = self._bodies_bytes
        between = self._in_head or self.waits
        super().data_received(data)
        if self.transport.is_closing():
            return
        other = len(data) - (self._bodies_bytes - bodies_before)
        if self._in_head and between:
            self._head_bytes += other
            if self._head_bytes > self.limits.head_bytes:
                self._refuse(431, self._too_large)
                return
        elif not self._in_head:
            self._head_bytes = 0
            self._other_bytes += other
            if self._other_bytes > self.limits.head_bytes + _PIECE_BYTES + OVERHEAD * self._body_bytes:
                self._refuse(400, "the request is little but the frames of its pieces; send it in larger ones")
                return
        if self.waits or self._in_head:
            self._await_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._taken = self._other_bytes = self._body_bytes = 0

    def on_url(self, url: bytes) -> None:
        self._take(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._take(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_came()
        self.requests += 1
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        self._bodies_bytes += len(body)
        super().on_body(body)

    def on_response_complete(self) -> None:
        self.since = time.monotonic()
        super().on_response_complete()
        if self._in_head:
            self._await_head()

    def pause_writing(self) -> None:
        """The client does not read its answer: it has a while to go on."""
        super().pause_writing()
        if self._writing_timer is None:
            self._writing_timer = self.loop.call_later(self.limits.idle_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._writing_timer is not None:
            self._writing_timer.cancel()
            self._writing_timer = None

    def send_400_response(self, msg: str) -> None:
        status, detail = self._refusal or (400, "the request is not HTTP that can be understood")
        self._refuse(status, detail)

    @property
    def _too_large(self) -> str:
        return f"the request's head is larger than {self.limits.head_bytes:,} bytes; shorten its address or headers"

    def _take(self, size: int) -> None:
        """Count what a head, or the trailer of a body, is kept as."""
        self._taken += size
        if self._taken > self.limits.head_bytes:
            self._refusal = (431, self._too_large)
            raise _HeadTooLarge

    def _await_head(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(self.limits.head_seconds, self._head_is_late)

    def _head_came(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _head_is_late(self) -> None:
        self._timer = None
        if not self.waits and not self._in_head:
            return
        if self._in_head and self.waits:
            self._refuse(408, f"the request's head has not come within {self.limits.head_seconds:g} seconds")
        elif self.waits:
            self.transport.close()

    def _refuse(self, status: int, detail: str) -> None:
        """Say why, unless another answer is under way, and end the connection."""
        if self.transport.is_closing():
            return
        if self.waits:
            self.transport.write(answer(status, detail))
        self.transport.close()


def answer(status: int, detail: str, retry_after: int = 0) -> bytes:
    """A whole answer for what never reaches the application, with the headers of every other."""
    headers = {"connection": "close", "cache-control": "no-store"}
    if retry_after:
        headers["retry-after"] = str(retry_after)
    problem = problem_response(status, detail, headers)
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()]
    lines += [name + b": " + value for name, value in (*problem.raw_headers, *HEADERS)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + bytes(problem.body)
