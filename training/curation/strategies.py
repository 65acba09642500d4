"""Query strategies: small objects that choose which of a pool of articles to label next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Pool:
    """Unlabelled articles as a model sees them.

    ``probabilities`` float64[n, K]; ``vectors`` float64[n, D] of length 1, near where articles are
    alike; ``labelled`` int64[K]: how many labels each category has already.
    """

    probabilities: NDArray[np.float64]
    vectors: NDArray[np.float64]
    labelled: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.probabilities)


class Strategy(Protocol):
    """Chooses which of a pool to label next."""

    def choose(self, pool: Pool, count: int) -> list[int]:
        """Indices of ``count`` articles (all where there are fewer), the most useful first."""
        ...


@dataclass(frozen=True)
class AtRandom:
    """Random choice: what the others are measured against."""

    seed: int = 0

    def choose(self, pool: Pool, count: int) -> list[int]:
        return [int(i) for i in np.random.default_rng(self.seed).permutation(len(pool))[:count]]


@dataclass(frozen=True)
class LeastSure:
    """The smallest margin between the two best categories first (Scheffer et al. 2001)."""

    def choose(self, pool: Pool, count: int) -> list[int]:
        return [int(i) for i in np.argsort(margins(pool.probabilities), kind="stable")[:count]]


@dataclass(frozen=True)
class UnsureDiverseRare:
    """Unsure articles, unlike each other, rather of categories that have few labels.

    An article's use is 1 less its margin, times the expected need of its categories: the mean
    count of labels over its own count, to the power ``rarity``, within 1/3 and 3.  From the
    ``spread`` · count most useful, each next one is the farthest from those chosen (farthest-first
    traversal, Gonzalez 1985; core-sets, Sener and Savarese 2018).
    """

    spread: int = 2
    rarity: float = 0.25

    def choose(self, pool: Pool, count: int) -> list[int]:
        if not len(pool):
            return []
        labelled = pool.labelled
        need = ((labelled.sum() + len(labelled)) / len(labelled) / (labelled + 1.0)) ** self.rarity
        expected = np.clip(pool.probabilities @ need, 1 / 3, 3.0)
        use = (1.0 - margins(pool.probabilities)) * expected
        useful = np.argsort(-use, kind="stable")[: max(1, self.spread) * count]
        return farthest_first(useful, pool.vectors, count)


def farthest_first(useful: NDArray[np.int64], vectors: NDArray[np.float64], count: int) -> list[int]:
    """``count`` of the ``useful`` (best first), each the farthest from those before it, those of more use nearer."""
    candidates = vectors[useful]
    worth = np.linspace(1.0, 0.5, len(useful))
    chosen = [0]
    nearest = candidates @ candidates[0]
    while len(chosen) < min(count, len(useful)):
        gain = (1.0 - nearest) * worth
        gain[chosen] = -np.inf
        chosen.append(int(gain.argmax()))
        nearest = np.maximum(nearest, candidates @ candidates[chosen[-1]])
    return [int(useful[i]) for i in chosen]


def margins(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance of the two highest probabilities, float64[n]."""
    top = np.sort(probabilities, axis=1)[:, -2:]
    return np.asarray(top[:, 1] - top[:, 0])


def directions(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores float64[n, K] as vectors of length 1: articles that a model sees alike lie near each other."""
    vectors = scores - scores.mean(1, keepdims=True)
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))
