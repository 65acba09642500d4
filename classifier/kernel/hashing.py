"""Open-addressed hash tables in flat arrays, compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.segmentation.compiled import compiled

EMPTY = -1
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)


def table_size(items: int) -> int:
    """The power of two that leaves at least half of the places free."""
    return max(16, 1 << (2 * items - 1).bit_length())


@compiled
def mixed(key: np.uint64) -> np.uint64:
    key = (key ^ (key >> _SHIFT)) * _PRIME
    return key ^ (key >> _SHIFT)


@compiled
def string_hash(characters: NDArray[np.uint32], start: int, stop: int) -> np.uint64:
    """Hash of characters[start:stop]."""
    key = np.uint64(stop - start)
    for i in range(start, stop):
        key = mixed(key ^ np.uint64(characters[i]))
    return key


@compiled
def find_string(
    table: NDArray[np.int32],
    strings: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    characters: NDArray[np.uint32],
    start: int,
    stop: int,
) -> int:
    """The id of the string characters[start:stop] in the table of ``strings``, or -1."""
    mask = np.uint64(len(table) - 1)
    place = string_hash(characters, start, stop) & mask
    length = stop - start
    while table[place] != EMPTY:
        found = table[place]
        begin = offsets[found]
        if offsets[found + 1] - begin == length:
            same = True
            for i in range(length):
                if strings[begin + i] != characters[start + i]:
                    same = False
                    break
            if same:
                return np.int64(found)
        place = (place + np.uint64(1)) & mask
    return -1


@compiled
def fill_strings(table: NDArray[np.int32], strings: NDArray[np.uint32], offsets: NDArray[np.int64]) -> None:
    """Enter every string under its number; ``table`` has power-of-two length and is filled with EMPTY."""
    mask = np.uint64(len(table) - 1)
    for i in range(len(offsets) - 1):
        place = string_hash(strings, offsets[i], offsets[i + 1]) & mask
        while table[place] != EMPTY:
            place = (place + np.uint64(1)) & mask
        table[place] = i


@compiled
def pair_key(first: int, second: int) -> np.uint64:
    """Two ids as one key, never 0."""
    return (np.uint64(first + 1) << np.uint64(32)) | np.uint64(second + 1)


@compiled
def find_pair(keys: NDArray[np.uint64], values: NDArray[np.int32], key: np.uint64) -> int:
    """The value under ``key``, or -1; empty places have the key 0."""
    mask = np.uint64(len(keys) - 1)
    place = mixed(key) & mask
    while keys[place] != 0:
        if keys[place] == key:
            return np.int64(values[place])
        place = (place + np.uint64(1)) & mask
    return -1


@compiled
def fill_pairs(
    keys: NDArray[np.uint64],
    values: NDArray[np.int32],
    firsts: NDArray[np.int32],
    seconds: NDArray[np.int32],
    ids: NDArray[np.int32],
) -> None:
    """Enter every pair; ``keys`` has power-of-two length and is zero."""
    mask = np.uint64(len(keys) - 1)
    for i in range(len(ids)):
        key = pair_key(firsts[i], seconds[i])
        place = mixed(key) & mask
        while keys[place] != 0:
            place = (place + np.uint64(1)) & mask
        keys[place] = key
        values[place] = ids[i]
