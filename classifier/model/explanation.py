"""Why a category: each word's share of the score that set it apart from the runner-up."""

from __future__ import annotations

from collections.abc import Callable

from classifier.article import WordEvidence
from classifier.model.features import Analyser, Cut, PlainCounter, weigh
from classifier.model.weights import LinearWeights
from classifier.text import normalise


class Explainer:
    """Gives the words that spoke for a category and against another.

    The model is linear, so a word's share is its value times the difference of the two categories'
    weights, after calibration; the shares and the intercepts add up to the difference of the
    logits, before the article's spread divides them (calibration.calibrate).  ``cut`` gives the
    words of a normalised text; without it the tables are walked.
    """

    def __init__(self, weights: LinearWeights, cut: Cut | None = None) -> None:
        self.weights = weights
        if cut is None:
            from classifier.engine.scoring.walk import WalkScorer

            cut = WalkScorer(weights).cut
        self.counter = PlainCounter(weights.spec, cut, weights.table.is_word)

    def evidence(self, title: str, text: str, category: int, other: int) -> list[WordEvidence]:
        """Words by their weight for ``category`` and against ``other``, the strongest (either way) first."""
        weights = self.weights
        difference = weights.calibration_matrix[category] - weights.calibration_matrix[other]
        counts = self.counter(normalise(title, weights.table.fold), normalise(text, weights.table.fold))
        find: dict[Analyser, Callable[[str], int]] = {
            "words": weights.words.find,
            "characters": weights.characters.find,
        }
        sums: dict[tuple[str, str], tuple[float, int]] = {}
        for block in weigh(weights.spec, counts, find, len(weights.words), weights.idf):
            name = block.block[0]
            field = "title" if name == "title" else "text"
            rows = block.rows + weights.spec.group(name) * weights.features
            shares = (weights.weights[rows] @ difference) * block.values
            for feature, count, share in zip(block.features, block.counts, shares.tolist(), strict=True):
                before, counted = sums.get((feature, field), (0.0, 0))
                sums[feature, field] = (before + share, max(counted, count))
        evidence = [WordEvidence(word, share, field, count) for (word, field), (share, count) in sums.items()]
        return sorted(evidence, key=lambda e: (-abs(e.weight), e.word, e.field))
