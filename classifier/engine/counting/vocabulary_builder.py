"""A model's weights → the tables of its vocabulary, from the cache or built into it."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.columns import offsets_of
from classifier.engine.counting.vocabulary import NO_PAIR, SPECIAL, Vocabulary, pad_width
from classifier.engine.words.cache import keep_arrays, sources_digest
from classifier.engine.words.jieba_tables import SegmentationTables, segmentation_tables, tables_key
from classifier.errors import ModelError
from classifier.messages import say
from classifier.model.weights import LinearWeights
from classifier.text import is_neutral, is_word

_SOURCES = [f"engine/counting/{name}.py" for name in ("hashing", "lookup", "vocabulary", "vocabulary_builder")]
MAX_ALPHABET = 60_000
MAX_TOKENS = (1 << 20) - 1
MAX_SLOTS = (1 << 24) - 4


def build_vocabulary(weights: LinearWeights) -> tuple[SegmentationTables, Vocabulary]:
    """The tables of the model's dictionary and of its features, from the cache or built into it."""
    tables = segmentation_tables(weights.user_words)
    arrays = keep_arrays("vocabulary", _key(weights), lambda: _build(weights, tables))
    return tables, Vocabulary(**arrays)


def _key(weights: LinearWeights) -> str:
    state = hashlib.sha256(f"{tables_key(weights.user_words)} {weights.spec.groups}".encode())
    state.update(sources_digest(*_SOURCES))
    for array in (
        weights.words.blob, weights.words.offsets, weights.characters.blob, weights.characters.offsets,
        weights.idf, weights.weights, weights.surprise, weights.table.is_word,
    ):  # fmt: skip
        state.update(f" {array.dtype} {array.shape}".encode())
        state.update(memoryview(array).cast("B") if array.size else b"")
    return state.hexdigest()


def _build(weights: LinearWeights, tables: SegmentationTables) -> dict[str, NDArray[Any]]:
    words, word_rows = _words(weights, tables)
    characters, character_rows = _characters(weights)
    words["word_idf"], words["word_weights"] = _by_slot(weights, word_rows, SPECIAL)
    characters["character_idf"], characters["character_weights"] = _by_slot(weights, character_rows, 1)
    return words | characters


def _by_slot(weights: LinearWeights, rows: list[int], zeros: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """idf and weights of the features ``rows`` in this order, and ``zeros`` rows of zeros."""

    n, groups, K = len(rows), weights.spec.groups, weights.categories
    idf = np.zeros(n + zeros, np.float32)
    idf[:n] = weights.idf[rows]
    moved = np.zeros((groups, n + zeros, pad_width(K)), np.float32)
    for group in range(groups):
        moved[group, :n, :K] = weights.weights[group * weights.features + np.array(rows, np.int64)]
    return idf, moved.reshape(-1)


def _words(weights: LinearWeights, tables: SegmentationTables) -> tuple[dict[str, NDArray[Any]], list[int]]:
    """Tables of words and pairs, and the features in the order of their slots."""
    from classifier.engine.counting.hashing import (  # needs numba; only where they are built
        EMPTY,
        fill_pairs,
        fill_strings,
        table_size,
    )
    from classifier.engine.counting.lookup import tokens_of_states

    strings = list(weights.words)
    order = np.argsort(weights.idf[: len(strings)], kind="stable").tolist()
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
    if len(tokens) > MAX_TOKENS or len(rows) > MAX_SLOTS:
        raise ModelError(say("model.too_many_features", words=MAX_TOKENS, slots=MAX_SLOTS))
    offsets = offsets_of(tokens)
    characters = np.frombuffer("".join(tokens).encode("utf-32-le", "surrogatepass"), np.uint32)
    token_table = np.full(table_size(len(tokens)), EMPTY, np.int32)
    fill_strings(token_table, characters, offsets)
    pairs = np.full(table_size(len(firsts)), NO_PAIR, np.uint64)
    pair_filter = np.zeros(2 * len(pairs), np.uint8)
    fill_pairs(pairs, pair_filter, np.array(firsts, np.int32), np.array(seconds, np.int32), features)
    familiar = np.zeros((len(rows) + SPECIAL, 2), np.float32)
    counted = np.array([not is_neutral(token) for token in list(tokens)[:features]], np.bool_)
    familiar[:features, 0] = counted
    familiar[:features, 1] = np.where(counted, weights.surprise[rows[:features]], 0.0)
    familiar[len(rows), 0] = 1.0
    arrays = {
        "token_of_state": tokens_of_states(tables, weights.table.is_word, characters, offsets),
        "token_table": token_table,
        "token_characters": characters,
        "token_offsets": offsets,
        "pairs": pairs,
        "pair_filter": pair_filter,
        "familiar": familiar.reshape(-1),
        "features": np.array([features], np.int64),
    }
    return arrays, rows


def _characters(weights: LinearWeights) -> tuple[dict[str, NDArray[Any]], list[int]]:
    """Tables of character n-grams, and the features in the order of their slots."""
    from classifier.engine.words import double_array  # needs numba

    strings = list(weights.characters)
    idf = weights.idf[len(weights.words) :]
    frequency: dict[str, int] = {}
    for string in strings:
        for character in string:
            frequency[character] = frequency.get(character, 0) + 1
    # An n-gram with a character that ends runs of word characters is never met.
    alphabet = [c for c in sorted(frequency, key=lambda c: (-frequency[c], c)) if is_word(c, weights.table.is_word)]
    if len(alphabet) > MAX_ALPHABET:
        raise ModelError(say("model.too_many_characters", most=MAX_ALPHABET))
    code = {character: i for i, character in enumerate(alphabet, 1)}
    translation = {ord(character): i for character, i in code.items()}
    order = np.argsort(idf, kind="stable").tolist()
    order = [i for i in order if all(character in code for character in strings[i])]
    pairs = sorted((strings[i].translate(translation), slot) for slot, i in enumerate(order))
    base, check, states = double_array.build([key for key, _ in pairs], len(alphabet) + 1)
    nodes = np.empty((len(base), 3), np.uint32)
    nodes[:, 0], nodes[:, 1], nodes[:, 2] = base, check, len(order)
    nodes[states, 2] = [slot for _, slot in pairs]
    near = np.zeros(65536, np.uint16)
    for character, i in code.items():
        if ord(character) < 65536:
            near[ord(character)] = i
    far = sorted((ord(character), i) for character, i in code.items() if ord(character) >= 65536)
    arrays = {
        "character_codes": near,
        "far_characters": np.array([character for character, _ in far], np.uint32),
        "far_codes": np.array([i for _, i in far], np.uint16),
        "character_nodes": nodes.reshape(-1),
    }
    return arrays, [len(weights.words) + i for i in order]
