"""Models with weights at random: what is tested is that engines compute the same, not that they are right."""

from __future__ import annotations

import numpy as np

from classifier.engine.counting.counting import count_features
from classifier.engine.words.dictionary import Dictionary
from classifier.model.features import FeatureSpec
from classifier.model.weights import LinearWeights
from classifier.text import character_table
from tests.kernel.articles import WRITTEN, columns, strange_articles


def random_model(
    spec: FeatureSpec, categories: int = 5, seed: int = 0, user_words: tuple[tuple[str, int], ...] = ()
) -> LinearWeights:
    """Over the features of WRITTEN and of some strange articles, so that all kinds of words are known."""
    articles = [*WRITTEN, *strange_articles(900 + seed, 200)]
    counts = count_features(spec, *columns(articles), dictionary=Dictionary(user_words))
    chance = np.random.default_rng(seed)
    surprise = chance.uniform(3, 12, len(counts.words)).astype(np.float32)
    surprise[[" " in word for word in counts.words]] = 0
    return LinearWeights(
        spec=spec,
        words=counts.words,
        characters=counts.characters,
        idf=counts.idf(),
        weights=chance.normal(size=(spec.groups * counts.features, categories)).astype(np.float32),
        intercept=chance.normal(size=categories),
        surprise=surprise,
        surprise_unknown=13.7,
        table=character_table(),
        calibration_matrix=np.eye(categories),
        calibration_offset=np.zeros(categories),
        user_words=user_words,
    )
