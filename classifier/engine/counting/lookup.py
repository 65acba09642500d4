"""Words → tokens of the vocabulary, compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.engine.counting.hashing import find_string
from classifier.engine.counting.vocabulary import Vocabulary
from classifier.engine.words.alphabet import CODES, DIGIT, OUTSIDE
from classifier.engine.words.compiled import compile_function, inline_function, inner
from classifier.engine.words.double_array import FREE, walk
from classifier.engine.words.jieba_tables import SegmentationTables
from classifier.engine.words.workspace import Workspace

UNKNOWN, NUMBER, NO_WORD, LOOK = 0, 1, 2, 3
"""Special tokens, from U on: see Vocabulary.token_of_state."""


def tokens_of_states(
    tables: SegmentationTables,
    is_word: NDArray[np.uint8],
    characters: NDArray[np.uint32],
    offsets: NDArray[np.int64],
) -> NDArray[np.int32]:
    """``token_of_state`` for the tokens characters[offsets[i]:offsets[i + 1]]."""
    character_of = np.zeros(CODES, np.uint32)
    inside = np.flatnonzero(tables.codes < OUTSIDE)
    character_of[tables.codes[inside]] = inside
    kinds = _kinds_of_states(tables, character_of, is_word, len(offsets) - 1)
    _enter_tokens(tables, is_word, characters, offsets, kinds)
    return kinds


@compile_function
def _kinds_of_states(
    tables: SegmentationTables, character_of: NDArray[np.uint32], is_word: NDArray[np.uint8], tokens: int
) -> NDArray[np.int32]:
    """The special token of every state's characters, as long as no token is known."""
    records = tables.records
    states = len(records) // 4
    kinds = np.full(states, tokens + LOOK, np.int32)
    for last in range(1, states):
        word, neutral = False, True
        state = last
        while state != 0 and records[4 * state + 1] != FREE:
            parent = np.int64(records[4 * state + 1])
            code = state - 1 if parent == 0 else state - np.int64(records[4 * parent])
            if code >= OUTSIDE:
                break
            word = word or is_word[character_of[code]] > 0
            neutral = neutral and code >= DIGIT
            state = parent
        if state == 0:
            kinds[last] = tokens + (NO_WORD if not word else (NUMBER if neutral else UNKNOWN))
    kinds[OUTSIDE + 1] = tokens + NO_WORD
    return kinds


@compile_function
def _enter_tokens(
    tables: SegmentationTables,
    is_word: NDArray[np.uint8],
    characters: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    kinds: NDArray[np.int32],
) -> None:
    codes = np.empty(len(characters) + 1, np.uint16)
    for i in range(len(characters)):
        codes[i] = tables.codes[characters[i]] if characters[i] < 65536 else OUTSIDE
    for token in range(len(offsets) - 1):
        begin, stop = offsets[token], offsets[token + 1]
        inside = stop > begin and is_word_at(characters, begin, stop, is_word)
        for i in range(begin, stop):
            inside = inside and codes[i] != OUTSIDE
        if inside:
            state = walk(tables.records, codes, begin, stop)
            if state != 0:
                kinds[state] = token


@inline_function
def is_word_at(characters: NDArray[np.uint32], start: int, stop: int, is_word: NDArray[np.uint8]) -> bool:
    """``text.is_word`` of characters[start:stop]."""
    for i in range(start, stop):
        character = characters[i]
        if (character < 65536 and is_word[character]) or character >= 0x20000:
            return True
    return False


@inline_function
def _is_neutral_at(codes: NDArray[np.uint16], start: int, stop: int) -> bool:
    """``text.is_neutral`` of codes[start:stop]."""
    for i in range(start, stop):
        if codes[i] < DIGIT or codes[i] >= OUTSIDE:
            return False
    return True


@inner
def find_tokens(
    voc: Vocabulary,
    is_word: NDArray[np.uint8],
    work: Workspace,
    words: int,
    tokens: NDArray[np.int32],
    places: NDArray[np.uint32],
) -> None:
    """Write the token of each word in ``work``."""
    word_ends, word_states, token_of_state = work.word_ends, work.word_states, voc.token_of_state
    special = len(voc.token_offsets) - 1
    count = np.uint64(0)
    for i in range(words):
        token = token_of_state[word_states[i]]
        tokens[i] = token
        places[count] = i
        count += np.uint64(token == special + LOOK)
    for k in range(count):
        i = np.int64(places[k])
        start = np.int64(word_ends[i - 1]) if i > 0 else 0
        stop = np.int64(word_ends[i])
        if not is_word_at(work.characters, start, stop, is_word):
            tokens[i] = special + NO_WORD
            continue
        token = find_string(voc.token_table, voc.token_characters, voc.token_offsets, work.characters, start, stop)
        if token < 0:
            token = special + (NUMBER if _is_neutral_at(work.codes, start, stop) else UNKNOWN)
        tokens[i] = token
