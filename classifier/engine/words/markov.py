"""jieba's hidden Markov model, compiled: how runs of Han characters that no dictionary word covers are cut."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.engine.words.compiled import inner
from classifier.engine.words.double_array import walk
from classifier.engine.words.jieba_tables import SegmentationTables
from classifier.engine.words.workspace import Workspace

B, M, E, S = 0, 1, 2, 3


@inner
def cut_unknown(tables: SegmentationTables, codes: NDArray[np.uint16], first: int, stop: int, work: Workspace) -> None:
    """Mark the ends of the words in codes[first:stop], all Han (``finalseg.viterbi``).

    Of two equal sums the state with the later letter wins, as jieba's ``max`` has it.
    """
    emission, transition, begin = tables.emission, tables.transition, tables.start
    marks, back = work.marks, work.back
    b_to_m, b_to_e = transition[4 * B + M], transition[4 * B + E]
    m_to_m, m_to_e = transition[4 * M + M], transition[4 * M + E]
    e_to_b, e_to_s = transition[4 * E + B], transition[4 * E + S]
    s_to_b, s_to_s = transition[4 * S + B], transition[4 * S + S]
    row = 4 * np.uint64(codes[first])
    b = begin[B] + emission[row + np.uint64(B)]
    m = begin[M] + emission[row + np.uint64(M)]
    e = begin[E] + emission[row + np.uint64(E)]
    s = begin[S] + emission[row + np.uint64(S)]
    for i in range(first + 1, stop):
        row = np.uint64(4) * np.uint64(codes[i])
        to_b, to_m = emission[row + np.uint64(B)], emission[row + np.uint64(M)]
        to_e, to_s = emission[row + np.uint64(E)], emission[row + np.uint64(S)]
        e_b, s_b = e + e_to_b + to_b, s + s_to_b + to_b
        b_m, m_m = b + b_to_m + to_m, m + m_to_m + to_m
        b_e, m_e = b + b_to_e + to_e, m + m_to_e + to_e
        e_s, s_s = e + e_to_s + to_s, s + s_to_s + to_s
        later_b, later_m, later_e, later_s = s_b >= e_b, m_m >= b_m, m_e >= b_e, s_s >= e_s
        b = s_b if later_b else e_b
        m = m_m if later_m else b_m
        e = m_e if later_e else b_e
        s = s_s if later_s else e_s
        # Bit by state: whether it came from the later of its two predecessors.
        back[i] = np.uint8(later_b) | np.uint8(later_m) << 1 | np.uint8(later_e) << 2 | np.uint8(later_s) << 3
    state = S if s >= e else E
    for i in range(stop - 1, first, -1):
        marks[i] = state >= E
        # B and S come from E or S, M and E from B or M.
        inner = (state == M) | (state == E)
        state = ((np.int64(back[i]) >> state) & 1) + (0 if inner else E)
    marks[first] = state >= E
    if len(tables.taken_out) > 0:
        _split_taken_out(tables, codes, first, stop, work)


@inner
def _split_taken_out(
    tables: SegmentationTables, codes: NDArray[np.uint16], first: int, stop: int, work: Workspace
) -> None:
    """Split words that were taken out of the dictionary into characters."""
    taken_out, marks = tables.taken_out, work.marks
    begin = first
    for i in range(first, stop):
        if marks[i]:
            state = np.uint32(walk(tables.records, codes, begin, i + 1))
            place = np.searchsorted(taken_out, state)
            if place < len(taken_out) and taken_out[place] == state:
                marks[begin : i + 1] = 1
            begin = i + 1
