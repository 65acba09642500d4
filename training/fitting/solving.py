"""Features and labels → weights: one-against-rest solvers, each ending in one linear model."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Literal, ParamSpec, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, solve
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import Ridge
from sklearn.naive_bayes import MultinomialNB
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

Solver = Literal["ridge", "svc"]
Solution = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Weights float64[features, K] and intercepts float64[K]."""
Shared: TypeAlias = "csr_matrix | NDArray[np.float32]"
MOST_IN_DUAL = 4_000
"""With this many examples or fewer, ridge regression is solved exactly by the examples' inner products."""
BAYES_SMOOTHING = 0.2


class SolverOptions(Protocol):
    @property
    def solver(self) -> Solver: ...
    @property
    def penalty(self) -> float: ...
    @property
    def balance(self) -> float: ...
    @property
    def bayes(self) -> float: ...
    @property
    def seed(self) -> int: ...


def solve_weights(
    X: csr_matrix,
    y: NDArray[np.int64],
    categories: int,
    options: SolverOptions,
    shared: Shared | None = None,
    emphasis: NDArray[np.float64] | None = None,
) -> Solution:
    """Weights and intercepts of all categories; one without labels gets the lowest score.

    ``shared``: what features have in common, [features, d]; csr float64, or dense float32.  X · shared join the
    features; being linear in them, their weights are folded into those of the features, as if each weight
    came from a Gaussian prior with covariance 1 + shared · sharedᵀ.  ``options.bayes`` adds so much
    of a multinomial naive Bayes model, brought to the same spread (Wang and Manning 2012 show how
    the two complete each other).  ``emphasis`` float64[n]: how much each example counts (without: all alike).
    """
    present, column = np.unique(y, return_inverse=True)
    counts = np.bincount(column)
    weight = (len(y) / (len(present) * counts)) ** options.balance
    if shared is None:
        coefficients, intercepts = _plain(X, column, weight, options, emphasis)
    else:
        wide = hstack([X, csr_matrix(times_shared(X, shared))]).tocsr()
        coefficients, intercepts = _plain(wide, column, weight, options, emphasis)
        coefficients = coefficients[: X.shape[1]] + shared @ coefficients[X.shape[1] :].astype(shared.dtype, copy=False)
    if options.bayes > 0:
        coefficients, intercepts = with_bayes(X, column, (coefficients, intercepts), options.bayes, emphasis)
    return place_solution((coefficients, intercepts), present, categories)


def times_shared(X: csr_matrix, shared: Shared) -> csr_matrix | NDArray[np.float32]:
    """X · shared, without a copy of ``shared`` in another precision: it may have hundreds of thousands of rows."""
    return X.astype(shared.dtype, copy=False) @ shared


def place_solution(solution: Solution, present: NDArray[np.int64], categories: int) -> Solution:
    """A solution of the ``present`` categories among all; one without labels gets the lowest score."""
    weights = np.zeros((len(solution[0]), categories))
    intercept = np.full(categories, float(solution[1].min()) - 2.0)
    weights[:, present], intercept[present] = solution
    return weights, intercept


def _plain(
    X: csr_matrix,
    y: NDArray[np.int64],
    weight: NDArray[np.float64],
    options: SolverOptions,
    emphasis: NDArray[np.float64] | None,
) -> Solution:
    if options.solver == "svc":
        return svc(X, y, weight, options.penalty, options.seed, emphasis)
    targets = np.where(y[:, None] == np.arange(len(weight)), 1.0, -1.0)
    of_examples = weight[y] if emphasis is None else weight[y] * emphasis
    return ridge(X, targets, of_examples, options.penalty, options.seed)


def with_bayes(
    X: csr_matrix, y: NDArray[np.int64], solution: Solution, share: float, trust: NDArray[np.float64] | None = None
) -> Solution:
    """A solution and ``share`` of naive Bayes, brought to its spread; ``trust`` float64[n]: weights of the examples."""
    coefficients, intercepts = solution
    model = MultinomialNB(alpha=BAYES_SMOOTHING).fit(X, y, sample_weight=trust)
    bayes = np.asarray(model.feature_log_prob_).T
    bayes = bayes - bayes.mean(1, keepdims=True)
    prior = np.asarray(model.class_log_prior_)
    prior = prior - prior.mean()
    factor = share * _spread(X @ coefficients + intercepts) / max(_spread(X @ bayes + prior), 1e-12)
    return coefficients + factor * bayes, intercepts + factor * prior


def _spread(scores: NDArray[np.float64]) -> float:
    return float((scores - scores.mean(1, keepdims=True)).std())


def from_prior(X: csr_matrix, y: NDArray[np.int64], penalty: float, prior: Solution) -> Solution:
    """A model's weights, moved by the labels that they do not yet get right by a margin.

    One Newton step of the squared hinge from the prior weights, with L2 on the distance from them
    (as the regularised adaptation of Li and Bilmes 2006); where all is right, the weights stay as
    they are.
    """
    weights, intercept = prior
    targets = np.where(y[:, None] == np.arange(len(intercept)), 1.0, -1.0)
    missing = targets * np.maximum(0.0, 1.0 - targets * (X @ weights + intercept))
    inner = (X @ X.T).toarray()
    inner[np.diag_indices_from(inner)] += penalty
    return weights + np.asarray(X.T @ solve(inner, missing, assume_a="pos")), intercept


def ridge(
    X: csr_matrix,
    targets: NDArray[np.float64],
    weight: NDArray[np.float64],
    penalty: float,
    seed: int = 0,
) -> Solution:
    """Ridge regression with an intercept: ``targets`` float64[n, K], ``weight`` float64[n] of the examples."""
    if len(weight) > MOST_IN_DUAL:
        model = Ridge(alpha=penalty, solver="sparse_cg", tol=1e-3, random_state=seed)
        model.fit(X, targets, sample_weight=weight)
        return np.asarray(model.coef_).T, np.asarray(model.intercept_)
    right, intercepts = dual((X @ X.T).toarray(), targets, weight, penalty)
    return np.asarray(X.T @ right), intercepts


def dual(
    inner: NDArray[np.float64], targets: NDArray[np.float64], weight: NDArray[np.float64], penalty: float
) -> Solution:
    """Ridge regression by inner products float64[n, n], which are overwritten: one weight an example, float64[n, K].

    A feature's weight is its values in the examples times theirs.
    """
    inner[np.diag_indices_from(inner)] += penalty / weight
    factored = cho_factor(inner, lower=True, overwrite_a=True)
    right = cho_solve(factored, np.column_stack([targets, np.ones(len(weight))]))
    intercepts = right[:, :-1].sum(0) / right[:, -1].sum()
    return right[:, :-1] - right[:, -1:] * intercepts, intercepts


def svc(
    X: csr_matrix,
    y: NDArray[np.int64],
    weight: NDArray[np.float64],
    penalty: float,
    seed: int = 0,
    emphasis: NDArray[np.float64] | None = None,
) -> Solution:
    """Linear support vector machines (squared hinge), ``weight`` float64[K] of the categories.

    ``emphasis`` float64[n]: of the examples.
    """
    model = LinearSVC(
        C=1.0 / penalty,
        class_weight=dict(enumerate(weight)),
        tol=1e-4,
        max_iter=5000,
        random_state=seed,
    )
    model.fit(X, y, sample_weight=emphasis)
    coefficients, intercepts = np.asarray(model.coef_), np.asarray(model.intercept_)
    if len(weight) == 2:  # scikit-learn keeps one row for two categories
        coefficients, intercepts = np.vstack([-coefficients, coefficients]), np.array([-intercepts[0], intercepts[0]])
    return coefficients.T, intercepts


P = ParamSpec("P")
R = TypeVar("R")


def one_blas_thread(function: Callable[P, R]) -> Callable[P, R]:
    """The function with BLAS held to one thread: the same bytes on any number of cores, and no time lost on waiting."""

    @wraps(function)
    def held(*arguments: P.args, **named: P.kwargs) -> R:
        with threadpool_limits(limits=1, user_api="blas"):
            return function(*arguments, **named)

    return held
