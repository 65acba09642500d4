"""A model's features as the engine looks them up: words by trie state, pairs by hash, character n-grams by trie."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NO_PAIR = 0xFFFFFFFFFFFFFFFF
WIDTH = 8
SPECIAL = 3
"""This many slots after those of the features: of unknown words, unknown numbers, and what is no word."""


class Vocabulary(NamedTuple):
    """Read-only arrays, memory-mapped.

    A token is a word that is a feature or part of one.  Every feature has a slot; S slots of words
    and pairs, C of character n-grams, each beginning with the most frequent, so that what is often
    read lies close together.  Slot S + k stands for the special token U + k, and slot C for no
    n-gram: idf and weights 0.  K' is the number of categories rounded up to WIDTH.

    - ``token_of_state`` int32[M]: the token of a state of SegmentationTables.  Tokens 0 … F - 1 are
      features themselves, and their slots; up to U - 1 follow those that only pairs hold.  U: a
      word that is not there; U + 1: a number that is not there; U + 2: no word; U + 3: look by
      characters.
    - ``token_table`` int32[2^a], ``token_characters`` uint32, ``token_offsets`` int64[U + 1]: hash
      table over the tokens' characters, for words that have no state.
    - ``pairs`` uint64[2^b]: hash table from two tokens (20 bits each) to a slot (24 bits), and
      ``pair_filter`` uint8[2^c]: the bits of the pairs that may be in it (hashing.py).
    - ``familiar`` float32[2 · (S + 3)]: by slot, 1 where it counts for familiarity (else 0), and
      the word's surprise.
    - ``features`` int64[1]: F.
    - ``word_idf`` float32[S + 3], ``word_weights`` float32[groups · (S + 3) · K'].
    - ``character_codes`` uint16[65536]: characters' codes in the n-gram trie, 0 for none;
      ``far_characters`` uint32, ``far_codes`` uint16: those beyond the basic plane, ascending.
    - ``character_nodes`` uint32[3 · N]: of each state of the trie its base, check and slot.
    - ``character_idf`` float32[C + 1], ``character_weights`` float32[groups · (C + 1) · K'].
    """

    token_of_state: NDArray[np.int32]
    token_table: NDArray[np.int32]
    token_characters: NDArray[np.uint32]
    token_offsets: NDArray[np.int64]
    pairs: NDArray[np.uint64]
    pair_filter: NDArray[np.uint8]
    familiar: NDArray[np.float32]
    features: NDArray[np.int64]
    word_idf: NDArray[np.float32]
    word_weights: NDArray[np.float32]
    character_codes: NDArray[np.uint16]
    far_characters: NDArray[np.uint32]
    far_codes: NDArray[np.uint16]
    character_nodes: NDArray[np.uint32]
    character_idf: NDArray[np.float32]
    character_weights: NDArray[np.float32]


def pad_width(categories: int) -> int:
    """K' for K categories."""
    return -(-categories // WIDTH) * WIDTH
