"""A model's features as the kernel looks them up: words by trie state, pairs by hash, character n-grams by trie."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

from classifier.errors import ModelError
from classifier.segmentation.cache import kept
from classifier.segmentation.tables import SegmentationTables, segmentation_tables, tables_key

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from classifier.strings import StringTable
    from classifier.weights import LinearWeights

FORMAT = 1
MAX_ALPHABET = 60_000


class Vocabulary(NamedTuple):
    """Read-only arrays, memory-mapped.

    A token is a word that is a feature or part of one; tokens 0 … U - 1 are features themselves,
    frequent ones first.

    - ``token_of_state`` int32[M]: the token of a state of SegmentationTables, or -1.
    - ``token_table`` int32[2^a], ``token_characters`` uint32, ``token_offsets`` int64: hash table
      over the tokens' characters, for words that have no state.
    - ``slot_rows`` int32[S]: the feature of a slot; slot t < U is token t, the others are pairs.
    - ``pair_keys`` uint64[2^b], ``pair_slots`` int32[2^b]: hash table from pairs of tokens to slots.
    - ``surprise`` float32[U]: by token.
    - ``character_codes`` uint16[65536]: characters' codes in the n-gram trie, 0 for none;
      ``far_characters`` uint32, ``far_codes`` uint16: those beyond the basic plane, ascending.
    - ``character_base``, ``character_check`` uint32[N]: the trie; ``character_rows`` int32[N]: the
      feature of a state, or -1.
    """

    token_of_state: NDArray[np.int32]
    token_table: NDArray[np.int32]
    token_characters: NDArray[np.uint32]
    token_offsets: NDArray[np.int64]
    slot_rows: NDArray[np.int32]
    pair_keys: NDArray[np.uint64]
    pair_slots: NDArray[np.int32]
    surprise: NDArray[np.float32]
    character_codes: NDArray[np.uint16]
    far_characters: NDArray[np.uint32]
    far_codes: NDArray[np.uint16]
    character_base: NDArray[np.uint32]
    character_check: NDArray[np.uint32]
    character_rows: NDArray[np.int32]


def vocabulary(weights: LinearWeights) -> tuple[SegmentationTables, Vocabulary]:
    """The tables of the model's dictionary and of its features, from the cache or built into it."""
    tables = segmentation_tables(weights.user_words)
    arrays = kept("vocabulary", _key(weights), lambda: _built(weights, tables))
    return tables, Vocabulary(**arrays)


def _key(weights: LinearWeights) -> str:
    state = hashlib.sha256(f"{FORMAT} {tables_key(weights.user_words)}".encode())
    for array in (
        weights.words.blob, weights.words.offsets, weights.characters.blob, weights.characters.offsets,
        weights.idf, weights.surprise, weights.table.is_word,
    ):  # fmt: skip
        state.update(f" {array.dtype} {array.shape}".encode())
        state.update(memoryview(array).cast("B") if array.size else b"")
    return state.hexdigest()


def _built(weights: LinearWeights, tables: SegmentationTables) -> dict[str, NDArray[Any]]:
    idf = weights.idf
    words = _words(weights.words, idf[: len(weights.words)], weights.surprise, tables)
    characters = _characters(weights.characters, len(weights.words), weights.table.is_word)
    return words | characters


def _words(
    words: StringTable, idf: NDArray[np.float32], surprise: NDArray[np.float32], tables: SegmentationTables
) -> dict[str, NDArray[Any]]:
    import numpy as np

    from classifier.kernel.hashing import EMPTY, fill_pairs, fill_strings, table_size
    from classifier.kernel.lookup import states_of

    strings = list(words)
    order = np.argsort(idf, kind="stable").tolist()  # the frequent first: they end up close together
    tokens: dict[str, int] = {}
    for i in order:
        if " " not in strings[i]:
            tokens[strings[i]] = len(tokens)
    features = len(tokens)
    rows = [i for i in order if " " not in strings[i]]
    firsts, seconds = [], []
    for i in order:
        first, _, second = strings[i].partition(" ")
        if first and second and " " not in second:
            firsts.append(tokens.setdefault(first, len(tokens)))
            seconds.append(tokens.setdefault(second, len(tokens)))
            rows.append(i)
    offsets = np.zeros(len(tokens) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, tokens), np.int64, len(tokens)), out=offsets[1:])
    characters = np.frombuffer("".join(tokens).encode("utf-32-le", "surrogatepass"), np.uint32)
    token_table = np.full(table_size(len(tokens)), EMPTY, np.int32)
    fill_strings(token_table, characters, offsets)
    pair_keys = np.zeros(table_size(len(firsts)), np.uint64)
    pair_slots = np.zeros(len(pair_keys), np.int32)
    slots = np.arange(features, features + len(firsts), dtype=np.int32)
    fill_pairs(pair_keys, pair_slots, np.array(firsts, np.int32), np.array(seconds, np.int32), slots)
    return {
        "token_of_state": states_of(tables, characters, offsets),
        "token_table": token_table,
        "token_characters": characters,
        "token_offsets": offsets,
        "slot_rows": np.array(rows, np.int32),
        "pair_keys": pair_keys,
        "pair_slots": pair_slots,
        "surprise": surprise[rows[:features]],
    }


def _characters(table: StringTable, first_row: int, is_word: NDArray[np.uint8]) -> dict[str, NDArray[Any]]:
    import numpy as np

    from classifier.segmentation import double_array
    from classifier.text import is_word as has_word

    strings = list(table)
    frequency: dict[str, int] = {}
    for string in strings:
        for character in string:
            frequency[character] = frequency.get(character, 0) + 1
    # An n-gram with a character that ends runs of word characters is never met.
    alphabet = [c for c in sorted(frequency, key=lambda c: (-frequency[c], c)) if has_word(c, is_word)]
    if len(alphabet) > MAX_ALPHABET:
        raise ModelError(f"the model's character features have more than {MAX_ALPHABET} different characters")
    code = {character: i for i, character in enumerate(alphabet, 1)}
    translation = {ord(character): i for character, i in code.items()}
    pairs = sorted(
        (string.translate(translation), row)
        for row, string in enumerate(strings, first_row)
        if all(character in code for character in string)
    )
    base, check, states = double_array.build([key for key, _ in pairs], len(alphabet) + 1)
    rows = np.full(len(base), -1, np.int32)
    rows[states] = [row for _, row in pairs]
    near = np.zeros(65536, np.uint16)
    for character, i in code.items():
        if ord(character) < 65536:
            near[ord(character)] = i
    far = sorted((ord(character), i) for character, i in code.items() if ord(character) >= 65536)
    return {
        "character_codes": near,
        "far_characters": np.array([character for character, _ in far], np.uint32),
        "far_codes": np.array([i for _, i in far], np.uint16),
        "character_base": base,
        "character_check": check,
        "character_rows": rows,
    }
