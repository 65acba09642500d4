"""Counting one block of an article and adding its share to the scores, compiled.

What can be is written without branches: whether a word, a pair or an n-gram is a feature cannot be
predicted, and a wrong guess costs more than counting for nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.kernel.hashing import pair_hash, upper_bits
from classifier.kernel.vocabulary import Vocabulary
from classifier.segmentation.compiled import compiled

COMMON = 1024
LOGARITHMS = np.concatenate(([0.0], 1.0 + np.log(np.arange(1, COMMON))))
"""1 + ln(count) of small counts."""
_DEAD = 1
"""A state of the character trie that has no children: that of the code 0, which no n-gram holds."""
_TOKEN_BITS = np.uint64(24)
_SLOT = np.uint64(0xFFFFFF)


class Counter(NamedTuple):
    """What one thread counts with, for texts of up to n characters.

    ``counts`` int32: by slot, zero between blocks; ``touched`` int32[3 · n + 6]: which are not
    zero; ``tokens`` int32: of the text's words; ``codes`` and ``states`` uint32: of the text's
    characters in the n-gram trie; ``candidates`` uint64: hashes or keys of pairs; ``sums``
    float64[K'].
    """

    counts: NDArray[np.int32]
    touched: NDArray[np.int32]
    tokens: NDArray[np.int32]
    codes: NDArray[np.uint32]
    states: NDArray[np.uint32]
    candidates: NDArray[np.int32]
    sums: NDArray[np.float64]


def counter(length: int, slots: int, width: int) -> Counter:
    """For texts of up to ``length`` characters, ``slots`` features, ``width`` categories."""
    size = length + 4
    return Counter(
        counts=np.zeros(slots, np.int32),
        touched=np.empty(3 * size, np.int32),
        tokens=np.empty(size, np.int32),
        codes=np.empty(size, np.uint32),
        states=np.empty(size, np.uint32),
        candidates=np.empty(size, np.int32),
        sums=np.empty(width),
    )


@compiled
def count_words(voc: Vocabulary, words: int, n: int, spare: Counter) -> int:
    """Count words, for n = 2 pairs too, by slot; returns how many slots were touched."""
    counts, touched, tokens, candidates = spare.counts, spare.touched, spare.tokens, spare.candidates
    pairs, bits = voc.pairs, voc.pair_filter
    features = len(voc.surprise)
    no_slot = len(voc.word_idf) - 1
    filled = 0
    for i in range(words):
        token = np.int64(tokens[i])
        slot = token if 0 <= token < features else no_slot
        count = counts[slot]
        touched[filled] = slot
        filled += count == 0
        counts[slot] = count + 1
    if n < 2:
        return filled
    shift, bit_shift = upper_bits(8 * len(bits)), np.uint64(0)
    bit_shift = shift
    shift = upper_bits(len(pairs))
    mask = np.uint64(len(pairs) - 1)
    found = 0
    for i in range(1, words):
        first, second = np.int64(tokens[i - 1]), np.int64(tokens[i])
        bit = pair_hash(first & 0xFFFFF, second & 0xFFFFF) >> bit_shift
        likely = (bits[bit >> np.uint64(3)] >> np.uint8(bit & np.uint64(7))) & 1
        candidates[found] = i
        found += np.int64(likely) & np.int64(first >= 0) & np.int64(second >= 0)
    for k in range(found):
        i = np.int64(candidates[k])
        first, second = np.uint64(tokens[i - 1]), np.uint64(tokens[i])
        key = (first << np.uint64(20)) | second
        place = pair_hash(first, second) >> shift
        entry = pairs[place]
        while entry >> _TOKEN_BITS != key and entry != np.uint64(0xFFFFFFFFFFFFFFFF):
            place = (place + np.uint64(1)) & mask
            entry = pairs[place]
        slot = np.int64(entry & _SLOT) if entry >> _TOKEN_BITS == key else no_slot
        count = counts[slot]
        touched[filled] = slot
        filled += count == 0
        counts[slot] = count + 1
    return filled


@compiled
def code_characters(voc: Vocabulary, characters: NDArray[np.uint32], length: int, spare: Counter) -> None:
    """Write the codes of a text's characters in the n-gram trie."""
    near, far, far_codes, codes = voc.character_codes, voc.far_characters, voc.far_codes, spare.codes
    for i in range(length):
        character = characters[i]
        if character < 65536:
            codes[i] = near[character]
        else:
            place = np.searchsorted(far, character)
            codes[i] = far_codes[place] if place < len(far) and far[place] == character else 0


@compiled
def count_characters(voc: Vocabulary, length: int, n: int, spare: Counter) -> int:
    """Count the n-grams in ``spare.codes[:length]`` by slot; returns how many were touched."""
    nodes = voc.character_nodes
    counts, touched, codes, states = spare.counts, spare.touched, spare.codes, spare.states
    three, one, two = np.uint64(3), np.uint64(1), np.uint64(2)
    filled = 0
    for i in range(length):
        state = np.uint64(codes[i]) + one
        states[i] = np.uint32(state)
        slot = np.int64(nodes[three * state + two])
        count = counts[slot]
        touched[filled] = slot
        filled += count == 0
        counts[slot] = count + 1
    for size in range(1, n):
        for i in range(length - size):
            state = np.uint64(states[i])
            child = np.uint64(nodes[three * state]) + np.uint64(codes[i + size])
            there = np.uint64(nodes[three * child + one]) == state
            child = child if there else np.uint64(_DEAD)
            states[i] = np.uint32(child)
            slot = np.int64(nodes[three * child + two])
            count = counts[slot]
            touched[filled] = slot
            filled += count == 0
            counts[slot] = count + 1
    return filled


@compiled
def add_block(
    idf: NDArray[np.float32],
    weights: NDArray[np.float32],
    logarithms: NDArray[np.float64],
    group: int,
    block_weight: float,
    filled: int,
    spare: Counter,
    scores: NDArray[np.float64],
) -> float:
    """Turn counts into values, add their scores, clear the counts; returns the block's weight² or 0 if empty.

    ``logarithms`` is empty where counts are taken as they are (FeatureSpec.sublinear off).
    """
    counts, touched, sums = spare.counts, spare.touched, spare.sums
    offset = group * len(idf)
    width = len(sums)
    for k in range(width):
        sums[k] = 0.0
    squares = 0.0
    for i in range(filled):
        slot = np.int64(touched[i])
        count = counts[slot]
        counts[slot] = 0
        if count < len(logarithms):
            value = logarithms[count]
        elif len(logarithms) > 0:
            value = 1.0 + np.log(np.float64(count))
        else:
            value = np.float64(count)
        value *= np.float64(idf[slot])
        squares += value * value
        row = weights[offset + slot]
        for k in range(width):
            sums[k] += value * np.float64(row[k])
    if squares == 0.0:
        return 0.0
    factor = block_weight / np.sqrt(squares)
    for k in range(len(scores)):
        scores[k] += sums[k] * factor
    return block_weight * block_weight
