"""Answers: what a model says of labelled articles that it was not fitted on, and the ways to get them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from classifier.engine.scoring.scorer import KernelScorer
from classifier.errors import LabelsError, ModelError
from classifier.messages import Message, Said
from classifier.model.decisions import Decisions
from classifier.model.form import form_bits
from classifier.model.topic_model import TopicModel
from classifier.model.versions import model_path
from classifier.model.weights import LinearWeights
from classifier.taxonomy import Taxonomy
from training.fitting.fit import Fitted
from training.fitting.seen import unseen
from training.fitting.splits import Part
from training.labels.examples import Examples

Kind = Literal["folds", "holdout", "time", "model"]
Say = Callable[[Said], None]


class Fit(Protocol):
    """Fits a model on examples; ``groups`` int64[n] are their near-duplicates."""

    def __call__(self, examples: Examples, groups: NDArray[np.int64], /) -> Fitted: ...


@dataclass(frozen=True)
class Parted:
    """Labels, their near-duplicates (``groups`` int64[n]), and the training and test sides of each ``part``."""

    examples: Examples
    groups: NDArray[np.int64]
    parts: Sequence[Part]


@dataclass(frozen=True)
class Answers:
    """A model's answers on n labelled articles it was not fitted on.

    ``probabilities`` float64[n, K]; ``accepted`` bool[n]; ``familiarity`` float64[n, 3]; the answer
    on article i is by ``models[by[i]]``.
    """

    kind: Kind
    examples: Examples
    taxonomy: Taxonomy
    probabilities: NDArray[np.float64]
    accepted: NDArray[np.bool_]
    familiarity: NDArray[np.float64]
    models: tuple[LinearWeights, ...]
    by: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.examples)

    @property
    def y(self) -> NDArray[np.int64]:
        """The right categories as columns, int64[n]."""
        index = {category: k for k, category in enumerate(self.taxonomy.ids)}
        return np.array([index[category] for category in self.examples.categories], np.int64)

    @property
    def best(self) -> NDArray[np.int64]:
        """The given categories as columns, int64[n]."""
        return np.asarray(self.probabilities.argmax(1))

    @property
    def given(self) -> dict[str, str]:
        """The given category of each article, by its id."""
        ids = self.taxonomy.ids
        return {name: ids[k] for name, k in zip(self.examples.ids, self.best.tolist(), strict=True)}


def answers_by(fit: Fit, parted: Parted, kind: Kind, say: Say | None = None) -> Answers:
    """Answers on every tested example, by a model of its part's training side.

    The whole procedure is repeated on each training side, with its own calibration and
    thresholds, so that nothing of what is tested leaks into them (nested cross-validation, Varma
    and Simon 2006).  LabelsError where a side is empty.
    """
    examples, parts = parted.examples, parted.parts
    tests: list[tuple[NDArray[np.int64], Fitted, Decisions]] = []
    for number, (train, test) in enumerate(parts, 1):
        if say is not None and len(parts) > 1:
            say(Message("progress.fold", {"number": number, "parts": len(parts)}))
        train = learnable(examples, train[~examples.kept_apart[train]])
        if not len(test) or not len(train):
            raise LabelsError(Message("evaluate.too_few", {"count": len(examples)}))
        try:
            fitted = fit(examples.take(train), parted.groups[train])
        except LabelsError as error:
            raise LabelsError(Message("evaluate.too_few_left", {"error": error.whole})) from error
        tests.append((test, fitted, decide_examples(fitted, examples.take(test))))
    return _gather(kind, examples, tests)


def learnable(examples: Examples, train: NDArray[np.int64]) -> NDArray[np.int64]:
    """Without the examples that are the only one of their category on this side: nothing can be learned from one."""
    names, place = np.unique(np.asarray(examples.categories)[train], return_inverse=True)
    return train[np.bincount(place, minlength=len(names))[place] > 1]


def fold_answers(fitted: Fitted, examples: Examples) -> Answers:
    """Answers of the folds that a fit made for its calibration: at hand, and a little flattered by that calibration."""
    held_out = fitted.held_out
    form = form_bits(*examples.columns, fitted.weights.table.fold)
    best = held_out.probabilities
    reasons = fitted.review.reasons(best.argmax(1), best.max(1), held_out.familiarity, form)
    return Answers(
        "folds", examples, fitted.taxonomy, held_out.probabilities, reasons == 0, held_out.familiarity,
        (fitted.weights,), np.zeros(len(examples), np.int64),
    )  # fmt: skip


def model_answers(model: str | None, models: Path | None, examples: Examples) -> tuple[Answers, int]:
    """A stored model's answers on examples it was not fitted on, and how many it was fitted on and so are left out.

    ModelError where none is left, or the labels have a category that the model does not know.
    """
    loaded = TopicModel.load(model_path(model, models), engine="compiled")
    name = model or loaded.manifest.name
    if unknown := set(examples.categories) - set(loaded.taxonomy.ids):
        raise ModelError(Message("evaluate.no_category", {"name": name, "category": sorted(unknown)[0]}))
    new = unseen(loaded.manifest, examples)
    if not new.any():
        raise ModelError(
            Message("evaluate.all_learned", {"name": name, "count": len(examples), "first": examples.ids[0]})
        )
    examples = examples.take(new)
    decisions = loaded.decide(*examples.columns)
    answers = Answers(
        "model", examples, loaded.taxonomy, decisions.probabilities, decisions.reasons == 0, decisions.familiarity,
        (loaded.weights,), np.zeros(len(examples), np.int64),
    )  # fmt: skip
    return answers, int((~new).sum())


def decide_examples(fitted: Fitted, examples: Examples) -> Decisions:
    """What a fitted model decides on examples."""
    return KernelScorer(fitted.weights).decide(*examples.columns, fitted.review)


def _gather(kind: Kind, examples: Examples, tests: list[tuple[NDArray[np.int64], Fitted, Decisions]]) -> Answers:
    """Answers of all parts together, in the order of the examples."""
    tested = np.concatenate([test for test, _, _ in tests])
    order = np.argsort(tested, kind="stable")
    by = np.repeat(np.arange(len(tests)), [len(test) for test, _, _ in tests])
    return Answers(
        kind=kind,
        examples=examples.take(tested[order]),
        taxonomy=tests[0][1].taxonomy,
        probabilities=np.concatenate([decisions.probabilities for _, _, decisions in tests])[order],
        accepted=np.concatenate([decisions.reasons == 0 for _, _, decisions in tests])[order],
        familiarity=np.concatenate([decisions.familiarity for _, _, decisions in tests])[order],
        models=tuple(fitted.weights for _, fitted, _ in tests),
        by=by[order],
    )
