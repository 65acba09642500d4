"""jieba's accurate mode, compiled: codes in, ends of words and their states in the trie out.

Each step runs over the whole text at once: handing arrays from one compiled function to another
costs more than cutting a word.
"""

from __future__ import annotations

import numpy as np

from classifier.segmentation.alphabet import DIGIT, HAN, MARK, OUTSIDE, PERCENT, POINT
from classifier.segmentation.compiled import compiled
from classifier.segmentation.markov import mark_unknown_words
from classifier.segmentation.tables import SegmentationTables
from classifier.segmentation.trie import FOUR, ONE, TWO, walk
from classifier.segmentation.workspace import Workspace

NEVER = -np.inf
_CARRIAGE_RETURN, _LINE_FEED = 0x0D, 0x0A


@compiled
def cut_codes(tables: SegmentationTables, length: int, hmm: bool, work: Workspace) -> int:
    """Cut ``work.codes[:length]`` into ``work.word_ends`` and ``work.word_states``; returns the number of words.

    ``work.codes[length]`` must be OUTSIDE.
    """
    _find_routes(tables, length, work)
    if hmm:
        runs = _follow(tables, length, work)
        mark_unknown_words(tables, runs, work)
    else:
        _follow_plain(length, work)
    return _list_words(length, work)


@compiled
def _find_routes(tables: SegmentationTables, length: int, work: Workspace) -> None:
    """The most likely way through each block, from its end: ``Tokenizer.get_DAG`` and ``calc`` in one.

    Of two equal sums the longer word wins, as jieba's ``max`` over (sum, end) has it.
    """
    records, values, codes = tables.records, tables.values, work.codes
    route, ends, states, marks = work.route, work.ends, work.states, work.marks
    unknown = tables.unknown[0]
    after = 0.0
    route[length] = after
    for i in range(length - 1, -1, -1):
        marks[i] = 0
        end = i + 1
        if codes[i] == OUTSIDE:
            after = 0.0
            route[i] = after
            states[i] = 0
            continue
        state = np.uint64(codes[i]) + ONE
        word = state
        best = values[TWO * state + ONE] + after
        j = end
        child = np.uint64(records[FOUR * state]) + np.uint64(codes[j])
        while np.uint64(records[FOUR * child + ONE]) == state:
            j += 1
            value = values[TWO * child + ONE] + route[j]
            if value >= best:
                best = value
                end = j
                word = child
            state = child
            child = np.uint64(records[FOUR * state]) + np.uint64(codes[j])
        if best == NEVER:  # no word begins here
            best = unknown + after
            end = i + 1
            word = np.uint64(codes[i]) + ONE
        route[i] = best
        ends[i] = end
        states[i] = np.uint32(word)
        after = best


@compiled
def _follow(tables: SegmentationTables, length: int, work: Workspace) -> int:
    """Mark the words along the routes (``Tokenizer.__cut_DAG``); returns how many runs are left to the HMM."""
    records, values = tables.records, tables.values
    characters, codes, ends, states = work.characters, work.codes, work.ends, work.states
    marks, runs = work.marks, work.runs
    count = 0
    at = 0
    while at < length:
        if codes[at] == OUTSIDE:  # one character a word, but for \r\n
            if characters[at] == _CARRIAGE_RETURN and at + 1 < length and characters[at + 1] == _LINE_FEED:
                at += 1
            marks[at] = 1
            at += 1
            continue
        end = np.int64(ends[at])
        if end - at > 1:
            marks[end - 1] = 1
            at = end
            continue
        begin = at
        at += 1
        while codes[at] != OUTSIDE and ends[at] == at + 1:
            at += 1
        if at - begin == 1:
            marks[begin] = 1
            continue
        state = walk(records, codes, begin, at)
        if state != 0 and values[TWO * state + ONE] > NEVER:  # the run is a word itself: jieba leaves it in pieces
            for i in range(begin, at):
                marks[i] = 1
            continue
        # finalseg.cut: Han runs for the HMM, the rest by [a-zA-Z0-9]+(?:\.\d+)?%?
        while begin < at:
            end = begin + 1
            if codes[begin] < HAN:
                while end < at and codes[end] < HAN:
                    end += 1
                runs[2 * count], runs[2 * count + 1] = begin, end
                count += 1
                if end - begin == 1:
                    count -= 1
                    marks[begin] = 1
                begin = end
                continue
            if codes[begin] < MARK:
                while end < at and HAN <= codes[end] < MARK:
                    end += 1
                if end + 1 < at and codes[end] == POINT and DIGIT <= codes[end + 1] < MARK:
                    end += 2
                    while end < at and DIGIT <= codes[end] < MARK:
                        end += 1
                if end < at and codes[end] == PERCENT:
                    end += 1
            else:
                while end < at and codes[end] >= MARK:
                    end += 1
            marks[end - 1] = 1
            if end - begin > 1:
                states[begin] = 0
            begin = end
    return count


@compiled
def _follow_plain(length: int, work: Workspace) -> None:
    """Mark the words along the routes; only Latin letters and digits on their own join (``__cut_DAG_NO_HMM``)."""
    characters, codes, ends, states, marks = work.characters, work.codes, work.ends, work.states, work.marks
    at = 0
    while at < length:
        begin = at
        if codes[at] == OUTSIDE:
            if characters[at] == _CARRIAGE_RETURN and at + 1 < length and characters[at + 1] == _LINE_FEED:
                at += 1
            at += 1
        else:
            while HAN <= codes[at] < MARK and ends[at] == at + 1:
                at += 1
            if at == begin:
                at = np.int64(ends[begin])
            elif at - begin > 1:
                states[begin] = 0
        marks[at - 1] = 1


@compiled
def _list_words(length: int, work: Workspace) -> int:
    marks, states, word_ends, word_states = work.marks, work.states, work.word_ends, work.word_states
    count = 0
    start = 0
    for i in range(length):
        word_ends[count] = i + 1
        word_states[count] = states[start]
        if marks[i]:
            count += 1
            start = i + 1
    return count
