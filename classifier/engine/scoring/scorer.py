"""KernelScorer: a model ready to score whole columns, on one thread or several."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import NamedTuple

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
Texts = TextColumn | Sequence[str]
Column = TextColumn | CodePoints


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
        self._run = machine_code("scoring", "classifier.engine.scoring.entry", KERNEL_SOURCES)
        self._addresses = addresses(self._tables, self._vocabulary, self._plan)
        self._spare: SimpleQueue[_Spare] = SimpleQueue()
        self._pool = ThreadPoolExecutor(threads - 1) if threads > 1 else None

    def score(self, titles: Texts, texts: Texts) -> Scores:
        """Scores before calibration and familiarity of each article, from columns or from Python strings.

        Raises ValueError where the two differ in length or a column's offsets lead out of its data.
        """
        found, _ = self._in_pieces(titles, texts)
        return Scores(found.scores, found.familiarity)

    def decide(self, titles: Texts, texts: Texts, rule: ReviewRule) -> Decisions:
        """What decisions.decide makes of the scores, compiled and shared between the threads."""
        found, reasons = self._in_pieces(titles, texts, rule)
        return Decisions(found.probabilities, found.category, found.probability, reasons, found.familiarity)

    def _in_pieces(
        self, titles: Texts, texts: Texts, rule: ReviewRule | None = None
    ) -> tuple[Found, NDArray[np.uint8]]:
        """Score, or by a rule decide on, articles in pieces; what is found, and by a rule the reasons for review."""
        ends, most = _ends_of(titles, texts)
        n, k = len(ends), self.weights.categories
        scored, decided = (n, 0) if rule is None else (0, n)
        reasons = np.empty(decided, np.uint8)
        found = Found(
            familiarity=np.empty((n, 3)),
            form=np.empty(n, np.uint8),
            scores=np.empty((scored, k)),
            probabilities=np.empty((decided, k)),
            category=np.empty(decided, np.int64),
            probability=np.empty(decided),
        )

        def work(piece: tuple[int, int]) -> None:
            part = Found(*(array[slice(*piece)] for array in found))
            self._fill(_column(titles, *piece), _column(texts, *piece), part)
            if rule is not None:
                reasons[slice(*piece)] = rule.reasons(part.category, part.probability, part.familiarity, part.form)

        self._share(work, deque(self._pieces(ends, most)))
        return found, reasons

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

    def _fill(self, titles: Column, texts: Column, found: Found) -> None:
        """Fill the arrays of ``found``."""
        sizes = np.diff(titles.offsets) + np.diff(texts.offsets)
        longest = int(sizes.max(initial=0)) + 2  # line breaks after title and body
        try:
            spare = self._spare.get_nowait()
        except Empty:
            spare = None
        if spare is None or spare.length < longest:
            made = scratch(max(longest, SHORTEST), self._plan, self._vocabulary)
            spare = _Spare(made.length, made, addresses(*made[1:]))
        batch = Batch(*_data(titles), *_data(texts))
        flat = Found(*(array.reshape(-1) for array in found))
        table = np.array(self._addresses + spare.addresses + addresses(batch, flat), np.int64)
        self._run(table.ctypes.data)
        if spare.length <= KEPT_LENGTH:
            self._spare.put(spare)


def _ends_of(titles: Texts, texts: Texts) -> tuple[NDArray[np.int64], int]:
    """How many bytes of text there are up to the end of each article, and how many a piece of work has at most."""
    for given in (titles, texts):
        if isinstance(given, TextColumn) and not given.is_sound:  # the compiled code would follow its offsets
            raise ValueError("a column's offsets must rise and stay inside its data")
    n = len(titles)
    if n != len(texts):
        raise ValueError(f"{n} titles for {len(texts)} texts")
    if isinstance(titles, TextColumn) and isinstance(texts, TextColumn):
        return np.cumsum(np.diff(titles.offsets) + np.diff(texts.offsets)), MOST_BYTES
    # Pieces are cut by what a sample says: to ask every string for its length, one thread would keep the others.
    looked_at = range(0, n, max(1, n // SAMPLE))
    characters = sum(len(titles[i]) + len(texts[i]) for i in looked_at)
    size = BYTES_A_CHARACTER * characters // max(1, len(looked_at)) + 1
    return size * np.arange(1, n + 1), MOST_BYTES_OF_STRINGS


def _column(texts: Texts, first: int, stop: int) -> Column:
    if isinstance(texts, TextColumn):
        return texts.slice(first, stop)
    return CodePoints.from_strings(texts[first:stop])


def _data(column: Column) -> tuple[NDArray[np.uint8], NDArray[np.uint32], NDArray[np.int64]]:
    """A column as Batch takes it."""
    if isinstance(column, CodePoints):
        return np.empty(0, np.uint8), column.data, column.offsets
    return column.data, np.empty(0, np.uint32), column.offsets
