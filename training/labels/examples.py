"""Examples: labelled articles, as training and evaluation take them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from classifier.columns import TextColumn
from training.labels.label import DOUBTFUL, HOLDOUT


@dataclass(frozen=True)
class Examples:
    """n labelled articles, column by column, in a fixed order.

    ``categories`` are category ids; ``dates`` ISO or empty; ``sources`` name where each came from
    (``original``, ``xwlb``, ``desk`` …).
    """

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    texts: tuple[str, ...]
    categories: tuple[str, ...]
    dates: tuple[str, ...]
    sources: tuple[str, ...]

    @classmethod
    def of_rows(cls, rows: Iterable[tuple[str, str, str, str, str, str]]) -> Examples:
        """Examples article by article: id, title, text, category, date, source."""
        return cls(*(list(zip(*rows, strict=True)) or [()] * 6))

    def __post_init__(self) -> None:
        if any(len(column) != len(self.ids) for column in self._all):
            raise ValueError("columns of examples differ in length")

    def __len__(self) -> int:
        return len(self.ids)

    def __add__(self, other: Examples) -> Examples:
        return Examples(*(mine + theirs for mine, theirs in zip(self._all, other._all, strict=True)))

    def take(self, chosen: Sequence[int] | NDArray[np.int64] | NDArray[np.bool_]) -> Examples:
        """The chosen examples (indices, or a mask)."""
        indices = np.arange(len(self))[np.asarray(chosen)].tolist()
        return Examples(*(tuple(column[i] for i in indices) for column in self._all))

    @property
    def _all(self) -> tuple[tuple[str, ...], ...]:
        return self.ids, self.titles, self.texts, self.categories, self.dates, self.sources

    def of_source(self, name: str) -> NDArray[np.bool_]:
        """Which examples come from there, bool[n]; what stands behind a slash (``xwlb/doubtful``) does not matter."""
        return np.array([source.split("/")[0] == name for source in self.sources], np.bool_)

    @property
    def doubtful(self) -> NDArray[np.bool_]:
        """Which were labelled because a model was unsure of them (their sources end in ``/doubtful``), bool[n]."""
        return np.array([source.endswith(DOUBTFUL) for source in self.sources], np.bool_)

    @property
    def kept_apart(self) -> NDArray[np.bool_]:
        """Which are kept to measure by and never learned (their sources end in ``/holdout``), bool[n]."""
        return np.array([source.endswith(HOLDOUT) for source in self.sources], np.bool_)

    @property
    def whole(self) -> list[str]:
        """Titles and texts together, as near-duplicates are sought in them."""
        return [f"{title}\n{text}" for title, text in zip(self.titles, self.texts, strict=True)]

    @cached_property
    def columns(self) -> tuple[TextColumn, TextColumn]:
        """Titles and texts in the form the kernel reads."""
        return TextColumn.from_strings(self.titles), TextColumn.from_strings(self.texts)
