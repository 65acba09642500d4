"""Self-training: unlabelled articles are read, and take part in a fit with the category that labels lead to expect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from classifier.article import Article
from classifier.errors import InputRefused, LanmuError
from classifier.messages import say
from classifier.reading import ReadingOptions, read_paths
from training.fitting.matrix import Matrix
from training.fitting.solving import Solution, SolverOptions, dual, place_solution, times_shared, with_bayes
from training.labels.examples import Examples
from training.labels.near_duplicates import near_duplicate_groups

MOST_UNLABELLED = 3_000
"""More add little and cost by their square."""
ROUNDS = 3
TAKEN = 0.8
"""The share of each category's equal part that the last round takes, the surest first; earlier rounds take less."""
TRUST = 0.3
"""What an unlabelled article weighs against a labelled one."""


@dataclass(frozen=True)
class SelfTraining:
    """Labels and unlabelled articles side by side, ready to be fitted on any part of the labels.

    The first ``len(y)`` rows of the matrix are the labels with their columns ``y`` int64[labels],
    the others are unlabelled.  ``inner`` float64[n, n]: inner products of all rows.
    """

    matrix: Matrix
    y: NDArray[np.int64]
    inner: NDArray[np.float64]

    @classmethod
    def of(cls, matrix: Matrix, y: NDArray[np.int64]) -> SelfTraining:
        inner = (matrix.X @ matrix.X.T).toarray()
        if matrix.shared is not None:
            means = csr_matrix(times_shared(matrix.X, matrix.shared)).toarray()
            inner += means @ means.T
        return cls(matrix, y, inner)

    @property
    def unlabelled(self) -> NDArray[np.int64]:
        """The rows without a label."""
        return np.arange(len(self.y), self.matrix.X.shape[0])

    def solved(self, train: NDArray[np.int64], categories: int, options: SolverOptions) -> Solution:
        """Weights and intercepts from the labels ``train`` and the unlabelled articles.

        Each round tells the unlabelled articles' categories, takes those that stand out most, and
        fits again with them (Yarowsky 1995).
        """
        present, column = np.unique(self.y[train], return_inverse=True)
        rows, expected = train, column
        trust = (len(column) / (len(present) * np.bincount(column))) ** options.balance
        weight = trust[column]
        for number in range(1, ROUNDS + 1):
            right, intercepts = self._fitted(rows, expected, weight, len(present), options.penalty)
            scores = self.inner[np.ix_(self.unlabelled, rows)] @ right + intercepts
            chosen, best = _surest(scores, TAKEN * number / ROUNDS)
            rows = np.concatenate([train, self.unlabelled[chosen]])
            expected = np.concatenate([column, best])
            weight = np.concatenate([trust[column], np.full(len(chosen), TRUST)])
        right, intercepts = self._fitted(rows, expected, weight, len(present), options.penalty)
        X, shared = self.matrix.X[rows], self.matrix.shared
        coefficients = np.asarray(X.T @ right)
        if shared is not None:
            of_shared = np.asarray(times_shared(X, shared).T @ right)
            coefficients += shared @ of_shared.astype(shared.dtype, copy=False)
        if options.bayes > 0:
            coefficients, intercepts = with_bayes(X, expected, (coefficients, intercepts), options.bayes, weight)
        return place_solution((coefficients, intercepts), present, categories)

    def _fitted(
        self,
        rows: NDArray[np.int64],
        column: NDArray[np.int64],
        weight: NDArray[np.float64],
        categories: int,
        penalty: float,
    ) -> Solution:
        targets = np.where(column[:, None] == np.arange(categories), 1.0, -1.0)
        return dual(self.inner[np.ix_(rows, rows)], targets, weight, penalty)


def _surest(scores: NDArray[np.float64], share: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which to take, and their best category: of each category the surest, at most ``share`` of an equal part.

    The equal part keeps a category that the labels favour by chance from growing with each round.
    """
    best = scores.argmax(1)
    ranked = np.sort(scores, axis=1)
    margin = ranked[:, -1] - ranked[:, -2]
    most = int(np.ceil(share * len(scores) / scores.shape[1]))
    chosen: list[NDArray[np.int64]] = []
    for k in range(scores.shape[1]):
        own = np.flatnonzero(best == k)
        chosen.append(own[np.argsort(-margin[own], kind="stable")[:most]])
    together = np.concatenate(chosen)
    return together, best[together]


def read_unlabelled(
    paths: Sequence[str],
    labels: Examples | None,
    refused: Callable[[InputRefused], None],
    seed: int = 0,
    *,
    apart: bool = False,
) -> Examples:
    """The articles of files and folders; of more than MOST_UNLABELLED a random choice.

    ``apart``: without those that are nearly the same as a label, so that labels can be set apart for a test.
    Raises LanmuError where none is left.
    """
    articles = make_unlabelled(read_paths(paths, ReadingOptions(), refused), labels)
    if not len(articles):
        raise LanmuError(say("labels.no_unlabelled", paths=", ".join(paths)))
    if len(articles) > MOST_UNLABELLED:
        articles = articles.take(np.sort(np.random.default_rng(seed).permutation(len(articles))[:MOST_UNLABELLED]))
    if not apart or labels is None:
        return articles
    groups = near_duplicate_groups(labels.whole + articles.whole)
    new = ~np.isin(groups[len(labels) :], groups[: len(labels)])
    if not new.any():
        raise LanmuError(say("fit.all_like_labels", paths=", ".join(paths)))
    return articles.take(new)


def make_unlabelled(articles: Iterable[Article], labels: Examples | None = None) -> Examples:
    """Articles as examples without a category; each text once, and none that is among the labels."""
    seen = set() if labels is None else set(zip(labels.titles, labels.texts, strict=True))
    ids = set() if labels is None else set(labels.ids)
    kept: list[Article] = []
    for article in articles:
        text = (article.title, article.text)
        if article.id not in ids and text not in seen and any(part.strip() for part in text):
            seen.add(text)
            kept.append(article)
    return Examples.of_rows((one.id, one.title, one.text, "", one.date, "unlabelled") for one in kept)
