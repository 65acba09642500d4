"""A soak of ``lanmu serve``: articles, labels, files and retrainings side by side, with a line of figures a minute.

``python -m benchmarks.soak [--minutes 60] [--articles 100000] [--clients 4] [--trainings 4]``.  The articles are put
into the queue at an even rate (the real news where its corpus is present, else the shipped labels' articles with
changes), one in twenty is labelled, one in a hundred is a file; retrainings come evenly.  The second table has the
medians of the first and of the last quarter of the run, which is what must not grow.  Needs the ``service`` and
``train`` extras, and Linux's /proc.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks.news import labelled_news
from benchmarks.service import TOKEN, started

LABELLED = 20
FILES = 100
WARMED_UP = 0.25
"""Share of the run after which the first figures are taken: caches and the allocator's pools are full by then."""


@dataclass
class Minute:
    """What one minute came to."""

    articles: int
    errors: int
    median_ms: float
    slowest_ms: float
    memory_mb: int
    files: int
    database_mb: float

    def line(self, number: int) -> str:
        return (
            f"{number:>6}{self.articles:>10,}{self.errors:>8}{self.median_ms:>10.1f}{self.slowest_ms:>10.0f}"
            f"{self.memory_mb:>10}{self.files:>8}{self.database_mb:>10.0f}"
        )


@dataclass
class Counts:
    """What the clients have done, and the times of their requests in the present minute."""

    articles: int = 0
    labels: int = 0
    files: int = 0
    errors: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def taken(self) -> list[float]:
        with self.lock:
            times, self.times = self.times, []
        return times


class Client(threading.Thread):
    """Puts its share of the articles in, each when its time has come."""

    def __init__(self, address: str, number: int, options: argparse.Namespace, counts: Counts) -> None:
        super().__init__(daemon=True)
        self.address, self.number, self.options, self.counts = address, number, options, counts

    def run(self) -> None:
        own = range(self.number, self.options.articles, self.options.clients)
        a_second = self.options.articles / (self.options.minutes * 60)
        begun = time.monotonic()
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=self.address, headers=headers, timeout=120) as client:
            for number, (category, title, text) in zip(own, _articles(self.number), strict=False):
                if time.monotonic() - begun > self.options.minutes * 60:
                    return  # a machine that is busy with other work does not make the run longer
                time.sleep(max(0.0, begun + number / a_second - time.monotonic()))
                try:
                    self._one(client, number, category, title, text)
                except Exception as error:  # the run goes on; every one is counted and shown
                    self._failed(repr(error))

    def _one(self, client: httpx.Client, number: int, category: str, title: str, text: str) -> None:
        article = {"title": f"{title}之{number}"[:200], "text": text}
        asked = time.monotonic()
        if number % FILES == 7:
            page = f"# {article['title']}\n\n{text}\n".encode()
            answer = client.post("/api/v1/articles/file", files={"file": (f"page-{number}.md", page)})
            with self.counts.lock:
                self.counts.files += 1
        else:
            answer = client.post("/api/v1/articles", json={"articles": [article]})
        taken = time.monotonic() - asked
        if answer.is_success and number % LABELLED == 0:
            queued = answer.json()["articles"][0]["number"]
            answer = client.put(f"/api/v1/articles/{queued}/label", json={"category": category})
            self.counts.labels += 1
        with self.counts.lock:
            self.counts.articles += 1
            self.counts.times.append(taken)
        if not answer.is_success:
            self._failed(f"{answer.status_code} {answer.text[:200]}")

    def _failed(self, what: str) -> None:
        with self.counts.lock:
            self.counts.errors.append(what)
        print(f"  failed: {what}", flush=True)


def _articles(seed: int) -> Iterator[tuple[str, str, str]]:
    """(category, title, text) again and again, each client from another place on."""
    items = labelled_news()
    while True:
        for at in range(len(items)):
            category, (title, text) = items[(at + seed * 1_001) % len(items)]
            yield category, title, text


def memory_and_files(process: int) -> tuple[int, int]:
    """Resident memory in MB and open files of a process."""
    folder = Path("/proc") / str(process)
    return int((folder / "statm").read_text().split()[1]) * 4096 >> 20, len(list((folder / "fd").iterdir()))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--trainings", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        command = ["lanmu", "serve", "--home", folder, "--port", "0"]

        with started([sys.executable, "-m", *command], {"LANMU_TOKEN": TOKEN}, "/readyz") as server:
            soak(f"http://127.0.0.1:{server.port}", server.process, Path(folder), options)


def soak(address: str, process: int, home: Path, options: argparse.Namespace) -> None:
    """Run it, print the lines, then what changed from the first quarter to the last."""
    counts = Counts()
    clients = [Client(address, number, options, counts) for number in range(options.clients)]
    minutes: list[Minute] = []
    trainings: list[int] = []
    print(
        f"{'minute':>6}{'articles':>10}{'errors':>8}{'median ms':>10}{'max ms':>10}{'MB':>10}{'files':>8}{'db MB':>10}"
    )
    begun = time.monotonic()
    for client in clients:
        client.start()
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=120) as asking:
        while any(client.is_alive() for client in clients):
            time.sleep(max(0.0, begun + 60 * (len(minutes) + 1) - time.monotonic()))
            times = sorted(counts.taken()) or [0.0]
            memory, files = memory_and_files(process)
            size = sum(one.stat().st_size for one in home.glob("lanmu.sqlite*")) / 1e6
            median, slowest = statistics.median(times) * 1e3, times[-1] * 1e3
            minutes.append(Minute(counts.articles, len(counts.errors), median, slowest, memory, files, size))
            print(minutes[-1].line(len(minutes)), flush=True)
            if len(trainings) < options.trainings * len(minutes) / options.minutes - 0.5:
                answer = asking.post("/api/v1/trainings")
                trainings.append(answer.json().get("number", 0))
                print(f"  training {trainings[-1]}: {answer.status_code}", flush=True)
        for number in trainings:
            while (told := asking.get(f"/api/v1/trainings/{number}").json())["status"] == "running":
                time.sleep(1)
            print(f"training {number}: {told['status']}")
        print(f"problems: {asking.get('/readyz').json()['problems']}")
        total = asking.get("/api/v1/articles?limit=1").json()["total"]
    told = f"{counts.articles:,} sent ({counts.files:,} files), {total:,} in the queue, {counts.labels:,} labels"
    print(f"{told}, {len(counts.errors)} errors, {time.monotonic() - begun:.0f} s")
    _compare(minutes)


def _compare(minutes: list[Minute]) -> None:
    """The medians of the quarter after warming up and of the last one."""
    quarter = max(1, int(len(minutes) * WARMED_UP))
    early, late = minutes[quarter : 2 * quarter] or minutes, minutes[-quarter:]
    for name, of in (
        ("memory, MB", lambda one: one.memory_mb),
        ("open files", lambda one: one.files),
        ("median answer, ms", lambda one: one.median_ms),
    ):
        first, last = statistics.median(map(of, early)), statistics.median(map(of, late))
        print(f"{name:<20} second quarter {first:8.1f}   last quarter {last:8.1f}")


if __name__ == "__main__":
    main()
