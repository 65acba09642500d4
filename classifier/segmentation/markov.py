"""jieba's hidden Markov model, compiled: how a run of Han characters no dictionary word covers is cut."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.segmentation.compiled import compiled
from classifier.segmentation.tables import SegmentationTables

B, M, E, S = 0, 1, 2, 3


@compiled
def mark_ends(
    tables: SegmentationTables, codes: NDArray[np.uint16], first: int, stop: int, back: NDArray[np.uint8]
) -> None:
    """The most likely states of codes[first:stop] (``finalseg.viterbi``): ``back[i]`` is 1 where a word ends, else 0.

    Of two equal sums the state with the later letter wins, as jieba's ``max`` has it.
    """
    emission, transition = tables.emission, tables.transition
    b_to_m, b_to_e = transition[4 * B + M], transition[4 * B + E]
    m_to_m, m_to_e = transition[4 * M + M], transition[4 * M + E]
    e_to_b, e_to_s = transition[4 * E + B], transition[4 * E + S]
    s_to_b, s_to_s = transition[4 * S + B], transition[4 * S + S]
    row = 4 * np.int64(codes[first])
    b = tables.start[B] + emission[row + B]
    m = tables.start[M] + emission[row + M]
    e = tables.start[E] + emission[row + E]
    s = tables.start[S] + emission[row + S]
    for i in range(first + 1, stop):
        row = 4 * np.int64(codes[i])
        came = 0  # bit by state: which of its two predecessors it came from
        from_e, from_s = e + e_to_b + emission[row + B], s + s_to_b + emission[row + B]
        came |= np.int64(from_s >= from_e)
        new_b = max(from_s, from_e)
        from_b, from_m = b + b_to_m + emission[row + M], m + m_to_m + emission[row + M]
        came |= np.int64(from_m >= from_b) << 1
        new_m = max(from_m, from_b)
        from_b, from_m = b + b_to_e + emission[row + E], m + m_to_e + emission[row + E]
        came |= np.int64(from_m >= from_b) << 2
        new_e = max(from_m, from_b)
        from_e, from_s = e + e_to_s + emission[row + S], s + s_to_s + emission[row + S]
        came |= np.int64(from_s >= from_e) << 3
        new_s = max(from_s, from_e)
        back[i] = came
        b, m, e, s = new_b, new_m, new_e, new_s
    state = S if s >= e else E
    for i in range(stop - 1, first - 1, -1):
        came = (np.int64(back[i]) >> state) & 1
        back[i] = state >= E
        if state == B or state == S:
            state = S if came else E
        else:
            state = M if came else B
