"""PythonScorer: a few articles scored in plain Python over the memory-mapped tables, with nothing to compile first."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from classifier.columns import StringTable, TextColumn
from classifier.engine.words.jieba_tables import segmentation_tables
from classifier.engine.words.python_cutting import PythonCutter
from classifier.model.features import Analyser, PlainCounter, weigh
from classifier.model.weights import LinearWeights, Scores
from classifier.text import is_neutral, is_word, normalise

KEPT_TEXTS = 8
"""How many texts' words are kept: a body is cut once, however many blocks count it."""


class PythonScorer:
    """The scores of KernelScorer, in milliseconds an article, from a process that has just started.

    ``cut`` gives the words of a normalised text.
    """

    def __init__(self, weights: LinearWeights) -> None:
        self.weights = weights
        self.cut = lru_cache(KEPT_TEXTS)(PythonCutter(segmentation_tables(weights.user_words), weights.spec.hmm))
        self._counter = PlainCounter(weights.spec, self.cut, weights.table.is_word)
        self._find: dict[Analyser, Finder] = {
            "words": Finder(weights.words), "characters": Finder(weights.characters)
        }  # fmt: skip

    def score(self, titles: TextColumn, texts: TextColumn) -> Scores:
        """Scores before calibration and familiarity of each article."""
        scores = np.empty((len(texts), self.weights.categories))
        familiarity = np.empty((len(texts), 3))
        for i in range(len(texts)):
            title = normalise(titles[i], self.weights.table.fold)
            text = normalise(texts[i], self.weights.table.fold)
            scores[i] = self._score(title, text)
            familiarity[i] = self._familiarity(title, text)
        return Scores(scores, familiarity)

    def _score(self, title: str, text: str) -> NDArray[np.float64]:
        weights, spec = self.weights, self.weights.spec
        scores = weights.intercept.copy()
        for block in weigh(spec, self._counter(title, text), self._find, len(weights.words), weights.idf):
            rows = block.rows + spec.group(block.block[0]) * weights.features
            scores += block.values @ weights.weights[rows].astype(np.float64)
        return scores

    def _familiarity(self, title: str, text: str) -> tuple[int, int, float]:
        weights, find = self.weights, self._find["words"]
        surprises = []
        known = 0
        for word in [*self.cut(title), *self.cut(text)]:
            if is_word(word, weights.table.is_word) and not is_neutral(word):
                feature = find(word)
                known += feature >= 0
                surprises.append(float(weights.surprise[feature]) if feature >= 0 else weights.surprise_unknown)
        return len(surprises), known, sum(surprises)


class Finder:
    """Finds strings in a StringTable as ``StringTable.find`` does, sooner, and remembers them."""

    def __init__(self, table: StringTable) -> None:
        # A memoryview hands out bytes and numbers without making arrays of them.
        blob, ends = memoryview(table.blob), memoryview(table.offsets)
        self._size = len(table)
        self._string = lambda i: bytes(blob[ends[i] : ends[i + 1]])
        self._indices = range(self._size)
        self._known: dict[str, int] = {}

    def __call__(self, string: str) -> int:
        index = self._known.get(string)
        if index is None:
            wanted = string.encode("utf-8", "surrogatepass")
            index = bisect_left(self._indices, wanted, key=self._string)
            if index == self._size or self._string(index) != wanted:
                index = -1
            self._known[string] = index
        return index
