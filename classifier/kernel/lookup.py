"""Words → tokens of the vocabulary, compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.kernel.hashing import find_string
from classifier.kernel.vocabulary import Vocabulary
from classifier.segmentation.alphabet import DIGIT, OUTSIDE
from classifier.segmentation.compiled import compiled, inlined
from classifier.segmentation.tables import SegmentationTables
from classifier.segmentation.trie import walk
from classifier.segmentation.workspace import Workspace

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
            state = walk(tables.records, codes, begin, stop)
            if state != 0:
                found[state] = token
    return found


@inlined
def is_word_at(characters: NDArray[np.uint32], start: int, stop: int, is_word: NDArray[np.uint8]) -> bool:
    """``text.is_word`` of characters[start:stop]."""
    for i in range(start, stop):
        character = characters[i]
        if (character < 65536 and is_word[character]) or character >= 0x20000:
            return True
    return False


@inlined
def is_neutral_at(codes: NDArray[np.uint16], start: int, stop: int) -> bool:
    """``text.is_neutral`` of codes[start:stop]."""
    for i in range(start, stop):
        if codes[i] < DIGIT or codes[i] == OUTSIDE:
            return False
    return True


@compiled
def find_tokens(
    voc: Vocabulary,
    surprise_unknown: float,
    is_word: NDArray[np.uint8],
    work: Workspace,
    words: int,
    tokens: NDArray[np.int32],
    familiarity: NDArray[np.float64],
) -> None:
    """Write the token of each word in ``work``; add to ``familiarity`` (weights.Scores)."""
    characters, codes, word_ends, word_states = work.characters, work.codes, work.word_ends, work.word_states
    token_of_state, surprise = voc.token_of_state, voc.surprise
    table, token_characters, token_offsets = voc.token_table, voc.token_characters, voc.token_offsets
    features = len(surprise)
    total = 0
    known = 0
    summed = 0.0
    start = 0
    for i in range(words):
        stop = np.int64(word_ends[i])
        first = characters[start]
        if not (first < 65536 and is_word[first]) and not is_word_at(characters, start, stop, is_word):
            tokens[i] = NO_WORD
            start = stop
            continue
        state = word_states[i]
        if state != 0:
            token = np.int64(token_of_state[state])
        else:
            token = find_string(table, token_characters, token_offsets, characters, start, stop)
        tokens[i] = token
        if codes[start] < DIGIT or not is_neutral_at(codes, start, stop):
            total += 1
            if 0 <= token < features:
                known += 1
                summed += np.float64(surprise[token])
            else:
                summed += surprise_unknown
        start = stop
    familiarity[0] += total
    familiarity[1] += known
    familiarity[2] += summed
