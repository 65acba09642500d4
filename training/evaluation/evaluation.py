"""An evaluation: answers on labels a model did not see, and all that can be learned from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from classifier.errors import LabelsError
from classifier.messages import Message
from classifier.model.model_files import StoredModel
from classifier.model.weights import LinearWeights
from training.evaluation.answers import Answers, Fit, Parted, Say, answers_by
from training.evaluation.curves import Slice, accuracy_by_share, by_length, by_source, by_year, confusion, reliability
from training.evaluation.learning_curve import LearningCurve, learning_curve
from training.evaluation.metrics import metrics_of
from training.evaluation.mistakes import Mistake, category_words, worst_mistakes
from training.evaluation.versus import Versus, baseline_answers, honest_answers, versus
from training.evaluation.wording import Wording
from training.fitting.splits import Part, hold_apart, holdout_mask, is_held_out, latest, outer_folds
from training.labels.examples import Examples
from training.labels.near_duplicates import near_duplicate_groups

Split = Literal["folds", "holdout", "time"]
Note = tuple[str, dict[str, str]]
"""A phrase of the catalogue's section ``report`` with what fills it in."""


@dataclass(frozen=True)
class Evaluation:
    """Everything a report shows.

    ``metrics`` as metrics_of gives them; ``latest`` the figures on the latest fifth by a model of
    the earlier labels (None where dates are missing); ``words`` by category; ``notes`` say what a
    reader must know.
    """

    answers: Answers
    metrics: dict[str, Any]
    slices: dict[str, list[Slice]]
    versus: tuple[Versus, ...]
    mistakes: tuple[Mistake, ...]
    words: dict[str, list[tuple[str, float]]]
    curve: LearningCurve | None = None
    latest: dict[str, Any] | None = None
    notes: tuple[Note, ...] = ()
    about: dict[str, Any] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """The content of ``report.json``."""
        answers = self.answers
        return {
            "kind": answers.kind,
            "how": Wording("en", "how")(answers.kind),
            "articles": len(answers),
            "categories": [{"id": c.id, "name": c.name} for c in answers.taxonomy],
            "about": self.about,
            "notes": [Wording("en")(key, **values) for key, values in self.notes],
            "metrics": self.metrics,
            "confusion": confusion(answers),
            "reliability": reliability(answers),
            "accuracy_by_share_accepted": accuracy_by_share(answers),
            "slices": {name: [asdict(part) for part in parts] for name, parts in self.slices.items()},
            "latest": self.latest,
            "versus": [{**asdict(other), "words": Wording("en")(other.verdict)} for other in self.versus],
            "learning_curve": self.curve.record() if self.curve else None,
            "mistakes": [mistake.record() for mistake in self.mistakes],
            "words": {category: [list(pair) for pair in words] for category, words in self.words.items()},
        }


@dataclass(frozen=True, slots=True)
class Wishes:
    """How to evaluate.

    Without ``thorough`` the baselines, the learning curve and the look ahead in time are left out.
    """

    split: Split = "folds"
    thorough: bool = True
    seed: int = 0


def evaluate(
    examples: Examples,
    fit: Fit,
    wished: Wishes = Wishes(),
    *,
    champion: StoredModel | None = None,
    say: Say | None = None,
) -> Evaluation:
    """Evaluate a way of fitting on labels.

    ``champion`` is compared on the labels for which it has honest answers.  Raises LabelsError
    where the labels are too few.
    """
    groups = near_duplicate_groups(examples.whole)
    parted = Parted(examples, groups, _parts(examples, groups, wished.split, wished.seed))
    answers = answers_by(fit, parted, wished.split, say)
    others: dict[str, dict[str, str]] = {}
    notes: list[Note] = []
    if champion is not None:
        others, notes = _champion(champion, answers)
    curve = ahead = None
    if wished.thorough:
        if say is not None:
            say(Message("progress.baselines"))
        others |= baseline_answers(examples, parted.parts)
        ahead = _ahead(examples, groups, fit) if wished.split == "folds" else None
        curve = learning_curve(fit, parted, answers, wished.seed, say)
    if say is not None:
        say(Message("progress.words"))
    weights = fit(examples.take(~examples.kept_apart), groups[~examples.kept_apart]).weights
    found = _evaluation(answers, weights, examples, others)
    return replace(found, curve=curve, latest=ahead, notes=tuple(notes))


def evaluate_answers(answers: Answers, notes: Sequence[Note] = ()) -> Evaluation:
    """Evaluate answers that are there already, such as a stored model's."""
    return replace(_evaluation(answers, answers.models[0], answers.examples, {}), notes=tuple(notes))


def _evaluation(
    answers: Answers, weights: LinearWeights, examples: Examples, others: dict[str, dict[str, str]]
) -> Evaluation:
    compared = (versus(name, answers, theirs) for name, theirs in others.items())
    return Evaluation(
        answers=answers,
        metrics=metrics_of(answers),
        slices={"year": by_year(answers), "length": by_length(answers), "source": by_source(answers)},
        versus=tuple(one for one in compared if one is not None),
        mistakes=tuple(worst_mistakes(answers)),
        words=category_words(weights, examples, answers.taxonomy.ids),
    )


def _parts(examples: Examples, groups: NDArray[np.int64], split: Split, seed: int) -> list[Part]:
    if split == "folds":
        return outer_folds(examples.categories, groups, seed=seed)
    if split == "time":
        out = latest(examples.dates)
        if not out.any():
            raise LabelsError(Message("evaluate.no_dates"))
    else:
        out = holdout_mask(examples)
        if not out.any():
            out = np.array([is_held_out(name) for name in examples.ids], np.bool_)
    return [hold_apart(out, groups)]


def _ahead(examples: Examples, groups: NDArray[np.int64], fit: Fit) -> dict[str, Any] | None:
    out = latest(examples.dates)
    if not out.any():
        return None
    try:
        answers = answers_by(fit, Parted(examples, groups, [hold_apart(out, groups)]), "time")
    except LabelsError:  # the earlier labels are of too few categories
        return None
    metrics = metrics_of(answers)
    since = min(date for date in answers.examples.dates if date)
    kept = ("accuracy", "accuracy_95", "macro_f1", "macro_f1_95", "accepted_share", "accepted_accuracy")
    return {"since": since, "articles": len(answers), **{name: metrics[name] for name in kept}}


def _champion(champion: StoredModel, answers: Answers) -> tuple[dict[str, dict[str, str]], list[Note]]:
    name = champion.manifest.name
    if not set(answers.examples.categories) <= set(champion.manifest.taxonomy.ids):
        return {}, [("note_other_categories", {"name": name})]
    theirs = honest_answers(champion, answers.examples)
    if not theirs:
        return {}, [("note_fitted_on_all", {"name": name})]
    if len(theirs) < len(answers):
        return {name: theirs}, [("note_compared_on", {"name": name, "n": f"{len(theirs):,}"})]
    return {name: theirs}, []
