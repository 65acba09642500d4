"""The worst mistakes with the words that misled, and the words that each category lives on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from classifier.article import WordEvidence
from classifier.engine.counting.counting import count_features
from classifier.engine.words.dictionary import Dictionary
from classifier.model.explanation import Explainer
from classifier.model.weights import LinearWeights
from training.evaluation.answers import Answers
from training.labels.examples import Examples

WORST = 30
EVIDENCE = 12
WORDS = 20


@dataclass(frozen=True, slots=True)
class Mistake:
    """An article whose answer is wrong: what is right, what was given, how sure, and the words for and against.

    ``model`` says which of the answers' models gave it; weights in ``evidence`` speak for ``given``
    and against ``right``.
    """

    index: int
    id: str
    title: str
    source: str
    date: str
    right: str
    given: str
    probability: float
    right_probability: float
    accepted: bool
    evidence: tuple[WordEvidence, ...]

    def record(self) -> dict[str, Any]:
        return {**asdict(self), "evidence": [asdict(word) for word in self.evidence]}


def worst_mistakes(answers: Answers) -> list[Mistake]:
    """The wrong answers given most surely, the surest first, each with the evidence of the model that gave it."""
    explainers = [Explainer(weights) for weights in answers.models]
    best, y, p = answers.best, answers.y, answers.probabilities
    wrong = np.flatnonzero(best != y)
    order = wrong[np.argsort(-p[wrong, best[wrong]], kind="stable")][:WORST]
    ids, examples = answers.taxonomy.ids, answers.examples
    mistakes: list[Mistake] = []
    for i in order.tolist():
        evidence = explainers[int(answers.by[i])].evidence(
            examples.titles[i], examples.texts[i], int(best[i]), int(y[i])
        )
        mistakes.append(
            Mistake(
                index=i,
                id=examples.ids[i],
                title=examples.titles[i],
                source=examples.sources[i],
                date=examples.dates[i],
                right=ids[y[i]],
                given=ids[best[i]],
                probability=round(float(p[i, best[i]]), 6),
                right_probability=round(float(p[i, y[i]]), 6),
                accepted=bool(answers.accepted[i]),
                evidence=tuple(evidence[:EVIDENCE]),
            )
        )
    return mistakes


def category_words(
    weights: LinearWeights, examples: Examples, ids: tuple[str, ...]
) -> dict[str, list[tuple[str, float]]]:
    """The words each category lives on: what a word adds to it over the other categories in its mean article.

    The strongest first, for each category that has labels; pairs of words as ``a b``.
    """
    dictionary = Dictionary(weights.user_words)
    counts = count_features(weights.spec, *examples.columns, dictionary=dictionary, table=weights.table)
    X = counts.onto(weights.words, weights.characters).tf_idf(weights.idf)
    features = [*weights.words, *weights.characters]
    size = len(features)
    mean = weights.weights.mean(1)
    words: dict[str, list[tuple[str, float]]] = {}
    for k, category in enumerate(ids):
        mine = np.array([own == category for own in examples.categories], np.bool_)
        if not mine.any():
            continue
        share = np.asarray(X[np.flatnonzero(mine)].mean(0)).ravel() * (weights.weights[:, k] - mean)
        total = share.reshape(weights.spec.groups, size).sum(0)
        order = np.argsort(-total, kind="stable")[:WORDS]
        words[category] = [(features[i], round(float(total[i]), 6)) for i in order.tolist() if total[i] > 0]
    return words
