"""KernelScorer: a model ready to score whole columns, on one thread or several."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from classifier.columns import TextColumn
from classifier.kernel.machine_code import addresses, score_function
from classifier.kernel.plan import Batch, Scratch, plan_of, scratch
from classifier.kernel.vocabulary import vocabulary
from classifier.weights import LinearWeights, Scores

MOST_BYTES, FEWEST_BYTES = 1_000_000, 50_000
"""A thread's piece of work has about so much text at most, and at least."""
BYTES_A_CHARACTER = 3
SHORTEST = 4096
KEPT_LENGTH = 1_000_000
"""Scratch for longer texts is not kept."""
T = TypeVar("T")
Then = Callable[[TextColumn, TextColumn, Scores], T]
"""What to make of a piece's titles, texts and scores, in the thread that scored them."""


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
        """Scores before calibration and familiarity of each article.

        Raises ValueError where the columns differ in length or their offsets lead out of their data.
        """
        return self.scored(titles, texts, _nothing)[0]

    def scored(self, titles: TextColumn, texts: TextColumn, then: Then[T]) -> tuple[Scores, list[T]]:
        """The same, and what ``then`` makes of each piece, in order; several threads share that work, too."""
        _check(titles)
        _check(texts)
        if len(titles) != len(texts):
            raise ValueError(f"{len(titles)} titles for {len(texts)} texts")
        sizes = np.diff(titles.offsets) + np.diff(texts.offsets)
        return self._in_pieces(sizes, lambda first, stop: (titles.slice(first, stop), texts.slice(first, stop)), then)

    def score_strings(self, titles: Sequence[str], texts: Sequence[str]) -> Scores:
        """``score`` for Python strings; several threads share the work of encoding them, too."""
        return self.scored_strings(titles, texts, _nothing)[0]

    def scored_strings(self, titles: Sequence[str], texts: Sequence[str], then: Then[T]) -> tuple[Scores, list[T]]:
        """``scored`` for Python strings."""
        if len(titles) != len(texts):
            raise ValueError(f"{len(titles)} titles for {len(texts)} texts")
        sizes = np.fromiter((len(title) + len(text) for title, text in zip(titles, texts, strict=True)), np.int64)
        return self._in_pieces(
            BYTES_A_CHARACTER * sizes,
            lambda first, stop: (
                TextColumn.from_strings(titles[first:stop]),
                TextColumn.from_strings(texts[first:stop]),
            ),
            then,
        )

    def _in_pieces(
        self, sizes: NDArray[np.int64], taken: Callable[[int, int], tuple[TextColumn, TextColumn]], then: Then[T]
    ) -> tuple[Scores, list[T]]:
        """Score articles of these sizes, about; ``taken(first, stop)`` gives the columns of a piece."""
        n = len(sizes)
        found = Scores(np.empty((n, self.weights.categories)), np.empty((n, 3)))

        def work(piece: tuple[int, int]) -> T:
            part = slice(*piece)
            titles, texts = taken(*piece)
            scores = Scores(found.scores[part], found.familiarity[part])
            self._score(titles, texts, scores.scores, scores.familiarity)
            return then(titles, texts, scores)

        if self._pool is None or n < 2:
            return found, [work((0, n))]
        return found, list(self._pool.map(work, self._pieces(np.cumsum(sizes))))

    def _pieces(self, ends: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
        """First article and last + 1 of each piece of work: large ones first, small ones to end together."""
        start = reached = 0
        while start < len(ends):
            size = min(MOST_BYTES, max(FEWEST_BYTES, (int(ends[-1]) - reached) // (2 * self.threads)))
            stop = max(start + 1, int(np.searchsorted(ends, reached + size, "right")))
            yield start, stop
            start, reached = stop, int(ends[stop - 1])

    def _score(
        self, titles: TextColumn, texts: TextColumn, scores: NDArray[np.float64], familiarity: NDArray[np.float64]
    ) -> None:
        """Fill the rows of ``scores`` and ``familiarity``."""
        sizes = np.diff(titles.offsets) + np.diff(texts.offsets)
        longest = int(sizes.max(initial=0)) + 1
        try:
            spare = self._spare.get_nowait()
        except Empty:
            spare = None
        if spare is None or spare.length < longest:
            spare = scratch(max(longest, SHORTEST), self._plan, self._vocabulary)
        batch = Batch(
            titles.data, titles.offsets, texts.data, texts.offsets, scores.reshape(-1), familiarity.reshape(-1)
        )
        table = np.array(self._addresses + addresses(spare.work, spare.counter, batch), np.int64)
        self._run(table.ctypes.data)
        if spare.length <= KEPT_LENGTH:
            self._spare.put(spare)


def _nothing(titles: TextColumn, texts: TextColumn, scores: Scores) -> None:
    """Scores alone are asked for."""


def _check(column: TextColumn) -> None:
    """Refuse a column whose offsets lead out of its data: the compiled code would follow them."""
    offsets = column.offsets
    if len(offsets) == 0 or offsets[0] < 0 or offsets[-1] > len(column.data) or (offsets[1:] < offsets[:-1]).any():
        raise ValueError("a column's offsets must rise and stay inside its data")
