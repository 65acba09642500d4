"""A new category beside the sixteen: what few labels of it teach, and what the others lose.

python -m benchmarks.new_category [--labels 6 10]

Labels are of the new category alone (notices of stopped water and power, closed roads, lost papers:
notices.csv, written for this).  The shipped model is the start.  The others are measured on the local
articles that are never learned (labels.csv, source local/holdout).
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np

from classifier.engine import KernelScorer
from classifier.files import find_shipped
from classifier.taxonomy import Category, Taxonomy, read_taxonomy
from training.evaluation.metrics import macro_f1
from training.fitting.fit import Fitted, fit_model
from training.fitting.start import load_shipped_model, start_of
from training.labels.examples import Examples
from training.labels.file import examples_of, read_labels

NOTICES = Path(__file__).with_name("notices.csv")
NEW = Category("notices", "通告", "Notices", "停水、停电、停气、封路、绕行、遗失、作废、注销的通知和公告")
DRAWS = 5


def notices() -> Examples:
    """The articles of the new category."""
    with NOTICES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    n = len(rows)
    return Examples(
        tuple(row["id"] for row in rows), tuple(row["title"] for row in rows), tuple(row["text"] for row in rows),
        ("notices",) * n, ("",) * n, ("desk",) * n,
    )  # fmt: skip


def local_holdout() -> Examples:
    found = examples_of(read_labels(find_shipped("labels.csv")).labels)
    return found.take(found.kept_apart)


def taught(labels: Examples, taxonomy: Taxonomy) -> Fitted:
    """A model of the sixteen and the new one, from the shipped model and the labels."""
    start = start_of(labels, taxonomy, load_shipped_model())
    return fit_model(labels, taxonomy, start.options, prior=start.prior)


def best(fitted: Fitted, examples: Examples) -> list[str]:
    scores = KernelScorer(fitted.weights).score(*examples.columns).scores
    return [fitted.taxonomy.ids[k] for k in fitted.weights.probabilities(scores).argmax(1)]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--labels", type=int, nargs="*", default=[6, 10])
    asked = parser.parse_args()
    taxonomy = Taxonomy((*read_taxonomy(), NEW))
    ours, others = notices(), local_holdout()
    stored = load_shipped_model()
    ids = stored.manifest.taxonomy.ids
    y = np.array([ids.index(category) for category in others.categories])
    before = stored.weights.probabilities(KernelScorer(stored.weights).score(*others.columns).scores).argmax(1)
    print(
        f"{len(others)} articles of the sixteen: {(before == y).mean():.3f} right, "
        f"macro-F1 {macro_f1(y, before, 16):.3f}"
    )
    for count in asked.labels:
        found = []
        for draw in range(DRAWS):
            order = np.random.default_rng(draw).permutation(len(ours))
            fitted = taught(ours.take(order[:count]), taxonomy)
            given, rest = best(fitted, others), ours.take(order[count:])
            hits = sum(category == "notices" for category in best(fitted, rest))
            wrong = given.count("notices")
            after = np.array([fitted.taxonomy.ids.index(category) for category in given])
            f1 = 2 * hits / (2 * hits + wrong + len(rest) - hits)
            found.append([f1, hits / len(rest), wrong, (after == y).mean(), macro_f1(y, after, 17)])
        f1, recall, wrong, right, macro = np.mean(found, 0)
        print(
            f"{count} labels of the new one: F1 {f1:.3f} ({hits_words(recall, wrong)}); "
            f"the sixteen {right:.3f} right, macro-F1 {macro:.3f}"
        )


def hits_words(recall: float, wrong: float) -> str:
    return f"{recall:.0%} of the others found, {wrong:.1f} articles of the sixteen taken for it"


if __name__ == "__main__":
    main()
