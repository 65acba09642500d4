"""How far independent readings of the same real news agree.

python -m benchmarks.agreement
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from pathlib import Path

READINGS = Path(__file__).parent.parent / "training" / "labels" / "corpora" / "xwlb-readings.csv"


def main() -> None:
    from sklearn.metrics import cohen_kappa_score

    by_item: dict[str, dict[str, str]] = defaultdict(dict)
    with READINGS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            by_item[row["id"]][row["reader"]] = row["category"]
    with READINGS.with_name("xwlb.csv").open(encoding="utf-8", newline="") as file:
        drawn = {row["id"]: row["drawn"] for row in csv.DictReader(file)}
    twice = {name: (r["1"], r["2"]) for name, r in by_item.items() if {"1", "2"} <= r.keys()}
    print(f"{len(by_item):,} items read")
    for kind in ("", "natural", "targeted", "doubtful"):
        pairs = [pair for name, pair in twice.items() if kind in ("", drawn[name])]
        first, second = zip(*pairs, strict=True)
        same = sum(a == b for a, b in pairs)
        kappa = cohen_kappa_score(first, second)
        print(f"{kind or 'all':10}{len(pairs):6,} read twice, {same / len(pairs):.1%} alike, Cohen's kappa {kappa:.3f}")
    for (a, b), count in Counter(tuple(sorted(pair)) for pair in twice.values() if pair[0] != pair[1]).most_common():
        print(f"  {a} / {b}: {count}")


if __name__ == "__main__":
    main()
