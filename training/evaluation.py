"""How right a model is, with intervals: accuracy, F1, confusion, calibration, accuracy against share accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from training.calibration import expected_calibration_error

if TYPE_CHECKING:
    from training.retraining import Answers

DRAWS = 1000


def metrics_of(answers: Answers) -> dict[str, Any]:
    """The figures of held-out answers, with 95 % bootstrap intervals of accuracy and macro-F1."""
    ids = answers.taxonomy.ids
    y = np.array([ids.index(category) for category in answers.right], np.int64)
    best = answers.probabilities.argmax(1)
    right = best == y
    accuracy_interval, f1_interval = bootstrap(y, best, len(ids))
    chosen = answers.probabilities[np.arange(len(y)), y]
    second = np.sort(answers.probabilities, axis=1)[:, -2] if len(ids) > 1 else np.zeros(len(y))
    accepted = answers.accepted
    return {
        "accuracy": rounded(right.mean()),
        "accuracy_95": accuracy_interval,
        "macro_f1": rounded(macro_f1(y, best, len(ids))),
        "macro_f1_95": f1_interval,
        "top2_accuracy": rounded((chosen >= second).mean()),
        "log_loss": rounded(-np.log(np.maximum(chosen, 1e-300)).mean()),
        "calibration_error": rounded(expected_calibration_error(answers.probabilities.max(1), right)),
        "accepted_share": rounded(accepted.mean()),
        "accepted_accuracy": rounded(right[accepted].mean()) if accepted.any() else None,
        "categories": per_category(y, best, ids),
    }


def per_category(y: NDArray[np.int64], best: NDArray[np.int64], ids: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """Precision, recall, F1 and support of each category that has labels."""
    found: dict[str, dict[str, float]] = {}
    for k, category in enumerate(ids):
        support, given = int((y == k).sum()), int((best == k).sum())
        if support == 0:
            continue
        hits = int(((y == k) & (best == k)).sum())
        precision = hits / given if given else 0.0
        recall = hits / support
        f1 = 2 * hits / (support + given)
        found[category] = {
            "precision": rounded(precision), "recall": rounded(recall), "f1": rounded(f1), "support": support
        }  # fmt: skip
    return found


def macro_f1(y: NDArray[np.int64], best: NDArray[np.int64], categories: int) -> float:
    """Mean F1 over the categories that have labels."""
    hits = np.bincount(y[y == best], minlength=categories)
    support, given = np.bincount(y, minlength=categories), np.bincount(best, minlength=categories)
    present = support > 0
    return float((2 * hits[present] / (support + given)[present]).mean())


def bootstrap(
    y: NDArray[np.int64], best: NDArray[np.int64], categories: int, draws: int = DRAWS, seed: int = 0
) -> tuple[list[float], list[float]]:
    """95 % percentile bootstrap intervals (Efron 1979) of accuracy and macro-F1."""
    generator = np.random.default_rng(seed)
    n = len(y)
    accuracies, f1s = np.empty(draws), np.empty(draws)
    for i in range(draws):
        drawn = generator.integers(0, n, n)
        accuracies[i] = (y[drawn] == best[drawn]).mean()
        f1s[i] = macro_f1(y[drawn], best[drawn], categories)
    return _interval(accuracies), _interval(f1s)


def _interval(values: NDArray[np.float64]) -> list[float]:
    return [rounded(value) for value in np.quantile(values, [0.025, 0.975])]


def rounded(value: Any) -> float:
    return round(float(value), 6)
