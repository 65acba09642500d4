"""Counting one block of an article and adding its share to the scores, compiled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.kernel.hashing import find_pair, pair_key
from classifier.kernel.vocabulary import Vocabulary
from classifier.segmentation.compiled import compiled

COMMON = 1024
LOGARITHMS = np.concatenate(([0.0], 1.0 + np.log(np.arange(1, COMMON))))
"""1 + ln(count) of small counts."""


class Counter(NamedTuple):
    """What one thread counts with; ``counts`` are zero between blocks.

    ``counts`` int32: by slot or by state of the character trie; ``touched`` int32: which are not
    zero; ``tokens`` int32: of the text's words; ``sums`` float64[K].
    """

    counts: NDArray[np.int32]
    touched: NDArray[np.int32]
    tokens: NDArray[np.int32]
    sums: NDArray[np.float64]


@compiled
def count_words(voc: Vocabulary, tokens: NDArray[np.int32], count: int, n: int, counter: Counter) -> int:
    """Count words, for n = 2 pairs too; returns how many slots were touched."""
    counts, touched = counter.counts, counter.touched
    features = len(voc.surprise)
    filled = 0
    for i in range(count):
        token = tokens[i]
        if 0 <= token < features:
            if counts[token] == 0:
                touched[filled] = token
                filled += 1
            counts[token] += 1
    if n < 2:
        return filled
    for i in range(1, count):
        first, second = tokens[i - 1], tokens[i]
        if first >= 0 and second >= 0:
            slot = find_pair(voc.pair_keys, voc.pair_slots, pair_key(first, second))
            if slot >= 0:
                if counts[slot] == 0:
                    touched[filled] = slot
                    filled += 1
                counts[slot] += 1
    return filled


@compiled
def character_code(voc: Vocabulary, character: int) -> np.uint32:
    if character < 65536:
        return np.uint32(voc.character_codes[character])
    place = np.searchsorted(voc.far_characters, np.uint32(character))
    if place < len(voc.far_characters) and voc.far_characters[place] == character:
        return np.uint32(voc.far_codes[place])
    return np.uint32(0)


@compiled
def count_characters(
    voc: Vocabulary, characters: NDArray[np.uint32], length: int, n: int, counter: Counter
) -> int:
    """Count character n-grams by their states; returns how many were touched."""
    counts, touched = counter.counts, counter.touched
    base, check = voc.character_base, voc.character_check
    filled = 0
    for i in range(length):
        code = character_code(voc, characters[i])
        if code == 0:
            continue
        state = np.uint64(code) + np.uint64(1)
        j = i
        while True:
            if counts[state] == 0:
                touched[filled] = np.int32(state)
                filled += 1
            counts[state] += 1
            j += 1
            if j == length or j == i + n:
                break
            code = character_code(voc, characters[j])
            child = np.uint64(base[state]) + np.uint64(code)
            if code == 0 or np.uint64(check[child]) != state:
                break
            state = child
    return filled


@compiled
def add_block(
    rows: NDArray[np.int32],
    idf: NDArray[np.float32],
    weights: NDArray[np.float32],
    logarithms: NDArray[np.float64],
    offset: int,
    block_weight: float,
    filled: int,
    counter: Counter,
    scores: NDArray[np.float64],
) -> float:
    """Turn counts into values, add their scores, clear the counts; returns the block's weight² or 0 if empty."""
    counts, touched, sums = counter.counts, counter.touched, counter.sums
    K = len(scores)
    for k in range(K):
        sums[k] = 0.0
    squares = 0.0
    for i in range(filled):
        slot = touched[i]
        count = counts[slot]
        counts[slot] = 0
        row = rows[slot]
        if row < 0:
            continue
        value = logarithms[count] if count < COMMON else 1.0 + np.log(np.float64(count))
        value *= np.float64(idf[row])
        squares += value * value
        row += offset
        for k in range(K):
            sums[k] += value * np.float64(weights[row, k])
    if squares == 0.0:
        return 0.0
    factor = block_weight / np.sqrt(squares)
    for k in range(K):
        scores[k] += sums[k] * factor
    return block_weight * block_weight
