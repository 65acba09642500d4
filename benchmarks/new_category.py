"""A new category beside the sixteen: what few labels of it teach, and what the others lose.

python -m benchmarks.new_category [--labels 6 10] [--in-turn]

Labels are of the new category alone (notices of stopped water and power, closed roads, lost papers:
tests/training/notices.csv, written for this).  The shipped model is the start.  The others are measured on the local
articles that are never learned (labels.csv, source local/holdout).  ``--in-turn``: each of the sixteen is
the new one, under another name and beside the fifteen others, with labels drawn from the local articles.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

from classifier.engine.scoring.scorer import KernelScorer
from classifier.files import find_shipped
from classifier.taxonomy import Taxonomy, read_taxonomy
from tests.training.new_category import NEW, best, local_holdout, notices, taught
from training.evaluation.metrics import macro_f1
from training.fitting.start import load_shipped_model
from training.labels.file import examples_of, read_labels

DRAWS = 20
DRAWS_IN_TURN = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--labels", type=int, nargs="*", default=[6, 10])
    parser.add_argument("--in-turn", action="store_true")
    asked = parser.parse_args()
    if asked.in_turn:
        for count in asked.labels:
            measure_in_turn(count)
        return
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


def measure_in_turn(count: int) -> None:
    """Each category once as the new one: its F1, the others' accuracy, and the means."""
    every = examples_of(read_labels(find_shipped("labels.csv")).labels)
    local = every.of_source("local") & ~every.kept_apart
    others, shipped = local_holdout(), read_taxonomy()
    y = np.array(others.categories)
    rows = []
    for old in shipped:
        again = replace(old, id="again", name=f"{old.name}类")
        taxonomy = Taxonomy((*(category for category in shipped if category.id != old.id), again))
        pool = np.flatnonzero(local & (np.array(every.categories) == old.id))
        draws = []
        for draw in range(DRAWS_IN_TURN):
            labels = every.take(np.random.default_rng(draw).choice(pool, count, replace=False))
            labels = replace(labels, ids=tuple(f"own-{i}" for i in range(count)), categories=("again",) * count)
            given = np.array(best(taught(labels, taxonomy), others))
            hits, taken = int((given == "again")[y == old.id].sum()), int((given == "again")[y != old.id].sum())
            own = int((y == old.id).sum())
            draws.append([2 * hits / (hits + taken + own), hits / own, taken, (given == y)[y != old.id].mean()])
        f1, recall, wrong, right = np.mean(draws, 0)
        rows.append((f1, right))
        print(f"{old.name}: F1 {f1:.3f} ({hits_words(recall, wrong)}); the fifteen {right:.3f} right", flush=True)
    f1, right = np.mean(rows, 0)
    print(f"{count} labels of each in turn: F1 {f1:.3f}, the fifteen {right:.3f} right")


def hits_words(recall: float, wrong: float) -> str:
    return f"{recall:.0%} of the others found, {wrong:.1f} articles of the sixteen taken for it"


if __name__ == "__main__":
    main()
