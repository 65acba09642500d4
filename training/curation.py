"""Which labels are likely wrong, and what to label next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from classifier.article import Article
from classifier.model import TopicModel
from classifier.taxonomy import Taxonomy
from training.examples import Examples
from training.fitting import HeldOut

MIN_SPREAD = 1e-12


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label that is likely wrong: what it says, what the folds that did not hold it say, and why."""

    index: int
    id: str
    category: str
    instead: str
    quality: float
    reason: str


def suspects(examples: Examples, held_out: HeldOut, taxonomy: Taxonomy) -> list[Suspect]:
    """Labels by how likely they are wrong, the likeliest first.

    Confident learning on held-out probabilities (Northcutt et al. 2021, the cleanlab library):
    ranked by the normalised margin between the label and the best other category.  Near-duplicates
    with different labels come with their own reason.
    """
    from cleanlab.rank import get_label_quality_scores

    present, y = np.unique(held_out.y, return_inverse=True)
    probabilities = held_out.probabilities[:, present]
    probabilities = probabilities / np.maximum(probabilities.sum(1, keepdims=True), MIN_SPREAD)
    quality = np.asarray(
        get_label_quality_scores(y, probabilities, method="normalized_margin", adjust_pred_probs=False)
    )
    clashing = _clashing(held_out.groups, held_out.y)
    found: list[Suspect] = []
    names = {category.id: category.name for category in taxonomy}
    for i in np.argsort(quality, kind="stable").tolist():
        best = int(held_out.probabilities[i].argmax())
        mine = int(held_out.y[i])
        if best == mine and i not in clashing:
            continue
        other = taxonomy.ids[best]
        sure, own = float(held_out.probabilities[i, best]), float(held_out.probabilities[i, mine])
        reason = f"other labels speak for {names[other]} ({sure:.0%}), only {own:.0%} for {names[taxonomy.ids[mine]]}"
        if i in clashing:
            reason = f"nearly the same text is labelled otherwise ({examples.ids[clashing[i]]}); {reason}"
        found.append(Suspect(i, examples.ids[i], examples.categories[i], other, round(float(quality[i]), 6), reason))
    return found


def _clashing(groups: NDArray[np.int64], y: NDArray[np.int64]) -> dict[int, int]:
    """Examples of a near-duplicate group with more than one category → one that is labelled otherwise."""
    order = np.argsort(groups, kind="stable")
    found: dict[int, int] = {}
    for members in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1):
        if len(members) < 2 or len(set(y[members].tolist())) < 2:
            continue
        for i in members.tolist():
            found[i] = next(j for j in members.tolist() if y[j] != y[i])
    return found


class Strategy(Protocol):
    """Chooses which of a pool to label next."""

    def choose(self, probabilities: NDArray[np.float64], vectors: NDArray[np.float64], count: int) -> list[int]:
        """Indices of ``count`` articles, the most useful first.

        ``probabilities`` float64[n, K]; ``vectors`` float64[n, D] of length 1, near where articles
        are alike.
        """
        ...


@dataclass(frozen=True)
class AtRandom:
    """Random choice: what the others are measured against."""

    seed: int = 0

    def choose(self, probabilities: NDArray[np.float64], vectors: NDArray[np.float64], count: int) -> list[int]:
        return [int(i) for i in np.random.default_rng(self.seed).permutation(len(probabilities))[:count]]


@dataclass(frozen=True)
class LeastSure:
    """The smallest margin between the two best categories first (Scheffer et al. 2001)."""

    def choose(self, probabilities: NDArray[np.float64], vectors: NDArray[np.float64], count: int) -> list[int]:
        return [int(i) for i in np.argsort(margins(probabilities), kind="stable")[:count]]


@dataclass(frozen=True)
class UnsureDiverseRare:
    """Unsure articles, unlike each other, with a preference for categories that are rarely the best one.

    From the ``pool`` · count most useful by margin and rarity, each next one is the farthest from
    those chosen (farthest-first traversal, Gonzalez 1985; core-sets, Sener and Savarese 2018).
    """

    pool: int = 5
    rarity: float = 0.5

    def choose(self, probabilities: NDArray[np.float64], vectors: NDArray[np.float64], count: int) -> list[int]:
        best = probabilities.argmax(1)
        share = np.bincount(best, minlength=probabilities.shape[1]) / max(1, len(best))
        value = (1.0 - margins(probabilities)) * (1.0 / np.maximum(share[best], 1.0 / len(best))) ** self.rarity
        useful = np.argsort(-value, kind="stable")[: self.pool * count]
        chosen = [int(useful[0])] if len(useful) else []
        nearest = vectors[useful] @ vectors[chosen[0]] if chosen else np.zeros(0)
        rank = np.linspace(1.0, 0.5, len(useful))
        while len(chosen) < min(count, len(useful)):
            gain = (1.0 - nearest) * rank
            gain[np.isin(useful, chosen)] = -np.inf
            next_one = int(gain.argmax())
            chosen.append(int(useful[next_one]))
            nearest = np.maximum(nearest, vectors[useful] @ vectors[chosen[-1]])
        return chosen


def margins(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance of the two highest probabilities, float64[n]."""
    top = np.sort(probabilities, axis=1)[:, -2:]
    return np.asarray(top[:, 1] - top[:, 0])


def to_label_next(
    model: TopicModel, articles: Sequence[Article], count: int, strategy: Strategy | None = None
) -> list[int]:
    """Which articles of an unlabelled pool to label next, the most useful first."""
    from classifier.columns import TextColumn

    if not articles:
        return []
    titles = TextColumn.from_strings([article.title for article in articles])
    texts = TextColumn.from_strings([article.text for article in articles])
    scores = model.score(titles, texts).scores
    decisions = model.decide(titles, texts)
    vectors = scores - scores.mean(1, keepdims=True)
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), MIN_SPREAD)
    return (strategy or UnsureDiverseRare()).choose(decisions.probabilities, vectors, count)
