"""The gate's report on a challenger as the pages show it: the verdict, why, and what changes for each category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from classifier.service.desk.categories import ShownCategory
from classifier.service.desk.rendering import Desk
from classifier.service.desk.translating import translated
from classifier.service.jobs import Job
from training.registry import Version

LOUD = 0.02
"""A change of F1 from which a category is marked as better or worse."""


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """A category's F1 on held-out articles (0-1) before and after; ``before`` None where the champion had none."""

    category: ShownCategory
    support: int
    before: float | None
    after: float

    @property
    def change(self) -> float | None:
        return None if self.before is None else self.after - self.before

    @property
    def tone(self) -> str:
        if self.change is None or abs(self.change) < LOUD:
            return ""
        return "better" if self.change > 0 else "worse"


@dataclass(frozen=True)
class GateReport:
    """What came of a training.  ``figures`` are the gate's own numbers (training.gate)."""

    name: str
    promote: bool
    reasons: tuple[str, ...]
    figures: Mapping[str, Any]
    labels: int
    accuracy: float | None
    interval: Sequence[float]
    accepted_share: float | None
    changes: tuple[CategoryChange, ...]


def gate_report(job: Job, versions: Sequence[Version], desk: Desk) -> GateReport | None:
    """The report of a finished training, compared with the version it was held against."""
    result = job.result
    if result is None:
        return None
    manifests = {version.name: version.manifest for version in versions}
    mine = manifests.get(str(result["name"]))
    parent = mine.training.get("parent") if mine else None
    champion = next((m for m in manifests.values() if m and parent and m.checksum == parent), None)
    before = champion.training.get("metrics", {}).get("categories", {}) if champion else {}
    metrics = result.get("metrics", {})
    changes = [
        CategoryChange(desk.categories[name], int(found["support"]), before.get(name, {}).get("f1"), found["f1"])
        for name, found in metrics.get("categories", {}).items()
    ]
    return GateReport(
        name=str(result["name"]),
        promote=bool(result["promote"]),
        reasons=tuple(translated(reason, desk.t) for reason in result["reasons"]),
        figures=result.get("figures", {}),
        labels=int(result.get("labels", 0)),
        accuracy=metrics.get("accuracy"),
        interval=metrics.get("accuracy_95", ()),
        accepted_share=metrics.get("accepted_share"),
        changes=tuple(changes),
    )
