"""Is it worth labelling more, and of what: how the figures rise with the labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.errors import LabelsError
from classifier.messages import Message
from training.evaluation.answers import Answers, Fit, Parted, Say, answers_by, learnable
from training.evaluation.metrics import Judged, figures, interval_of, round_figure
from training.labels.examples import Examples

SHARES = (0.1, 0.2, 0.35, 0.6)
"""Shares of the labels that are tried; the whole is what the evaluation has measured already."""
MOST_LABELS = 12_000
"""About how many labels are fitted for the curve: with many, fewer folds show as much."""
DRAWS = 300
RISING = 0.01


@dataclass(frozen=True, slots=True)
class Point:
    """The figures of a model that learned from this many labels."""

    labels: int
    accuracy: float
    accuracy_95: list[float]
    macro_f1: float
    macro_f1_95: list[float]
    f1: dict[str, float]


@dataclass(frozen=True)
class LearningCurve:
    """Points by rising labels; ``doubled`` is the accuracy that twice the labels promise, None where it cannot be told.

    ``wishes``: of which categories more labels promise most, the most promising first.
    """

    points: tuple[Point, ...]
    doubled: float | None
    wishes: tuple[str, ...]

    @property
    def gain(self) -> float | None:
        """What twice the labels promise in accuracy."""
        return None if self.doubled is None else round_figure(self.doubled - self.points[-1].accuracy)

    def record(self) -> dict[str, Any]:
        points = [{name: getattr(point, name) for name in Point.__slots__} for point in self.points]
        return {"points": points, "accuracy_with_twice_the_labels": self.doubled, "label_more_of": list(self.wishes)}


def learning_curve(
    fit: Fit, parted: Parted, whole: Answers, seed: int = 0, say: Say | None = None
) -> LearningCurve | None:
    """Fit on growing shares of each training side, tested on the same articles.

    ``whole`` are the answers with all labels on the same parts.  Shares are stratified and each
    holds the smaller ones.  None where the labels are too few for two points.
    """
    examples, parts = parted.examples, parted.parts
    used = max(1, min(len(parts), int(MOST_LABELS / max(1.0, len(examples) * sum(SHARES)))))
    order = np.random.default_rng(seed).permutation(len(examples))
    points: list[Point] = []
    for share in SHARES:
        if say is not None:
            say(Message("progress.curve", {"share": share}))
        smaller = [(_take_stratified(examples, train, order, share), test) for train, test in parts[:used]]
        try:
            answers = answers_by(fit, Parted(examples, parted.groups, smaller), whole.kind)
        except LabelsError:  # too few of a category to learn from
            continue
        labels = int(np.mean([len(learnable(examples, train)) for train, _ in smaller]))
        points.append(_point(labels, answers))
    tested = np.sort(np.concatenate([test for _, test in parts[:used]]))
    everything = np.sort(np.concatenate([test for _, test in parts]))
    last = _taken(whole, np.isin(everything, tested))
    points.append(_point(int(np.mean([len(train) for train, _ in parts[:used]])), last))
    if len(points) < 2:
        return None
    return LearningCurve(tuple(points), _estimate_gain_of_doubling(points), _wishes(points))


def _take_stratified(examples: Examples, train: NDArray[np.int64], order: NDArray[np.int64], share: float) -> Any:
    """The first ``share`` of each category in a fixed order, two at least."""
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    names = np.asarray(examples.categories)[train]
    chosen: list[int] = []
    for name in np.unique(names):
        mine = train[names == name]
        mine = mine[np.argsort(rank[mine], kind="stable")]
        chosen += mine[: max(2, round(share * len(mine)))].tolist()
    return np.sort(np.array(chosen, np.int64))


def _point(labels: int, answers: Answers) -> Point:
    judged = Judged.of(answers)
    n = len(judged)
    now = figures(judged, np.ones((1, n)))
    return Point(
        labels=labels,
        accuracy=round_figure(now["accuracy"][0]),
        accuracy_95=interval_of(lambda weight: figures(judged, weight)["accuracy"], n, DRAWS),
        macro_f1=round_figure(now["macro_f1"][0]),
        macro_f1_95=interval_of(lambda weight: figures(judged, weight)["macro_f1"], n, DRAWS),
        f1={c: round_figure(now["f1"][0][k]) for k, c in enumerate(answers.taxonomy.ids) if (judged.y == k).any()},
    )


def _taken(answers: Answers, chosen: NDArray[np.bool_]) -> Answers:
    return Answers(
        answers.kind, answers.examples.take(chosen), answers.taxonomy, answers.probabilities[chosen],
        answers.accepted[chosen], answers.familiarity[chosen], answers.models, answers.by[chosen],
    )  # fmt: skip


def _estimate_gain_of_doubling(points: Sequence[Point]) -> float | None:
    """Errors fall as a power of the labels (Cortes et al. 1993); points of more labels count more."""
    n = np.array([point.labels for point in points], float)
    errors = np.array([1.0 - point.accuracy for point in points])
    usable = errors > 0
    if usable.sum() < 3 or n[-1] <= n[0]:
        return None
    slope, offset = np.polyfit(np.log(n[usable]), np.log(errors[usable]), 1, w=np.sqrt(n[usable]))
    if slope >= 0:
        return points[-1].accuracy
    fitted_now = float(np.exp(offset + slope * np.log(n[-1])))
    return round_figure(1.0 - errors[-1] * float(np.exp(offset + slope * np.log(2 * n[-1]))) / fitted_now)


def _wishes(points: Sequence[Point]) -> tuple[str, ...]:
    """Categories that still rise, by what they gained lately and how much is missing."""
    before, now = points[-2].f1, points[-1].f1
    gains = {category: f1 - before.get(category, 0.0) for category, f1 in now.items()}
    hopes = {c: max(gain, 0.0) * (1.0 - now[c]) for c, gain in gains.items() if gain > RISING and now[c] < 1.0}
    return tuple(sorted(hopes, key=lambda c: (-hopes[c], c))[:5])
