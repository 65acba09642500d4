"""What lies behind the figures: confusions, calibration, accuracy against share accepted, and slices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.evaluation.answers import Answers
from training.evaluation.metrics import (
    BINS,
    FEWEST_OF_SOURCE,
    Judged,
    draw_weights,
    figures,
    interval_of,
    round_figure,
    wilson,
)

LENGTHS = (100, 200, 400, 800, 1600)
POINTS = 40
SLICE_DRAWS = 500
FEWEST_IN_SLICE = 5


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the articles and how right the answers on it are."""

    name: str
    articles: int
    accuracy: float
    accuracy_95: list[float]
    macro_f1: float
    macro_f1_95: list[float]
    accepted_share: float
    accepted: int
    accepted_accuracy: float | None
    """None where too few are accepted for their share to mean anything."""


def confusion(answers: Answers) -> list[dict[str, Any]]:
    """How often each right category was given as each other: rows with ``right``, ``given`` and ``count`` above 0."""
    ids = answers.taxonomy.ids
    counts = np.zeros((len(ids), len(ids)), np.int64)
    np.add.at(counts, (answers.y, answers.best), 1)
    return [
        {"right": ids[i], "given": ids[j], "count": int(counts[i, j])} for i, j in zip(*counts.nonzero(), strict=True)
    ]


def reliability(answers: Answers) -> list[dict[str, Any]]:
    """By bins of the best category's probability: mean probability, accuracy with interval, articles."""
    top, right = answers.probabilities.max(1), answers.best == answers.y
    place = np.minimum((top * BINS).astype(int), BINS - 1)
    return [
        {
            "probability": round_figure(top[inside].mean()),
            "accuracy": round_figure(right[inside].mean()),
            "accuracy_95": wilson(int(right[inside].sum()), int(inside.sum())),
            "articles": int(inside.sum()),
        }
        for b in range(BINS)
        if (inside := place == b).any()
    ]


def accuracy_by_share(answers: Answers, draws: int = SLICE_DRAWS) -> list[dict[str, Any]]:
    """Accuracy of the surest articles against their share: the price of accepting more, with intervals."""
    top, right = answers.probabilities.max(1), (answers.best == answers.y).astype(float)
    order = np.argsort(-top, kind="stable")
    n = len(order)
    counts = np.unique(np.linspace(max(1, n // POINTS), n, min(POINTS, n)).astype(int))
    bands = np.concatenate([_accuracies(weight[:, order], right[order], counts) for weight in draw_weights(n, draws)])
    low, high = np.quantile(bands, (0.025, 0.975), axis=0)
    return [
        {
            "share": round_figure(count / n),
            "accuracy": round_figure(right[order][:count].mean()),
            "accuracy_95": [round_figure(low[i]), round_figure(high[i])],
            "probability": round_figure(top[order][count - 1]),
        }
        for i, count in enumerate(counts.tolist())
    ]


def by_year(answers: Answers) -> list[Slice]:
    """Slices by the year of the date; articles without one are together as ``–``."""
    return slices(answers, [date[:4] or "–" for date in answers.examples.dates])


def by_source(answers: Answers) -> list[Slice]:
    """Slices by where the label came from: the source up to the first slash."""
    return slices(answers, [source.split("/")[0] or "–" for source in answers.examples.sources])


def by_length(answers: Answers) -> list[Slice]:
    """Slices by the characters of title and text."""
    examples = answers.examples
    names = [_length_name(len(a) + len(b)) for a, b in zip(examples.titles, examples.texts, strict=True)]
    ordered = [_length_name(bound - 1) for bound in LENGTHS] + [_length_name(LENGTHS[-1])]
    return sorted(slices(answers, names), key=lambda part: ordered.index(part.name))


def slices(answers: Answers, names: Sequence[str]) -> list[Slice]:
    """How right the answers are on the articles of each name, by name; too small parts are left out."""
    judged, place = Judged.of(answers), np.asarray(names)
    return [
        _slice(name, judged.take(place == name))
        for name in sorted(set(names))
        if (place == name).sum() >= FEWEST_IN_SLICE
    ]


def _slice(name: str, part: Judged) -> Slice:
    n = len(part)
    point = figures(part, np.ones((1, n)))
    f1 = interval_of(lambda weight: figures(part, weight)["macro_f1"], n, SLICE_DRAWS)
    accepted = int(part.accepted.sum())
    return Slice(
        name,
        n,
        round_figure(point["accuracy"][0]),
        wilson(int((part.y == part.best).sum()), n),
        round_figure(point["macro_f1"][0]),
        f1,
        round_figure(point["accepted_share"][0]),
        accepted,
        round_figure(point["accepted_accuracy"][0]) if accepted >= FEWEST_OF_SOURCE else None,
    )


def _accuracies(
    weight: NDArray[np.float64], right: NDArray[np.float64], counts: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Accuracy of the first ``counts`` articles, under each row of weights."""
    seen, hits = np.cumsum(weight, 1)[:, counts - 1], np.cumsum(weight * right, 1)[:, counts - 1]
    return np.asarray(hits / np.maximum(seen, 1.0))


def _length_name(characters: int) -> str:
    below = 0
    for bound in LENGTHS:
        if characters < bound:
            return f"{below}–{bound - 1}"
        below = bound
    return f"{below}+"
