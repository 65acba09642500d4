"""Words → tokens of the vocabulary, compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.kernel.hashing import find_string
from classifier.segmentation.alphabet import DIGIT, OUTSIDE
from classifier.segmentation.compiled import compiled
from classifier.segmentation.cutting import Workspace, walk
from classifier.segmentation.tables import SegmentationTables

UNKNOWN, NO_WORD = -1, -2
"""In a list of tokens: a word the vocabulary has not, and punctuation or space."""


@compiled
def states_of(
    tables: SegmentationTables, characters: NDArray[np.uint32], offsets: NDArray[np.int64]
) -> NDArray[np.int32]:
    """``token_of_state`` of the strings characters[offsets[i]:offsets[i + 1]]."""
    found = np.full(len(tables.records) // 4, -1, np.int32)
    codes = np.empty(len(characters) + 1, np.uint16)
    for i in range(len(characters)):
        codes[i] = tables.codes[characters[i]] if characters[i] < 65536 else OUTSIDE
    for token in range(len(offsets) - 1):
        begin, stop = offsets[token], offsets[token + 1]
        inside = stop > begin
        for i in range(begin, stop):
            inside = inside and codes[i] != OUTSIDE
        if inside:
            state = walk(tables, codes, begin, stop)
            if state != 0:
                found[state] = token
    return found


@compiled
def is_word_at(characters: NDArray[np.uint32], start: int, stop: int, is_word: NDArray[np.uint8]) -> bool:
    """``text.is_word`` of characters[start:stop]."""
    for i in range(start, stop):
        character = characters[i]
        if (character < 65536 and is_word[character]) or character >= 0x20000:
            return True
    return False


@compiled
def is_neutral_at(codes: NDArray[np.uint16], start: int, stop: int) -> bool:
    """``text.is_neutral`` of codes[start:stop]."""
    for i in range(start, stop):
        if codes[i] < DIGIT or codes[i] == OUTSIDE:
            return False
    return True


@compiled
def find_tokens(
    token_of_state: NDArray[np.int32],
    token_table: NDArray[np.int32],
    token_characters: NDArray[np.uint32],
    token_offsets: NDArray[np.int64],
    surprise: NDArray[np.float32],
    surprise_unknown: float,
    is_word: NDArray[np.uint8],
    work: Workspace,
    count: int,
    tokens: NDArray[np.int32],
    familiarity: NDArray[np.float64],
) -> None:
    """Write the token of each of the ``count`` words in ``work``; add to ``familiarity`` (weights.Scores)."""
    characters, codes = work.characters, work.codes
    total = 0
    known = 0
    summed = 0.0
    start = 0
    for i in range(count):
        stop = np.int64(work.word_ends[i])
        state = work.word_states[i]
        first = characters[start]
        plain = first < 65536 and is_word[first] != 0
        if not plain and not is_word_at(characters, start, stop, is_word):
            tokens[i] = NO_WORD
            start = stop
            continue
        if state != 0:
            token = np.int64(token_of_state[state])
        else:
            token = find_string(token_table, token_characters, token_offsets, characters, start, stop)
        tokens[i] = token
        code = codes[start]
        if code < DIGIT or not is_neutral_at(codes, start, stop):
            total += 1
            if 0 <= token < len(surprise):
                known += 1
                summed += np.float64(surprise[token])
            else:
                summed += surprise_unknown
        start = stop
    familiarity[0] += total
    familiarity[1] += known
    familiarity[2] += summed
