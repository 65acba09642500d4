"""How far independent readings of the same articles agree: of real broadcast news, and of the written local articles.

python -m benchmarks.agreement
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from pathlib import Path

CORPORA = Path(__file__).parent.parent / "training" / "labels" / "corpora"
LOCAL = (
    ("local-readings.csv", "all", "written local articles: {:,} read by a second reader too"),
    (
        "local-readings-blind.csv",
        "blind",
        "of them {:,} drawn at random, in mixed order, read with ids, groups and first labels out of sight",
    ),
    ("local-readings-later.csv", "later", "{:,} of later writers, read in the same way"),
)
"""Files of readings of local articles, each with a short name and what is said of it."""
Pairs = dict[str, tuple[str, str]]


def read_twice(name: str) -> tuple[int, Pairs]:
    """How many items a file of readings has, and the first two readings of those that were read twice."""
    by_item: dict[str, dict[str, str]] = defaultdict(dict)
    with (CORPORA / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            by_item[row["id"]][row["reader"]] = row["category"]
    return len(by_item), {item: (r["1"], r["2"]) for item, r in by_item.items() if {"1", "2"} <= r.keys()}


def print_agreement(name: str, pairs: list[tuple[str, str]]) -> None:
    from sklearn.metrics import cohen_kappa_score

    first, second = zip(*pairs, strict=True)
    same = sum(a == b for a, b in pairs)
    kappa = cohen_kappa_score(first, second)
    print(f"{name:10}{len(pairs):6,} read twice, {same / len(pairs):.1%} alike, Cohen's kappa {kappa:.3f}")


def print_confusions(pairs: Pairs) -> None:
    differing = Counter(tuple(sorted(pair)) for pair in pairs.values() if pair[0] != pair[1])
    for (a, b), count in differing.most_common():
        print(f"  {a} / {b}: {count}")


def main() -> None:
    with (CORPORA / "xwlb.csv").open(encoding="utf-8", newline="") as file:
        drawn = {row["id"]: row["drawn"] for row in csv.DictReader(file)}
    items, twice = read_twice("xwlb-readings.csv")
    print(f"broadcast news: {items:,} items read")
    for kind in ("", "natural", "targeted", "doubtful"):
        print_agreement(kind or "all", [pair for name, pair in twice.items() if kind in ("", drawn[name])])
    print_confusions(twice)
    for name, kind, what in LOCAL:
        items, twice = read_twice(name)
        print(what.format(items))
        print_agreement(kind, list(twice.values()))
        print_confusions(twice)


if __name__ == "__main__":
    main()
