"""How far independent readings of the same real news agree.

python -m benchmarks.agreement
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from pathlib import Path

READINGS = Path(__file__).parent.parent / "training" / "corpora" / "xwlb-readings.csv"


def main() -> None:
    from sklearn.metrics import cohen_kappa_score

    by_item: dict[str, dict[str, str]] = defaultdict(dict)
    with READINGS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            by_item[row["id"]][row["reader"]] = row["category"]
    twice = [(r["1"], r["2"]) for r in by_item.values() if {"1", "2"} <= r.keys()]
    first, second = zip(*twice, strict=True)
    same = sum(a == b for a, b in twice)
    print(f"{len(by_item):,} items read, {len(twice)} of them twice: {same / len(twice):.1%} alike")
    print(f"Cohen's kappa {cohen_kappa_score(first, second):.3f}")
    for (a, b), count in Counter(tuple(sorted(pair)) for pair in twice if pair[0] != pair[1]).most_common():
        print(f"  {a} / {b}: {count}")


if __name__ == "__main__":
    main()
