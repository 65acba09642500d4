"""How fast articles are scored, beside what others use, in one interleaved run.

``python -m benchmarks.speed [--quick]``.  Every path takes the same Python strings; in each round
every path has its turn, and a figure is the median over the rounds.  ``lanmu`` is the shipped model
from raw text to probability and decision; ``jieba + scikit-learn`` is the same model, with the same
features and weights, in scikit-learn's own classes, on one cut of each text.  fastText is trained
on the same labels with its default options.  Speeds on one thread count processor time, so that
other work on the machine disturbs them less; two threads are compared by the clock, beside a loop
that shares nothing and so shows what the machine had to give.

Needs the ``benchmark`` extra: ``pip install "lanmu[benchmark]"``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from benchmarks.news import Pair, articles, headlines, labelled_news, long_texts, read_news
from benchmarks.peers import FastText, Lanmu, ScikitLearn, Way, jieba_words, trained_fasttext
from classifier.model.model_files import read_model
from classifier.model.versions import model_path

BASELINE = "jieba + scikit-learn"
PRE_CUT = "fastText on words cut before"
PIECE_SECONDS = 0.25
"""About how long a path works in a round."""
HASH_ROUNDS = 400


@dataclass
class Timed:
    """A way's turns: bytes of UTF-8 it went through, and seconds."""

    way: Way
    pieces: list[tuple[Any, int]]
    speeds: list[float] = field(default_factory=list)
    """Bytes a second of processor time."""
    clock: list[float] = field(default_factory=list)
    """Bytes a second by the clock."""

    def turn(self, number: int) -> None:
        prepared, size = self.pieces[number % len(self.pieces)]
        done = 0
        start, start_clock = time.process_time(), time.perf_counter()
        while True:
            self.way.run(prepared)
            done += size
            seconds, clock = time.process_time() - start, time.perf_counter() - start_clock
            if clock >= PIECE_SECONDS:
                break
        self.speeds.append(done / seconds)
        self.clock.append(done / clock)


def timed(way: Way, pairs: Sequence[Pair]) -> Timed:
    """The way with pieces of the articles that take it about PIECE_SECONDS each."""
    warm = max(1, len(pairs) // 50)
    prepared = way.prepare(pairs[:warm])
    way.run(prepared)
    start = time.perf_counter()
    way.run(prepared)
    count = max(1, int(warm * PIECE_SECONDS / max(time.perf_counter() - start, 1e-9)))
    pieces = [pairs[i : i + count] for i in range(0, len(pairs), count)]
    if len(pieces) > 1 and len(pieces[-1]) < count:
        pieces.pop()
    return Timed(way, [(way.prepare(piece), _bytes(piece)) for piece in pieces])


def _bytes(pairs: Sequence[Pair]) -> int:
    return sum(len(title.encode()) + len(text.encode()) for title, text in pairs)


def compare(name: str, pairs: Sequence[Pair], ways: Sequence[Way], rounds: int) -> dict[str, Any]:
    """Run the ways in turns over the articles and print a table; returns the ratios."""
    runs = [timed(way, pairs) for way in ways]
    alone: list[float] = []
    for number in range(rounds):
        for run in runs:
            run.turn(number)
        alone.append(two_at_once())
    each = _bytes(pairs) / len(pairs)
    characters = sum(len(title) + len(text) for title, text in pairs) / len(pairs)
    by_name = {run.way.name: run for run in runs}
    print(f"\n{name}: {len(pairs):,} articles of {characters:,.0f} characters, {rounds} rounds")
    print(f"  {'':32}{'articles/s':>12}{'MB/s':>8}{'× baseline':>12}{'× pre-cut':>11}")
    figures: dict[str, Any] = {}
    for run in runs:
        speeds = run.clock if run.way.threads > 1 else run.speeds
        ratio, over_cut = (_ratio(run, by_name[other]) for other in (BASELINE, PRE_CUT))
        speed = statistics.median(speeds)
        print(f"  {run.way.name:32}{speed / each:12,.0f}{speed / 1e6:8.2f}{ratio:12.1f}{over_cut:11.2f}")
        figures[run.way.name] = {"articles_a_second": speed / each, "baseline": ratio, "pre_cut": over_cut}
    two, one = by_name["lanmu, 2 threads"], by_name["lanmu"]
    gains = [a / b for a, b in zip(two.clock, one.clock, strict=True)]
    shares = sorted(gain / possible for gain, possible in zip(gains, alone, strict=True))
    print(
        f"  two threads {statistics.median(gains):.2f} × one (best round {max(gains):.2f}); a loop that shares nothing "
        f"{statistics.median(alone):.2f} × (best {max(alone):.2f}); of what there was {statistics.median(shares):.0%}"
    )
    busy = statistics.median(b / a for a, b in zip(one.clock, one.speeds, strict=True))
    if busy > 1.1:
        print(f"  other work was on the machine: a thread had {1 / busy:.0%} of a core")
    return figures | {"two_threads": {"median": statistics.median(gains), "best": max(gains), "alone": alone}}


def _ratio(run: Timed, other: Timed) -> float:
    """Speed over another's in the same rounds, by processor time, or by the clock with several threads."""
    pairs = (
        zip(run.clock, other.clock, strict=True) if run.way.threads > 1 else zip(run.speeds, other.speeds, strict=True)
    )
    return statistics.median(a / b for a, b in pairs)


def two_at_once() -> float:
    """How much more two threads do that share nothing: 2.0 on a machine with two free cores."""
    data = bytes(1_000_000)

    def work(_: int) -> None:
        import hashlib

        for _ in range(HASH_ROUNDS // 8):
            hashlib.sha256(data).digest()  # without the interpreter's lock

    def seconds(run: Callable[[], object]) -> float:
        start = time.perf_counter()
        run()
        return time.perf_counter() - start

    with ThreadPoolExecutor(2) as pool:
        one = seconds(lambda: work(0))
        two = seconds(lambda: list(pool.map(work, range(2))))
    return 2 * one / two


def in_a_process(what: str, model: Path, count: int = 0) -> dict[str, float]:
    """What ``benchmarks.one_process`` prints."""
    command = [sys.executable, "-m", "benchmarks.one_process", what, str(model), str(count)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def memory(model: Path, count: int) -> None:
    """Resident memory of processes of their own."""
    jieba = in_a_process("jieba", model)["resident"]
    sklearn = in_a_process("scikit-learn", model)
    ours = in_a_process("scoring", model, count)
    size = sum(path.stat().st_size for path in model.iterdir()) / 1e6
    print("\nResident memory of a process, MB")
    print(f"  {'import jieba; jieba.initialize()':44}{jieba:8.0f}")
    print(f"  {'jieba + scikit-learn, scoring':44}{sklearn['resident']:8.0f}")
    print(
        f"  {f'lanmu, scoring ({count:,} articles)':44}{ours['resident']:8.0f}   at its highest {ours['highest']:.0f}"
    )
    print(f"  {'jieba + the model + 60':44}{jieba + size + 60:8.0f}   (the model: {size:.1f})")


def growth(model: Path, counts: Sequence[int]) -> None:
    """Cost as work grows: each count in a process of its own, articles made as they are asked for."""
    print("\nAs work grows (a stream, in a process of its own)")
    print(f"  {'articles':>10}{'seconds':>10}{'ns/character':>14}{'MB resident':>13}{'highest':>9}")
    for count in counts:
        found = in_a_process("scoring", model, count)
        each = found["seconds"] / found["characters"] * 1e9
        print(f"  {count:10,}{found['seconds']:10.3f}{each:14.1f}{found['resident']:13.0f}{found['highest']:9.0f}")


def made_ways(folder: Path) -> Iterator[Way]:
    import rjieba

    weights = read_model(folder).weights
    cut = jieba_words()
    yield ScikitLearn(BASELINE, weights, cut)
    yield ScikitLearn("rjieba + scikit-learn", weights, rjieba.cut)
    trained = trained_fasttext(labelled_news(), cut)
    yield FastText("fastText with jieba.lcut", trained, cut, cut_before=False)
    yield FastText(PRE_CUT, trained, cut, cut_before=True)
    yield Lanmu(folder, 1)
    yield Lanmu(folder, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer articles and rounds")
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--model", default=None, help="a model's folder or name")
    chosen = parser.parse_args()
    quick = chosen.quick
    rounds = chosen.rounds or (3 if quick else 11)
    folder = model_path(chosen.model)
    news = read_news(4_000 if quick else 16_000)
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"Texts: {news.source}.  Model: {folder.name}, {read_model(folder).weights.spec}")
    ways = list(made_ways(folder))
    threadpool_limits(1)
    compare("Short titles", headlines(news, 2_000 if quick else 10_000), ways, rounds)
    compare("Articles", articles(news, 500 if quick else 2_000), ways, rounds)
    compare("Long texts", long_texts(news, 6 if quick else 24), ways, rounds)
    memory(folder, 1_000 if quick else 5_000)
    growth(folder, (1_000, 10_000) if quick else (1_000, 10_000, 100_000))


if __name__ == "__main__":
    main()
