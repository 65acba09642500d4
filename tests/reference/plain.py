"""Scores by jieba itself and dictionaries: slow, short, and what the engines are held against."""

from __future__ import annotations

from collections import Counter
from functools import cache, lru_cache
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.columns import StringTable, TextColumn
from classifier.model.features import Block, Cut, FeatureSpec, PlainCounter
from classifier.model.weights import LinearWeights, Scores
from classifier.text import is_neutral, is_word, normalise


@cache
def _shipped_jieba() -> Any:
    """jieba with the dictionary that it ships, which takes it half a second to read."""
    import logging

    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    return tokenizer


@cache
def jieba_tokenizer(user_words: tuple[tuple[str, int], ...] = ()) -> Any:
    """A tokenizer of jieba's with a dictionary of its own, user words added."""
    shipped = _shipped_jieba()
    tokenizer = type(shipped)()
    tokenizer.FREQ, tokenizer.total, tokenizer.initialized = dict(shipped.FREQ), shipped.total, True
    for word, count in user_words:
        tokenizer.add_word(word, count)
    return tokenizer


@cache
def jieba_cut(hmm: bool, user_words: tuple[tuple[str, int], ...] = ()) -> Cut:
    """``jieba.lcut``, with user words added."""
    tokenizer = jieba_tokenizer(user_words)

    @lru_cache(5_000)
    def words(text: str) -> tuple[str, ...]:
        return tuple(tokenizer.cut(text, HMM=hmm))

    return lambda text: list(words(text))


class PlainScorer:
    """Scores one article after the other with jieba and dictionaries."""

    def __init__(self, weights: LinearWeights) -> None:
        self.weights = weights
        self.cut = jieba_cut(weights.spec.hmm, weights.user_words)
        self.counter = PlainCounter(weights.spec, self.cut, weights.table.is_word)
        self.words = string_index(weights.words)
        self.characters = string_index(weights.characters, len(weights.words))

    def score(self, titles: TextColumn, texts: TextColumn) -> Scores:
        n = len(texts)
        scores = np.empty((n, self.weights.categories))
        familiarity = np.empty((n, 3))
        for i in range(n):
            title = normalise(titles[i], self.weights.table.fold)
            text = normalise(texts[i], self.weights.table.fold)
            scores[i] = self._score(title, text)
            familiarity[i] = self._familiarity(title, text)
        return Scores(scores, familiarity)

    def values(self, title: str, text: str) -> dict[tuple[int, Block], float]:
        """The tf-idf values of a normalised article, by (row of weights, block)."""
        counts = self.counter(title, text)
        return tf_idf(self.weights.spec, counts, self.words, self.characters, self.weights.idf)

    def _score(self, title: str, text: str) -> NDArray[np.float64]:
        scores = self.weights.intercept.copy()
        for (row, _), value in self.values(title, text).items():
            scores += value * self.weights.weights[row].astype(np.float64)
        return scores

    def _familiarity(self, title: str, text: str) -> tuple[int, int, float]:
        total = known = 0
        surprise = 0.0
        for token in self.cut(title) + self.cut(text):
            if not is_word(token, self.weights.table.is_word) or is_neutral(token):
                continue
            total += 1
            feature = self.words.get(token)
            known += feature is not None
            surprise += self.weights.surprise_unknown if feature is None else float(self.weights.surprise[feature])
        return total, known, surprise


def tf_idf(
    spec: FeatureSpec,
    counts: dict[Block, Counter[str]],
    words: dict[str, int],
    characters: dict[str, int],
    idf: NDArray[np.float32],
) -> dict[tuple[int, Block], float]:
    """Counts → values as FeatureSpec defines them, by (row of weights, block); unknown features are left out."""
    values: dict[tuple[int, Block], float] = {}
    total = 0.0
    size = len(words) + len(characters)
    for name, analyser, weight in spec.blocks:
        block: Block = (name, analyser)
        known = words if analyser == "words" else characters
        numbers = {
            known[feature]: (1.0 + log(count) if spec.sublinear else float(count)) * float(idf[known[feature]])
            for feature, count in counts[block].items()
            if feature in known
        }
        length = float(np.sqrt(sum(value * value for value in numbers.values())))
        if length == 0.0:
            continue
        total += weight * weight
        offset = spec.group(name) * size
        for feature, value in numbers.items():
            values[offset + feature, block] = weight * value / length
    scale = 1.0 / np.sqrt(total) if total else 0.0
    return {key: value * scale for key, value in values.items()}


def string_index(table: StringTable, offset: int = 0) -> dict[str, int]:
    """Each string's feature index."""
    return {string: offset + i for i, string in enumerate(table)}
