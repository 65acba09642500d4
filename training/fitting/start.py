"""Few labels: what a fit starts from, so that the first ten already help.

Where a model has all the categories, its weights are where the fit begins; with others, word
vectors and frequencies of news at large stand in for the articles that nobody has labelled yet.
Either way the result is an ordinary linear model.  docs/notebook/few-labels.md has the figures.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.engine.words.dictionary import Dictionary
from classifier.errors import ModelError
from classifier.files import find_shipped
from classifier.messages import Said, join, say
from classifier.model.model_files import StoredModel, read_model
from classifier.model.versions import Registry, current_name
from classifier.taxonomy import Taxonomy, read_taxonomy
from training.fitting.fit import Fitted, fit_model
from training.fitting.fit_options import HEADLINES, MANY_HEADLINES, FitOptions, choose_default_options
from training.fitting.prior import Prior, find_renamed, sources_of
from training.fitting.seen import find_changed, unseen
from training.fitting.solving import MOST_IN_DUAL
from training.labels.examples import Examples

FEW = 100
"""Labels a category (the middle one): more speak for themselves."""
FEWEST_KNOWN, MOST_KNOWN = 2, 0.75
"""A model is a start where it has two of the categories, and three quarters of them: others are taught beside them."""
PRIOR_PENALTY = 12.0
"""How hard it is to move the weights of a model, which stand for thousands of labels."""
VECTORS_SPEAK_FOR = 5.0
"""Word vectors weigh as much as the words themselves at so many labels a category, then less with the root ..."""
VECTORS = (0.5, 0.8)
"""... but never less nor more than this (docs/notebook/few-labels.md)."""


@dataclass(frozen=True)
class Start:
    """How a fit begins: its options, the model it starts from if any, and a line that says so (or nothing).

    ``alone``: why unlabelled articles have no part in it; empty where they have.  ``known`` are the
    ids of labels that this model has learned as they are: it needs them no more, and they cannot
    tell how good it is.  ``unlabelled`` articles join each fit.
    """

    options: FitOptions
    prior: Prior | None = None
    said: Said = ""
    known: frozenset[str] = frozenset()
    alone: Said = field(default=say("start.labels_alone"), compare=False)
    unlabelled: Examples | None = None

    def with_user_dictionary(self, path: Path) -> Start:
        """The same with the words of a file added to jieba's dictionary; where there is no such file, the same.

        Raises InputRefused naming the file, and the line where it is one line's fault.
        """
        if not path.exists():
            return self
        words = Dictionary(self.options.user_words).with_file(path).entries
        return replace(self, options=replace(self.options, user_words=tuple(dict(words).items())))

    def joined_by(self, unlabelled: Examples | None) -> Start:
        """The same with unlabelled articles, if there are any, that take part in each fit."""
        if unlabelled is None:
            return self
        return replace(self, options=with_unlabelled(self.options), unlabelled=unlabelled)

    def fit(self, taxonomy: Taxonomy, examples: Examples, groups: NDArray[np.int64]) -> Fitted:
        """A model of some labels, begun so; ``groups`` int64[n]: their near-duplicates."""
        return fit_model(examples, taxonomy, self.options, groups=groups, prior=self.prior, unlabelled=self.unlabelled)

    def is_new(self, examples: Examples) -> NDArray[np.bool_]:
        """Which examples are to be learned, bool[n]."""
        return np.array([name not in self.known for name in examples.ids], np.bool_)


def start_of(examples: Examples, taxonomy: Taxonomy, stored: StoredModel | None) -> Start:
    """How to begin with these labels; ``stored`` is the model at hand.

    From scratch where there are more than FEW labels a category that the model has not learned
    already, or none at all; but headlines, which say little, have word vectors whatever their number.
    """
    options = choose_default_options(examples, taxonomy)
    knows = stored is not None and _knows(stored, taxonomy)
    everything = np.ones(len(examples), np.bool_)
    new = find_new_to(stored, examples, taxonomy) if stored is not None and knows else everything
    new &= ~examples.kept_apart
    labels_a_category = float(np.median(list(Counter(examples.take(new).categories).values()) or [0]))
    if labels_a_category > FEW or int(new.sum()) > MOST_IN_DUAL or not new.any():
        if options == HEADLINES and new.any() and not set(taxonomy.ids) <= _read_default_ids():
            options = MANY_HEADLINES
        return Start(options, alone=say("start.many", few=FEW))
    if stored is not None and knows:
        prior = Prior.of(stored, taxonomy)
        fresh = [taxonomy.categories[k].name for k in prior.new.tolist()]
        options = replace(
            FitOptions(), spec=stored.manifest.spec, solver="ridge", penalty=PRIOR_PENALTY,
            user_words=stored.manifest.user_words, prior=prior.checksum,
        )  # fmt: skip
        known = frozenset(examples.take(~new & ~examples.kept_apart).ids)
        model = stored.manifest.name
        begins = say("start.from_model", model=model)
        if known:
            begins = say("start.from_model_that_knows", model=model, count=len(known))
        said = join([begins, say("start.new_to_it", names=", ".join(fresh))]) if fresh else begins
        return Start(options, prior, said, known, say("start.model_knows_more", model=model))
    if set(taxonomy.ids) <= _read_default_ids():
        return Start(options)
    options = with_vectors(options, (VECTORS_SPEAK_FOR / labels_a_category) ** 0.5)
    return Start(options, None, say("start.from_vectors"), alone="")


def with_vectors(options: FitOptions, share: float = 0.0) -> FitOptions:
    """The same options, starting from word vectors and frequencies instead of nothing; ``share``: see VECTORS."""
    low, high = VECTORS
    return replace(options, background=True, general=True, vectors=round(min(high, max(low, share)), 3))


def with_unlabelled(options: FitOptions) -> FitOptions:
    """The same options for a fit that unlabelled articles join: what stands in one article alone is left out."""
    return replace(options, min_articles=2)


def find_new_to(stored: StoredModel, examples: Examples, taxonomy: Taxonomy) -> NDArray[np.bool_]:
    """Which examples a model has not learned, or learned with another category than they have now, bool[n]."""
    manifest = stored.manifest
    return unseen(manifest, examples) | find_changed(manifest, examples, find_renamed(manifest.taxonomy, taxonomy))


def _knows(stored: StoredModel, taxonomy: Taxonomy) -> bool:
    """Whether the model has most of the categories, under these names or what they were."""
    known = [bool(its) for its in sources_of(stored.manifest.taxonomy, taxonomy)]
    return sum(known) >= FEWEST_KNOWN and sum(known) >= MOST_KNOWN * len(known)


def _read_default_ids() -> set[str]:
    return set(read_taxonomy().ids)


def starting_model(registry: Registry) -> StoredModel:
    """The model that a fit may start from: the one the folder began with, or the shipped one where that knows more.

    One that a person's own few labels made is no start for the next: those labels are there again.
    """
    first = next((event.name for event in registry.history() if event.action == "promoted"), "")
    for name in (first, registry.current):
        try:
            current = read_model(registry.path(name)) if name else None
        except ModelError:
            continue
        if current is not None:
            learned = current.manifest.training.get("labels", {}).get("count") or 0
            return current if learned > FEW * len(current.manifest.taxonomy) else load_shipped_model()
    return load_shipped_model()


def load_shipped_model() -> StoredModel:
    """The model that comes with the project, whatever else is current."""
    folder = find_shipped("models")
    return read_model(folder / current_name(folder))
