"""How long others wait beside hostile neighbours, against a quiet service, by turns in the same run.

``python -m benchmarks.hostile_neighbours [--rounds 3] [--seconds 5] [--file FILE]``.  Four kinds: 1,000 connections
that say nothing; 8 uploads of 31 MiB by who has no login; a request's head of 300 MiB; four clients of their own names
that send a slow file again and again (without ``--file``: a PDF that draws pictures in pictures, without end).
Each that is turned away comes again after a second.  Another client has single articles tagged and puts others into
the queue; the ratio of its medians is taken within each round, so that other work on the machine counts on both sides.
Needs the ``service`` extra, and Linux's /proc.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx

from benchmarks.news import read_news
from benchmarks.service import TOKEN, started
from benchmarks.soak import memory_and_files
from lanmu.service.store import Store, accounts
from tests.reading.hostile_files import pictures_of_pictures

SOCKETS = 1_000
UPLOADS, UPLOAD_BYTES = 8, 31 << 20
HEAD_BYTES = 300 << 20
CLIENTS = 4
PAUSE = 10.0
"""Seconds in which what the last round left comes to its end."""
AGAIN = 1.0
Work = Callable[[threading.Event], None]
"""What one neighbour does until it is told to stop."""


@contextmanager
def at_work(workers: Sequence[Work]) -> Iterator[None]:
    """Neighbours that work beside."""
    over = threading.Event()

    def again(work: Work) -> None:
        while not over.is_set():
            with suppress(OSError, httpx.HTTPError):
                work(over)
            over.wait(AGAIN)

    threads = [threading.Thread(target=again, args=(work,), daemon=True) for work in workers]
    for thread in threads:
        thread.start()
    time.sleep(1.0)
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(PAUSE + 60)


class Neighbours:
    """What each kind of neighbour does to the service on a port; ``statuses``: the answers of the slow file."""

    def __init__(self, port: int, keys: Sequence[str], name: str, data: bytes) -> None:
        self.port, self.keys, self.name, self.data = port, keys, name, data
        self.statuses: Counter[int] = Counter()

    def kinds(self) -> dict[str, list[Work]]:
        return {
            f"{SOCKETS:,} connections that say nothing": [self._say_nothing],
            f"{UPLOADS} uploads of 31 MiB without a login": [self._upload_unasked] * UPLOADS,
            "a head of 300 MiB": [self._send_head],
            f"{CLIENTS} clients with a slow file": [self._sender(key) for key in self.keys],
        }

    def _connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def _say_nothing(self, over: threading.Event) -> None:
        with ExitStack() as opened:
            for _ in range(SOCKETS):
                opened.enter_context(self._connect())
            over.wait(60)

    def _upload_unasked(self, over: threading.Event) -> None:
        head = f"POST /api/v1/tag/file HTTP/1.1\r\nHost: localhost\r\nContent-Length: {UPLOAD_BYTES}\r\n"
        with self._connect() as connection:
            connection.sendall(head.encode() + b"Content-Type: multipart/form-data; boundary=b\r\n\r\n")
            for _ in range(UPLOAD_BYTES >> 16):
                if over.is_set():
                    return
                connection.sendall(b"x" * (1 << 16))

    def _send_head(self, over: threading.Event) -> None:
        with self._connect() as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ")
            for _ in range(HEAD_BYTES >> 16):
                if over.is_set():
                    return
                connection.sendall(b"x" * (1 << 16))

    def _sender(self, key: str) -> Work:
        def send(over: threading.Event) -> None:
            address, headers = f"http://127.0.0.1:{self.port}", {"Authorization": f"Bearer {key}"}
            with httpx.Client(base_url=address, headers=headers, timeout=120) as client:
                answer = client.post("/api/v1/tag/file", files={"file": (self.name, self.data)})
                self.statuses[answer.status_code] += 1
                over.wait(float(answer.headers.get("retry-after", 0)))

        return send


def medians(address: str, articles: Sequence[tuple[str, str]], seconds: float) -> tuple[float, float]:
    """Medians in ms of tagging an article, and of putting one into the queue."""
    tagging: list[float] = []
    putting: list[float] = []
    end = time.monotonic() + seconds
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60) as client:
        while time.monotonic() < end:
            title, text = articles[len(tagging) % len(articles)]
            begun = time.perf_counter()
            client.post("/api/v1/tag", json={"title": title, "text": text}).raise_for_status()
            tagging.append(time.perf_counter() - begun)
            article = {"title": f"{title[:100]} {time.time()}", "text": text}
            begun = time.perf_counter()
            client.post("/api/v1/articles", json={"articles": [article]}).raise_for_status()
            putting.append(time.perf_counter() - begun)
            time.sleep(0.01)
    return statistics.median(tagging) * 1000, statistics.median(putting) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--file", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    name, data = "slow.pdf", pictures_of_pictures()
    if options.file is not None:
        name, data = options.file.name, options.file.read_bytes()
    articles = read_news(300).articles
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "lanmu", "serve", "--home", folder, "--port", "0"]
        with started(command, {"LANMU_TOKEN": TOKEN}, "/readyz") as server:
            address = f"http://127.0.0.1:{server.port}"
            store = Store(Path(folder) / "lanmu.sqlite")
            with store.writing() as connection:
                keys = [accounts.add_token(connection, f"sender {i}", "editor", "benchmark")[1] for i in range(CLIENTS)]
            store.close()
            medians(address, articles, 5.0)
            neighbours = Neighbours(server.port, keys, name, data)
            for kind, workers in neighbours.kinds().items():
                ratios: list[tuple[float, float]] = []
                memory = 0
                for _ in range(options.rounds):
                    quiet = medians(address, articles, options.seconds)
                    with at_work(workers):
                        beside = medians(address, articles, options.seconds)
                        memory = max(memory, memory_and_files(server.process)[0])
                    ratios.append((beside[0] / quiet[0], beside[1] / quiet[1]))
                tagging, putting = (statistics.median(one[i] for one in ratios) for i in range(2))
                print(
                    f"{kind:42} tagging {tagging:.2f} times ({beside[0]:.1f} ms), into the queue {putting:.2f} times "
                    f"({beside[1]:.1f} ms); the service has {memory} MB",
                    flush=True,
                )
            told = ", ".join(f"{count} × {status}" for status, count in sorted(neighbours.statuses.items()))
            print(f"the slow file was answered {told}")


if __name__ == "__main__":
    main()
