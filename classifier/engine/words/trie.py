"""Walking the dictionary's trie, compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.engine.words.compiled import inline_function

ONE = np.uint64(1)
TWO = np.uint64(2)
FOUR = np.uint64(4)
"""Typed constants: with a signed index numba would look for negative ones, and make float64 of the sum."""


@inline_function
def walk(records: NDArray[np.uint32], codes: NDArray[np.uint16], begin: int, stop: int) -> np.uint64:
    """The state of codes[begin:stop] in SegmentationTables.records, or 0."""
    state = np.uint64(codes[begin]) + ONE
    for i in range(begin + 1, stop):
        child = np.uint64(records[FOUR * state]) + np.uint64(codes[i])
        if np.uint64(records[FOUR * child + ONE]) != state:
            return np.uint64(0)
        state = child
    return state
