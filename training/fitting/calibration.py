"""Scores → probabilities: calibration maps fitted on held-out scores, and thresholds for acceptance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.model_selection import GroupKFold

from classifier.model.weights import calibrate, divide_by_spread, softmax
from training.fitting.solving import one_blas_thread

Method = Literal["temperature", "vector", "dirichlet"]
METHODS: tuple[Method, ...] = ("temperature", "vector", "dirichlet")
WISHED = (0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.975, 0.98, 0.985, 0.99, 0.995)
FEWEST_ACCEPTED = 20
LOG_SCALES = (-5.0, 6.0)
"""Scores that part all labels would ask for an endless scale."""
FEWEST_COMPARED = 50
FOLDS = 5
FEWEST_SPREAD = 4
"""Of two categories' scores every spread is the same."""
START = 4.0
"""The temperature that a fit of one begins with: score margins of 1 against 0 as odds of some fifty."""
HELD = 8.0
MOST_STEPS = 500
CAUTION = 1.645
"""Standard errors taken off an accuracy before it counts: the one-sided 95 % interval."""
RIDGE: Mapping[Method, float] = {"temperature": 1.0, "vector": 10.0, "dirichlet": 30.0}
"""How hard it is to part from a temperature (docs/notebook/accuracy.md)."""


@dataclass(frozen=True)
class Calibration:
    """probabilities = softmax(matrix · scores / σ^spread + offset) (weights.calibrate).

    ``matrix`` float64[K, K], ``offset`` float64[K].
    """

    method: Method
    matrix: NDArray[np.float64]
    offset: NDArray[np.float64]
    spread: float = 0.0

    def __call__(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(calibrate(scores, self.matrix, self.offset, self.spread))


def fit_calibration(
    scores: NDArray[np.float64],
    y: NDArray[np.int64],
    method: Method,
    spread: float = 0.0,
    ridge: float | None = None,
    hold: float = 0.0,
) -> Calibration:
    """Fit one map by log loss with L2 on what sets it apart from a temperature.

    ``scores`` float64[n, K] held out, ``y`` int64[n].  Temperature (Guo et al. 2017) has one
    number; vector scaling one and an offset a category; Dirichlet calibration (Kull et al. 2019) a
    full matrix.  ``hold``: L2 on the logarithm of the temperature's distance from START, for few labels:
    a handful that are all right would have it endless.
    """
    ridge = RIDGE[method] if ridge is None else ridge
    n, k = scores.shape
    scores = divide_by_spread(scores, spread)
    every = np.arange(n)
    eye = np.eye(k)

    def unpack(p: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        scale = np.exp(p[0])
        if method == "temperature":
            return eye * scale, np.zeros(k)
        offset = p[1 : k + 1]
        if method == "vector":
            return np.diag(scale * np.exp(p[k + 1 :])), offset
        return scale * (eye + p[k + 1 :].reshape(k, k)), offset

    def loss(p: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        matrix, offset = unpack(p)
        slope = softmax(scores @ matrix.T + offset) if method == "dirichlet" else calibrate(scores, matrix, offset)
        value = -float(np.log(np.maximum(slope[every, y], 1e-300)).sum()) + 0.5 * ridge * float(p[1:] @ p[1:])
        slope[every, y] -= 1.0
        by_matrix = slope.T @ scores
        by_offset = slope.sum(0)
        gradient = np.zeros_like(p)
        gradient[0] = float((by_matrix * matrix).sum())
        if method != "temperature":
            gradient[1 : k + 1] = by_offset
        if method == "vector":
            gradient[k + 1 :] = np.diag(by_matrix) * np.diag(matrix)
        if method == "dirichlet":
            gradient[k + 1 :] = (np.exp(p[0]) * by_matrix).ravel()
        gradient[1:] += ridge * p[1:]
        value += 0.5 * hold * float(p[0] - np.log(START)) ** 2
        gradient[0] += hold * float(p[0] - np.log(START))
        return value, gradient

    size = {"temperature": 1, "vector": 1 + 2 * k, "dirichlet": 1 + k + k * k}[method]
    start = np.zeros(size)
    start[0] = np.log(START)
    bounds = [LOG_SCALES] + [(None, None)] * (size - 1)
    options = {"maxiter": MOST_STEPS}
    if method != "dirichlet":
        optimum = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
        return Calibration(method, *unpack(optimum.x), spread)
    start[0] = np.log(fit_calibration(scores, y, "temperature", hold=hold).matrix[0, 0])
    even = _even_scales(scores, unpack(start)[0], ridge)

    def evened_loss(u: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        value, gradient = loss(even(u) + start)
        return value, even.back(gradient)

    bounds[0] = ((LOG_SCALES[0] - start[0]) / even.scale, (LOG_SCALES[1] - start[0]) / even.scale)
    optimum = minimize(evened_loss, np.zeros(size), jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return Calibration(method, *unpack(even(optimum.x) + start), spread)


@dataclass(frozen=True)
class _Evened:
    """Parameters of a Dirichlet map (logarithm of its scale, offsets, matrix) from others in which the loss is as steep
    in all directions: the solver takes a third of the steps.

    ``scale``: of the logarithm; ``blocks`` float64[K, K + 1, K + 1]: of each category's offset and row.
    """

    scale: float
    blocks: NDArray[np.float64]

    def __call__(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        rows = np.einsum("jab,jb->ja", self.blocks, u[1:].reshape(self.blocks.shape[:2]))
        return np.concatenate([u[:1] * self.scale, rows[:, 0], rows[:, 1:].ravel()])

    def back(self, gradient: NDArray[np.float64]) -> NDArray[np.float64]:
        """The gradient by ``u`` of the gradient by the parameters."""
        k = len(self.blocks)
        rows = np.column_stack([gradient[1 : k + 1], gradient[k + 1 :].reshape(k, k)])
        return np.concatenate([gradient[:1] * self.scale, np.einsum("jab,ja->jb", self.blocks, rows).ravel()])


def _even_scales(scores: NDArray[np.float64], matrix: NDArray[np.float64], ridge: float) -> _Evened:
    """By the second derivatives at a temperature, each category for itself."""
    q = calibrate(scores, matrix, np.zeros(len(matrix)))
    inputs = np.column_stack([np.ones(len(scores)), scores * matrix[0, 0]])
    least = (ridge + 1e-6) * np.eye(inputs.shape[1])
    curved = [inputs.T @ (inputs * (p * (1.0 - p))[:, None]) + least for p in q.T]
    logits = inputs[:, 1:]
    by_scale = float((q * (logits - (q * logits).sum(1, keepdims=True)) ** 2).sum())
    blocks = np.linalg.inv(np.linalg.cholesky(np.array(curved))).transpose(0, 2, 1)
    return _Evened(by_scale**-0.5 if by_scale > 0 else 1.0, blocks)


@one_blas_thread
def best_calibration(
    scores: NDArray[np.float64], y: NDArray[np.int64], groups: NDArray[np.int64] | None = None
) -> Calibration:
    """The map with the smallest log loss in cross-validation over the held-out scores, fitted on all of them.

    Each method is tried on the scores as they are and, with four categories or more, divided by
    their spread.  ``groups`` int64[n]: what must not be parted; without it each example stands for
    itself.
    """
    groups = np.arange(len(y)) if groups is None else groups
    if len(y) < FEWEST_COMPARED or len(np.unique(groups)) < FOLDS:
        return fit_calibration(scores, y, "temperature", hold=HELD)
    spreads = (0.0, 1.0) if scores.shape[1] >= FEWEST_SPREAD else (0.0,)
    losses = {(method, spread): 0.0 for spread in spreads for method in METHODS}
    for train, test in GroupKFold(FOLDS).split(scores, groups=groups):
        for method, spread in losses:
            p = fit_calibration(scores[train], y[train], method, spread)(scores[test])
            losses[method, spread] -= float(np.log(np.maximum(p[np.arange(len(test)), y[test]], 1e-300)).sum())
    return fit_calibration(scores, y, *min(losses, key=losses.__getitem__))


def expected_calibration_error(probability: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 15) -> float:
    """Mean distance of the best category's probability and its accuracy over equal-width bins (Guo et al. 2017)."""
    bin_of = np.minimum((probability * bins).astype(int), bins - 1)
    total = 0.0
    for b in range(bins):
        inside = bin_of == b
        if inside.any():
            total += abs(float(probability[inside].mean()) - float(right[inside].mean())) * int(inside.sum())
    return total / max(1, len(right))


def acceptance_thresholds(
    probability: NDArray[np.float64],
    right: NDArray[np.bool_],
    wished: tuple[float, ...] = WISHED,
    caution: float = CAUTION,
) -> tuple[tuple[float, float], ...]:
    """(wished accuracy, probability from which to accept) pairs, rising.

    The threshold for a wished accuracy is the lowest at which the accepted ones, held out, are
    right that often even ``caution`` standard errors below what was measured.  Accuracies that no threshold reaches
    are left out.
    """
    order = np.argsort(-probability, kind="stable")
    sorted_probability, sorted_right = probability[order], right[order].astype(float)
    count = np.arange(1, len(order) + 1)
    accuracy = np.cumsum(sorted_right) / count
    # Agresti-Coull's two added trials keep the error from being 0 where all are right.
    smoothed = (np.cumsum(sorted_right) + 1) / (count + 2)
    safe = accuracy - caution * np.sqrt(smoothed * (1 - smoothed) / count)
    last_of_ties = np.append(sorted_probability[1:] < sorted_probability[:-1], True)
    pairs: list[tuple[float, float]] = []
    highest = 0.0
    for wish in wished:
        allowed = np.flatnonzero((safe >= wish) & (count >= FEWEST_ACCEPTED) & last_of_ties)
        if len(allowed):
            highest = max(highest, float(sorted_probability[allowed[-1]]))
            pairs.append((wish, round(highest, 6)))
    return tuple(pairs)


def strictest(thresholds: Iterable[tuple[tuple[float, float], ...]]) -> tuple[tuple[float, float], ...]:
    """Of several (wished accuracy, threshold) lists the wishes that all of them reach, with the highest threshold."""
    lists = [dict(pairs) for pairs in thresholds]
    common = set.intersection(*(set(pairs) for pairs in lists)) if lists else set()
    return tuple((wish, max(pairs[wish] for pairs in lists)) for wish in sorted(common))
