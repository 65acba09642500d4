"""Two models on the same articles: who is right more often, and whether that is more than noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.engine.scoring.scorer import KernelScorer
from classifier.model.model_files import StoredModel
from training.evaluation.answers import Answers
from training.evaluation.metrics import DRAWS, Judged, figures, interval_of, round_figure
from training.fitting.fit import Fitted
from training.fitting.seen import unseen
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
