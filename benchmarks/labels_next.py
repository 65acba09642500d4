"""What choosing labels saves: labels needed for a macro-F1 by `lanmu labels next` and by random choice.

Simulated on real news (needs its texts, see training/corpora): labelling begins with 32 items at
random, then 32 are chosen at a time from those before 2025; tested on the first half of 2025.

python -m benchmarks.labels_next
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from classifier.taxonomy import read_taxonomy
from training.curation.strategies import AtRandom, LeastSure, Pool, Strategy, UnsureDiverseRare, directions
from training.evaluation.metrics import macro_f1
from training.fitting.fit import label_columns
from training.fitting.fit_options import FitOptions
from training.fitting.matrix import Matrix, feature_matrix
from training.fitting.solving import one_blas_thread, solve_weights
from training.labels.corpora import real_examples, real_labels

BATCH = 32
MOST = 640
TESTED_FROM = "2025-01-01"
SHARPNESS = 4.0
"""Scores to probabilities before there are labels enough to calibrate."""
GOALS = (0.5, 0.6, 0.65, 0.7, 0.75, 0.8)
STRATEGIES: dict[str, Callable[[int], Strategy]] = {
    "at random": AtRandom,
    "least sure": lambda seed: LeastSure(),
    "unsure, diverse, rare": lambda seed: UnsureDiverseRare(),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=5)
    draws = parser.parse_args().draws
    taxonomy = read_taxonomy()
    examples = real_examples(tuple(label for label in real_labels() if not label.holdout))
    y = label_columns(examples, taxonomy)
    late = np.array([date >= TESTED_FROM for date in examples.dates], np.bool_)
    matrix = feature_matrix(examples, FitOptions(), y)
    pool, test = np.flatnonzero(~late), np.flatnonzero(late)
    print(f"{len(pool):,} items to choose from, {len(test)} to test on; macro-F1, mean of {draws} draws")
    counts = np.arange(BATCH, MOST + 1, BATCH)
    print(f"{'labels':>24}" + "".join(f"{count:>7}" for count in counts[1::2]))
    curves: dict[str, NDArray[np.float64]] = {}
    for name, strategy in STRATEGIES.items():
        runs = [_simulated(matrix, y, len(taxonomy), pool, test, strategy, seed) for seed in range(draws)]
        curves[name] = np.mean(runs, 0)
        print(f"{name:>24}" + "".join(f"{value:>7.3f}" for value in curves[name][1::2]), flush=True)
    print("labels needed for a macro-F1 of")
    print(f"{'':>24}" + "".join(f"{goal:>7}" for goal in GOALS))
    for name, curve in curves.items():
        needed = [_needed(counts, curve, goal) for goal in GOALS]
        print(f"{name:>24}" + "".join(f"{n:>7}" if n else f"{'> ' + str(MOST):>7}" for n in needed))


@one_blas_thread
def _simulated(
    matrix: Matrix,
    y: NDArray[np.int64],
    categories: int,
    pool: NDArray[np.int64],
    test: NDArray[np.int64],
    strategy: Callable[[int], Strategy],
    seed: int,
) -> list[float]:
    """macro-F1 after each batch."""
    labelled = np.random.default_rng(seed).permutation(pool)[:BATCH]
    reached: list[float] = []
    while True:
        weights, intercept = solve_weights(matrix.X[labelled], y[labelled], categories, FitOptions())
        reached.append(macro_f1(y[test], (matrix.X[test] @ weights + intercept).argmax(1), categories))
        if len(labelled) >= MOST:
            return reached
        rest = np.setdiff1d(pool, labelled)
        scores = np.asarray(matrix.X[rest] @ weights + intercept)
        seen = Pool(
            softmax(SHARPNESS * scores, axis=1), directions(scores), np.bincount(y[labelled], minlength=categories)
        )
        chosen = strategy(1000 * seed + len(labelled)).choose(seen, BATCH)
        labelled = np.concatenate([labelled, rest[chosen]])


def _needed(counts: NDArray[np.int64], curve: NDArray[np.float64], goal: float) -> int:
    """Labels at which the curve reaches the goal, between batches by a straight line; 0: it does not."""
    reached = np.flatnonzero(curve >= goal)
    if not len(reached):
        return 0
    i = int(reached[0])
    if i == 0:
        return int(counts[0])
    step = (goal - curve[i - 1]) / (curve[i] - curve[i - 1])
    return round(float(counts[i - 1] + step * (counts[i] - counts[i - 1])))


if __name__ == "__main__":
    main()
