"""LinearWeights: everything a linear model knows, as flat arrays; and how its scores become probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.columns import StringTable
from classifier.model.features import FeatureSpec
from classifier.text import CharacterTable


def calibrate(
    scores: NDArray[np.float64], matrix: NDArray[np.float64], offset: NDArray[np.float64], spread: float = 0.0
) -> NDArray[np.float64]:
    """softmax(matrix · scores / σ^spread + offset), float64[n, K]; σ is the standard deviation of an article's scores.

    Texts with many words that no label has get small scores for all categories alike; with ``spread``
    1 only how far the best stands out from the others counts.  The compiled kernel does the same, a
    block of articles at a time (engine/scoring/calibrating.py).
    """
    scores = divide_by_spread(scores, spread)
    diagonal = np.diagonal(matrix)
    if np.count_nonzero(matrix) == np.count_nonzero(diagonal):  # a temperature, or vector scaling
        logits = scores * diagonal
    else:
        # not by @: BLAS would wake its threads for this small product, and they spin while the kernel works
        logits = np.einsum("nk,jk->nj", scores, matrix)
    logits += offset
    return softmax(logits)


def divide_by_spread(scores: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
    """scores / σ^spread, float64[n, K]; σ is the standard deviation of an article's scores (all alike: not divided)."""
    if not spread:
        return scores
    deviation = scores.std(axis=1, keepdims=True)
    return np.asarray(scores / np.where(deviation > 0, deviation, 1.0) ** spread)


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each row's exponentials over their sum, written over ``logits`` float64[n, K]."""
    logits -= np.ascontiguousarray(logits.T).max(axis=0)[:, None]  # along the articles, many at once
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=1, keepdims=True)
    return logits


@dataclass(frozen=True)
class LinearWeights:
    """A fitted linear model over word and character features.

    Feature ``i`` is ``words[i]`` for i < len(words), else ``characters[i - len(words)]``; V is their
    number, K that of categories.

    - ``idf`` float32[V]; ``weights`` float32[groups · V, K], row ``group · V + feature``;
      ``intercept`` float64[K].
    - ``surprise`` float32[len(words)]: −ln of a word's share in background news (0 for pairs);
      ``surprise_unknown`` for words that are not there.
    - ``calibration_matrix`` float64[K, K] and ``calibration_offset`` float64[K]:
      probabilities = softmax(matrix · scores / σ^spread + offset) with ``calibration_spread`` and σ
      the standard deviation of an article's scores (Kull et al. 2019, Dirichlet calibration, of
      which temperature and vector scaling are cases).
    - ``user_words``: (word, frequency) entries added to jieba's dictionary.
    """

    spec: FeatureSpec
    words: StringTable
    characters: StringTable
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    intercept: NDArray[np.float64]
    surprise: NDArray[np.float32]
    surprise_unknown: float
    table: CharacterTable
    calibration_matrix: NDArray[np.float64]
    calibration_offset: NDArray[np.float64]
    user_words: tuple[tuple[str, int], ...] = ()
    calibration_spread: float = 0.0

    @property
    def features(self) -> int:
        return len(self.words) + len(self.characters)

    @property
    def categories(self) -> int:
        return len(self.intercept)

    def probabilities(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probabilities float64[n, K] of scores float64[n, K]."""
        probabilities: NDArray[np.float64] = calibrate(
            scores, self.calibration_matrix, self.calibration_offset, self.calibration_spread
        )
        return probabilities


@dataclass(frozen=True, slots=True)
class Scores:
    """What a scorer finds for n articles.

    ``scores`` float64[n, K] before calibration.  ``familiarity`` float64[n, 3]: words of title and
    body (numbers and punctuation left out), how many of them the model knows, and their summed
    surprise.
    """

    scores: NDArray[np.float64]
    familiarity: NDArray[np.float64]
