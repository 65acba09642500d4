"""jieba's accurate mode, compiled: codes in, ends of words and their states in the trie out.

A step runs over a whole piece of text before the next begins, and most steps are written without
branches: where words begin and end cannot be predicted, and a wrong guess costs more than looking
for nothing.  Looking up is done for words of two characters at all places, then for words of three
at the places that are left, and so on, so that many memory accesses are under way at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.engine.words.alphabet import DIGIT, HAN, MARK, OUTSIDE, PERCENT, POINT
from classifier.engine.words.compiled import inline_function, inner
from classifier.engine.words.double_array import FOUR, ONE, TWO, walk
from classifier.engine.words.jieba_tables import SegmentationTables
from classifier.engine.words.markov import cut_unknown
from classifier.engine.words.workspace import Workspace

NEVER = -np.inf
PIECE = 1024
"""After this many characters a piece of text ends at the next character outside jieba's blocks."""
_CARRIAGE_RETURN, _LINE_FEED = 0x0D, 0x0A
_NONE = np.uint64(0)


@inner
def cut_codes(tables: SegmentationTables, length: int, hmm: bool, line_ends: bool, work: Workspace) -> int:
    """Cut ``work.codes[:length]`` into ``work.word_ends`` and ``work.word_states``; returns the number of words.

    ``work.codes[length]`` must be OUTSIDE.  A word's state is 0 where the trie has none.  With
    ``line_ends``, \\r\\n may occur in the text.
    """
    characters, codes = work.characters, work.codes
    words = 0
    begin = 0
    while begin < length:
        stop = min(begin + PIECE, length)
        while stop < length and codes[stop - 1] < OUTSIDE:
            stop += 1
        if line_ends and stop < length and characters[stop - 1] == _CARRIAGE_RETURN:
            stop += characters[stop] == _LINE_FEED
        piece = codes[begin : stop + 1]
        size = stop - begin
        _find_words(tables, piece, size, work)
        _find_routes(tables, piece, size, work)
        if line_ends:
            _join_line_ends(characters[begin : stop + 1], size, work)
        if hmm:
            runs = _mark_words(piece, size, work)
            _cut_runs(tables, piece, runs, work)
        else:
            _mark_plain_words(piece, size, work)
        words = _list_words(tables, piece, begin, size, words, work)
        begin = stop
    return words


@inner
def _find_words(tables: SegmentationTables, codes: NDArray[np.uint16], n: int, work: Workspace) -> None:
    """States and values of the words from each place (``Tokenizer.get_DAG``)."""
    records, values, first_base = tables.records, tables.values, tables.first_base
    row = len(work.route)
    states, states2, states3, states4 = (
        work.states[:row], work.states[row : 2 * row], work.states[2 * row : 3 * row], work.states[3 * row :]
    )  # fmt: skip
    values2, values3, values4 = work.values[:row], work.values[row : 2 * row], work.values[2 * row :]
    longer, marks, places = work.longer, work.marks, work.places
    for i in range(n):
        states[i] = np.uint32(codes[i]) + np.uint32(1)
    # Each array on its own: such loops are done sixteen places at once.
    for i in range(n):
        states3[i] = 0
    for i in range(n):
        states4[i] = 0
    for i in range(n):
        values3[i] = NEVER
    for i in range(n):
        values4[i] = NEVER
    for i in range(n):
        longer[i] = 0
    for i in range(n):
        marks[i] = 0
    count = np.uint64(0)
    for i in range(n):
        code = np.uint64(codes[i])
        child = np.uint64(first_base[code]) + np.uint64(codes[i + 1])
        there = np.uint64(np.uint64(records[FOUR * child + ONE]) == code + ONE)
        child *= there  # the root, which is no word
        states2[i] = np.uint32(child)
        values2[i] = values[TWO * child + ONE]
        places[count] = i
        count += there
    count = _find_longer_words(tables, codes, np.uint64(2), count, states2, states3, values3, places)
    count = _find_longer_words(tables, codes, np.uint64(3), count, states3, states4, values4, places)
    for k in range(count):
        place = np.uint64(places[k])
        state = np.uint64(states4[place])
        child = np.uint64(records[FOUR * state]) + np.uint64(codes[place + FOUR])
        longer[place] = np.uint64(records[FOUR * child + ONE]) == state


@inline_function
def _find_longer_words(
    tables: SegmentationTables,
    codes: NDArray[np.uint16],
    size: np.uint64,
    count: np.uint64,
    states: NDArray[np.uint32],
    next_states: NDArray[np.uint32],
    next_values: NDArray[np.float64],
    places: NDArray[np.uint32],
) -> np.uint64:
    """Go on by one character from ``size`` characters at the listed places; keeps those where the trie goes on."""
    records, values = tables.records, tables.values
    kept = np.uint64(0)
    for k in range(count):
        place = np.uint64(places[k])
        state = np.uint64(states[place])
        child = np.uint64(records[FOUR * state]) + np.uint64(codes[place + size])
        there = np.uint64(np.uint64(records[FOUR * child + ONE]) == state)
        child *= there
        next_states[place] = np.uint32(child)
        next_values[place] = values[TWO * child + ONE]
        places[kept] = np.uint32(place)
        kept += there
    return kept


@inner
def _find_routes(tables: SegmentationTables, codes: NDArray[np.uint16], n: int, work: Workspace) -> None:
    """The most likely way through each block, from its end (``Tokenizer.calc``).

    Of two equal sums the longer word wins, as jieba's ``max`` over (sum, end) has it.
    """
    first_value = tables.first_value
    longer, route, lengths = work.longer, work.route, work.lengths
    unknown = tables.unknown[0]
    row = len(route)
    values2, values3, values4 = work.values[:row], work.values[row : 2 * row], work.values[2 * row :]
    route[n] = 0.0
    after = after2 = after3 = after4 = 0.0
    for k in range(n):
        i = np.uint64(n - 1 - k)
        code = np.uint64(codes[i])
        one, two = first_value[code] + after, values2[i] + after2
        three, four = values3[i] + after3, values4[i] + after4
        best = max(one, max(two, three, four))
        length = np.uint32(4) - np.uint32(four < best) * (
            np.uint32(1) + np.uint32(three < best) * (np.uint32(1) + np.uint32(two < best))
        )
        if longer[i]:
            best, length = _longer(tables, codes, i, best, length, work)
        if best == NEVER:  # no word begins here
            best = unknown + after
            length = np.uint32(1)
        best = best if code < OUTSIDE else 0.0
        route[i] = best
        lengths[i] = length
        after4 = after3
        after3 = after2
        after2 = after
        after = best


@inner
def _longer(
    tables: SegmentationTables, codes: NDArray[np.uint16], i: np.uint64, best: float, length: np.uint32, work: Workspace
) -> tuple[float, np.uint32]:
    """The best of the words of five characters and more from i, and of what was found before."""
    records, values, route = tables.records, tables.values, work.route
    state = np.uint64(work.states[np.uint64(3 * len(route)) + i])
    j = i + FOUR
    while True:
        child = np.uint64(records[FOUR * state]) + np.uint64(codes[j])
        if np.uint64(records[FOUR * child + ONE]) != state:
            return best, length
        j += ONE
        value = values[TWO * child + ONE] + route[j]
        if value >= best:
            best = value
            length = np.uint32(j - i)
        state = child


@inner
def _join_line_ends(characters: NDArray[np.uint32], n: int, work: Workspace) -> None:
    """Outside its blocks, jieba takes every character alone, but for \\r\\n."""
    for i in range(n - 1):
        if characters[i] == _CARRIAGE_RETURN and characters[i + 1] == _LINE_FEED:
            work.lengths[i] = 2


@inner
def _mark_words(codes: NDArray[np.uint16], n: int, work: Workspace) -> int:
    """Mark the words along the routes; lists the runs of single characters and returns their number."""
    lengths, marks, runs = work.lengths, work.marks, work.runs
    stop = np.uint64(n)
    count = begin = at = np.uint64(0)
    before = np.uint64(0)
    while at < stop:
        length = np.uint64(lengths[at])
        single = np.uint64(length == ONE) & np.uint64(codes[at] < OUTSIDE)
        marks[at + length - ONE] = 1
        runs[TWO * count] = np.uint32(begin)
        runs[TWO * count + ONE] = np.uint32(at)
        count += before & (single ^ ONE) & np.uint64(at - begin > ONE)
        begin = begin if before else at
        before = single
        at += length
    runs[TWO * count] = np.uint32(begin)
    runs[TWO * count + ONE] = np.uint32(at)
    count += before & np.uint64(at - begin > ONE)
    return np.int64(count)


@inner
def _cut_runs(tables: SegmentationTables, codes: NDArray[np.uint16], runs: int, work: Workspace) -> None:
    """What ``Tokenizer.__cut_DAG`` and ``finalseg.cut`` make of runs of single characters."""
    marks = work.marks
    for run in range(runs):
        begin, stop = np.int64(work.runs[2 * run]), np.int64(work.runs[2 * run + 1])
        if _is_dictionary_word(tables, codes, begin, stop, work):  # jieba leaves it in pieces
            continue
        # Han for the HMM, the rest by [a-zA-Z0-9]+(?:\.\d+)?%?
        while begin < stop:
            end = begin + 1
            if codes[begin] < HAN:
                while end < stop and codes[end] < HAN:
                    end += 1
                if end - begin > 1:
                    cut_unknown(tables, codes, begin, end, work)
                begin = end
                continue
            if codes[begin] < MARK:
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
            for i in range(begin, end - 1):
                marks[i] = 0
            begin = end


@inner
def _is_dictionary_word(
    tables: SegmentationTables, codes: NDArray[np.uint16], begin: int, stop: int, work: Workspace
) -> bool:
    row = len(work.route)
    length = stop - begin
    if length <= 4:
        return bool(work.values[(length - 2) * row + begin] > NEVER)
    if work.longer[begin] == 0:
        return False
    state = walk(tables.records, codes, begin, stop)
    return bool(state != _NONE and tables.values[TWO * state + ONE] > NEVER)


@inner
def _mark_plain_words(codes: NDArray[np.uint16], n: int, work: Workspace) -> None:
    """Mark the words along the routes; only Latin letters and digits on their own join (``__cut_DAG_NO_HMM``)."""
    lengths, marks = work.lengths, work.marks
    at = 0
    while at < n:
        begin = at
        while HAN <= codes[at] < MARK and lengths[at] == 1:
            at += 1
        if at == begin:
            at += np.int64(lengths[at])
        marks[at - 1] = 1


@inner
def _list_words(
    tables: SegmentationTables, codes: NDArray[np.uint16], begin: int, n: int, words: int, work: Workspace
) -> int:
    """Append the marked words of the piece that begins at ``begin`` to ``words`` words; returns how many there are."""
    marks, states, word_ends, word_states = work.marks, work.states, work.word_ends, work.word_states
    row = np.uint64(len(work.route))
    count = np.uint64(words)
    for i in range(n):
        word_ends[count] = np.uint32(begin + i + 1)
        count += np.uint64(marks[i])
    start = np.uint64(0)
    for k in range(np.uint64(words), count):
        stop = np.uint64(word_ends[k]) - np.uint64(begin)
        size = stop - start
        if size <= FOUR:
            word_states[k] = states[(size - ONE) * row + start]
        else:
            word_states[k] = np.uint32(walk(tables.records, codes, np.int64(start), np.int64(stop)))
        start = stop
    return np.int64(count)
