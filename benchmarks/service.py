"""Load on ``lanmu serve`` and on plain FastAPI endpoints, by turns, on this machine's loopback.

``python -m benchmarks.service [--seconds 2] [--rounds 7] [--connections 64]``.  Each request is one
article (the real news where its corpus is present, else the shipped labels' articles).  All servers
run at once, each has its turn in every round; figures are medians over the rounds, ratios are taken
within each round.  Processor time is the server's own, which other work on the machine disturbs
less.  Then an overload: far more than the queue holds, after which the service must answer again.
Needs the ``service`` extra.
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

WARM_MS = 5.0
"""Slower than this, the kernel is still being loaded."""
TOKEN = "benchmark-token-benchmark"
ARTICLES = 2_000
PEERS = {"same": "FastAPI, the same model in scikit-learn", "textbook": "FastAPI, TfidfVectorizer, LogisticRegression"}
OVERLOADED = "waiting_articles = 64\nbatch_articles = 64\n"


@dataclass
class Turn:
    """A server and what its turns came to."""

    name: str
    server: Server
    requests: Sequence[bytes]
    loads: list[Load] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    """Processor time in µs a request."""

    def take(self, connections: int, seconds: float) -> None:
        before = self.server.processor_seconds()
        load = loaded(self.server.port, self.requests, connections, seconds)
        self.loads.append(load)
        self.work.append((self.server.processor_seconds() - before) * 1e6 / max(1, len(load.times)))

    def line(self, own: Turn) -> str:
        rate = statistics.median(load.rate for load in self.loads)
        median = statistics.median(load.percentile(0.5) for load in self.loads)
        slow = statistics.median(load.percentile(0.99) for load in self.loads)
        failed = sum(count for load in self.loads for status, count in load.statuses.items() if status != 200)
        work = statistics.median(self.work)
        line = (
            f"{self.name:45}{rate:9,.0f} requests/s{median:8.1f} ms{slow:8.1f} ms (99 %)"
            f"{work:8,.0f} µs of processor{failed:5} failed"
        )
        if self is own:
            return line
        ratio = statistics.median(a.rate / b.rate for a, b in zip(own.loads, self.loads, strict=True))
        less = statistics.median(b / a for a, b in zip(own.work, self.work, strict=True) if a)
        return f"{line}   lanmu: {ratio:.1f} times as many, {less:.1f} times less processor time"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=2.0, help="of each turn")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--connections", type=int, default=64)
    options = parser.parse_args()
    news = read_news(ARTICLES)
    bodies = [{"title": title, "text": text} for title, text in news.articles]
    characters = statistics.mean(len(title) + len(text) for title, text in news.articles)
    print(f"{news.source}, {characters:.0f} characters an article; {options.connections} connections", flush=True)
    with ExitStack() as stack:
        server = stack.enter_context(lanmu())
        own = Turn("lanmu serve", server, json_requests(server.port, "/api/v1/tag", bodies, TOKEN))
        turns = [own]
        for way, name in PEERS.items():
            server = stack.enter_context(plain(way))
            turns.append(Turn(name, server, json_requests(server.port, "/tag", bodies)))
        for turn in turns:
            loaded(turn.server.port, turn.requests, options.connections, 1.0)
        for _ in range(options.rounds):
            for turn in turns:
                turn.take(options.connections, options.seconds)
        for turn in turns:
            print(turn.line(own), flush=True)
    overload(bodies, options.seconds)


def overload(bodies: Sequence[object], seconds: float) -> None:
    """More than the queue holds, then a single article."""
    with lanmu(OVERLOADED) as server:
        port = server.port
        many = [{"articles": bodies[i : i + 60]} for i in range(0, 1_200, 60)]
        load = loaded(port, json_requests(port, "/api/v1/tag/many", many, TOKEN), 48, seconds)
        after = loaded(port, json_requests(port, "/api/v1/tag", bodies[:50], TOKEN), 1, 1.0)
    told = ", ".join(f"{count:,} × {status}" for status, count in sorted(load.statuses.items()))
    print(f"overload, 48 connections with 60 articles a request, room for 64: {told}")
    told = ", ".join(f"{count:,} × {status}" for status, count in sorted(after.statuses.items()))
    print(f"right after it, one connection: {told}, {after.percentile(0.99):.1f} ms (99 %)")


@dataclass(frozen=True)
class Server:
    """A server that runs: its port, and its process."""

    port: int
    process: int

    def processor_seconds(self) -> float:
        """Processor time so far, user and system (Linux; elsewhere 0)."""
        try:
            fields = Path(f"/proc/{self.process}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / float(os.sysconf("SC_CLK_TCK"))


@contextmanager
def lanmu(limits: str = "") -> Iterator[Server]:
    """``lanmu serve`` over a new data folder, once its compiled kernel answers."""
    with tempfile.TemporaryDirectory() as folder:
        if limits:
            Path(folder, "settings.toml").write_text(f"[limits]\n{limits}", "utf-8")
        command = [sys.executable, "-m", "lanmu", "serve", "--home", folder, "--port", "0"]
        with started(command, {"LANMU_TOKEN": TOKEN}, "/readyz") as server:
            requests = json_requests(server.port, "/api/v1/tag", [{"text": "会议听取了水利局的汇报。" * 40}], TOKEN)
            while loaded(server.port, requests, 1, 0.3).percentile(0.5) > WARM_MS:
                pass
            yield server


@contextmanager
def plain(way: str) -> Iterator[Server]:
    """The plain endpoint."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "uvicorn", "--factory", "benchmarks.plain_service:create_app",
        "--port", str(port), "--log-level", "warning", "--no-access-log",
    ]  # fmt: skip
    with started(command, {"WAY": way}, "/healthz", port) as server:
        yield server


@contextmanager
def started(command: list[str], environment: dict[str, str], ready: str, port: int = 0) -> Iterator[Server]:
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
            yield Server(port, process.pid)
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
