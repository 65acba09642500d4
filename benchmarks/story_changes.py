"""Unmarked changes of story: fit the signs' weights on real news, and measure what is found and what invented.

``python -m benchmarks.story_changes fit`` writes ``common_pairs.txt`` and prints the weights;
``python -m benchmarks.story_changes`` measures: single stories (how many are wrongly cut) and two
stories run together (how many changes are found, at the right paragraph).  The news is
``xwlb-2022-2025.jsonl.xz`` in LANMU_CORPUS (default ``../shared/data``).
"""

from __future__ import annotations

import argparse
import json
import lzma
import math
import os
import random
import re
from collections import Counter
from pathlib import Path

import classifier.reading.topics as topics
from classifier.reading.topics import MIN_SIDE_CHARS, pairs_of, sign_values, story_changes

CORPUS = Path(os.environ.get("LANMU_CORPUS", "../shared/data")) / "xwlb-2022-2025.jsonl.xz"
TABLE = Path(topics.__file__).with_name("common_pairs.txt")
COMMON = 1_500
FIT_FROM, TEST_FROM = "20250101", "20250701"


def read_items() -> list[tuple[str, list[str]]]:
    with lzma.open(CORPUS, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    briefs = re.compile("快讯|联播|简讯|预告|提要")
    return [(r["date"], [p for p in r["text"].split("\n") if p]) for r in rows if not briefs.search(r["title"])]


def long_enough(items: list[tuple[str, list[str]]], start: str, stop: str = "9") -> list[list[str]]:
    return [
        ps for date, ps in items if start <= date < stop and len(ps) >= 3 and sum(map(len, ps)) > 2 * MIN_SIDE_CHARS
    ]


def run_together(stories: list[list[str]], seed: int) -> list[tuple[list[str], int]]:
    """Each story with one of about the same days after it, and where that starts."""
    rng = random.Random(seed)
    pairs = []
    for i, story in enumerate(stories):
        j = rng.choice([k for k in range(max(0, i - 60), min(len(stories), i + 60)) if k != i])
        pairs.append((story + stories[j], len(story)))
    return pairs


def write_table(items: list[tuple[str, list[str]]]) -> None:
    """Common pairs of characters with their weights: minus the log of the share of paragraphs that use them."""
    counts: Counter[str] = Counter()
    n = 0
    for date, paragraphs in items:
        if date >= FIT_FROM:
            continue
        for paragraph in paragraphs:
            if len(paragraph) > 30:
                counts.update(pairs_of(paragraph))
                n += 1
    common = counts.most_common(COMMON)
    rows: dict[str, list[str]] = {}
    for pair, count in common:
        rows.setdefault(f"{math.log(n / count):.1f}", []).append(pair)
    lines = ["# Weights of common pairs of characters in news; * is any other. Made by benchmarks/story_changes.py fit"]
    lines.append(f"{math.log(n / common[-1][1]):.1f}\t*")
    lines += [f"{value}\t{''.join(sorted(pairs))}" for value, pairs in sorted(rows.items(), key=lambda x: float(x[0]))]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    topics._common_pairs.cache_clear()


def signs(paragraphs: list[str]) -> list[tuple[int, list[float]]]:
    pairs = [pairs_of(p) for p in paragraphs]
    found = topics._signs(paragraphs, pairs, 0, len(paragraphs), frozenset())
    return [(k, [*sign_values(s), float(bool(topics._LEAD.match(paragraphs[k])))]) for k, s in found]


def fit(items: list[tuple[str, list[str]]]) -> None:
    from sklearn.linear_model import LogisticRegression

    write_table(items)
    stories = long_enough(items, FIT_FROM, TEST_FROM)
    rows, changed = [], []
    for story in stories:
        for _, values in signs(story):
            rows.append(values)
            changed.append(0)
    for paragraphs, at in run_together(stories, 1):
        for k, values in signs(paragraphs):
            if k == at:
                rows.append(values)
                changed.append(1)
    model = LogisticRegression(C=10, max_iter=2_000).fit(rows, changed)
    names = ("shared_of_smaller", "shared_of_both", "smaller_side", "larger_side", "neighbours", "lead")
    print(f"bias = {model.intercept_[0]:.2f}")
    for name, weight in zip(names, model.coef_[0], strict=True):
        print(f"{name} = {weight:.2f}")


def measure(items: list[tuple[str, list[str]]]) -> None:
    stories = long_enough(items, TEST_FROM)
    together = run_together(stories, 2)
    print(f"{len(stories)} stories from {TEST_FROM} on, and as many pairs run together")
    print("threshold  stories cut  changes found  in a wrong place")
    for threshold in (1.0, 2.0, 2.5, 3.0, 3.5, 4.0):
        cut = sum(bool(story_changes(story, threshold=threshold)) for story in stories)
        found = wrong = 0
        for paragraphs, at in together:
            indexes = [change.index for change in story_changes(paragraphs, threshold=threshold)]
            found += at in indexes
            wrong += any(index != at for index in indexes)
        n = len(stories)
        print(f"{threshold:9.1f}  {cut / n:11.2%}  {found / n:13.1%}  {wrong / n:16.2%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=("measure", "fit"), default="measure")
    what = parser.parse_args().what
    items = read_items()
    if what == "fit":
        fit(items)
    measure(items)


if __name__ == "__main__":
    main()
