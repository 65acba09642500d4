"""A load generator: keep-alive connections that each send the next request when the last is answered."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Load:
    """What came of a load: answers by status, and seconds of each request."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """The time in ms within which this share of the requests was answered."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else 0.0


class Connection(asyncio.Protocol):
    """One connection, which goes through its requests again and again until the time is over."""

    def __init__(self, requests: Sequence[bytes], load: Load, end: float, done: asyncio.Future[None]) -> None:
        self.requests = requests
        self.load = load
        self.end = end
        self.done = done
        self.sent = 0
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            if time.perf_counter() < self.end:
                self.load.statuses[0] += 1
            self.done.set_result(None)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        at = self.buffer[:head].lower().index(b"content-length:")
        length = int(self.buffer[at + 15 : head].split(b"\r\n", 1)[0])
        if len(self.buffer) < head + 4 + length:
            return
        now = time.perf_counter()
        self.load.statuses[int(self.buffer[9:12])] += 1
        self.load.times.append(now - self.started)
        self.buffer = b""
        if now < self.end:
            self._send()
        else:
            self.transport.close()

    def _send(self) -> None:
        self.started = time.perf_counter()
        self.transport.write(self.requests[self.sent % len(self.requests)])
        self.sent += 1


def json_requests(port: int, path: str, bodies: Sequence[object], token: str = "") -> list[bytes]:
    """POST requests with JSON bodies, as bytes."""
    found = []
    for body in bodies:
        content = json.dumps(body, ensure_ascii=False).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {token}\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        found.append(head.encode() + content)
    return found


def loaded(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Load:
    """Put a load on a server on this machine; every connection begins with another request."""

    async def run() -> Load:
        load = Load()
        loop = asyncio.get_running_loop()
        start = time.perf_counter()
        ends: list[asyncio.Future[None]] = []
        for i in range(connections):
            done: asyncio.Future[None] = loop.create_future()
            ends.append(done)
            mine = requests[i::connections] or requests
            connection = Connection(mine, load, start + seconds, done)
            await loop.create_connection(lambda connection=connection: connection, "127.0.0.1", port)  # type: ignore[misc]
        await asyncio.gather(*ends)
        load.seconds = time.perf_counter() - start
        return load

    return asyncio.run(run())
