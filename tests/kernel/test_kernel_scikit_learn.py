"""The kernel's scores against models that scikit-learn fitted, computed by scikit-learn's own classes."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.engine.scoring.scorer import KernelScorer
from classifier.model.features import FeatureSpec
from classifier.model.model_files import read_model
from classifier.model.versions import model_path
from classifier.model.weights import LinearWeights
from tests.kernel.articles import WRITTEN, strange_articles
from tests.reference.comparing import compare_scores, corpus_articles
from tests.reference.plain import jieba_cut
from tests.reference.scikit_learn import fitted_model, pipeline
from tests.segmentation.strange_texts import LATIN, MARKS
from tests.small_model import SENTENCES

SPEC = FeatureSpec(title=0.0, text=1.0, lead=0.0, words=2, characters=3)


@cache
def fitted_alone() -> tuple[KernelScorer, Any]:
    articles = [pair for pairs in SENTENCES.values() for pair in pairs]
    categories = [category for category, pairs in SENTENCES.items() for _ in pairs]
    weights, reference = fitted_model(articles, categories, SPEC, jieba_cut(True), keep=10_000)
    return KernelScorer(weights), reference


@cache
def shipped() -> tuple[LinearWeights, KernelScorer, Any]:
    weights = read_model(model_path()).weights
    return weights, KernelScorer(weights), pipeline(weights, jieba_cut(weights.spec.hmm))


def assert_alike(scorer: KernelScorer, reference: Any, articles: list[tuple[str, str]]) -> None:
    scores = scorer.score([title for title, _ in articles], [text for _, text in articles]).scores
    np.testing.assert_allclose(scores, reference.decision_function(articles), rtol=0, atol=1e-9)


def test_a_model_scikit_learn_fitted() -> None:
    scorer, reference = fitted_alone()
    expected = list(SENTENCES)[1]
    assert reference.predict([("", "球队打满四节,夺得冠军,球迷挤满体育馆。")])[0] == expected
    assert_alike(scorer, reference, [*WRITTEN, *strange_articles(70, 400)])


def test_the_shipped_model_in_scikit_learns_classes() -> None:
    _, scorer, reference = shipped()
    assert_alike(scorer, reference, [*WRITTEN, *strange_articles(80, 400)])


PIECES = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=6),
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FD5), max_size=12),
    st.text(st.sampled_from(MARKS + "aZ09.%的一国人"), max_size=8),
    st.sampled_from([*LATIN, *(text for pairs in SENTENCES.values() for pair in pairs for text in pair)]),
)
TEXTS = st.lists(PIECES, max_size=5).map("".join)


@pytest.mark.slow
@settings(max_examples=600)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=8))
def test_scores_of_any_articles(articles: list[tuple[str, str]]) -> None:
    assert_alike(*fitted_alone(), articles)
    assert_alike(*shipped()[1:], articles)


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_scores_of_whole_corpora() -> None:
    weights, _, reference = shipped()
    count, largest = compare_scores(corpus_articles(1), [("shipped", weights, reference)])
    assert count > 1000 and largest["shipped"] < 1e-9
