from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from classifier.engine.scoring.python_scorer import PythonScorer
from classifier.engine.scoring.scorer import KernelScorer
from classifier.taxonomy import Taxonomy, read_taxonomy
from classifier.text import character_table, normalise, with_signs
from tests.reference.plain import PlainScorer
from tests.training.shipped import shipped_examples
from training.fitting.fit import fit_model
from training.fitting.fit_options import ARTICLES, HEADLINES, NEWS, FitOptions, choose_default_options
from training.labels.examples import Examples
from training.vectors.general import learn_general_vectors, read_general_vectors, vocabulary
from training.vectors.news import read_word_vectors
from training.vectors.vector_table import VectorTable


@pytest.fixture(scope="module")
def written() -> Examples:
    """A dozen written articles of each of four categories."""
    examples = shipped_examples()
    examples = examples.take(examples.of_source("original"))
    chosen: list[int] = []
    for category in ("sports", "health", "agriculture", "culture"):
        chosen += [i for i, given in enumerate(examples.categories) if given == category][:12]
    return examples.take(chosen)


def own(examples: Examples) -> Taxonomy:
    return Taxonomy.of_names(sorted(set(examples.categories)))


def headlines(examples: Examples) -> Examples:
    return replace(examples, texts=("",) * len(examples))


def test_options_follow_the_labels(written: Examples) -> None:
    assert choose_default_options(written, read_taxonomy()) == NEWS
    renamed = replace(written, categories=tuple(f"我们的{c}" for c in written.categories))
    assert choose_default_options(renamed, own(renamed)) == ARTICLES
    assert choose_default_options(headlines(written), read_taxonomy()) == HEADLINES
    in_the_body = replace(headlines(written), titles=("",) * len(written), texts=written.titles)
    assert choose_default_options(in_the_body, read_taxonomy()) == HEADLINES


@pytest.mark.parametrize("options", [ARTICLES, HEADLINES])
def test_every_engine_gives_the_scores_of_a_preset(written: Examples, options: FitOptions) -> None:
    examples = headlines(written) if options is HEADLINES else written
    weights = fit_model(examples, own(examples), options).weights
    asked = examples.take(range(0, len(examples), 3)).columns
    plain = PlainScorer(weights).score(*asked)
    for scorer in (KernelScorer(weights), PythonScorer(weights)):
        scores = scorer.score(*asked)
        np.testing.assert_allclose(scores.scores, plain.scores, atol=1e-9)
        np.testing.assert_allclose(scores.familiarity, plain.familiarity, rtol=1e-6)


def test_a_headline_scores_the_same_as_title_or_body(written: Examples) -> None:
    weights = fit_model(headlines(written), own(written), HEADLINES).weights
    scorer = KernelScorer(weights)
    as_title = scorer.score(*headlines(written).columns)
    in_body = replace(written, titles=("",) * len(written), texts=written.titles)
    np.testing.assert_allclose(scorer.score(*in_body.columns).scores, as_title.scores, atol=1e-12)


def test_the_same_labels_give_the_same_weights(written: Examples) -> None:
    first, second = (fit_model(headlines(written), own(written), HEADLINES) for _ in range(2))
    assert first.weights.weights.tobytes() == second.weights.weights.tobytes()
    assert first.weights.calibration_matrix.tobytes() == second.weights.calibration_matrix.tobytes()


def test_signs_and_spaces_stay_visible() -> None:
    table = with_signs(character_table())
    text = normalise("组图：冠军 归来！", table.fold)
    assert text == "组图:冠军·归来!"
    assert all(table.is_word[ord(character)] for character in text)
    assert not character_table().is_word[ord("!")]


@pytest.mark.parametrize("read", [read_word_vectors, read_general_vectors])
def test_word_vectors_put_related_words_together(read: Callable[[], VectorTable]) -> None:
    vectors = read()
    words = ["小麦", "水稻", "导弹", "战机"]
    from classifier.columns import StringTable

    order = sorted(words, key=str.encode)
    rows = vectors.at(vectors.rows(StringTable.of(words), StringTable.of(["不在表里的字"])))
    near = {word: rows[order.index(word)] for word in words}
    assert near["小麦"] @ near["水稻"] > near["小麦"] @ near["导弹"] + 0.2
    assert near["导弹"] @ near["战机"] > near["水稻"] @ near["战机"] + 0.2
    assert not rows[-1].any()


def test_a_table_of_general_vectors_keeps_what_embeddings_say_is_near() -> None:
    words, characters = vocabulary({"足球": 9, "篮球": 7, "股票": 5}, ["债券"])
    assert set(words) == {"足球", "篮球", "股票", "债券"} and {"球", "足球", "股"} <= set(characters)

    def encode(strings: list[str]) -> np.ndarray:
        kinds = np.array([[1.0 * ("球" in s), 1.0 * any(c in "股票债券" for c in s), 3.0] for s in strings], np.float32)
        return kinds + np.array([[0.0, 0.0, 0.1 * len(s)] for s in strings], np.float32)

    table = learn_general_vectors(words, characters, encode)
    near = dict(zip(words, table.at(table.rows(words, characters)), strict=False))
    assert near["足球"] @ near["篮球"] > 0.9 > near["足球"] @ near["股票"]
    assert near["股票"] @ near["债券"] > 0.9
