"""jieba's accurate mode, compiled: codes in, ends of words and their states in the trie out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.segmentation.alphabet import DIGIT, HAN, MARK, OUTSIDE, PERCENT, POINT
from classifier.segmentation.compiled import compiled
from classifier.segmentation.markov import mark_ends
from classifier.segmentation.tables import SegmentationTables

NEVER = -np.inf
_ONE = np.uint64(1)
_TWO = np.uint64(2)
_FOUR = np.uint64(4)
_CARRIAGE_RETURN, _LINE_FEED = 0x0D, 0x0A


class Workspace(NamedTuple):
    """What one thread writes while it cuts a text of up to n characters; every array has n + 2 places.

    ``characters`` uint32: the text's characters; ``codes`` uint16: their codes; ``route``, ``ends``,
    ``states``: by position the best sum to the block's end, where its first word ends, that word's
    state; ``back`` uint8: for the HMM; ``word_ends`` int32 and ``word_states`` uint32: the words,
    state 0 for a word that must be looked up by its characters.
    """

    characters: NDArray[np.uint32]
    codes: NDArray[np.uint16]
    route: NDArray[np.float64]
    ends: NDArray[np.int32]
    states: NDArray[np.uint32]
    back: NDArray[np.uint8]
    word_ends: NDArray[np.int32]
    word_states: NDArray[np.uint32]


def workspace(length: int) -> Workspace:
    size = length + 2
    return Workspace(
        np.empty(size, np.uint32),
        np.empty(size, np.uint16),
        np.empty(size, np.float64),
        np.empty(size, np.int32),
        np.empty(size, np.uint32),
        np.empty(size, np.uint8),
        np.empty(size, np.int32),
        np.empty(size, np.uint32),
    )


@compiled
def cut_codes(tables: SegmentationTables, length: int, hmm: bool, work: Workspace) -> int:
    """Cut ``work.codes[:length]`` into words; returns their number.

    ``work.codes[length]`` must be OUTSIDE.
    """
    codes, characters = work.codes, work.characters
    word_ends, word_states = work.word_ends, work.word_states
    count = 0
    first = 0
    while first < length:
        code = codes[first]
        if code == OUTSIDE:  # one character a word, but for \r\n
            pair = (
                characters[first] == _CARRIAGE_RETURN
                and first + 1 < length
                and characters[first + 1] == _LINE_FEED
            )
            first += 2 if pair else 1
            word_ends[count] = first
            word_states[count] = 0
            count += 1
            continue
        stop = first + 1
        while codes[stop] != OUTSIDE:
            stop += 1
        _find_route(tables, first, stop, work)
        count = _follow(tables, first, stop, work, count) if hmm else _follow_plain(first, stop, work, count)
        first = stop
    return count


@compiled
def _find_route(tables: SegmentationTables, first: int, stop: int, work: Workspace) -> None:
    """The most likely way through a block, from its end: ``Tokenizer.get_DAG`` and ``calc`` in one.

    Of two equal sums the longer word wins, as jieba's ``max`` over (sum, end) has it.
    """
    records, values, codes = tables.records, tables.values, work.codes
    route, ends, states = work.route, work.ends, work.states
    unknown = tables.unknown[0]
    after = 0.0
    route[stop] = after
    for i in range(stop - 1, first - 1, -1):
        state = np.uint64(codes[i]) + _ONE
        best = values[_TWO * state + _ONE] + after
        end = i + 1
        word = state
        j = end
        child = np.uint64(records[_FOUR * state]) + np.uint64(codes[j])
        while np.uint64(records[_FOUR * child + _ONE]) == state:
            j += 1
            value = values[_TWO * child + _ONE] + route[j]
            if value >= best:
                best = value
                end = j
                word = child
            state = child
            child = np.uint64(records[_FOUR * state]) + np.uint64(codes[j])
        if best == NEVER:  # no word begins here
            best = unknown + after
            end = i + 1
            word = np.uint64(codes[i]) + _ONE
        route[i] = best
        ends[i] = end
        states[i] = np.uint32(word)
        after = best


@compiled
def _follow(tables: SegmentationTables, first: int, stop: int, work: Workspace, count: int) -> int:
    """Words along the route; runs of single characters go to the HMM (``Tokenizer.__cut_DAG``)."""
    ends, states = work.ends, work.states
    word_ends, word_states = work.word_ends, work.word_states
    at = first
    while at < stop:
        end = ends[at]
        if end - at > 1:
            word_ends[count] = end
            word_states[count] = states[at]
            count += 1
            at = end
            continue
        begin = at
        at += 1
        while at < stop and ends[at] == at + 1:
            at += 1
        if at - begin == 1:
            word_ends[count] = at
            word_states[count] = states[begin]
            count += 1
        elif _is_word(tables, work.codes, begin, at):
            for i in range(begin, at):
                word_ends[count] = i + 1
                word_states[count] = states[i]
                count += 1
        else:
            count = _cut_unknown(tables, begin, at, work, count)
    return count


@compiled
def _is_word(tables: SegmentationTables, codes: NDArray[np.uint16], begin: int, stop: int) -> bool:
    state = walk(tables, codes, begin, stop)
    return state != 0 and tables.values[_TWO * state + _ONE] > NEVER


@compiled
def walk(tables: SegmentationTables, codes: NDArray[np.uint16], begin: int, stop: int) -> np.uint64:
    """The state of codes[begin:stop], or 0."""
    records = tables.records
    state = np.uint64(codes[begin]) + _ONE
    for i in range(begin + 1, stop):
        child = np.uint64(records[_FOUR * state]) + np.uint64(codes[i])
        if np.uint64(records[_FOUR * child + _ONE]) != state:
            return np.uint64(0)
        state = child
    return state


@compiled
def _cut_unknown(tables: SegmentationTables, begin: int, stop: int, work: Workspace, count: int) -> int:
    """``finalseg.cut``: Han runs by the HMM, the rest by ``[a-zA-Z0-9]+(?:\\.\\d+)?%?``."""
    codes, back = work.codes, work.back
    word_ends, word_states = work.word_ends, work.word_states
    at = begin
    while at < stop:
        end = at + 1
        if codes[at] < HAN:
            while end < stop and codes[end] < HAN:
                end += 1
            mark_ends(tables, codes, at, end, back)
            start = at
            for i in range(at, end):
                if back[i] == 0:
                    continue
                if i > start and len(tables.taken_out) > 0 and _is_taken_out(tables, codes, start, i + 1):
                    for k in range(start, i + 1):
                        word_ends[count] = k + 1
                        word_states[count] = np.uint32(codes[k]) + np.uint32(1)
                        count += 1
                else:
                    word_ends[count] = i + 1
                    word_states[count] = np.uint32(codes[i]) + np.uint32(1) if i == start else np.uint32(0)
                    count += 1
                start = i + 1
        else:
            if codes[at] < MARK:
                while end < stop and HAN <= codes[end] < MARK:
                    end += 1
                if end + 1 < stop and codes[end] == POINT and DIGIT <= codes[end + 1] < MARK:
                    end += 2
                    while end < stop and DIGIT <= codes[end] < MARK:
                        end += 1
                if end < stop and codes[end] == PERCENT:
                    end += 1
            else:
                while end < stop and codes[end] >= MARK:
                    end += 1
            word_ends[count] = end
            word_states[count] = np.uint32(codes[at]) + np.uint32(1) if end - at == 1 else np.uint32(0)
            count += 1
        at = end
    return count


@compiled
def _is_taken_out(tables: SegmentationTables, codes: NDArray[np.uint16], begin: int, stop: int) -> bool:
    state = walk(tables, codes, begin, stop)
    place = np.searchsorted(tables.taken_out, np.uint32(state))
    return state != 0 and place < len(tables.taken_out) and tables.taken_out[place] == state


@compiled
def _follow_plain(first: int, stop: int, work: Workspace, count: int) -> int:
    """Words along the route; only Latin letters and digits on their own join (``Tokenizer.__cut_DAG_NO_HMM``)."""
    codes, ends, states = work.codes, work.ends, work.states
    word_ends, word_states = work.word_ends, work.word_states
    at = first
    while at < stop:
        begin = at
        while at < stop and ends[at] == at + 1 and HAN <= codes[at] < MARK:
            at += 1
        if at > begin:
            word_ends[count] = at
            word_states[count] = states[begin] if at - begin == 1 else np.uint32(0)
        else:
            word_ends[count] = at = ends[begin]
            word_states[count] = states[begin]
        count += 1
    return count
