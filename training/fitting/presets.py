"""The options that suit labels, when nobody says otherwise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from classifier.model.features import FeatureSpec
from classifier.taxonomy import Taxonomy, read_taxonomy
from training.fitting.fit_options import FitOptions
from training.labels.examples import Examples
from training.vectors.vector_table import has_vectors

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
