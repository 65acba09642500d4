"""Tables of vectors: strings and what a few small numbers say of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from classifier.strings import StringTable

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class VectorTable:
    """``vectors`` int8[words + characters, d]: row i belongs to ``words[i]``, then to ``characters``."""

    words: StringTable
    characters: StringTable
    vectors: NDArray[np.int8]

    def rows(self, words: StringTable, characters: StringTable) -> NDArray[np.int64]:
        """The row of each feature of a vocabulary, int64[V]; -1 where there is none."""
        word_rows = {word: i for i, word in enumerate(self.words)}
        gram_rows = {gram: len(self.words) + i for i, gram in enumerate(self.characters)}
        return np.array([word_rows.get(w, -1) for w in words] + [gram_rows.get(g, -1) for g in characters], np.int64)

    def over(self, words: StringTable, characters: StringTable, groups: int = 1) -> csr_matrix:
        """Vectors of length 1 for a vocabulary, float64 csr [groups · V, d]; features without one have an empty row."""
        from scipy.sparse import csr_matrix, vstack

        rows = self.rows(words, characters)
        there = np.flatnonzero(rows >= 0)
        values = self.vectors[rows[there]].astype(np.float64)
        values /= np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9)
        d = self.vectors.shape[1]
        ends = np.concatenate([[0], np.cumsum(rows >= 0)]) * d
        block = csr_matrix((values.ravel(), np.tile(np.arange(d), len(there)), ends), shape=(len(rows), d))
        return vstack([block] * groups).tocsr() if groups > 1 else block


def small(vectors: NDArray[np.floating]) -> NDArray[np.int8]:
    """Vectors as small numbers, the largest of each 127 or -127; only their directions are kept."""
    largest = np.maximum(np.abs(vectors).max(1, keepdims=True), 1e-9)
    scaled: NDArray[np.int8] = np.rint(vectors / largest * 127).astype(np.int8)
    return scaled
