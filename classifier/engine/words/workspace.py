"""What one thread writes to while it cuts a text."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BEYOND = 4
"""Places after the longest text."""
LEVELS = 4
"""Words of this many characters or fewer are looked up for all places of a text at once."""


class Workspace(NamedTuple):
    """Arrays for texts of up to n characters, R = n + BEYOND places a row.

    - ``characters`` uint32 and ``codes`` uint16: the text's characters and their codes.
    - ``states`` uint32[4 · R]: at ``(size - 1) · R + i`` the state of the ``size`` characters from i,
      0 where the trie has none.
    - ``values`` float64[3 · R]: at ``(size - 2) · R + i`` what the word of ``size`` characters from i
      counts, -inf where it is none.
    - ``longer`` uint8: 1 where the trie goes on after four characters.
    - ``route`` float64 and ``lengths`` uint32: by place the best sum to the end of its block, and the
      length of the first word of that way.
    - ``marks`` uint8: 1 where a word ends, else 0.
    - ``runs`` uint32[2 · R]: first and last + 1 of each run of single characters.
    - ``back`` uint8: for the HMM.
    - ``places`` uint32: a list of places still of interest.
    - ``word_ends`` uint32, ``word_states`` uint32: the words in their order.

    All but ``characters``, ``codes`` and the words count from the beginning of the piece of text
    that is worked on (cutting.cut_codes).
    """

    characters: NDArray[np.uint32]
    codes: NDArray[np.uint16]
    states: NDArray[np.uint32]
    values: NDArray[np.float64]
    longer: NDArray[np.uint8]
    route: NDArray[np.float64]
    lengths: NDArray[np.uint32]
    marks: NDArray[np.uint8]
    runs: NDArray[np.uint32]
    back: NDArray[np.uint8]
    places: NDArray[np.uint32]
    word_ends: NDArray[np.uint32]
    word_states: NDArray[np.uint32]


def workspace(length: int) -> Workspace:
    """For texts of up to ``length`` characters."""
    size = length + BEYOND
    return Workspace(
        characters=np.empty(size, np.uint32),
        codes=np.empty(size, np.uint16),
        states=np.empty(LEVELS * size, np.uint32),
        values=np.empty((LEVELS - 1) * size, np.float64),
        longer=np.empty(size, np.uint8),
        route=np.empty(size, np.float64),
        lengths=np.empty(size, np.uint32),
        marks=np.empty(size, np.uint8),
        runs=np.empty(2 * size, np.uint32),
        back=np.empty(size, np.uint8),
        places=np.empty(size, np.uint32),
        word_ends=np.empty(size, np.uint32),
        word_states=np.empty(size, np.uint32),
    )
