"""Labels → linear weights: count, weigh, solve, calibrate on held-out folds, set the review rule."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import vstack
from sklearn.metrics import f1_score

from classifier.engine.scoring.scorer import KernelScorer
from classifier.errors import LabelsError, ModelError
from classifier.messages import say
from classifier.model.decisions import ReviewRule
from classifier.model.form import NO_BODY, ROUND_UP, form_bits
from classifier.model.weights import LinearWeights
from classifier.taxonomy import Taxonomy
from training.fitting.calibration import (
    CAUTION,
    HELD,
    Calibration,
    acceptance_thresholds,
    best_calibration,
    expected_calibration_error,
    fit_calibration,
    strictest,
)
from training.fitting.fit_options import FitOptions
from training.fitting.matrix import Matrix, feature_matrix
from training.fitting.newcomers import Newcomers, find_known_elsewhere
from training.fitting.prior import Prior
from training.fitting.self_training import SelfTraining
from training.fitting.solving import Solution, from_prior, one_blas_thread, solve_weights
from training.fitting.splits import folds, time_blocks
from training.labels.examples import Examples
from training.labels.near_duplicates import near_duplicate_groups
from training.vectors.background import read_background

Solve = Callable[[NDArray[np.int64]], Solution]
"""Fits the labels int64[n] by their rows."""
FEWEST_A_CATEGORY = 2
NEW_PENALTY = 1.0
"""Of the support vector machine of a category that is new to a prior."""
FEW_CATEGORIES = 5
"""With fewer, what the best category leaves says little of the second: it must be probable by itself."""
FEW = 100
"""With fewer labels a model that the fit starts from keeps its calibration."""
FEWEST_OF_SOURCE = 300
"""Labels of a source by which thresholds can be told: with fewer an accuracy of 97 % hangs on a few articles."""
STEADY = 500
"""With fewer labels a fold may go astray with the unlabelled articles; a temperature cannot carry that into answers."""
MANY = 10_000
"""From this many labels on, folds are fitted side by side; for fewer, starting processes takes longer."""
FEW_ROUND_UPS = 0.05
"""Share of the labels: with fewer, an article that its headline calls a round-up goes to review."""
FEWEST_KNOWN = 0.5
"""Share of known words below which a text is unfamiliar; labels know all of their own words, so they cannot tell it."""


@dataclass(frozen=True)
class HeldOut:
    """What folds say of examples they were not fitted on.

    ``probabilities`` float64[n, K] after calibration, ``scores`` before it, ``y`` int64[n] the
    labels' columns, ``familiarity`` float64[n, 3], ``groups`` int64[n] near-duplicates.
    """

    scores: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    y: NDArray[np.int64]
    familiarity: NDArray[np.float64]
    groups: NDArray[np.int64]

    def metrics(self) -> dict[str, float]:
        """Accuracy, macro-F1 (over categories that have labels), log loss, expected calibration error."""
        best = self.probabilities.argmax(1)
        right = best == self.y
        chosen = self.probabilities[np.arange(len(self.y)), self.y]
        present = np.unique(self.y)
        return {
            "accuracy": round(float(right.mean()), 6),
            "macro_f1": round(float(f1_score(self.y, best, labels=present, average="macro", zero_division=0.0)), 6),
            "log_loss": round(-float(np.log(np.maximum(chosen, 1e-300)).mean()), 6),
            "calibration_error": round(expected_calibration_error(self.probabilities.max(1), right), 6),
        }


@dataclass(frozen=True)
class Fitted:
    """A fitted model before it has a name and a folder."""

    weights: LinearWeights
    review: ReviewRule
    held_out: HeldOut
    taxonomy: Taxonomy
    options: FitOptions


@one_blas_thread
def fit_model(
    examples: Examples,
    taxonomy: Taxonomy,
    options: FitOptions | None = None,
    *,
    groups: NDArray[np.int64] | None = None,
    prior: Prior | None = None,
    unlabelled: Examples | None = None,
) -> Fitted:
    """Fit a model on labelled articles, from nothing or from ``prior``.

    ``unlabelled`` articles (their categories are not looked at) take part by self-training; a fit
    from a ``prior`` leaves them out.  Probabilities are calibrated, and the review rule is set, on
    folds that hold near-duplicates together, and whole months where the labels have dates
    (splits.time_blocks).  The same examples and options give the same bytes.  Raises LabelsError
    where a category has too few labels to learn from.
    """
    options = options or FitOptions()
    y = label_columns(examples, taxonomy, alone=prior is None)
    if groups is None:
        groups = near_duplicate_groups(examples.whole)
    everything = examples if unlabelled is None or prior is not None else examples + unlabelled
    newcomers: Newcomers | None = None
    if prior is not None and len(prior.new):
        others, their_y = find_known_elsewhere(taxonomy, prior, examples)
        matrix = feature_matrix(examples + others, options, y, prior)
        newcomers = Newcomers(prior.new, matrix.X[len(y) :], their_y, matrix.shared)
        matrix = replace(matrix, X=matrix.X[: len(y)], shared=None)
    else:
        matrix = feature_matrix(everything, options, y, prior)
    solve = solver_of(matrix, y, len(taxonomy), options, emphasis_of(examples, options), newcomers)
    blocks = time_blocks(groups, examples.dates, examples.categories)
    kept_together = groups if blocks is None else blocks
    scores = score_held_out(matrix, y, kept_together, len(taxonomy), options, solve)
    typical = typical_examples(examples)
    if prior is not None and (len(y) < FEW or prior.changes):
        calibration = prior.calibration
    elif len(everything) > len(examples) and len(y) < STEADY:
        calibration = fit_calibration(scores, y, "temperature", hold=HELD)
    else:
        calibration = best_calibration(scores[typical], y[typical], kept_together[typical])
    weights, intercept = solve(np.arange(len(y)))
    fitted = weights_of(matrix, weights, intercept, calibration, options)
    if prior is not None:
        fitted = replace(fitted, table=prior.model.table)
    familiarity = _familiarity(fitted, examples)
    held_out = HeldOut(scores, calibration(scores), y, familiarity, groups)
    if prior is not None and (len(y) < FEW or prior.changes):
        # What was chosen for single columns of the model is no part of what is fitted; the columns may be others.
        review = replace(prior.review.at(options.accept_accuracy), least=())
    else:
        review = review_rule(held_out, examples, options, 0.0 if blocks is not None else CAUTION, typical)
    return Fitted(fitted, review, held_out, taxonomy, options)


def typical_examples(examples: Examples) -> NDArray[np.bool_]:
    """Which examples tell how sure to be, bool[n]: not those picked because a model was unsure, if enough are left.

    They teach the weights, but are harder than what comes in, so that probabilities and thresholds
    fitted on them would send too much to review.
    """
    typical = ~examples.doubtful
    return typical if typical.sum() >= max(FEW, len(examples) // 2) else np.ones(len(examples), np.bool_)


def label_columns(examples: Examples, taxonomy: Taxonomy, alone: bool = True) -> NDArray[np.int64]:
    """Each label's column in the taxonomy, int64[n]; LabelsError where there are too few to learn from ``alone``."""
    index = {category: i for i, category in enumerate(taxonomy.ids)}
    unknown = sorted(set(examples.categories) - set(index))
    if unknown:
        raise LabelsError(say("fit.not_in_taxonomy", category=unknown[0]))
    y = np.array([index[category] for category in examples.categories], np.int64)
    counts = np.bincount(y, minlength=len(taxonomy))
    if not alone and len(y):
        return y
    if (counts > 0).sum() < 2:
        raise LabelsError(say("fit.two_categories"))
    few = [f"{taxonomy.ids[k]} ({counts[k]})" for k in range(len(taxonomy)) if 0 < counts[k] < FEWEST_A_CATEGORY]
    if few:
        raise LabelsError(say("fit.too_few", few=", ".join(few), fewest=FEWEST_A_CATEGORY))
    return y


def emphasis_of(examples: Examples, options: FitOptions) -> NDArray[np.float64] | None:
    """How much each example counts by its source (see FitOptions.source_weights), float64[n]; None: all alike."""
    of_source = dict(options.source_weights)
    weights = np.array([of_source.get(source.split("/")[0], 1.0) for source in examples.sources])
    return None if (weights == 1.0).all() else weights


def solver_of(
    matrix: Matrix,
    y: NDArray[np.int64],
    categories: int,
    options: FitOptions,
    emphasis: NDArray[np.float64] | None = None,
    newcomers: Newcomers | None = None,
) -> Solve:
    """What fits some of the labels ``y`` int64[n]; rows of the matrix beyond them are unlabelled and take part.

    ``emphasis`` float64[n]: how much each label counts.  Unlabelled articles and a prior leave it, and
    headlines as articles of their own, aside.  ``newcomers``: what teaches categories new to the prior.
    """
    if matrix.X.shape[0] > len(y):
        learner = SelfTraining.of(matrix, y)
        return lambda train: learner.solved(train, categories, options)
    prior = matrix.prior
    if prior is not None and newcomers is not None:
        adapted = replace(options, solver="svc", penalty=NEW_PENALTY, balance=1.0)

        def taught(train: NDArray[np.int64]) -> Solution:
            start = from_prior(matrix.X[train], y[train], options.penalty, prior)
            return newcomers.taught(matrix.X[train], y[train], adapted, start)

        return taught
    if prior is not None:
        return lambda train: from_prior(matrix.X[train], y[train], options.penalty, prior)
    if emphasis is None and matrix.headlines is None:
        return lambda train: solve_weights(matrix.X[train], y[train], categories, options, matrix.shared)
    counts = np.ones(len(y)) if emphasis is None else emphasis

    def solve(train: NDArray[np.int64]) -> Solution:
        X, its_y, its_counts = matrix.X[train], y[train], counts[train]
        if matrix.headlines is not None:
            titled = train[np.diff(matrix.headlines.indptr)[train] > 0]
            X = vstack([X, matrix.headlines[titled]]).tocsr()
            its_y = np.concatenate([its_y, y[titled]])
            its_counts = np.concatenate([its_counts, counts[titled] * options.headlines])
        return solve_weights(X, its_y, categories, options, matrix.shared, emphasis=its_counts)

    return solve


def score_held_out(
    matrix: Matrix,
    y: NDArray[np.int64],
    groups: NDArray[np.int64],
    categories: int,
    options: FitOptions,
    solve: Solve | None = None,
) -> NDArray[np.float64]:
    """Scores float64[n, K] of each example from a fit on the other folds."""
    solve = solve or solver_of(matrix, y, categories, options)
    unlabelled = np.arange(len(y), matrix.X.shape[0])
    scores = np.zeros((len(y), categories))
    smallest = int(np.bincount(y)[np.bincount(y) > 0].min()) if matrix.prior is None else len(y)
    count = min(max(2, min(options.folds, smallest)), len(np.unique(groups)))
    if count < 2:  # one article with its near-duplicates: what was known before it is all there is
        return np.asarray(matrix.X @ matrix.prior[0] + matrix.prior[1]) if matrix.prior is not None else scores

    def score_held_out(train: NDArray[np.int64], test: NDArray[np.int64]) -> NDArray[np.float64]:
        weights, intercept = solve(train)
        return np.asarray(matrix.as_new(test, np.concatenate([train, unlabelled])) @ weights + intercept)

    # in processes: liblinear draws from one generator a process, so that threads would change the bytes
    jobs = min(count, os.cpu_count() or 1) if len(y) >= MANY else 1
    parts = list(folds([str(k) for k in y], groups, count, options.seed))
    scored = Parallel(n_jobs=jobs)(delayed(score_held_out)(train, test) for train, test in parts)
    for (_, test), its_scores in zip(parts, scored, strict=True):
        scores[test] = its_scores
    return scores


def weights_of(
    matrix: Matrix,
    weights: NDArray[np.float64],
    intercept: NDArray[np.float64],
    calibration: Calibration,
    options: FitOptions,
) -> LinearWeights:
    surprise, unknown = read_background().surprise(matrix.words)
    return LinearWeights(
        spec=options.spec,
        words=matrix.words,
        characters=matrix.characters,
        idf=matrix.idf,
        weights=weights.astype(np.float32),
        intercept=intercept,
        surprise=surprise,
        surprise_unknown=unknown,
        table=options.table,
        calibration_matrix=calibration.matrix,
        calibration_offset=calibration.offset,
        calibration_spread=calibration.spread,
        user_words=options.user_words,
    )


def measure_apart(examples: Examples, typical: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """The examples by which thresholds are set, bool[n] each: all the typical ones, and those of each large source.

    What comes in need not be mixed as the labels are, so the promise must hold for every source by itself.
    """
    stems = np.array([source.split("/")[0] for source in examples.sources], dtype=object)
    names, counts = np.unique(stems[typical], return_counts=True)
    large = [name for name, count in zip(names.tolist(), counts.tolist(), strict=True) if count >= FEWEST_OF_SOURCE]
    return [typical, *(typical & (stems == name) for name in large if len(names) > 1)]


def _familiarity(weights: LinearWeights, examples: Examples) -> NDArray[np.float64]:
    return KernelScorer(weights).score(*examples.columns).familiarity


def review_rule(
    held_out: HeldOut, examples: Examples, options: FitOptions, caution: float, typical: NDArray[np.bool_]
) -> ReviewRule:
    """When to send an article to review: thresholds from held-out accuracy, familiarity from the labels' own spread.

    ``caution``: see acceptance_thresholds; none where whole months were held out, as drift is in the
    accuracy already.  ``typical`` bool[n]: the examples that thresholds are measured on.
    """
    words = held_out.familiarity[:, 0]
    right = held_out.probabilities.argmax(1) == held_out.y
    probability = held_out.probabilities.max(1)
    with_words = words > 0
    if not with_words.any():
        raise ModelError(say("fit.no_word"))
    surprise = held_out.familiarity[with_words, 2] / words[with_words]
    form = form_bits(*examples.columns, options.table.fold)
    thresholds = strictest(
        acceptance_thresholds(probability[some], right[some], caution=caution)
        for some in measure_apart(examples, typical)
    )
    return ReviewRule(
        thresholds=thresholds,
        accept_accuracy=options.accept_accuracy,
        words=max(3, int(np.quantile(words[with_words], 0.002)) // 2),
        surprise=float(surprise.max()) + 0.25,
        known=FEWEST_KNOWN,
        body=bool((form & NO_BODY == 0).mean() > 0.9),
        round_ups=bool((form & ROUND_UP != 0).mean() < FEW_ROUND_UPS),
        secondary_least=0.01 if held_out.probabilities.shape[1] >= FEW_CATEGORIES else 0.25,
    )
