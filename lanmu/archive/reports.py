"""What is known of a scored shard beside its part, and of all shards together."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.model.decisions import REASONS, Decisions
from classifier.reading.file_names import unread_ending
from lanmu.archive.rows import Batch

BINS = 50
"""Bins of the probability histogram over 0 to 1."""
SLOWEST = 10
KEPT_SOURCES = 1_000
UNDATED = ""


@dataclass(slots=True)
class Report:
    """Counts of one shard, or of many added up.

    ``categories`` and ``review`` count articles (and those in review) by category id; ``months`` by
    month (``2026-03``, or UNDATED) and category, int64[K] in the taxonomy's order; ``accepted_bins``
    and ``review_bins`` are histograms of the probability; ``sources`` holds (seconds, articles, refused) of the slowest
    inputs and of those with most refusals; ``part_bytes`` is the size of the part; ``passed_over`` counts files
    and members that are not read by their endings.
    """

    articles: int = 0
    refused: int = 0
    seconds: float = 0.0
    part_bytes: int = 0
    categories: Counter[str] = field(default_factory=Counter)
    review: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    months: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    accepted_bins: list[int] = field(default_factory=lambda: [0] * BINS)
    review_bins: list[int] = field(default_factory=lambda: [0] * BINS)
    sources: dict[str, list[float]] = field(default_factory=dict)
    passed_over: Counter[str] = field(default_factory=Counter)

    @property
    def in_review(self) -> int:
        return sum(self.review.values())

    def count(self, batch: Batch, decisions: Decisions, ids: tuple[str, ...]) -> None:
        """Add a scored batch."""
        k = len(ids)
        held = decisions.reasons > 0
        self.articles += len(batch)
        for counter, counts in (
            (self.categories, np.bincount(decisions.category, minlength=k)),
            (self.review, np.bincount(decisions.category[held], minlength=k)),
        ):
            counter.update({ids[i]: int(counts[i]) for i in np.flatnonzero(counts)})
        for bit, reason in REASONS.items():
            if n := int(np.count_nonzero(decisions.reasons & bit)):
                self.reasons[reason] += n
        bins = np.minimum((decisions.probability * BINS).astype(np.int64), BINS - 1)
        for chosen, kept in ((held, self.review_bins), (~held, self.accepted_bins)):
            kept[:] = (np.asarray(kept) + np.bincount(bins[chosen], minlength=BINS)).tolist()
        self._count_months(batch, decisions, len(ids))

    def _count_months(self, batch: Batch, decisions: Decisions, k: int) -> None:
        coded = batch.columns["date"].dictionary_encode()
        months = [_month(date) for date in coded.dictionary.to_pylist()] + [UNDATED]
        number = {month: i for i, month in enumerate(dict.fromkeys(months))}
        of_date = np.array([number[month] for month in months])
        dates = coded.indices.fill_null(len(months) - 1).to_numpy(zero_copy_only=False)
        counts = np.bincount(of_date[dates] * k + decisions.category, minlength=len(number) * k).reshape(-1, k)
        for month, counts_of_month in zip(number, counts, strict=True):
            if counts_of_month.any():
                self._add_month(month, counts_of_month)

    def _add_month(self, month: str, counts: NDArray[np.int64]) -> None:
        known = self.months.get(month)
        self.months[month] = counts if known is None else known + counts

    def add_source(self, path: str, seconds: float, articles: int, refused: int) -> None:
        entry = self.sources.setdefault(path, [0.0, 0, 0])
        entry[0] += seconds
        entry[1] += articles
        entry[2] += refused
        if len(self.sources) > 2 * KEPT_SOURCES:
            self._forget(KEPT_SOURCES)

    def pass_over(self, name: str) -> None:
        """Count a member of an archive whose kind is not read."""
        self.passed_over[unread_ending(name)] += 1

    def add(self, other: Report) -> None:
        self.articles += other.articles
        self.refused += other.refused
        self.seconds += other.seconds
        self.part_bytes += other.part_bytes
        self.categories.update(other.categories)
        self.review.update(other.review)
        self.reasons.update(other.reasons)
        self.passed_over.update(other.passed_over)
        for month, counts in other.months.items():
            self._add_month(month, counts)
        self.accepted_bins = [a + b for a, b in zip(self.accepted_bins, other.accepted_bins, strict=True)]
        self.review_bins = [a + b for a, b in zip(self.review_bins, other.review_bins, strict=True)]
        for path, (seconds, articles, refused) in other.sources.items():
            self.add_source(path, seconds, int(articles), int(refused))

    def _forget(self, kept: int) -> None:
        """Keep the ``kept`` slowest sources and as many with most refusals."""
        slowest = sorted(self.sources, key=lambda path: -self.sources[path][0])[:kept]
        refused = sorted((p for p in self.sources if self.sources[p][2]), key=lambda p: -self.sources[p][2])[:kept]
        self.sources = {path: self.sources[path] for path in dict.fromkeys(slowest + refused)}

    def content(self) -> bytes:
        self._forget(SLOWEST)
        record = {name: getattr(self, name) for name in self.__slots__}
        record["months"] = {month: counts.tolist() for month, counts in self.months.items()}
        return (json.dumps(record, ensure_ascii=False) + "\n").encode("utf-8", "replace")

    @classmethod
    def from_content(cls, content: bytes) -> Report:
        record: dict[str, Any] = json.loads(content)
        for name in ("categories", "review", "reasons", "passed_over"):
            record[name] = Counter(record[name])
        record["months"] = {month: np.array(counts, np.int64) for month, counts in record["months"].items()}
        return cls(**record)


def _month(date: str) -> str:
    return date[:7] if len(date) >= 7 and date[:4].isdigit() and date[4] == "-" and date[5:7].isdigit() else UNDATED
