"""The gate's report on a challenger as the pages show it: the verdict, why, and what changes for each category."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from classifier.messages import Message, text_of_kept
from lanmu.service.desk.categories import ShownCategory
from lanmu.service.desk.rendering import Desk
from lanmu.service.jobs import Job

LOUD = 0.02
"""A change of a category's share from which it is marked as better or worse."""


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """A category's share of right answers (0-1) on held-out articles, by the present version and the new one."""

    category: ShownCategory
    articles: int
    before: float
    after: float

    @property
    def change(self) -> float:
        return self.after - self.before

    @property
    def tone(self) -> str:
        if abs(self.change) < LOUD:
            return ""
        return "better" if self.change > 0 else "worse"


@dataclass(frozen=True)
class GateReport:
    """What came of a training.

    ``figures`` are the gate's own numbers (training.promotion.gate).  ``changes`` are the categories
    in which the two versions differ, on the same held-out articles, and ``unchanged`` counts the
    others; where there is nothing to compare (``common`` is false), all categories of the new one.
    """

    name: str
    promote: bool
    reasons: tuple[str, ...]
    figures: Mapping[str, Any]
    common: bool
    changes: tuple[CategoryChange, ...]
    unchanged: int

    @property
    def same(self) -> bool:
        """Whether both versions give the same right answers on the articles that they have in common."""
        return bool(self.figures.get("holdout")) and not self.figures.get("won") and not self.figures.get("lost")


def gate_report(job: Job, desk: Desk) -> GateReport | None:
    """The report of a finished training."""
    result = job.result
    if result is None:
        return None
    figures: Mapping[str, Any] = result.get("figures", {})
    common: Mapping[str, Mapping[str, int]] = figures.get("categories") or {}
    both = [
        CategoryChange(
            desk.categories[name],
            count["articles"],
            count["champion_right"] / count["articles"],
            count["challenger_right"] / count["articles"],
        )
        for name, count in common.items()
        if count["articles"]
    ]
    changes = [one for one in both if one.before != one.after]
    if not both:
        alone: Mapping[str, Mapping[str, float]] = result.get("metrics", {}).get("categories", {})
        changes = [
            CategoryChange(desk.categories[name], int(measured["support"]), measured["recall"], measured["recall"])
            for name, measured in alone.items()
        ]
    return GateReport(
        name=str(result["name"]),
        promote=bool(result["promote"]),
        reasons=tuple(_sentences(result["reasons"], desk)),
        figures=figures,
        common=bool(both),
        changes=tuple(sorted(changes, key=lambda one: desk.categories.index(one.category.id))),
        unchanged=len(both) - len(changes) if both else 0,
    )


def _sentences(reasons: Sequence[Any], desk: Desk) -> Iterator[str]:
    """The gate's reasons in the reader's language, without the test's figure, which the log has."""
    for reason in reasons:
        if isinstance(reason, str):  # of before they had codes
            yield reason
        elif reason["code"] != "gate.chance":
            yield text_of_kept(Message.of_record(reason), desk.t.language)
