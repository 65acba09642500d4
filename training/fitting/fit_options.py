"""How a model is fitted, and the options that suit labels when nobody says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from classifier.model.features import FeatureSpec
from classifier.taxonomy import Taxonomy, read_taxonomy
from classifier.text import CharacterTable, character_table, with_signs
from training.fitting.solving import Solver
from training.labels.examples import Examples
from training.vectors.vector_table import has_vectors


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How a model is fitted; kept with the model.

    ``penalty`` is ridge's alpha, or 1 / C of the linear support vector machine.  ``balance`` is
    the power of inverse category frequency in the examples' weights: 0 none, 1 scikit-learn's
    "balanced".  ``idf_power`` is the power of the idf.  ``signs``: punctuation counts as a word.
    ``subwords``, ``vectors`` and ``bayes``: how strong the characters inside words, word vectors
    and naive Bayes are against the words themselves (see matrix.Matrix and solving.solve_weights).
    ``general``: word vectors are not those of the news alone, but those of language at large too;
    ``vectors_each``: the strength of each of the two tables, instead of ``vectors`` for all together.
    ``background``: words of the news at large are known from the start, with their frequencies.
    ``fold_words``: held-out folds are seen with the words of the others alone, as new articles are.
    ``source_weights``: (source, weight) pairs: how much the labels of a source count against those of others (1).
    ``headlines``: how much each label's headline counts as an article of its own, without a body.
    ``prior``: the checksum of the model that the fit starts from.
    ``keep`` is how many features stay (0: all), chosen by chi-square.
    ``background_articles``: words in so many background articles are known to the model even where
    no label has them.
    """

    spec: FeatureSpec = field(default_factory=FeatureSpec)
    solver: Solver = "svc"
    penalty: float = 3.0
    balance: float = 1.0
    idf_power: float = 1.0
    signs: bool = False
    subwords: float = 1.5
    vectors: float = 0.0
    bayes: float = 0.0
    general: bool = False
    vectors_each: tuple[float, ...] = ()
    background: bool = False
    fold_words: bool = False
    source_weights: tuple[tuple[str, float], ...] = ()
    headlines: float = 0.0
    prior: str = ""
    min_articles: int = 1
    keep: int = 0
    folds: int = 5
    seed: int = 0
    accept_accuracy: float = 0.97
    background_articles: int = 10
    user_words: tuple[tuple[str, int], ...] = ()

    @property
    def table(self) -> CharacterTable:
        """How characters are read."""
        return with_signs(character_table()) if self.signs else character_table()

    def record(self) -> dict[str, Any]:
        record = {f.name: getattr(self, f.name) for f in fields(self)}
        record["source_weights"] = [list(pair) for pair in self.source_weights]
        for name in ("general", "vectors_each", "source_weights", "headlines"):
            if not record[name]:
                del record[name]  # models from before it say the same
        return {**record, "spec": self.spec.record(), "user_words": [list(pair) for pair in self.user_words]}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> FitOptions:
        read = {
            "spec": FeatureSpec.from_record(record["spec"]),
            "user_words": tuple((str(word), int(frequency)) for word, frequency in record["user_words"]),
            "source_weights": tuple((str(s), float(w)) for s, w in record.get("source_weights", ())),
            "vectors_each": tuple(float(strength) for strength in record.get("vectors_each", ())),
        }
        return cls(**{**record, **read})


NEWS = FitOptions(
    source_weights=(("local", 3.0), ("original", 3.0)),
    headlines=0.1,
    general=True,
    vectors=0.6,
    vectors_each=(0.3, 0.6),
)
"""News in the default categories: most labels are of broadcast news, most readers are of local papers.

Word vectors say what a local paper's words mean that no label has (docs/notebook/accuracy.md).
"""

LONGEST_HEADLINE = 60
"""Characters: where half of the labels' texts are no longer, they are headlines or notes."""

HEADLINES = FitOptions(
    spec=FeatureSpec(title=1.0, text=1.0, lead=0.0, words=1, characters=2, character_weight=1.4),
    solver="ridge",
    penalty=0.3,
    balance=0.0,
    signs=True,
    fold_words=True,
    subwords=0.0,
    vectors=0.3,
    bayes=0.7,
)
"""Words, characters, signs and spaces, where there are some twenty characters to go by."""

MANY_HEADLINES = replace(
    HEADLINES,
    background=True,
    general=True,
    vectors_each=(0.2, 0.5),
)
"""The same where there are many in categories of one's own, so that word vectors need not speak for labels."""

ARTICLES = FitOptions(
    spec=FeatureSpec(title=0.5, text=1.0, lead=0.5, words=1, characters=2, character_weight=1.4, sublinear=False),
    solver="ridge",
    penalty=0.5,
    balance=1.0,
    idf_power=0.7,
    fold_words=True,
    subwords=0.0,
)
"""Words and characters by their plain counts, for articles in categories of one's own."""


def choose_default_options(examples: Examples, taxonomy: Taxonomy) -> FitOptions:
    """Options that suit the labels: by the length of their texts, and whether they have the default categories."""
    lengths = [len(title) + len(text) for title, text in zip(examples.titles, examples.texts, strict=True)]
    if float(np.median(lengths)) <= LONGEST_HEADLINE:
        return HEADLINES
    if not set(taxonomy.ids) <= set(read_taxonomy().ids):
        return ARTICLES
    return NEWS if has_vectors() else replace(NEWS, general=False, vectors=0.0, vectors_each=())
