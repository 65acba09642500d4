"""jieba's hidden Markov model, compiled: how runs of Han characters that no dictionary word covers are cut."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.segmentation.compiled import compiled, inlined
from classifier.segmentation.tables import SegmentationTables
from classifier.segmentation.trie import walk
from classifier.segmentation.workspace import Workspace

B, M, E, S = 0, 1, 2, 3


@compiled
def mark_unknown_words(tables: SegmentationTables, runs: int, work: Workspace) -> None:
    """Mark the ends of the words in ``work.runs[:2 * runs]`` (``finalseg.viterbi``), and give them their states.

    Of two equal sums the state with the later letter wins, as jieba's ``max`` has it.
    """
    emission, transition, begin = tables.emission, tables.transition, tables.start
    records, taken_out = tables.records, tables.taken_out
    codes, states, marks, back, listed = work.codes, work.states, work.marks, work.back, work.runs
    b_to_m, b_to_e = transition[4 * B + M], transition[4 * B + E]
    m_to_m, m_to_e = transition[4 * M + M], transition[4 * M + E]
    e_to_b, e_to_s = transition[4 * E + B], transition[4 * E + S]
    s_to_b, s_to_s = transition[4 * S + B], transition[4 * S + S]
    for run in range(runs):
        first, stop = np.int64(listed[2 * run]), np.int64(listed[2 * run + 1])
        row = 4 * np.int64(codes[first])
        b = begin[B] + emission[row + B]
        m = begin[M] + emission[row + M]
        e = begin[E] + emission[row + E]
        s = begin[S] + emission[row + S]
        for i in range(first + 1, stop):
            row = 4 * np.int64(codes[i])
            to_b, to_m, to_e, to_s = emission[row + B], emission[row + M], emission[row + E], emission[row + S]
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
        end = stop
        for i in range(stop - 1, first - 1, -1):
            later = (back[i] >> state) & 1
            # A word begins here; at the first character, whatever its state: where no beginning is likely,
            # the best way may start inside a word.
            if state == B or state == S or i == first:
                marks[end - 1] = 1
                if end - i > 1:
                    states[i] = 0
                    if len(taken_out) > 0 and _is_among(taken_out, walk(records, codes, i, end)):
                        for k in range(i, end):
                            marks[k] = 1
                            states[k] = np.uint32(codes[k]) + np.uint32(1)
                end = i
                state = S if later else E
            else:
                state = M if later else B


@inlined
def _is_among(ascending: NDArray[np.uint32], state: np.uint64) -> bool:
    place = np.searchsorted(ascending, np.uint32(state))
    return bool(place < len(ascending) and ascending[place] == state)
