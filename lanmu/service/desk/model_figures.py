"""A model in figures for the page of models: on what it was tested, how well, and what each threshold would cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from classifier.model.decisions import ReviewRule

FEWEST = 30
"""A share of fewer articles than this says nothing, and is not shown."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share (0-1) with its 95 % interval, where one was measured."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Tested:
    """What a version was tested on, and how it did.

    ``on`` is ``holdout`` (articles that it did not learn from) or ``folds``; ``accepted`` how much of
    them needs no review, and ``right`` how much of that is right (None where too few were accepted).
    """

    on: str
    articles: int
    accuracy: Share
    accepted: Share | None
    right: Share | None


def read_test(training: Mapping[str, Any]) -> Tested | None:
    """The test of a manifest's ``training``; None where there was none, or none that says anything."""
    metrics: Mapping[str, Any] = training.get("metrics") or {}
    accuracy = _share(metrics, "accuracy")
    articles = int(metrics.get("articles") or 0)
    if accuracy is None or not articles:
        return None
    accepted = _share(metrics, "accepted_share")
    enough = accepted is not None and accepted.value * articles >= FEWEST
    right = _share(metrics, "accepted_accuracy") if enough else None
    return Tested("holdout" if metrics.get("on") == "holdout" else "folds", articles, accuracy, accepted, right)


@dataclass(frozen=True, slots=True)
class Step:
    """A wished share of right ones among the accepted, the probability it takes, and what it costs.

    Of the desk's newest articles, ``accepted`` would need no review and ``review`` would.
    """

    accuracy: float
    threshold: float
    accepted: int
    review: int
    chosen: bool


def steps_of(rule: ReviewRule, recent: Sequence[tuple[float, bool]]) -> tuple[Step, ...]:
    """The thresholds that were measured for a model; ``recent``: see statistics.recent_certainty."""
    found: list[Step] = []
    for accuracy, threshold in rule.thresholds:
        accepted = sum(1 for probability, alone in recent if alone and probability >= threshold)
        found.append(Step(accuracy, threshold, accepted, len(recent) - accepted, False))
    chosen = next((i for i, step in enumerate(found) if step.accuracy >= rule.accept_accuracy - 1e-12), None)
    if chosen is not None:
        step = found[chosen]
        found[chosen] = Step(step.accuracy, step.threshold, step.accepted, step.review, True)
    return tuple(found)


def _share(metrics: Mapping[str, Any], name: str) -> Share | None:
    value = metrics.get(name)
    if value is None:
        return None
    low, high = (metrics.get(f"{name}_95") or (None, None))[:2]
    return Share(float(value), None if low is None else float(low), None if high is None else float(high))
