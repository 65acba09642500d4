"""The gate: is the challenger better than the champion, beyond noise, and nowhere much worse?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from classifier.messages import Message, say
from classifier.taxonomy import Taxonomy
from training.fitting.seen import Relabelled

NOISE = 0.05
LARGEST_FALL = 0.08
"""How much of a category's right answers may be lost (0-1), unless a user says otherwise."""
LARGEST_CHANGE = 0.2
"""The share of a category's labels, of those the champion learned from, that may say another category now."""
SLACK = 0.005
"""How far overall accuracy may fall (0-1) where the new labels alone speak for the challenger."""
FEWEST_IN_CATEGORY = 5
MOST_MOVES = 8
FEWEST_LOST = 3
"""A category with fewer lost answers, or changed labels, than this is left alone."""


@dataclass(frozen=True)
class Verdict:
    """Whether to promote, and why: ``reasons`` to read, ``figures`` in numbers."""

    promote: bool
    reasons: tuple[Message, ...]
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Compared:
    """The same held-out articles judged by both: ids, right categories, and each one's answers."""

    ids: tuple[str, ...]
    right: tuple[str, ...]
    champion: tuple[str, ...]
    challenger: tuple[str, ...]

    def __add__(self, other: Compared) -> Compared:
        return Compared(
            self.ids + other.ids,
            self.right + other.right,
            self.champion + other.champion,
            self.challenger + other.challenger,
        )

    def hits(self, answers: Sequence[str]) -> NDArray[np.bool_]:
        return np.array([a == b for a, b in zip(answers, self.right, strict=True)], np.bool_)


def judge(
    holdout: Compared,
    new: Compared,
    names: Mapping[str, str],
    relabelled: Sequence[Relabelled] = (),
    largest_fall: float = LARGEST_FALL,
) -> Verdict:
    """Compare two models on the holdout and on labels the champion never saw.

    ``names``: category id → name, for the reasons.  ``relabelled``: labels that the champion learned
    otherwise; where they are a large part of a category, both models would be measured by labels
    that may be wrong, so a person must say.  Overall difference by McNemar's exact test (McNemar
    1947; Dietterich 1998 on comparing two classifiers on one test set).
    """
    before, after = holdout.hits(holdout.champion), holdout.hits(holdout.challenger)
    lost, won = int((before & ~after).sum()), int((after & ~before).sum())
    chance = mcnemar(lost, won)
    n = len(holdout.ids)
    change = float(after.mean() - before.mean()) if n else 0.0
    new_before, new_after = new.hits(new.champion), new.hits(new.challenger)
    figures: dict[str, Any] = {
        "holdout": n,
        "champion_accuracy": round(float(before.mean()), 6) if n else None,
        "challenger_accuracy": round(float(after.mean()), 6) if n else None,
        "won": won,
        "lost": lost,
        "p": round(chance, 6),
        "new_labels": len(new.ids),
        "new_champion_right": int(new_before.sum()),
        "new_challenger_right": int(new_after.sum()),
        "categories": _by_category(holdout, before, after),
    }
    reasons = [say("gate.no_holdout")]
    if n:
        first, second = f"{before.mean():.1%}", f"{after.mean():.1%}"
        reasons = [say("gate.holdout", count=n, before=first, after=second, won=won, lost=lost)]
        if won + lost:
            reasons.append(say("gate.chance", p=f"{chance:.3f}"))
    if new.ids:
        known, learned = int(new_before.sum()), int(new_after.sum())
        reasons.append(say("gate.new_labels", count=len(new.ids), before=known, after=learned))
    figures["relabelled"] = sum(one.changed for one in relabelled)
    if relabelled:
        reasons.append(say("gate.relabelled", count=figures["relabelled"]))
    falls = _changes(relabelled, names)
    falls += _falls(figures["categories"], names, largest_fall)
    if falls:
        return Verdict(False, (*reasons, *falls), figures)
    if lost > won and chance < NOISE:
        return Verdict(False, (*reasons, say("gate.worse")), figures)
    if won > lost and chance < NOISE:
        return Verdict(True, (*reasons, say("gate.better")), figures)
    if change >= -SLACK and int(new_after.sum()) > int(new_before.sum()):
        return Verdict(True, (*reasons, say("gate.better_on_new")), figures)
    return Verdict(False, (*reasons, say("gate.no_gain")), figures)


def with_other_categories(
    verdict: Verdict, before: Taxonomy, after: Taxonomy, moved: Mapping[tuple[str, str], int]
) -> Verdict:
    """A verdict on the categories in common, for a person to decide by: the list of categories is not the same.

    ``moved``: how many of the articles compared the current model gave one category (its id) and the
    challenger a new one.
    """
    names = {category.id: category.name for category in (*before, *after)}
    new = [names[name] for name in after.ids if name not in before]
    gone = [names[name] for name in before.ids if name not in after]
    reasons = list(verdict.reasons)
    if new:
        reasons.append(say("gate.categories_new", names=", ".join(new)))
    if gone:
        reasons.append(say("gate.categories_gone", names=", ".join(gone)))
    for (old, category), count in sorted(moved.items(), key=lambda one: -one[1])[:MOST_MOVES]:
        reasons.append(say("gate.moved", count=count, before=names[old], after=names[category]))
    reasons.append(say("gate.by_hand"))
    figures = {**verdict.figures, "moved": [[old, new, count] for (old, new), count in moved.items()]}
    return Verdict(False, tuple(reasons), figures)


def mcnemar(lost: int, won: int) -> float:
    """Two-sided exact McNemar test: how likely such a split of the changed answers is by chance."""
    return float(binomtest(won, won + lost).pvalue) if won + lost else 1.0


def _by_category(holdout: Compared, before: NDArray[np.bool_], after: NDArray[np.bool_]) -> dict[str, dict[str, int]]:
    right = np.array(holdout.right)
    return {
        category: {
            "articles": int((right == category).sum()),
            "champion_right": int(before[right == category].sum()),
            "challenger_right": int(after[right == category].sum()),
        }
        for category in sorted(set(holdout.right))
    }


def _falls(categories: Mapping[str, Mapping[str, int]], names: Mapping[str, str], largest_fall: float) -> list[Message]:
    falls: list[Message] = []
    for category, counts in categories.items():
        support, lost = counts["articles"], counts["champion_right"] - counts["challenger_right"]
        if support < FEWEST_IN_CATEGORY or lost <= largest_fall * support or lost < FEWEST_LOST:
            continue
        name, share = names.get(category, category), f"{largest_fall:.0%}"
        before, after = counts["champion_right"], counts["challenger_right"]
        falls.append(say("gate.falls", category=name, before=before, after=after, count=support, share=share))
    return falls


def _changes(relabelled: Sequence[Relabelled], names: Mapping[str, str]) -> list[Message]:
    changes: list[Message] = []
    for one in relabelled:
        if one.changed < FEWEST_LOST or one.changed <= LARGEST_CHANGE * one.known:
            continue
        now = ", ".join(f"{names.get(category, category)} {count}" for category, count in one.now.items())
        name = names.get(one.category, one.category)
        changes.append(say("gate.changed", changed=one.changed, known=one.known, category=name, now=now))
    return changes
