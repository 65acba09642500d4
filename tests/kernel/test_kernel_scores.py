"""The kernel's scores: those of the plain engine, whatever the model, the length, the threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.columns import TextColumn
from classifier.engine.scoring.python_scorer import PythonScorer
from classifier.engine.scoring.scorer import KernelScorer
from classifier.model.decisions import ReviewRule, decide
from classifier.model.features import FeatureSpec
from classifier.model.form import form_bits
from classifier.model.weights import LinearWeights, Scores
from tests.kernel.articles import WRITTEN, columns, strange_articles
from tests.kernel.models import random_model
from tests.reference.plain import PlainScorer

ARTICLES = [*WRITTEN, *strange_articles(40, 100)]
MODELS: dict[str, tuple[FeatureSpec, int]] = {
    "the default": (FeatureSpec(), 16),
    "two groups": (FeatureSpec(words=1, shared=False, title=2.0, lead=0.7), 3),
    "pairs": (FeatureSpec(words=2, lead_characters=11), 9),
    "characters": (FeatureSpec(words=0, characters=3, shared=False, lead=0.3, lead_characters=3), 8),
    "words and characters": (FeatureSpec(words=2, characters=3, character_weight=0.4), 17),
    "linear counts, no hmm": (FeatureSpec(words=2, characters=1, sublinear=False, hmm=False), 4),
    "title alone": (FeatureSpec(title=1.0, text=0.0, lead=0.0, characters=2), 5),
    "lead alone": (FeatureSpec(title=0.0, text=0.0, lead=1.0, characters=2, lead_characters=20), 5),
    "body alone": (FeatureSpec(title=0.0, text=1.0, lead=0.0, words=2), 2),
}


def assert_alike(actual: Scores, expected: Scores) -> None:
    np.testing.assert_allclose(actual.scores, expected.scores, rtol=0, atol=1e-12)
    np.testing.assert_allclose(actual.familiarity, expected.familiarity, rtol=1e-12)


@pytest.fixture(scope="module", params=MODELS.values(), ids=MODELS.keys())
def weights(request: pytest.FixtureRequest) -> LinearWeights:
    return random_model(*request.param)


def test_scores_are_those_of_the_plain_engine(weights: LinearWeights) -> None:
    expected = PlainScorer(weights).score(*columns(ARTICLES))
    assert np.ptp(expected.scores, axis=0).min() > 0.1 and expected.familiarity.max() > 100
    assert_alike(KernelScorer(weights).score(*columns(ARTICLES)), expected)
    assert_alike(PythonScorer(weights).score(*columns(ARTICLES)), expected)


def test_threads_give_the_very_same_numbers(weights: LinearWeights) -> None:
    one = KernelScorer(weights).score(*columns(ARTICLES * 9))
    scorer = KernelScorer(weights, threads=3)
    many = scorer.score(*columns(ARTICLES * 9))
    strings = scorer.score([title for title, _ in ARTICLES * 9], [text for _, text in ARTICLES * 9])
    for scores in (many, strings):
        assert np.array_equal(scores.scores, one.scores) and np.array_equal(scores.familiarity, one.familiarity)


@pytest.mark.slow
def test_decisions_are_those_of_the_plain_engine(weights: LinearWeights) -> None:
    """Whatever the calibration: with and without spread, full, diagonal, and far too sure."""
    generator = np.random.default_rng(7)
    k = weights.categories
    full = generator.normal(size=(k, k)) + 6 * np.eye(k)
    titles, texts = columns(ARTICLES)
    strings = [title for title, _ in ARTICLES], [text for _, text in ARTICLES]
    form = form_bits(titles, texts, weights.table.fold)
    rule = ReviewRule(thresholds=((0.97, 0.4),), surprise=9.0, known=0.2)
    for matrix, spread in ((full, 1.0), (np.eye(k) * 3.0, 0.0), (full, 0.5), (np.eye(k) * 4000.0, 0.0)):
        model = replace(weights, calibration_matrix=matrix, calibration_offset=full[0], calibration_spread=spread)
        expected = decide(PlainScorer(model).score(titles, texts), model, rule, form)
        assert len(np.unique(expected.reasons)) > 2
        for threads in (1, 2):
            scorer = KernelScorer(model, threads)
            for decisions in (scorer.decide(titles, texts, rule), scorer.decide(*strings, rule)):
                np.testing.assert_allclose(decisions.probabilities, expected.probabilities, rtol=1e-9, atol=1e-12)
                np.testing.assert_allclose(decisions.probability, expected.probability, rtol=1e-9)
                assert np.array_equal(decisions.category, expected.category)
                assert np.array_equal(decisions.reasons, expected.reasons)


def test_an_article_is_decided_on_the_same_in_any_company(weights: LinearWeights) -> None:
    scorer, rule = KernelScorer(weights), ReviewRule()
    titles, texts = [title for title, _ in ARTICLES * 2], [text for _, text in ARTICLES * 2]
    together = scorer.decide(titles, texts, rule)
    for start, stop in ((0, 1), (3, 10), (5, 140), (200, 201)):
        alone = scorer.decide(titles[start:stop], texts[start:stop], rule)
        assert np.array_equal(alone.probabilities, together.probabilities[start:stop])
        assert np.array_equal(alone.reasons, together.reasons[start:stop])


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=60)), max_size=12))
def test_strings_and_columns_give_the_very_same_numbers(articles: list[tuple[str, str]]) -> None:
    """Read as code points or as UTF-8, lone surrogates among them."""
    scorer = _default_scorer()
    scores = scorer.score([title for title, _ in articles], [text for _, text in articles])
    expected = scorer.score(*columns(articles))
    assert np.array_equal(scores.scores, expected.scores)
    assert np.array_equal(scores.familiarity, expected.familiarity)


@cache
def _default_scorer() -> KernelScorer:
    return KernelScorer(random_model(FeatureSpec(words=2, characters=2)))


def test_an_article_scores_the_same_in_any_company(weights: LinearWeights) -> None:
    scorer = KernelScorer(weights)
    together = scorer.score(*columns(ARTICLES)).scores
    titles, texts = columns(ARTICLES)
    for i in range(0, len(ARTICLES), 7):
        assert np.array_equal(scorer.score(titles.slice(i, i + 1), texts.slice(i, i + 1)).scores[0], together[i])
    assert np.array_equal(scorer.score(*columns(ARTICLES[::-1])).scores[::-1], together)


@pytest.mark.slow
@pytest.mark.parametrize("spec", [FeatureSpec(words=2), FeatureSpec(characters=3, hmm=False)], ids=["hmm", "no hmm"])
def test_very_long_texts(spec: FeatureSpec) -> None:
    """Far beyond what is cut at once: sentences without end, a run of unknown Han, one of digits, one of spaces."""
    weights = random_model(spec)
    run = "".join(chr(0x4E00 + 7 * i % 20_000) for i in range(4_000))
    texts = ["".join(text for _, text in WRITTEN) * 4, run, "7" * 20_000, " \n" * 20_000 + "完", "龘" * 3_000 + "。好"]
    articles = [(text[-300:], text) for text in texts]
    assert_alike(KernelScorer(weights).score(*columns(articles)), PlainScorer(weights).score(*columns(articles)))


def test_nothing_to_score(weights: LinearWeights) -> None:
    for threads in (1, 2):
        scorer = KernelScorer(weights, threads)
        for scores in (scorer.score(*columns([])), scorer.score([], [])):
            assert scores.scores.shape == (0, weights.categories) and scores.familiarity.shape == (0, 3)
        scores = scorer.score(*columns([("", "")] * 3))
        np.testing.assert_array_equal(scores.scores, np.tile(weights.intercept, (3, 1)))
        assert not scores.familiarity.any()


@pytest.mark.slow
def test_words_added_by_the_user() -> None:
    entries = (("晚熟棉田", 900), ("采棉", 0), ("C++", 40), ("éß", 3))
    with_words, without = random_model(FeatureSpec(), user_words=entries), random_model(FeatureSpec())
    assert "晚熟棉田" in set(with_words.words) and "晚熟棉田" not in set(without.words)
    for weights in (with_words, without):
        expected = PlainScorer(weights).score(*columns(WRITTEN))
        assert_alike(KernelScorer(weights).score(*columns(WRITTEN)), expected)
        assert_alike(PythonScorer(weights).score(*columns(WRITTEN)), expected)


def test_one_scorer_for_many_callers() -> None:
    weights = random_model(FeatureSpec(words=2))
    scorer = KernelScorer(weights, threads=2)
    expected = scorer.score(*columns(ARTICLES)).scores
    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda _: scorer.score(*columns(ARTICLES)).scores, range(40)))
    assert all(np.array_equal(answer, expected) for answer in answers)


def test_columns_that_lead_astray_are_refused() -> None:
    """The compiled code would follow any offset, so they are looked at first."""
    scorer = KernelScorer(random_model(FeatureSpec()))
    data, empty = np.frombuffer("今天下雨".encode(), np.uint8), TextColumn.from_strings([""])
    for offsets in ([0, 13], [-3, 12], [9, 3], []):
        with pytest.raises(ValueError, match="offsets must rise"):
            scorer.score(empty, TextColumn(data, np.array(offsets, np.int64)))
    with pytest.raises(ValueError, match="2 titles for 1 texts"):
        scorer.score(TextColumn.from_strings(["", ""]), empty)
    with pytest.raises(ValueError, match="2 titles for 1 texts"):
        scorer.score(["", ""], [""])
    with pytest.raises(ValueError, match="int32, must be flat and int64"):
        scorer.score(empty, TextColumn(data, np.array([0, 12], np.int32)))  # type: ignore[arg-type]


def test_damaged_bytes_are_scored_as_replacement_characters() -> None:
    scorer = KernelScorer(random_model(FeatureSpec(characters=2)))
    damaged = [b"\xe4\xb8", b"\xff\xfe\xf8", b"\xf0\x9f\x98", b"\x80\x80" + "好".encode()]
    lengths = np.cumsum([0, *map(len, damaged)]).astype(np.int64)
    column = TextColumn(np.frombuffer(b"".join(damaged), np.uint8), lengths)
    written = TextColumn.from_strings(["\ufffd" * 2, "\ufffd" * 3, "\ufffd" * 3, "\ufffd\ufffd好"])
    blank = TextColumn.from_strings([""] * 4)
    assert np.array_equal(scorer.score(blank, column).scores, scorer.score(blank, written).scores)
