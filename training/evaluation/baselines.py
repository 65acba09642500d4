"""What any classifier must beat: the commonest category, plain words with LinearSVC, ComplementNB."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from classifier.engine.counting.counting import count_features
from classifier.model.features import FeatureSpec
from training.fitting.splits import Part
from training.labels.examples import Examples

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
