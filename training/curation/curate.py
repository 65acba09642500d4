"""Which labels are likely wrong, and what to label next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from cleanlab.rank import get_label_quality_scores
from numpy.typing import NDArray

from classifier.article import Article
from classifier.columns import TextColumn
from classifier.messages import Message, say
from classifier.model.features import FeatureSpec
from classifier.model.topic_model import TopicModel
from classifier.taxonomy import Taxonomy
from training.curation.strategies import Pool, Strategy, UnsureDiverseRare, directions
from training.evaluation.answers import learnable
from training.fitting.calibration import fit_calibration
from training.fitting.fit import label_columns
from training.fitting.fit_options import FitOptions
from training.fitting.matrix import Matrix, feature_matrix
from training.fitting.solving import one_blas_thread, solve_weights
from training.fitting.splits import outer_folds
from training.labels.examples import Examples
from training.labels.near_duplicates import near_duplicate_groups

SECOND_OPINION = FitOptions(spec=FeatureSpec(words=1, characters=2), vectors=0.3)
"""What judges labels: slower than what ships, and more often right on labels it was not fitted on."""
WORDS = 4
_FEWEST_CHARACTERS = 2


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label that is likely wrong: what it says, what the folds that did not hold it say, and why.

    ``quality``: the probability of the label as it stands.
    """

    index: int
    id: str
    category: str
    instead: str
    quality: float
    said: Message

    @property
    def reason(self) -> str:
        """Why, in English."""
        return self.said.text()

    def record(self) -> dict[str, Any]:
        """The suspect as JSON values, for programs: the reason in English."""
        told = {name: getattr(self, name) for name in ("index", "id", "category", "instead", "quality")}
        return {**told, "reason": self.reason}


@one_blas_thread
def suspects(
    examples: Examples, taxonomy: Taxonomy, count: int = 20, options: FitOptions = SECOND_OPINION
) -> list[Suspect]:
    """The ``count`` labels that are most likely wrong, the likeliest first.

    Confident learning (Northcutt et al. 2021, the cleanlab library): ranked by the probability that
    folds which did not hold the article, nor a near-duplicate, give its label.  Near-duplicates
    with different labels come with their own reason; the only label of a category cannot be judged
    and is passed over.  Raises LabelsError where labels are too few.
    """
    judged = learnable(examples, np.arange(len(examples)))
    examples = examples.take(judged)
    y = label_columns(examples, taxonomy)
    groups = near_duplicate_groups(examples.whole)
    matrix = feature_matrix(examples, options, y)
    scores = np.zeros((len(y), len(taxonomy)))
    fold = np.zeros(len(y), np.int64)
    weights: list[NDArray[np.float64]] = []
    for train, test in outer_folds(examples.categories, groups, options.folds, options.seed):
        solution, intercept = solve_weights(matrix.X[train], y[train], len(taxonomy), options, matrix.shared)
        scores[test] = matrix.X[test] @ solution + intercept
        fold[test] = len(weights)
        weights.append(solution)
    probabilities = fit_calibration(scores, y, "temperature")(scores)
    present, column = np.unique(y, return_inverse=True)
    of_present = probabilities[:, present] / probabilities[:, present].sum(1, keepdims=True)
    quality = np.asarray(
        get_label_quality_scores(column, of_present, method="self_confidence", adjust_pred_probs=False)
    )
    clashing = _clashing(groups, y)
    names = {category.id: category.name for category in taxonomy}
    best = probabilities.argmax(1)
    order = [i for i in np.argsort(quality, kind="stable").tolist() if best[i] != y[i] or i in clashing]
    suspected: list[Suspect] = []
    for i in order[:count]:
        words = _words(matrix, weights[fold[i]], i, int(best[i]), int(y[i]))
        suspected.append(
            Suspect(
                index=int(judged[i]),
                id=examples.ids[i],
                category=examples.categories[i],
                instead=taxonomy.ids[best[i]],
                quality=round(float(quality[i]), 6),
                said=_reason(
                    names[taxonomy.ids[best[i]]],
                    names[taxonomy.ids[y[i]]],
                    (float(probabilities[i, best[i]]), float(probabilities[i, y[i]])),
                    words,
                    examples.ids[clashing[i]] if i in clashing else "",
                ),
            )
        )
    return suspected


def to_label_next(
    model: TopicModel,
    articles: Sequence[Article],
    count: int,
    strategy: Strategy | None = None,
    labelled: Mapping[str, int] | None = None,
) -> list[int]:
    """Which articles of an unlabelled pool to label next, the most useful first.

    ``labelled``: how many labels each category has (without it, all count the same).
    """
    if not articles:
        return []
    titles = TextColumn.from_strings([article.title for article in articles])
    texts = TextColumn.from_strings([article.text for article in articles])
    scores = model.score(titles, texts).scores
    there = np.array([(labelled or {}).get(category, 0) for category in model.taxonomy.ids], np.int64)
    pool = Pool(model.decide(titles, texts).probabilities, directions(scores), there)
    return (strategy or UnsureDiverseRare()).choose(pool, count)


def _words(matrix: Matrix, weights: NDArray[np.float64], i: int, best: int, own: int) -> list[str]:
    """The words of an article that spoke most for another category than its own."""
    row = matrix.X[i]
    share = row.data * (weights[row.indices, best] - weights[row.indices, own])
    features = row.indices % matrix.features
    total: dict[str, float] = {}
    for feature, value in zip(features.tolist(), share.tolist(), strict=True):
        if feature < len(matrix.words) and len(word := matrix.words[feature]) >= _FEWEST_CHARACTERS:
            total[word] = total.get(word, 0.0) + value
    return [word for word in sorted(total, key=lambda word: (-total[word], word))[:WORDS] if total[word] > 0]


def _reason(instead: str, own: str, sure: tuple[float, float], words: Sequence[str], twin: str) -> Message:
    if twin and instead == own:
        return say("suspect.twin", twin=twin)
    spoke = f" ({', '.join(word.replace(' ', '+') for word in words)})" if words else ""
    reason = say("suspect.others", instead=instead, sure=sure[0], words=spoke, little=sure[1], own=own)
    return say("suspect.both", twin=say("suspect.twin", twin=twin), reason=reason) if twin else reason


def _clashing(groups: NDArray[np.int64], y: NDArray[np.int64]) -> dict[int, int]:
    """Examples of a near-duplicate group with more than one category → one that is labelled otherwise."""
    order = np.argsort(groups, kind="stable")
    other_of: dict[int, int] = {}
    for members in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1):
        if len(members) < 2 or len(set(y[members].tolist())) < 2:
            continue
        for i in members.tolist():
            other_of[i] = next(j for j in members.tolist() if y[j] != y[i])
    return other_of
