"""When to list a second category: by its probability, against the second categories that readers gave.

python -m benchmarks.secondary

Needs the news corpus in $LANMU_CORPUS.  On articles before the holdout, by folds that hold whole
months out, it tries thresholds of the probability, of the score before calibration, and of the share
that the second category takes of what the best leaves, p₂ / (1 - p₁); the last line is the shipped
rule on the holdout.  A listed category is right where a reader named it, as first or second; ``found``
is the share of articles with two categories of which both are given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.model.decisions import ReviewRule
from lanmu.commands.label_options import read_examples
from training.evaluation.answers import decide_examples
from training.fitting.fit import fit_model
from training.fitting.solving import one_blas_thread
from training.fitting.splits import hold_apart, holdout_mask
from training.labels.corpora import second_categories
from training.labels.near_duplicates import near_duplicate_groups

PROBABILITIES = (0.1, 0.15, 0.2, 0.25, 0.3)
SCORES = (-0.7, -0.6, -0.5, -0.4, -0.3)
SHARES = (0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75)


@dataclass(frozen=True)
class Read:
    """What a reader says of n articles: columns of the first and the second category (-1: none), int64[n]."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]

    def judged(self, order: NDArray[np.int64], listed: NDArray[np.bool_]) -> str:
        """Precision, recall and F1 of the second of ``order`` int64[n, K], best first, where ``listed`` bool[n]."""
        best, next_best = order[:, 0], order[:, 1]
        right = listed & ((next_best == self.first) | (next_best == self.second))
        two = self.second >= 0
        same = (best == self.first) & (next_best == self.second) | (best == self.second) & (next_best == self.first)
        precision = right.sum() / max(1, listed.sum())
        found = (two & listed & same).sum() / max(1, two.sum())
        f1 = 2 * precision * found / max(1e-12, precision + found)
        return f"{listed.mean():12.1%} {precision:10.3f} {found:8.3f} {f1:8.3f}"


@one_blas_thread
def main() -> None:
    examples, taxonomy = read_examples(None, None, False, True)
    named = second_categories()
    groups = near_duplicate_groups(examples.whole)
    out = holdout_mask(examples)
    apart, _ = hold_apart(out, groups)
    before, late = examples.take(apart), examples.take(out)
    fitted = fit_model(before, taxonomy, groups=groups[apart])
    index = {category: k for k, category in enumerate(taxonomy.ids)} | {"": -1}

    def read(ids: tuple[str, ...], categories: tuple[str, ...]) -> tuple[NDArray[np.int64], Read]:
        rows = [i for i, name in enumerate(ids) if name.removeprefix("xwlb/") in named]
        first = np.array([index[categories[i]] for i in rows], np.int64)
        second = np.array([index[named[ids[i].removeprefix("xwlb/")]] for i in rows], np.int64)
        return np.array(rows, np.int64), Read(first, second)

    rows, known = read(before.ids, before.categories)
    p, scores = fitted.held_out.probabilities[rows], fitted.held_out.scores[rows]
    order = np.argsort(-p, axis=1, kind="stable")
    print(f"{len(rows)} articles before the holdout, {int((known.second >= 0).sum())} of them with two categories")
    print(f"{'':24} {'listed':>12} {'precision':>10} {'found':>8} {'F1':>8}")
    ranked = np.take_along_axis(p, order, axis=1)
    second_score = np.take_along_axis(scores, order, axis=1)[:, 1]
    for name, values, thresholds in (("probability", ranked[:, 1], PROBABILITIES), ("score", second_score, SCORES)):
        for threshold in thresholds:
            print(f"{f'{name} from {threshold}':24} {known.judged(order, values >= threshold)}")
    for share in SHARES:
        print(f"{f'share from {share}':24} {known.judged(order, ReviewRule(secondary=share).with_second(ranked))}")
    p = decide_examples(fitted, late).probabilities
    rows, known = read(late.ids, late.categories)
    order = np.argsort(-p[rows], axis=1, kind="stable")
    ranked = np.take_along_axis(p[rows], order, axis=1)
    print(f"holdout: {len(rows)} articles, {int((known.second >= 0).sum())} of them with two categories")
    print(f"{'as shipped':24} {known.judged(order, ReviewRule().with_second(ranked))}")


if __name__ == "__main__":
    main()
