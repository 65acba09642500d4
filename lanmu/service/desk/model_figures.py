"""A model in figures for the page of models: on what it was tested, how well, and what each threshold would cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from classifier.model.decisions import NEVER, ReviewRule
from lanmu.service.store.statistics import Certainty, Checked
from training.evaluation.metrics import wilson

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


def steps_of(rule: ReviewRule, ids: Sequence[str], recent: Sequence[Certainty]) -> tuple[Step, ...]:
    """The thresholds that were measured for a model; ``recent``: see statistics.recent_certainty.

    ``ids`` are its categories in order; what was chosen for single ones of them counts at every step.
    """
    steps: list[Step] = []
    measured = enumerate(rule.thresholds)
    chosen = next((i for i, (accuracy, _) in measured if accuracy >= rule.accept_accuracy - 1e-12), None)
    for i, (accuracy, threshold) in enumerate(rule.thresholds):
        least = replace(rule, thresholds=((1.0, threshold),)).accepted_from(ids)
        accepted = sum(1 for one in recent if one.alone and one.probability >= least.get(one.category, threshold))
        steps.append(Step(accuracy, threshold, accepted, len(recent) - accepted, i == chosen))
    return tuple(steps)


LEAST = (0.95, 0.98, 0.99, NEVER)
"""The probabilities from which single categories may be accepted at the earliest."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A least probability for one category (0: as for all), and how many of its latest articles it sends to review."""

    least: float
    review: int
    chosen: bool

    @property
    def value(self) -> str:
        """As a form sends it."""
        return f"{self.least:g}"

    @property
    def kind(self) -> str:
        """``all`` (as for all), ``from`` (a probability) or ``never`` (always to review)."""
        if self.least == 0:
            return "all"
        return "from" if self.least <= 1 else "never"

    @property
    def share(self) -> str:
        """The probability in per cent, with the digits it was chosen with."""
        return f"{100 * self.least:g}%"


@dataclass(frozen=True, slots=True)
class Strictness:
    """A category, its latest articles, how many of them are accepted as things stand, and the choices for it.

    ``right`` is the share of right ones among the ``checked`` articles that the model had accepted into
    it and people have labelled; None where these are too few.
    """

    category: str
    articles: int
    accepted: int
    checked: int
    right: Share | None
    choices: tuple[Choice, ...]

    @property
    def chosen(self) -> Choice:
        return next(one for one in self.choices if one.chosen)


def strictness_of(
    rule: ReviewRule, ids: Sequence[str], recent: Sequence[Certainty], checked: Mapping[str, Checked]
) -> tuple[Strictness, ...]:
    """The categories of a model in order; ``recent`` and ``checked``: see store.statistics."""
    its: dict[str, list[Certainty]] = {name: [] for name in ids}
    for one in recent:
        if one.category in its:
            its[one.category].append(one)
    own = dict(zip(ids, rule.least or (0.0,) * len(ids), strict=True))
    return tuple(
        _strictness(name, rule.threshold, own[name], its[name], checked.get(name, Checked(0, 0))) for name in ids
    )


def _strictness(name: str, threshold: float, own: float, recent: Sequence[Certainty], checked: Checked) -> Strictness:
    """One category; ``own`` is the least probability that was chosen for it (0: none)."""
    offered = sorted({0.0, own, *(least for least in LEAST if least > threshold)})
    choices: list[Choice] = []
    for least in offered:
        accepted = sum(1 for one in recent if one.alone and one.probability >= max(threshold, least))
        choices.append(Choice(least, len(recent) - accepted, least == own))
    review = next(choice.review for choice in choices if choice.chosen)
    share = share_of(checked.right, checked.labelled) if checked.labelled >= FEWEST else None
    return Strictness(name, len(recent), len(recent) - review, checked.labelled, share, tuple(choices))


def share_of(count: int, of: int) -> Share:
    """A share of counted things with its 95 % interval."""
    return Share(count / of, *wilson(count, of))


def _share(metrics: Mapping[str, Any], name: str) -> Share | None:
    value = metrics.get(name)
    if value is None:
        return None
    low, high = (metrics.get(f"{name}_95") or (None, None))[:2]
    return Share(float(value), None if low is None else float(low), None if high is None else float(high))
