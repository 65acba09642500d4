"""Maps from scores to probabilities, fitted on folds of earlier news and judged on the half year after.

python -m benchmarks.calibration

Needs the news corpus in $LANMU_CORPUS.  "by spread": scores divided by an article's spread first; "with
doubtful ones": articles that were labelled because a model was unsure of them count in the fit, too;
they are never among those judged.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.fitting.calibration import (
    METHODS,
    acceptance_thresholds,
    expected_calibration_error,
    fit_calibration,
)
from training.fitting.fit import label_columns, score_held_out, typical_examples
from training.fitting.fit_options import FitOptions
from training.fitting.matrix import feature_matrix
from training.fitting.solving import one_blas_thread, solve_weights
from training.fitting.splits import time_blocks
from training.labels.corpora import HOLDOUT_FROM
from training.labels.examples import Examples
from training.labels.near_duplicates import near_duplicate_groups

HALVES = ("2024-01-01", "2024-07-01", "2025-01-01", HOLDOUT_FROM)
Scores = NDArray[np.float64]
Judged = tuple[str, Scores, NDArray[np.int64], float]
"""A map's name, its probabilities of later news, the right columns, and the threshold for 97 %."""


@one_blas_thread
def main() -> None:
    """Log loss, calibration error, share accepted and how many of them are right, by folds and by map."""
    from lanmu.commands.label_options import read_examples

    examples, taxonomy = read_examples(None, None, False, True)
    found: dict[str, list[tuple[Scores, NDArray[np.int64], float]]] = {}
    for start, end in pairwise(HALVES):
        for name, later, y, threshold in half_year(examples, taxonomy, start, end):
            found.setdefault(name, []).append((later, y, threshold))
    print(f"{'':60} log loss  calibration error  accepted  right among them")
    for name, parts in found.items():
        p, y = np.concatenate([q for q, _, _ in parts]), np.concatenate([labels for _, labels, _ in parts])
        accepted = np.concatenate([q.max(1) >= threshold for q, _, threshold in parts])
        right = p.argmax(1) == y
        loss = -np.log(np.maximum(p[np.arange(len(y)), y], 1e-300)).mean()
        error = expected_calibration_error(p.max(1), right)
        print(f"{name:60} {loss:8.3f} {error:18.3f} {accepted.mean():9.3f} {right[accepted].mean():17.3f}")


def half_year(examples: Examples, taxonomy: Any, start: str, end: str) -> list[Judged]:
    options = FitOptions()
    real = examples.of_source("xwlb")
    dates = np.array(examples.dates)
    later = real & (dates >= start) & (dates < end)
    everything = examples.take(later | ~real | (dates < start))
    later = everything.of_source("xwlb")
    later &= np.array(everything.dates) >= start
    groups = near_duplicate_groups(everything.whole)
    earlier = ~np.isin(groups, groups[later])
    known, test = everything.take(earlier), everything.take(later & ~everything.doubtful)
    y, y_test = label_columns(known, taxonomy), label_columns(test, taxonomy, alone=False)
    matrix = feature_matrix(known, options, y)
    weights, intercept = solve_weights(matrix.X, y, len(taxonomy), options, matrix.shared)
    from classifier.engine.counting.counting import count_features

    seen = count_features(options.spec, *test.columns).onto(matrix.words, matrix.characters)
    scores_test = seen.tf_idf(matrix.idf) @ weights + intercept
    results: list[Judged] = []
    typical = typical_examples(known)
    months = time_blocks(groups[earlier], known.dates, known.categories)
    for fold_name, blocks in (("random folds", groups[earlier]), ("months held out", months)):
        if blocks is None:
            continue
        scores = score_held_out(matrix, y, blocks, len(taxonomy), options)
        for counted, those in (("", typical), (", with doubtful ones", np.ones(len(y), np.bool_))):
            for name, map_of in maps(scores[those], y[those]).items():
                p = map_of(scores[those])
                pairs = dict(acceptance_thresholds(p.max(1), p.argmax(1) == y[those], caution=0.0))
                threshold = pairs.get(0.97, 2.0)
                results.append((f"{fold_name}, {name}{counted}", map_of(scores_test), y_test, threshold))
    return results


def maps(scores: Scores, y: NDArray[np.int64]) -> dict[str, Callable[[Scores], Scores]]:
    found: dict[str, Callable[[Scores], Scores]] = {}
    for spread in (0.0, 1.0):
        for method in METHODS:
            found[method + (", by spread" if spread else "")] = fit_calibration(scores, y, method, spread)
    found["sigmoid a category"] = sigmoids(scores, y)
    return found


def sigmoids(scores: Scores, y: NDArray[np.int64]) -> Callable[[Scores], Scores]:
    """Platt's sigmoid a category, brought to sum 1."""
    from sklearn.linear_model import LogisticRegression

    models = [LogisticRegression(C=1e3).fit(scores[:, [k]], y == k) for k in range(scores.shape[1])]

    def of(asked: Scores) -> Scores:
        p = np.stack([model.predict_proba(asked[:, [k]])[:, 1] for k, model in enumerate(models)], 1)
        return np.asarray(p / p.sum(1, keepdims=True))

    return of


if __name__ == "__main__":
    main()
