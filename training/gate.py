"""The gate: is the challenger better than the champion, beyond noise, and nowhere much worse?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

NOISE = 0.05
FEWEST_IN_CATEGORY = 5


@dataclass(frozen=True, slots=True)
class GateOptions:
    """``largest_fall``: how much of a category's right answers may be lost (0-1).

    ``slack``: how far overall accuracy may fall (0-1) when the new labels alone speak for the
    challenger.
    """

    largest_fall: float = 0.08
    slack: float = 0.005


@dataclass(frozen=True)
class Verdict:
    """Whether to promote, and why: ``reasons`` in words, ``figures`` in numbers."""

    promote: bool
    reasons: tuple[str, ...]
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Compared:
    """The same held-out articles judged by both: ids, right categories, and each one's answers."""

    ids: tuple[str, ...]
    right: tuple[str, ...]
    champion: tuple[str, ...]
    challenger: tuple[str, ...]

    def hits(self, answers: Sequence[str]) -> NDArray[np.bool_]:
        return np.array([a == b for a, b in zip(answers, self.right, strict=True)], np.bool_)


def judged(holdout: Compared, new: Compared, names: Mapping[str, str], options: GateOptions | None = None) -> Verdict:
    """Compare two models on the holdout and on labels the champion never saw.

    ``names``: category id → name, for the reasons.  Overall difference by McNemar's exact test
    (McNemar 1947; Dietterich 1998 on comparing two classifiers on one test set).
    """
    options = options or GateOptions()
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
    }
    reasons = ["no holdout in common"]
    if n:
        changed = f"{won} won, {lost} lost (McNemar p = {chance:.3f})"
        reasons = [f"holdout of {n}: {before.mean():.1%} → {after.mean():.1%} right, {changed}"]
    if new.ids:
        reasons.append(f"{len(new.ids)} new labels: {int(new_before.sum())} → {int(new_after.sum())} right")
    falls = _falls(holdout, before, after, names, options.largest_fall)
    if falls:
        return Verdict(False, (*reasons, *falls), figures)
    if lost > won and chance < NOISE:
        return Verdict(False, (*reasons, "worse than the current model beyond noise"), figures)
    if won > lost and chance < NOISE:
        return Verdict(True, (*reasons, "better beyond noise"), figures)
    if change >= -options.slack and int(new_after.sum()) > int(new_before.sum()):
        return Verdict(True, (*reasons, "not worse overall, and better where the new labels came"), figures)
    return Verdict(False, (*reasons, "no gain beyond noise"), figures)


def mcnemar(lost: int, won: int) -> float:
    """Two-sided exact McNemar test: how likely such a split of the changed answers is by chance."""
    from scipy.stats import binomtest

    return float(binomtest(won, won + lost).pvalue) if won + lost else 1.0


def _falls(
    holdout: Compared,
    before: NDArray[np.bool_],
    after: NDArray[np.bool_],
    names: Mapping[str, str],
    largest_fall: float,
) -> list[str]:
    found: list[str] = []
    right = np.array(holdout.right)
    for category in sorted(set(holdout.right)):
        mine = right == category
        support = int(mine.sum())
        lost, won = int((before & ~after & mine).sum()), int((after & ~before & mine).sum())
        if support < FEWEST_IN_CATEGORY or lost - won <= largest_fall * support or lost - won < 3:
            continue
        found.append(
            f"{names.get(category, category)} falls from {int((before & mine).sum())} to "
            f"{int((after & mine).sum())} right of {support}, more than {largest_fall:.0%}"
        )
    return found
