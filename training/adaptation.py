"""Few labels: what a fit starts from, so that the first ten already help.

Where a model has all the categories, its weights are where the fit begins; with others, word
vectors and frequencies of news at large stand in for the articles that nobody has labelled yet.
Either way the result is an ordinary linear model.  docs/few-labels.md has the figures.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from training.fitting import FitOptions
from training.presets import default_options
from training.prior import Prior, known_as
from training.seen import unseen
from training.solving import MOST_IN_DUAL

if TYPE_CHECKING:
    from classifier.model_files import StoredModel
    from classifier.taxonomy import Taxonomy
    from training.examples import Examples

FEW = 100
"""Labels a category (the middle one): more speak for themselves."""
PRIOR_PENALTY = 12.0
"""How hard it is to move the weights of a model, which stand for thousands of labels."""
VECTORS_SPEAK_FOR = 5.0
"""Word vectors weigh as much as the words themselves at so many labels a category, then less with the root."""


@dataclass(frozen=True)
class Start:
    """How a fit begins: its options, the model it starts from if any, and a line that says so (or nothing)."""

    options: FitOptions
    prior: Prior | None = None
    said: str = ""


def start_of(examples: Examples, taxonomy: Taxonomy, stored: StoredModel | None) -> Start:
    """How to begin with these labels; ``stored`` is the model at hand.

    From scratch where there are more than FEW labels a category, or where the model was made from
    these very labels.
    """
    options = default_options(examples, taxonomy)
    labels_a_category = float(np.median(list(Counter(examples.categories).values()) or [0]))
    if labels_a_category > FEW or len(examples) > MOST_IN_DUAL:
        return Start(options)
    if stored is not None and _knows(stored, taxonomy):
        if 2 * int(unseen(stored.manifest, examples).sum()) < len(examples):
            return Start(options)
        prior = Prior.of(stored, taxonomy)
        options = replace(
            FitOptions(), spec=stored.manifest.spec, solver="ridge", penalty=PRIOR_PENALTY,
            user_words=stored.manifest.user_words, prior=prior.checksum,
        )  # fmt: skip
        return Start(options, prior, f"few labels: starting from the model {stored.manifest.name}")
    if set(taxonomy.ids) <= _default_ids():
        return Start(options)
    share = max(options.vectors, min(1.0, (VECTORS_SPEAK_FOR / labels_a_category) ** 0.5))
    options = replace(options, background=True, vectors=round(share, 3))
    return Start(options, None, "few labels: starting from word vectors and frequencies of real news")


def _knows(stored: StoredModel, taxonomy: Taxonomy) -> bool:
    """Whether the model has every category, by id or by name."""
    known = known_as(stored.manifest.taxonomy)
    return all(category.id in known or category.name in known for category in taxonomy)


def _default_ids() -> set[str]:
    from classifier.taxonomy import read_taxonomy

    return set(read_taxonomy().ids)


def shipped_model() -> StoredModel:
    """The model that comes with the project, whatever else is current."""
    from classifier.files import shipped
    from classifier.model_choice import current_name
    from classifier.model_files import read_model

    folder = shipped("models")
    return read_model(folder / current_name(folder))
