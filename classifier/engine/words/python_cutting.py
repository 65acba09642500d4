"""jieba's accurate mode in plain Python over the memory-mapped tables: slow a character, but ready at once."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from classifier.engine.words.jieba_tables import SegmentationTables

_BLOCKS = re.compile("([\u4e00-\u9fd5a-zA-Z0-9+#&._%-]+)")
_UNKNOWN = re.compile("([\u4e00-\u9fd5]+)")
_LATIN = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")
_ALONE = re.compile(r"\r\n|.", re.DOTALL)
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
B, M, E, S = 0, 1, 2, 3
_COMES_FROM = {B: (E, S), M: (B, M), E: (B, M), S: (E, S)}
"""Possible predecessors; the later letter wins a tie."""


class PythonCutter:
    """Cuts texts as jieba does, with the tables that the compiled code reads, but needs no compiler."""

    def __init__(self, tables: SegmentationTables, hmm: bool = True) -> None:
        # Items of a memoryview come as Python numbers, which is faster than indexing an array.
        self._records = memoryview(tables.records)
        self._values = memoryview(tables.values)
        self._codes = memoryview(tables.codes)
        self._emission = memoryview(tables.emission)
        self._transition = tables.transition.tolist()
        self._start = tables.start.tolist()
        self._unknown = float(tables.unknown[0])
        self._taken_out = frozenset(tables.taken_out.tolist())
        self._cut_block = self._with_model if hmm else self._without_model

    def __call__(self, text: str) -> list[str]:
        """The words of ``text``."""
        words: list[str] = []
        for i, piece in enumerate(_BLOCKS.split(text)):
            if i % 2:
                words.extend(self._cut_block(piece))
            else:
                words.extend(_ALONE.findall(piece))
        return words

    def _route(self, block: str) -> list[int]:
        """Where the best word from each position ends."""
        records, values = self._records, self._values
        codes = [self._codes[ord(character)] for character in block]
        n = len(codes)
        sums = [0.0] * (n + 1)
        ends = [0] * n
        for i in range(n - 1, -1, -1):
            state = codes[i] + 1
            best = values[2 * state + 1] + sums[i + 1]
            end = j = i + 1
            while j < n:
                child = records[4 * state] + codes[j]
                if records[4 * child + 1] != state:
                    break
                state = child
                j += 1
                value = values[2 * state + 1] + sums[j]
                if value >= best:
                    best, end = value, j
            if best == -math.inf:
                best, end = self._unknown + sums[i + 1], i + 1
            sums[i] = best
            ends[i] = end
        return ends

    def _with_model(self, block: str) -> Iterator[str]:
        ends = self._route(block)
        at = 0
        while at < len(block):
            end = ends[at]
            if end - at > 1:
                yield block[at:end]
                at = end
                continue
            begin = at
            while at < len(block) and ends[at] == at + 1:
                at += 1
            run = block[begin:at]
            if len(run) == 1 or self._is_word(run):
                yield from run
            else:
                yield from self._cut_unknown(run)

    def _without_model(self, block: str) -> Iterator[str]:
        ends = self._route(block)
        at = 0
        while at < len(block):
            begin = at
            while at < len(block) and ends[at] == at + 1 and block[at] in _LETTERS:
                at += 1
            if at == begin:
                at = ends[at]
            yield block[begin:at]

    def _state(self, word: str) -> int:
        state = self._codes[ord(word[0])] + 1
        for character in word[1:]:
            child = self._records[4 * state] + self._codes[ord(character)]
            if self._records[4 * child + 1] != state:
                return 0
            state = child
        return state

    def _is_word(self, run: str) -> bool:
        state = self._state(run)
        return state != 0 and self._values[2 * state + 1] > -math.inf

    def _cut_unknown(self, run: str) -> Iterator[str]:
        for i, piece in enumerate(_UNKNOWN.split(run)):
            if i % 2 == 0:
                yield from filter(None, _LATIN.split(piece))
                continue
            for word in self._viterbi(piece):
                if self._taken_out and self._state(word) in self._taken_out:
                    yield from word
                else:
                    yield word

    def _viterbi(self, run: str) -> Iterator[str]:
        transition = self._transition
        rows = [4 * self._codes[ord(character)] for character in run]
        sums = [self._start[state] + self._emission[rows[0] + state] for state in range(4)]
        came: list[list[int]] = []
        for row in rows[1:]:
            new, origin = [0.0] * 4, [0] * 4
            for state, (early, late) in _COMES_FROM.items():
                emitted = self._emission[row + state]
                from_early = sums[early] + transition[4 * early + state] + emitted
                from_late = sums[late] + transition[4 * late + state] + emitted
                new[state], origin[state] = (from_late, late) if from_late >= from_early else (from_early, early)
            sums = new
            came.append(origin)
        state = S if sums[S] >= sums[E] else E
        ends = []
        for i in range(len(run) - 1, -1, -1):
            if state >= E:
                ends.append(i + 1)
            if i:
                state = came[i - 1][state]
        start = 0
        for end in reversed(ends):
            yield run[start:end]
            start = end
