"""Double-array tries: many strings as one flat array that is walked with one memory access a character.

Aoe, Morimoto, Sato 1992, "An efficient implementation of trie structures".  A state ``s`` has the
child for code ``c`` at ``t = base[s] + c`` where ``check[t] == s``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifier.columns import offsets_of
from classifier.engine.words.compiled import compile_function, inline_function

FREE = 0xFFFFFFFF
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
ONE = np.uint64(1)
TWO = np.uint64(2)
FOUR = np.uint64(4)
"""Typed constants: with a signed index numba would look for negative ones, and make float64 of the sum."""


def build(keys: Sequence[str], alphabet: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.int64]]:
    """A trie over ``keys``, whose characters are codes 0 … alphabet - 1 (as ``chr``), sorted and all different.

    Returns ``base`` uint32[M], ``check`` uint32[M] and the state of each key, int64.  The root is
    state 0, the child of the root for code c is state 1 + c whether or not a key starts so, and
    ``base[s] + c`` stays below M for every c ≤ alphabet.
    """
    offsets = offsets_of(keys)
    codes = np.frombuffer("".join(keys).encode("utf-16-le", "surrogatepass"), np.uint16)
    labels, first, count, node_of_key = _tree(codes, offsets)
    # Nodes with many children first, while there is much room; those with few fill the gaps.
    order = np.argsort(-count, kind="stable")
    order = order[(count[order] > 0) & (order > 0)]
    room = 2 * len(labels) + 4 * alphabet + 1024
    while len(bases := _place(labels, first, count, order, alphabet, room)) == 0:
        room *= 2
    states = _states(labels, first, count, bases)
    size = int(max(states.max(initial=0), bases.max(initial=0)) + alphabet + 2)
    base = np.zeros(size, np.uint32)
    check = np.full(size, FREE, np.uint32)
    base[states] = bases
    check[1 : alphabet + 1] = 0
    parents = np.repeat(states, count)
    check[states[1:]] = parents
    return base, check, states[node_of_key]


@compile_function
def _tree(
    codes: NDArray[np.uint16], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The trie's nodes, breadth first, the root 0; the children of a node follow each other.

    Returns each node's code, its first child, how many children it has, and the node of each key.
    """
    keys = len(offsets) - 1
    room = len(codes) + 1
    labels, first, count = np.zeros(room, np.int64), np.zeros(room, np.int64), np.zeros(room, np.int64)
    lows, highs, depths = np.zeros(room, np.int64), np.zeros(room, np.int64), np.zeros(room, np.int64)
    node_of_key = np.zeros(keys, np.int64)
    highs[0] = keys
    filled = 1
    node = 0
    while node < filled:
        low, high, depth = lows[node], highs[node], depths[node]
        if low < high and offsets[low + 1] - offsets[low] == depth:
            node_of_key[low] = node
            low += 1
        first[node] = filled
        last = np.int64(-1)
        for key in range(low, high):
            code = np.int64(codes[offsets[key] + depth])
            if code != last:
                labels[filled], lows[filled], depths[filled] = code, key, depth + 1
                filled += 1
                last = code
            highs[filled - 1] = key + 1
        count[node] = filled - first[node]
        node += 1
    return labels[:filled], first[:filled], count[:filled], node_of_key


@compile_function
def _place(
    labels: NDArray[np.int64],
    first: NDArray[np.int64],
    count: NDArray[np.int64],
    order: NDArray[np.int64],
    alphabet: int,
    room: int,
) -> NDArray[np.int64]:
    """The base of each node, 0 where it has no children: the first that fits, sixty-four tried at once.

    Empty where ``room`` was too small.
    """
    bases = np.zeros(len(labels), np.int64)
    bases[0] = 1
    free = np.full(room // 64 + 2, _ALL)  # a bit a place
    head = alphabet // 64
    for place in range(alphabet + 1):
        free[place >> 6] &= ~(ONE << np.uint64(place & 63))
    for node in order:
        begin, stop = first[node], first[node] + count[node]
        while free[head] == 0:
            head += 1
        block = max(64 * head - labels[begin], 0) >> 6
        while True:
            if 64 * (block + 2) + alphabet >= room:
                return bases[:0]
            fits = _ALL if block > 0 else ~ONE  # bases 64 * block + bit
            for child in range(begin, stop):
                place = 64 * block + labels[child]
                shift = np.uint64(place & 63)
                fits &= (free[place >> 6] >> shift) | ((free[(place >> 6) + 1] << ONE) << (np.uint64(63) - shift))
                if fits == 0:
                    break
            if fits != 0:
                break
            block += 1
        base = 64 * block
        while fits & ONE == 0:
            fits >>= ONE
            base += 1
        bases[node] = base
        for child in range(begin, stop):
            place = base + labels[child]
            free[place >> 6] &= ~(ONE << np.uint64(place & 63))
    return bases


@compile_function
def _states(
    labels: NDArray[np.int64], first: NDArray[np.int64], count: NDArray[np.int64], bases: NDArray[np.int64]
) -> NDArray[np.int64]:
    states = np.zeros(len(labels), np.int64)
    for node in range(len(labels)):
        for child in range(first[node], first[node] + count[node]):
            states[child] = bases[node] + labels[child]
    return states


@inline_function
def walk(records: NDArray[np.uint32], codes: NDArray[np.uint16], begin: int, stop: int) -> np.uint64:
    """The state of codes[begin:stop] in SegmentationTables.records, or 0."""
    state = np.uint64(codes[begin]) + ONE
    for i in range(begin + 1, stop):
        child = np.uint64(records[FOUR * state]) + np.uint64(codes[i])
        if np.uint64(records[FOUR * child + ONE]) != state:
            return np.uint64(0)
        state = child
    return state
