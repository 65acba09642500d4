"""Labelled articles that are like another one: what to show beside it, so that like is labelled alike."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from classifier.errors import LanmuError
from training.labels.file import read_labels

if TYPE_CHECKING:
    from training.labels.label import Label

MOST_LABELS: Final = 20_000
LOOKED_AT: Final = 600
"""How many of a text's first characters count; what it is about stands at its start."""
BUCKETS: Final = 1 << 16
TITLE_TIMES: Final = 3
LOOK_SECONDS: Final = 60.0
LEAST: Final = 0.05
SAME: Final = 0.98


@dataclass(frozen=True, slots=True)
class SimilarLabel:
    """A line of labels.csv that is like an article."""

    id: str
    title: str
    category: str
    date: str


@dataclass(frozen=True)
class _Index:
    """Pairs of characters of labels, in one long row: whose (``owners``), which (``buckets``), how much they count."""

    labels: Sequence[Label]
    owners: NDArray[np.int32]
    buckets: NDArray[np.int32]
    weights: NDArray[np.float32]
    rarity: NDArray[np.float32]


class SimilarLabels:
    """Finds labels of labels files by the pairs of characters that an article has in common with them.

    tf-idf over pairs, hashed; the cosine.  The files are read at the first question, and again where one
    has changed, at most once a minute; the newest MOST_LABELS count.
    """

    def __init__(self, *paths: Path) -> None:
        self.paths = paths
        self._lock = threading.Lock()
        self._index: _Index | None = None
        self._stamp: object = None
        self._looked = 0.0

    def find(
        self, title: str, text: str, count: int = 5, *, but: str = "", among: Collection[str] | None = None
    ) -> list[SimilarLabel]:
        """The ``count`` likest labels (of the categories ``among``), the likest first.

        Not the article itself, nor the line with the id ``but``.
        """
        index = self._current()
        if index is None:
            return []
        buckets, counts = _count_pairs(title, text)
        weights = (1 + np.log(counts)).astype(np.float32) * index.rarity[buckets]
        norm = float(np.linalg.norm(weights))
        if not norm:
            return []
        query = np.zeros(BUCKETS, np.float32)
        query[buckets] = weights / norm
        likeness = np.bincount(index.owners, index.weights * query[index.buckets], len(index.labels))
        similar: list[SimilarLabel] = []
        for i in np.argsort(-likeness, kind="stable").tolist():
            label, like = index.labels[i], float(likeness[i])
            if like < LEAST or len(similar) == count:
                break
            if like < SAME and label.id != but and (among is None or label.category in among):
                title = label.title or label.text[:40]
                similar.append(SimilarLabel(label.id, title, label.category, label.date))
        return similar

    def _current(self) -> _Index | None:
        with self._lock:
            if self._index is None or time.monotonic() - self._looked > LOOK_SECONDS:
                self._looked = time.monotonic()
                stamp = [_stamp(path) for path in self.paths]
                if stamp != self._stamp:
                    self._index, self._stamp = _read_index(self.paths), stamp
            return self._index


def _stamp(path: Path) -> object:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _read_index(paths: Sequence[Path]) -> _Index | None:
    by_id: dict[str, Label] = {}
    for path in paths:
        with suppress(LanmuError, OSError):
            if path.is_file():
                by_id |= {label.id: label for label in read_labels(path).labels}
    labels = list(by_id.values())[-MOST_LABELS:]
    if not labels:
        return None
    pairs = [_count_pairs(label.title, label.text) for label in labels]
    buckets = np.concatenate([its_buckets for its_buckets, _ in pairs]).astype(np.int32)
    counts = np.concatenate([its_counts for _, its_counts in pairs])
    owners = np.repeat(np.arange(len(pairs), dtype=np.int32), [len(its_buckets) for its_buckets, _ in pairs])
    there = np.bincount(buckets, minlength=BUCKETS)
    rarity = np.log((1 + len(labels)) / (1 + there)).astype(np.float32) + 1
    weights = (1 + np.log(counts)).astype(np.float32) * rarity[buckets]
    norms = np.sqrt(np.bincount(owners, weights * weights, len(labels))).astype(np.float32)
    norms[norms == 0] = 1
    return _Index(labels, owners, buckets, weights / norms[owners], rarity)


def _count_pairs(title: str, text: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """The pairs of neighbouring characters of an article, as buckets, and how often each is there."""
    shown = f"{title}\n" * TITLE_TIMES + text[:LOOKED_AT]
    codes = np.frombuffer("".join(shown.split()).encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    hashed = (codes[:-1] * np.uint64(2654435761) + codes[1:]) * np.uint64(0x9E3779B97F4A7C15)
    buckets, counts = np.unique((hashed >> np.uint64(48)).astype(np.int32), return_counts=True)
    return buckets, counts
