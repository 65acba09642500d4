"""New categories beside those that a model knows: a column of weights each, taught by few labels.

The labels of the new category are held against the labels that ship, so that labels of it alone are
enough to begin.  Its name and description are one label more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from classifier.files import find_shipped
from classifier.taxonomy import Category, Taxonomy
from training.fitting.fit_options import FitOptions
from training.fitting.prior import Prior
from training.fitting.solving import Shared, Solution, solve_weights
from training.labels.examples import Examples
from training.labels.file import examples_of, read_labels

NAME_COUNTS = 0.5
"""What a name with its description counts against a label."""
FOLDS = 3
FOUND = 0.75
"""The share of a new category's labels that folds without them should find; more would take articles of others."""
RAISED = 0.1
"""How much more a new category is raised, in scores: few labels say less of it than thousands say of the others
(benchmarks/new_category.py: without it a third of its articles goes elsewhere and none of theirs to it)."""


@dataclass(frozen=True)
class Newcomers:
    """What teaches the new ``columns``.

    ``X`` csr float64 like the labels' values: rows of articles known to belong elsewhere (``y`` -1),
    and of the names and descriptions of the new categories (``y`` their columns).
    """

    columns: NDArray[np.int64]
    X: csr_matrix
    y: NDArray[np.int64]
    shared: Shared | None

    def taught(self, X: csr_matrix, y: NDArray[np.int64], options: FitOptions, start: Solution) -> Solution:
        """The ``start``, with the new columns learned from labels ``y`` int64[n] and what is known anyway.

        Few labels leave a new column too timid beside those that thousands of labels made: how far it is
        raised is told by folds that did not hold the label.
        """
        weights, intercept = start[0].copy(), start[1].copy()
        together = vstack([X, self.X]).tocsr()
        columns = np.concatenate([y, self.y])
        emphasis = np.concatenate([np.ones(len(y)), np.where(self.y >= 0, NAME_COUNTS, 1.0)])
        known = np.setdiff1d(np.arange(len(intercept)), self.columns)
        others = np.asarray(together @ start[0][:, known] + start[1][known]).max(1)
        for column in self.columns.tolist():
            mine = (columns == column).astype(np.int64)
            if not mine.any():
                continue
            w, b = solve_weights(together, mine, 2, options, self.shared, emphasis=emphasis)
            weights[:, column], intercept[column] = w[:, 1], b[1]
            labels = np.flatnonzero(y == column)
            behind: list[float] = []
            for part in range(FOLDS if len(labels) >= FOLDS else 0):
                out = labels[part::FOLDS]
                train = np.setdiff1d(np.arange(len(columns)), out)
                w, b = solve_weights(together[train], mine[train], 2, options, self.shared, emphasis=emphasis[train])
                behind += (others[out] - (together[out] @ w[:, 1] + b[1])).tolist()
            if behind:
                intercept[column] += RAISED + max(0.0, float(np.quantile(behind, FOUND)))
        return weights, intercept


def find_known_elsewhere(taxonomy: Taxonomy, prior: Prior, examples: Examples) -> tuple[Examples, NDArray[np.int64]]:
    """Articles that teach what new categories are not, and their names; with each row's new column or -1."""
    there = set(examples.ids)
    labels = examples_of([label for label in read_labels(find_shipped("labels.csv")).labels if label.id not in there])
    said = set(taxonomy.ids) | {former for category in taxonomy for former in category.was}
    known = np.array([category in said for category in labels.categories], np.bool_)  # left out: may be anything now
    labels = labels.take(~labels.kept_apart & known)
    names = name_examples([taxonomy.categories[k] for k in prior.new.tolist()])
    return labels + names, np.concatenate([np.full(len(labels), -1, np.int64), prior.new])


def name_examples(categories: Iterable[Category]) -> Examples:
    """Each category's name as a title, and both name and description as the text of an article of it."""
    return Examples.of_rows(
        (f"name/{one.id}", one.name, f"{one.name}\n{one.description}".strip(), one.id, "", "name") for one in categories
    )
