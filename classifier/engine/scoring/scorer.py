"""KernelScorer: a model ready to score whole columns, on one thread or several."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.columns import CodePoints, TextColumn
from classifier.engine.counting.vocabulary_builder import build_vocabulary
from classifier.engine.scoring.machine_code import addresses, machine_code
from classifier.engine.scoring.scoring_plan import Batch, Found, Scratch, plan_of, scratch
from classifier.engine.words.cache import KERNEL_SOURCES
from classifier.model.decisions import Decisions, ReviewRule
from classifier.model.weights import LinearWeights, Scores

MOST_BYTES, FEWEST_BYTES = 1_000_000, 50_000
"""How much text a piece of work has at most, and at least."""
MOST_BYTES_OF_STRINGS = 250_000
"""So much of strings, so that the column made of them is still in the processor's cache when it is read."""
BYTES_A_CHARACTER = 3
SAMPLE = 256
SHORTEST = 4096
KEPT_LENGTH = 1_000_000
"""Scratch for longer texts is not kept."""
Column = TextColumn | CodePoints
_Judged = tuple[Found, NDArray[np.uint8]]
"""What is found, and the reasons for review where a rule was given."""


class _Spare(NamedTuple):
    """Scratch that no thread uses, and where it lies."""

    length: int
    scratch: Scratch
    addresses: list[int]


class KernelScorer:
    """Scores articles by compiled code over memory-mapped tables; safe to share between threads.

    ``threads`` is how many work on one call.  The compiled code holds no interpreter lock.
    """

    def __init__(self, weights: LinearWeights, threads: int = 1) -> None:
        self.weights = weights
        self.threads = threads
        self._tables, self._vocabulary = build_vocabulary(weights)
        self._plan = plan_of(weights, self._tables)
        self._run = machine_code("scoring", _entry, KERNEL_SOURCES)
        self._addresses = addresses(self._tables, self._vocabulary, self._plan)
        self._spare: SimpleQueue[_Spare] = SimpleQueue()
        self._pool = ThreadPoolExecutor(threads - 1) if threads > 1 else None

    def score(self, titles: TextColumn, texts: TextColumn) -> Scores:
        """Scores before calibration and familiarity of each article.

        Raises ValueError where the columns differ in length or their offsets lead out of their data.
        """
        results, _ = self._scored(titles, texts)
        return Scores(results.scores, results.familiarity)

    def score_strings(self, titles: Sequence[str], texts: Sequence[str]) -> Scores:
        """``score`` for Python strings; several threads share the work of laying them out, too."""
        results, _ = self._strings_scored(titles, texts)
        return Scores(results.scores, results.familiarity)

    def decide(self, titles: TextColumn, texts: TextColumn, rule: ReviewRule) -> Decisions:
        """What decisions.decide makes of the scores, compiled and shared between the threads."""
        return _decisions(*self._scored(titles, texts, rule))

    def decide_strings(self, titles: Sequence[str], texts: Sequence[str], rule: ReviewRule) -> Decisions:
        """``decide`` for Python strings."""
        return _decisions(*self._strings_scored(titles, texts, rule))

    def _scored(self, titles: TextColumn, texts: TextColumn, rule: ReviewRule | None = None) -> _Judged:
        _check(titles)
        _check(texts)
        return self._in_pieces(
            np.cumsum(_sizes(titles.offsets, texts.offsets)),
            MOST_BYTES,
            lambda first, stop: (titles.slice(first, stop), texts.slice(first, stop)),
            rule,
        )

    def _strings_scored(self, titles: Sequence[str], texts: Sequence[str], rule: ReviewRule | None = None) -> _Judged:
        n = len(titles)
        if n != len(texts):
            raise ValueError(f"{n} titles for {len(texts)} texts")
        # Pieces are cut by what a sample says: to ask every string for its length, one thread would keep the others.
        looked_at = range(0, n, max(1, n // SAMPLE))
        characters = sum(len(titles[i]) + len(texts[i]) for i in looked_at)
        size = BYTES_A_CHARACTER * characters // max(1, len(looked_at)) + 1
        return self._in_pieces(
            size * np.arange(1, n + 1),
            MOST_BYTES_OF_STRINGS,
            lambda first, stop: (
                CodePoints.from_strings(titles[first:stop]),
                CodePoints.from_strings(texts[first:stop]),
            ),
            rule,
        )

    def _in_pieces(
        self,
        ends: NDArray[np.int64],
        most: int,
        taken: Callable[[int, int], tuple[Column, Column]],
        rule: ReviewRule | None,
    ) -> _Judged:
        """Score, or by a rule decide on, articles in pieces of at most ``most`` bytes.

        ``ends``: the bytes of the articles up to each; ``taken(first, stop)`` gives a piece's columns.
        """
        n, k = len(ends), self.weights.categories
        scored, decided = (n, 0) if rule is None else (0, n)
        reasons = np.empty(decided, np.uint8)
        results = Found(
            familiarity=np.empty((n, 3)),
            form=np.empty(n, np.uint8),
            scores=np.empty((scored, k)),
            probabilities=np.empty((decided, k)),
            category=np.empty(decided, np.int64),
            probability=np.empty(decided),
        )

        def work(piece: tuple[int, int]) -> None:
            part = results.piece(*piece)
            self._fill(*taken(*piece), part)
            if rule is not None:
                reasons[slice(*piece)] = rule.reasons(part.category, part.probability, part.familiarity, part.form)

        self._share(work, deque(self._pieces(ends, most)))
        return results, reasons

    def _share(self, work: Callable[[tuple[int, int]], None], pieces: deque[tuple[int, int]]) -> None:
        """Do the pieces of work, this thread and as many others as there are to be; each takes the next."""

        def take() -> None:
            while pieces:
                try:
                    piece = pieces.popleft()
                except IndexError:  # another was quicker
                    return
                work(piece)

        helping = min(self.threads, len(pieces)) - 1
        others = [self._pool.submit(take) for _ in range(helping)] if self._pool is not None else []
        try:
            take()
        finally:
            pieces.clear()
            for other in others:
                other.result()

    def _pieces(self, ends: NDArray[np.int64], most: int) -> Iterator[tuple[int, int]]:
        """First article and last + 1 of each piece of work: large ones first, small ones to end together."""
        start = reached = 0
        while start < len(ends):
            size = most
            if self.threads > 1:
                size = min(size, max(FEWEST_BYTES, (int(ends[-1]) - reached) // (2 * self.threads)))
            stop = max(start + 1, int(np.searchsorted(ends, reached + size, "right")))
            yield start, stop
            start, reached = stop, int(ends[stop - 1])

    def _fill(self, titles: Column, texts: Column, results: Found) -> None:
        """Fill the arrays of ``results``."""
        longest = int(_sizes(titles.offsets, texts.offsets).max(initial=0)) + 2  # line breaks after title and body
        try:
            spare = self._spare.get_nowait()
        except Empty:
            spare = None
        if spare is None or spare.length < longest:
            made = scratch(max(longest, SHORTEST), self._plan, self._vocabulary)
            spare = _Spare(made.length, made, addresses(*made[1:]))
        batch = Batch(*_data(titles), *_data(texts))
        table = np.array(self._addresses + spare.addresses + addresses(batch, results.flat()), np.int64)
        self._run(table.ctypes.data)
        if spare.length <= KEPT_LENGTH:
            self._spare.put(spare)


def _entry() -> Any:
    from classifier.engine.scoring.entry import compile_entry  # needs numba

    return compile_entry()


def _decisions(results: Found, reasons: NDArray[np.uint8]) -> Decisions:
    return Decisions(results.probabilities, results.category, results.probability, reasons, results.familiarity)


def _data(column: Column) -> tuple[NDArray[np.uint8], NDArray[np.uint32], NDArray[np.int64]]:
    """A column as Batch takes it."""
    if isinstance(column, CodePoints):
        return np.empty(0, np.uint8), column.data, column.offsets
    return column.data, np.empty(0, np.uint32), column.offsets


def _sizes(title_ends: NDArray[np.int64], text_ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """The size of each article, title and body; ValueError where one of them lacks a title or a body."""
    if len(title_ends) != len(text_ends):
        raise ValueError(f"{len(title_ends) - 1} titles for {len(text_ends) - 1} texts")
    return np.diff(title_ends) + np.diff(text_ends)


def _check(column: TextColumn) -> None:
    """Refuse a column whose offsets lead out of its data: the compiled code would follow them."""
    if not column.is_sound:
        raise ValueError("a column's offsets must rise and stay inside its data")
