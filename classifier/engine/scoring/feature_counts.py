"""Counting an article's features by slot, and adding their share to the scores, compiled.

What can be is written without branches: whether a word, a pair or an n-gram is a feature cannot be
predicted, and a wrong guess costs more than counting for nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.engine.counting.hashing import pair_hash, upper_bits
from classifier.engine.counting.vocabulary import WIDTH, Vocabulary
from classifier.engine.scoring.scoring_plan import COMMON, Counter
from classifier.engine.words.compiled import inner

_DEAD = 1
"""A state of the character trie that has no children: that of the code 0, which no n-gram holds."""
_TOKEN_BITS = np.uint64(24)
_SLOT = np.uint64(0xFFFFFF)
_NO_ENTRY = np.uint64(0xFFFFFFFFFFFFFFFF)


@inner
def count_words(voc: Vocabulary, begin: int, first: int, stop: int, n: int, spare: Counter, filled: int) -> int:
    """Count the words first … stop - 1 of a field that begins at word ``begin``, for n = 2 pairs too.

    Returns how many slots are touched, ``filled`` of them before.
    """
    counts, touched, tokens = spare.counts, spare.touched, spare.tokens
    features, special = voc.features[0], len(voc.token_offsets) - 1
    slots = len(voc.word_idf) - 3
    end = np.uint64(filled)
    for i in range(first, stop):
        token = np.int64(tokens[i])
        slot = np.uint64(token if token < features else slots + (token - special if token > special else 0))
        count = counts[slot]
        touched[end] = np.uint32(slot)
        end += np.uint64(count == 0)
        counts[slot] = count + 1
    if n > 1:
        end = _count_pairs(voc, max(first, begin + 1), stop, spare, end)
    return np.int64(end)


@inner
def _count_pairs(voc: Vocabulary, first: int, stop: int, spare: Counter, filled: np.uint64) -> np.uint64:
    """Count the pairs that end with the words first … stop - 1."""
    counts, touched, tokens, places = spare.counts, spare.touched, spare.tokens, spare.places
    pairs, bits = voc.pairs, voc.pair_filter
    special = len(voc.token_offsets) - 1
    none = np.uint64(len(voc.word_idf) - 1)
    shift, bit_shift = upper_bits(len(pairs)), upper_bits(8 * len(bits))
    mask = np.uint64(len(pairs) - 1)
    number = np.uint64(0)
    for i in range(first, stop):
        before, token = np.int64(tokens[i - 1]), np.int64(tokens[i])
        bit = pair_hash(before & 0xFFFFF, token & 0xFFFFF) >> bit_shift
        likely = (bits[bit >> np.uint64(3)] >> np.uint8(bit & np.uint64(7))) & 1
        places[number] = i
        number += np.uint64(likely) & np.uint64(before < special) & np.uint64(token < special)
    for k in range(number):
        i = np.uint64(places[k])
        before, token = np.uint64(tokens[i - np.uint64(1)]), np.uint64(tokens[i])
        key = (before << np.uint64(20)) | token
        place = pair_hash(before, token) >> shift
        entry = pairs[place]
        while entry >> _TOKEN_BITS != key and entry != _NO_ENTRY:
            place = (place + np.uint64(1)) & mask
            entry = pairs[place]
        slot = entry & _SLOT if entry >> _TOKEN_BITS == key else none
        count = counts[slot]
        touched[filled] = np.uint32(slot)
        filled += np.uint64(count == 0)
        counts[slot] = count + 1
    return filled


@inner
def code_characters(voc: Vocabulary, characters: NDArray[np.uint32], length: int, spare: Counter) -> None:
    """Write the codes of characters[:length] in the n-gram trie."""
    near, far, far_codes, codes = voc.character_codes, voc.far_characters, voc.far_codes, spare.codes
    for i in range(length):
        character = characters[i]
        if character < 65536:
            codes[i] = near[character]
        else:
            place = np.searchsorted(far, character)
            codes[i] = far_codes[place] if place < len(far) and far[place] == character else 0


@inner
def count_characters(voc: Vocabulary, begin: int, first: int, stop: int, n: int, spare: Counter, filled: int) -> int:
    """Count the n-grams that end with the characters first … stop - 1 of a field that begins at ``begin``.

    Those before ``first`` must have been counted.  Returns how many slots are touched.
    """
    trie, counts, touched, codes, nodes = voc.character_nodes, spare.counts, spare.touched, spare.codes, spare.nodes
    three, one, two = np.uint64(3), np.uint64(1), np.uint64(2)
    end = np.uint64(filled)
    for i in range(first, stop):
        node = np.uint64(codes[i]) + one
        nodes[i] = np.uint32(node)
        slot = np.uint64(trie[three * node + two])
        count = counts[slot]
        touched[end] = np.uint32(slot)
        end += np.uint64(count == 0)
        counts[slot] = count + 1
    for size in range(1, n):
        for i in range(max(first - size, begin), stop - size):
            node = np.uint64(nodes[i])
            child = np.uint64(trie[three * node]) + np.uint64(codes[i + size])
            there = np.uint64(trie[three * child + one]) == node
            child = child if there else np.uint64(_DEAD)
            nodes[i] = np.uint32(child)
            slot = np.uint64(trie[three * child + two])
            count = counts[slot]
            touched[end] = np.uint32(slot)
            end += np.uint64(count == 0)
            counts[slot] = count + 1
    return np.int64(end)


@inner
def weigh(
    idf: NDArray[np.float32],
    frequencies: NDArray[np.float64],
    sublinear: bool,
    filled: int,
    spare: Counter,
    values: NDArray[np.float64],
) -> float:
    """Write the value of each touched slot's count; returns the sum of their squares."""
    counts, touched = spare.counts, spare.touched
    squares = 0.0
    for i in range(filled):
        slot = touched[i]
        count = counts[slot]
        if count < COMMON:
            value = frequencies[np.uint64(count)]
        elif sublinear:
            value = 1.0 + np.log(np.float64(count))
        else:
            value = np.float64(count)
        value *= np.float64(idf[slot])
        values[i] = value
        squares += value * value
    return squares


@inner
def add_rows(weights: NDArray[np.float32], first_row: int, filled: int, spare: Counter) -> None:
    """Add the touched slots' rows of weights, times ``spare.values``, to ``spare.sums``: eight categories at a time."""
    touched, values, sums = spare.touched, spare.values, spare.sums
    one, two, three, four, five, six, seven = (
        np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4), np.uint64(5), np.uint64(6), np.uint64(7)
    )  # fmt: skip
    width = np.uint64(len(sums))
    for k in range(np.uint64(0), width, np.uint64(WIDTH)):
        a = b = c = d = e = f = g = h = 0.0
        for i in range(filled):
            value = values[i]
            at = (np.uint64(first_row) + np.uint64(touched[i])) * width + k
            a += value * np.float64(weights[at])
            b += value * np.float64(weights[at + one])
            c += value * np.float64(weights[at + two])
            d += value * np.float64(weights[at + three])
            e += value * np.float64(weights[at + four])
            f += value * np.float64(weights[at + five])
            g += value * np.float64(weights[at + six])
            h += value * np.float64(weights[at + seven])
        sums[k] += a
        sums[k + one] += b
        sums[k + two] += c
        sums[k + three] += d
        sums[k + four] += e
        sums[k + five] += f
        sums[k + six] += g
        sums[k + seven] += h
