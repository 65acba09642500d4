"""KernelScorer: a model ready to score whole columns, on one thread or several."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue

import numpy as np

from classifier.columns import TextColumn
from classifier.kernel.machine_code import addresses, score_function
from classifier.kernel.plan import Batch, Scratch, plan_of, scratch
from classifier.kernel.vocabulary import vocabulary
from classifier.weights import LinearWeights, Scores

SLICE_BYTES = 2_000_000
FEWEST_BYTES = 50_000
"""A thread's piece of work has at most, and at least, about so much text."""
SHORTEST = 4096
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
        self._plan = plan_of(weights, self._tables)
        self._run = score_function()
        self._addresses = addresses(self._tables, self._vocabulary, self._plan)
        self._spare: SimpleQueue[Scratch] = SimpleQueue()
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def score(self, titles: TextColumn, texts: TextColumn) -> Scores:
        """Scores before calibration and familiarity of each article."""
        n = len(texts)
        if len(titles) != n:
            raise ValueError(f"{len(titles)} titles for {n} texts")
        _checked(titles)
        _checked(texts)
        found = Scores(np.empty((n, self.weights.categories)), np.empty((n, 3)))
        if self._pool is None:
            self._score(titles, texts, 0, n, found)
            return found
        list(self._pool.map(lambda piece: self._score(titles, texts, *piece, found), self._pieces(titles, texts)))
        return found

    def _pieces(self, titles: TextColumn, texts: TextColumn) -> Iterator[tuple[int, int]]:
        """First article and last + 1 of each piece of work: large ones first, small ones to end together."""
        ends = (titles.offsets[1:] - titles.offsets[0]) + (texts.offsets[1:] - texts.offsets[0])
        total = int(ends[-1]) if len(ends) else 0
        start = 0
        while start < len(ends):
            reached = int(ends[start - 1]) if start else 0
            size = min(SLICE_BYTES, max(FEWEST_BYTES, (total - reached) // (2 * self.threads)))
            stop = max(start + 1, int(np.searchsorted(ends, reached + size, "right")))
            yield start, stop
            start = stop

    def _score(self, titles: TextColumn, texts: TextColumn, first: int, stop: int, found: Scores) -> None:
        if first == stop:
            return
        sizes = np.diff(titles.offsets[first : stop + 1]) + np.diff(texts.offsets[first : stop + 1])
        longest = int(sizes.max()) + 1
        try:
            spare = self._spare.get_nowait()
        except Empty:
            spare = None
        if spare is None or spare.length < longest:
            spare = scratch(max(longest, SHORTEST), self._plan, self._vocabulary)
        batch = Batch(
            titles.data, titles.offsets, texts.data, texts.offsets, np.array([first, stop]),
            found.scores.reshape(-1), found.familiarity.reshape(-1),
        )  # fmt: skip
        table = np.array(self._addresses + addresses(spare.work, spare.counter, batch), np.int64)
        self._run(table.ctypes.data)
        if spare.length <= KEPT_LENGTH:
            self._spare.put(spare)


def _checked(column: TextColumn) -> None:
    """Refuse a column whose offsets lead out of its data: the compiled code would follow them."""
    offsets = column.offsets
    if len(offsets) == 0 or offsets[0] < 0 or offsets[-1] > len(column.data) or (offsets[1:] < offsets[:-1]).any():
        raise ValueError("a column's offsets must rise and stay inside its data")
