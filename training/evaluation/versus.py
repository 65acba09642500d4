"""Two models on the same articles: who is right more often, and whether that is more than noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from classifier.engine.counting.counting import count_features
from classifier.engine.scoring.scorer import KernelScorer
from classifier.model.features import FeatureSpec
from classifier.model.model_files import StoredModel
from training.evaluation.answers import Answers
from training.evaluation.metrics import DRAWS, Judged, figures, interval_of, round_figure
from training.fitting.fit import Fitted
from training.fitting.seen import unseen
from training.fitting.splits import Part
from training.labels.examples import Examples
from training.promotion.gate import mcnemar


@dataclass(frozen=True, slots=True)
class Versus:
    """Our answers against another's on the same articles.

    ``won``: we are right and the other is not; ``lost`` the reverse; ``p`` McNemar's exact test;
    ``difference`` of accuracy, ours less theirs, with its bootstrap interval.
    """

    other: str
    articles: int
    ours: float
    theirs: float
    their_macro_f1: float
    difference: float
    difference_95: list[float]
    won: int
    lost: int
    p: float

    @property
    def verdict(self) -> str:
        """What it comes to, beyond noise: a phrase of the catalogue."""
        if self.p >= 0.05:
            return "same"
        return "better" if self.won > self.lost else "worse"


def versus(other: str, answers: Answers, theirs: Mapping[str, str]) -> Versus | None:
    """Compare on the articles that both have answered; None where there is none."""
    ids = {category: k for k, category in enumerate(answers.taxonomy.ids)}
    both = np.array([theirs.get(name) in ids for name in answers.examples.ids], np.bool_)
    if not both.any():
        return None
    mine = Judged.of(answers).take(both)
    given = np.array([ids[theirs[n]] for n, b in zip(answers.examples.ids, both, strict=True) if b], np.int64)
    right, theirs_right = mine.best == mine.y, given == mine.y
    won, lost = int((right & ~theirs_right).sum()), int((theirs_right & ~right).sum())
    gain = right.astype(float) - theirs_right
    their_figures = figures(Judged(mine.y, given, mine.probabilities, mine.accepted), np.ones((1, len(mine))))
    return Versus(
        other=other,
        articles=len(mine),
        ours=round_figure(right.mean()),
        theirs=round_figure(theirs_right.mean()),
        their_macro_f1=round_figure(their_figures["macro_f1"][0]),
        difference=round_figure(gain.mean()),
        difference_95=interval_of(lambda weight: weight @ gain / weight.sum(1), len(gain), DRAWS),
        won=won,
        lost=lost,
        p=round_figure(mcnemar(lost, won)),
    )


def honest_answers(champion: StoredModel, examples: Examples) -> dict[str, str]:
    """A stored model's answers on examples, by id, as far as they are honest.

    Those it gave on its holdout before its final fit (kept in its manifest), and those it gives
    now on articles that it was not fitted on.
    """
    kept: Mapping[str, str] = champion.manifest.training.get("answers", {})
    known = {name: kept[name] for name in examples.ids if name in kept}
    new = unseen(champion.manifest, examples)
    return known | answers_of(champion, examples.take(new))


def answers_of(model: StoredModel | Fitted, examples: Examples) -> dict[str, str]:
    """What a model answers on examples, by id, whether it was fitted on them or not."""
    if not len(examples):
        return {}
    weights = model.weights
    ids = model.manifest.taxonomy.ids if isinstance(model, StoredModel) else model.taxonomy.ids
    scores = KernelScorer(weights).score(*examples.columns).scores
    best: NDArray[np.int64] = weights.probabilities(scores).argmax(1)
    return {name: ids[k] for name, k in zip(examples.ids, best.tolist(), strict=True)}


PLAIN = FeatureSpec(title=1.0, text=1.0, lead=0.0, words=1, characters=0, sublinear=False)
COMMONEST = "commonest category"
Rival = Callable[["csr_matrix", NDArray[np.int64], "csr_matrix"], NDArray[np.int64]]


def baseline_answers(examples: Examples, parts: Sequence[Part]) -> dict[str, dict[str, str]]:
    """The baselines' answers on every tested article: by baseline, then by the article's id.

    All see jieba's words of title and text together and nothing else, on the same splits.
    """
    counts = count_features(PLAIN, *examples.columns)
    X: csr_matrix = sum(counts.blocks.values())
    names, y = np.unique(np.asarray(examples.categories), return_inverse=True)
    by_baseline: dict[str, dict[str, str]] = {}
    for name, rival in RIVALS.items():
        answers: dict[str, str] = {}
        for train, test in parts:
            given = rival(X[train], y[train], X[test])
            answers |= {examples.ids[i]: str(names[k]) for i, k in zip(test.tolist(), given.tolist(), strict=True)}
        by_baseline[name] = answers
    return by_baseline


def majority(X: csr_matrix, y: NDArray[np.int64], tested: csr_matrix) -> NDArray[np.int64]:
    """The commonest category for every article."""
    return np.full(tested.shape[0], np.bincount(y).argmax())


def plain_svc(X: csr_matrix, y: NDArray[np.int64], tested: csr_matrix) -> NDArray[np.int64]:
    """scikit-learn's TfidfTransformer and LinearSVC as they come."""
    weigher = TfidfTransformer().fit(X)
    return np.asarray(LinearSVC(random_state=0).fit(weigher.transform(X), y).predict(weigher.transform(tested)))


def complement_nb(X: csr_matrix, y: NDArray[np.int64], tested: csr_matrix) -> NDArray[np.int64]:
    """Complement naive Bayes (Rennie et al. 2003) on counts, as it comes."""
    return np.asarray(ComplementNB().fit(X, y).predict(tested))


RIVALS: Mapping[str, Rival] = {
    COMMONEST: majority,
    "ComplementNB, words": complement_nb,
    "LinearSVC, words": plain_svc,
}
