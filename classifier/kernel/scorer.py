"""KernelScorer: a model ready to score whole columns, on one thread or several."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue

import numpy as np

from classifier.columns import TextColumn
from classifier.kernel.articles import Scratch, plan, score_articles, scratch
from classifier.kernel.vocabulary import vocabulary
from classifier.weights import LinearWeights, Scores

SLICE_BYTES = 400_000
"""About this much text is one thread's piece of work."""
KEPT_LENGTH = 1_000_000
"""Scratch for longer texts is not kept."""


class KernelScorer:
    """Scores articles by compiled code over memory-mapped tables; safe to share between threads.

    ``threads`` is how many work on one call.  The compiled code holds no interpreter lock.
    """

    def __init__(self, weights: LinearWeights, threads: int = 1) -> None:
        self.weights = weights
        self.threads = threads
        self._tables, self._vocabulary = vocabulary(weights)
        self._plan = plan(weights)
        self._spare: SimpleQueue[tuple[int, Scratch]] = SimpleQueue()
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def score(self, titles: TextColumn, texts: TextColumn) -> Scores:
        """Scores before calibration and familiarity of each article."""
        n = len(texts)
        if len(titles) != n:
            raise ValueError(f"{len(titles)} titles for {n} texts")
        found = Scores(np.zeros((n, self.weights.categories)), np.zeros((n, 3)))
        if self._pool is None:
            self._score(titles, texts, 0, n, found)
            return found
        list(self._pool.map(lambda piece: self._score(titles, texts, *piece, found), self._pieces(titles, texts)))
        return found

    def _pieces(self, titles: TextColumn, texts: TextColumn) -> Iterator[tuple[int, int]]:
        ends = (titles.offsets[1:] - titles.offsets[0]) + (texts.offsets[1:] - texts.offsets[0])
        total = int(ends[-1]) if len(ends) else 0
        size = max(1, min(SLICE_BYTES, total // (4 * self.threads)))
        start = 0
        while start < len(ends):
            reached = int(ends[start - 1]) if start else 0
            stop = max(start + 1, int(np.searchsorted(ends, reached + size, "right")))
            yield start, stop
            start = stop

    def _score(self, titles: TextColumn, texts: TextColumn, first: int, stop: int, found: Scores) -> None:
        if first == stop:
            return
        longest = max(int(np.diff(column.offsets[first : stop + 1]).max()) for column in (titles, texts))
        try:
            length, spare = self._spare.get_nowait()
        except Empty:
            length, spare = -1, None
        if spare is None or length < longest:
            length = max(longest, 4096)
            spare = scratch(length, self._vocabulary)
        score_articles(
            titles.data, titles.offsets, texts.data, texts.offsets, first, stop, self._tables, self._vocabulary,
            self._plan, spare, found.scores, found.familiarity,
        )  # fmt: skip
        if length <= KEPT_LENGTH:
            self._spare.put((length, spare))
