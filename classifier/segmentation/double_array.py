"""Double-array tries: many strings as one flat array that is walked with one memory access a character.

Aoe, Morimoto, Sato 1992, "An efficient implementation of trie structures".  A state ``s`` has the
child for code ``c`` at ``t = base[s] + c`` where ``check[t] == s``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifier.segmentation.compiled import compiled

FREE = 0xFFFFFFFF


def build(keys: Sequence[str], alphabet: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.int64]]:
    """A trie over ``keys``, whose characters are codes 0 … alphabet - 1 (as ``chr``), sorted and all different.

    Returns ``base`` uint32[M], ``check`` uint32[M] and the state of each key, int64.  The root is
    state 0, the child of the root for code c is state 1 + c whether or not a key starts so, and
    ``base[s] + c`` stays below M for every c ≤ alphabet.
    """
    offsets = np.zeros(len(keys) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, keys), np.int64, len(keys)), out=offsets[1:])
    codes = np.frombuffer("".join(keys).encode("utf-16-le", "surrogatepass"), np.uint16)
    room = len(codes) + 4 * alphabet + 1024
    top = -1
    while top < 0:
        room *= 2
        base, check, states, top = _place(codes, offsets, alphabet, room)
    size = top + alphabet + 2
    return base[:size].copy(), check[:size].copy(), states


@compiled
def _place(
    codes: NDArray[np.uint16], offsets: NDArray[np.int64], alphabet: int, room: int
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.int64], int]:
    """First fit, breadth first, along a list of free places; earlier codes end up close together.

    The last value is the highest state, or -1 where ``room`` was too small.
    """
    keys = len(offsets) - 1
    base = np.zeros(room, np.uint32)
    check = np.full(room, FREE, np.uint32)
    states = np.zeros(keys, np.int64)
    after = np.arange(1, room + 1)
    before = np.arange(-1, room - 1)
    for state in range(1, alphabet + 1):
        check[state] = 0
    base[0] = 1
    head = alphabet + 1
    top = head
    length = len(codes) + 1
    queue = np.empty((length, 4), np.int64)  # state, first key, last key + 1, depth
    queue[0, 0], queue[0, 1], queue[0, 2], queue[0, 3] = 0, 0, keys, 0
    filled = 1
    done = 0
    labels = np.empty(alphabet, np.int64)
    starts = np.empty(alphabet + 1, np.int64)
    while done < filled:
        state, low, high, depth = queue[done, 0], queue[done, 1], queue[done, 2], queue[done, 3]
        done += 1
        if low < high and offsets[low + 1] - offsets[low] == depth:
            states[low] = state
            low += 1
        if low == high:
            continue
        count = 0
        last = -1
        for key in range(low, high):
            code = np.int64(codes[offsets[key] + depth])
            if code != last:
                labels[count] = code
                starts[count] = key
                count += 1
                last = code
        starts[count] = high
        if state == 0:
            place = 1
        else:
            position = head
            while True:
                if position + alphabet + 1 >= room:
                    return base, check, states, -1
                place = position - labels[0]
                fits = place >= 1
                if fits:
                    for k in range(1, count):
                        if check[place + labels[k]] != FREE:
                            fits = False
                            break
                if fits:
                    break
                position = after[position]
            base[state] = place
        for k in range(count):
            child = place + labels[k]
            if state != 0:
                check[child] = state
                if child == head:
                    head = after[child]
                else:
                    after[before[child]] = after[child]
                before[after[child]] = before[child]
                top = max(top, child)
            queue[filled, 0], queue[filled, 1], queue[filled, 2], queue[filled, 3] = (
                child,
                starts[k],
                starts[k + 1],
                depth + 1,
            )
            filled += 1
    return base, check, states, top
