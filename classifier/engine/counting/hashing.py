"""Open-addressed hash tables in flat arrays, compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier.engine.words.compiled import compile_function, inline_function, inner

EMPTY = -1
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)
_NO_PAIR = np.uint64(0xFFFFFFFFFFFFFFFF)


def table_size(items: int) -> int:
    """The power of two that leaves at least half of the places free."""
    return max(16, 1 << (2 * items - 1).bit_length())


@inline_function
def mix_bits(key: np.uint64) -> np.uint64:
    key = (key ^ (key >> _SHIFT)) * _PRIME
    return key ^ (key >> _SHIFT)


@inline_function
def string_hash(characters: NDArray[np.uint32], start: int, stop: int) -> np.uint64:
    """Hash of characters[start:stop]."""
    key = np.uint64(stop - start)
    for i in range(start, stop):
        key = mix_bits(key ^ np.uint64(characters[i]))
    return key


@inline_function
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
        string = table[place]
        begin = offsets[string]
        if offsets[string + 1] - begin == length:
            same = True
            for i in range(length):
                if strings[begin + i] != characters[start + i]:
                    same = False
                    break
            if same:
                return np.int64(string)
        place = (place + np.uint64(1)) & mask
    return -1


@compile_function
def fill_strings(table: NDArray[np.int32], strings: NDArray[np.uint32], offsets: NDArray[np.int64]) -> None:
    """Enter every string under its number; ``table`` has power-of-two length and is filled with EMPTY."""
    mask = np.uint64(len(table) - 1)
    for i in range(len(offsets) - 1):
        place = string_hash(strings, offsets[i], offsets[i + 1]) & mask
        while table[place] != EMPTY:
            place = (place + np.uint64(1)) & mask
        table[place] = i


@inline_function
def pair_hash(first: int, second: int) -> np.uint64:
    """Hash of two tokens; its upper bits are the good ones."""
    return ((np.uint64(first) << np.uint64(20)) | np.uint64(second)) * _PRIME


@inner
def upper_bits(size: int) -> np.uint64:
    """By how much to shift a hash for a place in a table of ``size`` (a power of two)."""
    shift = 64
    while size > 1:
        size >>= 1
        shift -= 1
    return np.uint64(shift)


@compile_function
def fill_pairs(
    table: NDArray[np.uint64],
    bits: NDArray[np.uint8],
    firsts: NDArray[np.int32],
    seconds: NDArray[np.int32],
    first_slot: int,
) -> None:
    """Enter pair i under slot ``first_slot + i``.

    ``table`` has power-of-two length and is filled with vocabulary.NO_PAIR; an entry is first << 44
    | second << 24 | slot, at the upper bits of the hash or the next free place after.  ``bits`` has
    power-of-two length; the bit at the upper bits of the hash is set.
    """
    mask = len(table) - 1
    shift, bit_shift = upper_bits(len(table)), upper_bits(8 * len(bits))
    for i in range(len(firsts)):
        key = pair_hash(firsts[i], seconds[i])
        bit = key >> bit_shift
        bits[bit >> np.uint64(3)] |= np.uint8(1 << np.int64(bit & np.uint64(7)))
        place = np.int64(key >> shift)
        while table[place] != _NO_PAIR:
            place = (place + 1) & mask
        table[place] = (
            (np.uint64(firsts[i]) << np.uint64(44))
            | (np.uint64(seconds[i]) << np.uint64(24))
            | np.uint64(first_slot + i)
        )
