"""How right answers are, in figures, each with a 95 % bootstrap interval."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from training.evaluation.answers import Answers

DRAWS = 1000
BINS = 15
LEVEL = (0.025, 0.975)
FEWEST_OF_SOURCE = 30
"""Articles: shares of fewer say nothing."""
OVERALL = (
    "accuracy", "macro_f1", "weighted_f1", "top2_accuracy", "log_loss", "calibration_error", "accepted_share",
    "accepted_accuracy",
)  # fmt: skip
_CELLS = 20_000_000
"""Draws times articles at a time, so that memory does not grow with the articles."""
Figures = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Judged:
    """What the figures are made of: right and best columns, probabilities, and who was accepted."""

    y: NDArray[np.int64]
    best: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    accepted: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.y)

    @property
    def categories(self) -> int:
        return int(self.probabilities.shape[1])

    @classmethod
    def of(cls, answers: Answers) -> Judged:
        return cls(answers.y, answers.best, answers.probabilities, answers.accepted)

    def take(self, chosen: NDArray[Any]) -> Judged:
        """Some of them (indices or a mask)."""
        return Judged(self.y[chosen], self.best[chosen], self.probabilities[chosen], self.accepted[chosen])


def metrics_of(answers: Answers, draws: int = DRAWS) -> dict[str, Any]:
    """The figures of held-out answers; beside ``name`` stands ``name_95``, its interval.

    Overall: accuracy, macro_f1 and weighted_f1 (over the categories that have labels),
    top2_accuracy, log_loss, calibration_error (expected, Guo et al. 2017, 15 bins), accepted_share
    and accepted_accuracy (None where none is accepted).  ``categories``: precision, recall, f1 and
    support of each that has labels.
    """
    judged = Judged.of(answers)
    point, spread = _measure(judged, draws)
    record = _with_intervals(point, spread)
    record["categories"] = {
        category: {
            **{name: _number(point[name][k]) for name in ("precision", "recall", "f1")},
            **{f"{name}_95": [_number(b[k]) for b in spread[name]] for name in ("precision", "recall", "f1")},
            "support": int((judged.y == k).sum()),
            "given": int((judged.best == k).sum()),
        }
        for k, category in enumerate(answers.taxonomy.ids)
        if (judged.y == k).any()
    }
    return record


def metrics_by_source(answers: Answers) -> dict[str, dict[str, Any]]:
    """The overall figures of each source with FEWEST_OF_SOURCE articles or more; none where all are of one source.

    A mean over sources hides the worse one, and what comes in tomorrow need not be mixed as the labels are.
    """
    judged = Judged.of(answers)
    stems = np.array([source.split("/")[0] for source in answers.examples.sources], dtype=object)
    by_source: dict[str, dict[str, Any]] = {}
    for name in sorted(set(stems.tolist())):
        some = judged.take(stems == name)
        if len(some) < FEWEST_OF_SOURCE or len(some) == len(judged):
            continue
        by_source[name] = {"articles": len(some), **_with_intervals(*_measure(some, DRAWS))}
    return by_source


def _measure(judged: Judged, draws: int) -> tuple[dict[str, Any], dict[str, tuple[Any, Any]]]:
    """All figures, and of each its 95 % percentile bootstrap interval (Efron 1979), (low, high)."""
    n = len(judged)
    point = {name: values[0] for name, values in figures(judged, np.ones((1, n))).items()}
    parts = [figures(judged, weight) for weight in draw_weights(n, draws)]
    together = {name: np.concatenate([part[name] for part in parts]) for name in point}
    with np.errstate(invalid="ignore"):
        return point, {name: _quantiles(values) for name, values in together.items()}


def _with_intervals(point: Mapping[str, Any], spread: Mapping[str, tuple[Any, Any]]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for name in OVERALL:
        record |= {name: _number(point[name]), f"{name}_95": [_number(bound) for bound in spread[name]]}
    return record


def figures(judged: Judged, weight: NDArray[np.float64]) -> Figures:
    """All figures under each row of weights: ``weight`` [draws, n] → [draws], and [draws, K] a category."""
    y, best, p = judged.y, judged.best, judged.probabilities
    n, k = p.shape
    total = weight.sum(1)
    right = (best == y).astype(float)
    chosen, top = p[np.arange(n), y], p.max(1)
    second = np.sort(p, axis=1)[:, -2] if k > 1 else np.zeros(n)
    right_of = np.zeros((n, k))
    right_of[np.arange(n), y] = 1.0
    given_as = np.zeros((n, k))
    given_as[np.arange(n), best] = 1.0
    hits, support, given = weight @ (right_of * right[:, None]), weight @ right_of, weight @ given_as
    f1 = _share(2 * hits, support + given)
    present = support > 0
    in_bin = np.zeros((n, BINS))
    in_bin[np.arange(n), np.minimum((top * BINS).astype(int), BINS - 1)] = 1.0
    gap = np.abs(weight @ (in_bin * (top - right)[:, None])).sum(1)
    accepted = weight @ judged.accepted.astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        accepted_accuracy = weight @ (judged.accepted * right) / accepted
    return {
        "accuracy": weight @ right / total,
        "macro_f1": (f1 * present).sum(1) / np.maximum(present.sum(1), 1),
        "weighted_f1": (f1 * support).sum(1) / total,
        "top2_accuracy": weight @ (chosen >= second).astype(float) / total,
        "log_loss": weight @ -np.log(np.maximum(chosen, 1e-300)) / total,
        "calibration_error": gap / total,
        "accepted_share": accepted / total,
        "accepted_accuracy": accepted_accuracy,
        "precision": _share(hits, given),
        "recall": _share(hits, support),
        "f1": f1,
    }


def macro_f1(y: NDArray[np.int64], best: NDArray[np.int64], categories: int) -> float:
    """Mean F1 over the categories that have labels."""
    hits = np.bincount(y[y == best], minlength=categories)
    support, given = np.bincount(y, minlength=categories), np.bincount(best, minlength=categories)
    present = support > 0
    return float((2 * hits[present] / (support + given)[present]).mean())


def interval_of(
    statistic: Callable[[NDArray[np.float64]], NDArray[np.float64]], n: int, draws: int = DRAWS
) -> list[float]:
    """The bootstrap interval of one statistic, a function of weights [draws, n] → [draws]."""
    values = np.concatenate([statistic(weight) for weight in draw_weights(n, draws)])
    return [round_figure(bound) for bound in np.quantile(values, LEVEL)]


def draw_weights(n: int, draws: int) -> Iterator[NDArray[np.float64]]:
    """Bootstrap weights [some draws, n]: how often each article is drawn."""
    generator = np.random.default_rng(0)
    at_once = max(1, min(draws, _CELLS // max(1, n)))
    share = np.full(n, 1.0 / n)
    for start in range(0, draws, at_once):
        yield generator.multinomial(n, share, min(at_once, draws - start)).astype(np.float64)


def wilson(hits: int, n: int) -> list[float]:
    """The 95 % interval of a share, for small counts too (Wilson 1927)."""
    if n == 0:
        return [0.0, 1.0]
    z = 1.959964
    share, square = hits / n, z * z / n
    middle = (share + square / 2) / (1 + square)
    half = z * float(np.sqrt(share * (1 - share) / n + square / (4 * n))) / (1 + square)
    return [round_figure(max(0.0, middle - half)), round_figure(min(1.0, middle + half))]


def round_figure(value: Any) -> float:
    return round(float(value), 6)


def _quantiles(values: NDArray[np.float64]) -> tuple[Any, Any]:
    if np.isnan(values).all():
        return (np.nan, np.nan)
    low, high = np.nanquantile(values, LEVEL, axis=0)
    return low, high


def _share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else round_figure(value)
