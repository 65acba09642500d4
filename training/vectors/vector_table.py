"""Tables of vectors: strings and what a few small numbers say of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from classifier.strings import StringTable


@dataclass(frozen=True)
class VectorTable:
    """``vectors`` int8[words + characters, d]: row i belongs to ``words[i]``, then to ``characters``."""

    words: StringTable
    characters: StringTable
    vectors: NDArray[np.int8]

    def rows(self, words: StringTable, characters: StringTable) -> NDArray[np.int64]:
        """The row of each feature of a vocabulary, int64[V]; -1 where there is none."""
        of_word, of_gram = self._rows
        return np.array([of_word.get(w, -1) for w in words] + [of_gram.get(g, -1) for g in characters], np.int64)

    def at(self, rows: NDArray[np.int64], groups: int = 1) -> NDArray[np.float32]:
        """Vectors of length 1 for the features with these rows, float32[groups · V, d]; zeros for -1."""
        values = self.vectors[rows].astype(np.float32)
        values /= np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9)
        values[rows < 0] = 0.0
        return np.tile(values, (groups, 1)) if groups > 1 else values

    @cached_property
    def _rows(self) -> tuple[dict[str, int], dict[str, int]]:
        first = len(self.words)
        return (
            {word: i for i, word in enumerate(self.words)},
            {gram: i for i, gram in enumerate(self.characters, first)},
        )


def small(vectors: NDArray[np.floating], most: int = 127) -> NDArray[np.int8]:
    """Vectors as small numbers, the largest of each ``most`` or ``-most``; only their directions are kept."""
    largest = np.maximum(np.abs(vectors).max(1, keepdims=True), 1e-9)
    scaled: NDArray[np.int8] = np.rint(vectors / largest * most).astype(np.int8)
    return scaled
