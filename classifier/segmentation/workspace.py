"""What one thread writes to while it cuts a text."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Workspace(NamedTuple):
    """Arrays of n + 2 places for texts of up to n characters.

    - ``characters`` uint32 and ``codes`` uint16: the text's characters and their codes.
    - ``route`` float64, ``ends`` int32, ``states`` uint32: by position the best sum to the end of
      its block, where the first word of that way ends, and that word's state in the trie, 0 for a
      word that must be looked up by its characters.
    - ``marks`` uint8: 1 where a word ends, else 0.
    - ``runs`` int32: first and last + 1 of each run that the HMM has to cut.
    - ``back`` uint8: for the HMM.
    - ``word_ends`` int32, ``word_states`` uint32: the words in their order.
    """

    characters: NDArray[np.uint32]
    codes: NDArray[np.uint16]
    route: NDArray[np.float64]
    ends: NDArray[np.int32]
    states: NDArray[np.uint32]
    marks: NDArray[np.uint8]
    runs: NDArray[np.int32]
    back: NDArray[np.uint8]
    word_ends: NDArray[np.int32]
    word_states: NDArray[np.uint32]


def workspace(length: int) -> Workspace:
    """For texts of up to ``length`` characters."""
    size = length + 2
    return Workspace(
        characters=np.empty(size, np.uint32),
        codes=np.empty(size, np.uint16),
        route=np.empty(size, np.float64),
        ends=np.empty(size, np.int32),
        states=np.empty(size, np.uint32),
        marks=np.empty(size, np.uint8),
        runs=np.empty(size, np.int32),
        back=np.empty(size, np.uint8),
        word_ends=np.empty(size, np.int32),
        word_states=np.empty(size, np.uint32),
    )
