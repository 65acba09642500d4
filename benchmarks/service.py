"""Load on ``lanmu serve`` and on plain FastAPI endpoints, by turns, on this machine's loopback.

``python -m benchmarks.service [--seconds 3] [--rounds 5] [--connections 16]``.  Each request is one
article (the real news where its corpus is present, else the shipped labels' articles).  All servers
run at once, each has its turn in every round; figures are medians over the rounds, ratios are taken
within each round.  Then an overload: far more than the queue holds, after which the service must
answer again.  Needs the ``service`` extra.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.http_load import Load, json_requests, loaded
from benchmarks.news import read_news

TOKEN = "benchmark-token-benchmark"
ARTICLES = 2_000
PEERS = {"same": "FastAPI, the same model in scikit-learn", "textbook": "FastAPI, TfidfVectorizer, LogisticRegression"}
OVERLOADED = "waiting_articles = 64\nbatch_articles = 64\n"


@dataclass
class Turn:
    """A server and what its turns came to."""

    name: str
    port: int
    requests: Sequence[bytes]
    loads: list[Load] = field(default_factory=list)

    def line(self, own: Turn) -> str:
        rate = statistics.median(load.rate for load in self.loads)
        median = statistics.median(load.percentile(0.5) for load in self.loads)
        slow = statistics.median(load.percentile(0.99) for load in self.loads)
        failed = sum(count for load in self.loads for status, count in load.statuses.items() if status != 200)
        line = f"{self.name:45}{rate:9,.0f} requests/s{median:9.1f} ms{slow:9.1f} ms (99 %){failed:5} failed"
        if self is own:
            return line
        ratio = statistics.median(a.rate / b.rate for a, b in zip(own.loads, self.loads, strict=True))
        return f"{line}   lanmu: {ratio:.1f} times"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=3.0, help="of each turn")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    news = read_news(ARTICLES)
    bodies = [{"title": title, "text": text} for title, text in news.articles]
    characters = statistics.mean(len(title) + len(text) for title, text in news.articles)
    print(f"{news.source}, {characters:.0f} characters an article; {options.connections} connections", flush=True)
    with ExitStack() as stack:
        port = stack.enter_context(lanmu())
        own = Turn("lanmu serve", port, json_requests(port, "/api/v1/tag", bodies, TOKEN))
        turns = [own]
        for way, name in PEERS.items():
            port = stack.enter_context(plain(way))
            turns.append(Turn(name, port, json_requests(port, "/tag", bodies)))
        for turn in turns:
            loaded(turn.port, turn.requests, options.connections, 1.0)
        for _ in range(options.rounds):
            for turn in turns:
                turn.loads.append(loaded(turn.port, turn.requests, options.connections, options.seconds))
        for turn in turns:
            print(turn.line(own), flush=True)
    overload(bodies, options.seconds)


def overload(bodies: Sequence[object], seconds: float) -> None:
    """More than the queue holds, then a single article."""
    with lanmu(OVERLOADED) as port:
        many = [{"articles": bodies[i : i + 60]} for i in range(0, 1_200, 60)]
        load = loaded(port, json_requests(port, "/api/v1/tag/many", many, TOKEN), 48, seconds)
        after = loaded(port, json_requests(port, "/api/v1/tag", bodies[:50], TOKEN), 1, 1.0)
    told = ", ".join(f"{count:,} × {status}" for status, count in sorted(load.statuses.items()))
    print(f"overload, 48 connections with 60 articles a request, room for 64: {told}")
    told = ", ".join(f"{count:,} × {status}" for status, count in sorted(after.statuses.items()))
    print(f"right after it, one connection: {told}, {after.percentile(0.99):.1f} ms (99 %)")


@contextmanager
def lanmu(limits: str = "") -> Iterator[int]:
    """``lanmu serve`` over a new data folder; gives its port."""
    with tempfile.TemporaryDirectory() as folder:
        if limits:
            Path(folder, "settings.toml").write_text(f"[limits]\n{limits}", "utf-8")
        command = [sys.executable, "-m", "lanmu", "serve", "--home", folder, "--port", "0"]
        with started(command, {"LANMU_TOKEN": TOKEN}, "/readyz") as port:
            yield port


@contextmanager
def plain(way: str) -> Iterator[int]:
    """The plain endpoint; gives its port."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "uvicorn", "--factory", "benchmarks.plain_service:create_app",
        "--port", str(port), "--log-level", "warning", "--no-access-log",
    ]  # fmt: skip
    with started(command, {"WAY": way}, "/healthz", port) as known:
        yield known


@contextmanager
def started(command: list[str], environment: dict[str, str], ready: str, port: int = 0) -> Iterator[int]:
    """A server as a process, once it answers."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **environment})
        try:
            deadline = time.monotonic() + 180
            while time.monotonic() < deadline and process.poll() is None:
                output.seek(0)
                found = re.search(rb"http://[^:]+:(\d+)", output.read())
                port = port or (int(found[1]) if found else 0)
                if port and _answers(f"http://127.0.0.1:{port}{ready}"):
                    break
                time.sleep(0.2)
            else:
                output.seek(0)
                raise SystemExit(f"{' '.join(command)} did not start:\n{output.read().decode()}")
            yield port
        finally:
            process.terminate()
            process.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    main()
