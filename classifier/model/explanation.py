"""Why a category: each word's share of the score that set it apart from the runner-up."""

from __future__ import annotations

from classifier.article import WordEvidence
from classifier.model.features import Cut, PlainCounter, frequency
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
        found: dict[tuple[str, str], tuple[float, int]] = {}
        total = 0.0
        for name, analyser, block_weight in weights.spec.blocks:
            table = weights.words if analyser == "words" else weights.characters
            offset = 0 if analyser == "words" else len(weights.words)
            values: list[tuple[str, int, int, float]] = []
            for word, count in counts[name, analyser].items():
                feature = table.find(word)
                if feature >= 0:
                    values.append(
                        (
                            word,
                            count,
                            feature + offset,
                            frequency(count, weights.spec.sublinear) * float(weights.idf[feature + offset]),
                        )
                    )
            length = sum(value * value for *_, value in values) ** 0.5
            if not length:
                continue
            total += block_weight * block_weight
            group = weights.spec.group(name) * weights.features
            for word, count, feature, value in values:
                share = float(weights.weights[group + feature] @ difference) * value / length * block_weight
                field = "title" if name == "title" else "text"
                before, counted = found.get((word, field), (0.0, 0))
                found[word, field] = (before + share, max(counted, count))
        scale = total**-0.5 if total else 0.0
        evidence = [WordEvidence(word, share * scale, field, count) for (word, field), (share, count) in found.items()]
        return sorted(evidence, key=lambda e: (-abs(e.weight), e.word, e.field))
