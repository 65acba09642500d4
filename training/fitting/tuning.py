"""Options found by search: fits on folds, never on the holdout, until the time is up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import optuna
from numpy.typing import NDArray
from optuna.trial import Trial

from classifier.messages import Message, Said
from classifier.taxonomy import Taxonomy
from training.evaluation.metrics import macro_f1
from training.fitting.fit import label_columns, score_held_out
from training.fitting.fit_options import FitOptions
from training.fitting.matrix import feature_matrix
from training.fitting.solving import one_blas_thread
from training.labels.examples import Examples

DRAWS = 500
Say = Callable[[Said], None]


@dataclass(frozen=True)
class Tuned:
    """The options a search ended with; ``improved`` says whether they are the found ones or those it began with.

    ``before`` and ``after``: macro-F1 on the folds; ``error`` the standard error of their difference.
    """

    options: FitOptions
    improved: bool
    tried: int
    before: float
    after: float
    error: float

    @property
    def words(self) -> Message:
        kept = Message("progress.taken" if self.improved else "progress.not_taken")
        figures = {"tried": self.tried, "before": self.before, "after": self.after, "error": self.error}
        return Message("progress.tuned", {**figures, "kept": kept})


@one_blas_thread
def tune(
    examples: Examples,
    taxonomy: Taxonomy,
    groups: NDArray[np.int64],
    options: FitOptions,
    seconds: float,
    *,
    trials: int | None = None,
    say: Say | None = None,
) -> Tuned:
    """Search options by macro-F1 on grouped folds with a tree-structured Parzen estimator (Bergstra et al. 2011).

    The optuna library; a first trial is what ``options`` give, and the best found replaces them
    only where it gains more than one standard error (Breiman et al. 1984), as the best of many is
    flattered by chance.  Ends after ``seconds``, or ``trials`` where that is sooner; with the same
    trials it finds the same.  Raises LabelsError where the labels are too few.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    y = label_columns(examples, taxonomy)
    answers: dict[int, NDArray[np.int64]] = {}
    start = time.monotonic()

    def score(trial: Trial) -> float:
        tried = suggest_options(trial, options) if trial.number else options
        matrix = feature_matrix(examples, tried, y)
        best = score_held_out(matrix, y, groups, len(taxonomy), tried).argmax(1)
        answers[trial.number] = best
        value = macro_f1(y, best, len(taxonomy))
        if say is not None:
            top = max([value, *(t.value for t in trial.study.trials if t.value is not None)])
            spent = time.monotonic() - start
            say(Message("progress.trial", {"number": trial.number + 1, "spent": spent, "seconds": seconds, "top": top}))
        return value

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=options.seed))
    study.enqueue_trial({})
    study.optimize(score, n_trials=trials, timeout=seconds)
    first, best = study.trials[0], study.best_trial
    error = _error_of_difference(y, answers[first.number], answers[best.number], len(taxonomy), options.seed)
    gain = float(best.value or 0.0) - float(first.value or 0.0)
    improved = gain > error
    return Tuned(
        options=suggest_options(optuna.trial.FixedTrial(best.params), options) if improved and best.params else options,
        improved=improved,
        tried=len(study.trials),
        before=float(first.value or 0.0),
        after=float(best.value or 0.0),
        error=error,
    )


def suggest_options(trial: Any, options: FitOptions) -> FitOptions:
    """Options with the values a trial suggests: features, fields' weights, penalty, balance."""
    characters = trial.suggest_categorical("characters", [0, 2, 3])
    spec = replace(
        options.spec,
        title=trial.suggest_categorical("title", [0.25, 0.5, 0.75, 1.0, 1.5]),
        lead=trial.suggest_categorical("lead", [0.0, 0.5, 1.0]),
        words=trial.suggest_categorical("words", [1, 2]),
        characters=characters,
        character_weight=trial.suggest_categorical("character_weight", [0.5, 0.75, 1.0]) if characters else 1.0,
        sublinear=trial.suggest_categorical("sublinear", [True, False]),
    )
    solver = trial.suggest_categorical("solver", ["svc", "ridge"])
    penalty = trial.suggest_float(f"{solver}_penalty", 0.1, 30.0, log=True)
    return replace(
        options,
        spec=spec,
        solver=solver,
        penalty=round(penalty, 4),
        balance=trial.suggest_categorical("balance", [0.0, 0.5, 1.0]),
        idf_power=trial.suggest_categorical("idf_power", [0.7, 1.0]),
        subwords=trial.suggest_categorical("subwords", [0.0, 1.5]),
        vectors=trial.suggest_categorical("vectors", [0.0, 0.15, 0.3]),
        bayes=trial.suggest_categorical("bayes", [0.0, 0.35, 0.7]),
    )


def _error_of_difference(
    y: NDArray[np.int64], first: NDArray[np.int64], best: NDArray[np.int64], categories: int, seed: int
) -> float:
    generator = np.random.default_rng(seed)
    gains = np.empty(DRAWS)
    for i in range(DRAWS):
        drawn = generator.integers(0, len(y), len(y))
        gains[i] = macro_f1(y[drawn], best[drawn], categories) - macro_f1(y[drawn], first[drawn], categories)
    return float(gains.std())
