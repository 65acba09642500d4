"""Scores → probabilities: divided by their spread, mapped, softmax."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


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
