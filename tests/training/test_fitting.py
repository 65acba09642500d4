from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from classifier.engine.scoring.scorer import KernelScorer
from classifier.files import find_shipped
from classifier.model.versions import model_path
from classifier.model.weights import calibrate
from classifier.taxonomy import read_taxonomy
from tests.training.shipped import shipped_examples
from training.fitting.calibration import (
    RIDGE,
    acceptance_thresholds,
    best_calibration,
    expected_calibration_error,
    fit_calibration,
    strictest,
)
from training.fitting.fit import fit_model, measure_apart, typical_examples
from training.fitting.fit_options import MANY_HEADLINES, NEWS, FitOptions
from training.fitting.matrix import feature_matrix
from training.fitting.splits import time_blocks
from training.labels.corpora import has_corpus
from training.labels.examples import Examples
from training.labels.file import examples_of, usable_labels


@pytest.fixture(scope="module")
def written() -> Examples:
    examples = shipped_examples()
    return examples.take(examples.of_source("original"))


def of(examples: Examples, *categories: str) -> Examples:
    return examples.take([i for i, category in enumerate(examples.categories) if category in categories])


def test_the_same_labels_give_the_same_bytes(written: Examples) -> None:
    some = of(written, "sports", "health", "agriculture", "meetings")
    first, second = (fit_model(some, read_taxonomy()) for _ in range(2))
    for name in ("weights", "idf", "intercept", "calibration_matrix", "calibration_offset"):
        assert getattr(first.weights, name).tobytes() == getattr(second.weights, name).tobytes()
    assert first.review == second.review


def test_a_word_no_label_has_is_known_by_its_characters(written: Examples) -> None:
    some = of(written, "sports", "health", "agriculture")
    taxonomy = read_taxonomy()
    with_subwords, alone = fit_model(some, taxonomy), fit_model(some, taxonomy, FitOptions(subwords=0.0))
    seen = " ".join([*some.titles, *some.texts])
    unseen = [
        (word, category)
        for word, category in (
            ("农作物", "agriculture"),
            ("网球", "sports"),
            ("医药", "health"),
            ("储粮", "agriculture"),
            ("大赛", "sports"),
        )
        if word not in seen and with_subwords.weights.words.find(word) >= 0
    ]
    assert len(unseen) >= 3
    columns = [taxonomy.ids.index(category) for category in ("sports", "health", "agriculture")]
    for word, category in unseen:
        row = with_subwords.weights.weights[with_subwords.weights.words.find(word)][columns]
        assert ("sports", "health", "agriculture")[int(row.argmax())] == category, word
        assert not alone.weights.weights[alone.weights.words.find(word)].any()


def test_words_that_are_only_known_do_not_weigh(written: Examples) -> None:
    """A model without subwords scores a text the same with or without words that no label has."""
    some = of(written, "sports", "health", "agriculture")
    weights = fit_model(some, read_taxonomy(), FitOptions(subwords=0.0)).weights
    strangers = [word for word, idf in zip(weights.words, weights.idf, strict=False) if idf == 0 and len(word) == 2]
    assert len(strangers) > 100
    text = some.texts[0]
    noisy = replace(some, texts=(text + "。" + "，".join(strangers[:5]) + "。", *some.texts[1:]))
    plain, more = (KernelScorer(weights).score(*e.columns).scores[0] for e in (some, noisy))
    np.testing.assert_allclose(plain, more, atol=0.02)


def test_months_are_held_out_whole() -> None:
    dates = [f"{2023 + i // 12}-{i % 12 + 1:02}-{day:02}" for i in range(24) for day in (3, 17)]
    categories = ["sports"] * 24 + ["health"] * 24
    groups = np.arange(48)
    groups[5] = groups[4]  # near-duplicates of one month
    groups[7] = groups[0]  # and of two
    blocks = time_blocks(groups, dates, categories)
    assert blocks is not None
    assert blocks[7] == blocks[0] != blocks[6]
    assert len(np.unique(blocks)) == 24
    assert time_blocks(groups, ["2024-01-01"] * 48, categories) is None
    assert time_blocks(groups, [""] * 48, categories) is None


def test_a_category_of_one_month_is_not_held_out_whole() -> None:
    dates = [f"{2023 + i // 12}-{i % 12 + 1:02}-05" for i in range(24)] + ["2024-03-08"] * 6
    categories = ["sports"] * 24 + ["two_sessions"] * 6
    blocks = time_blocks(np.arange(30), dates, categories)
    assert blocks is not None
    assert len(np.unique(blocks[24:])) == 6


def test_spread_makes_probabilities_independent_of_the_size_of_scores() -> None:
    scores = np.random.default_rng(1).normal(size=(20, 6))
    eye, none = np.eye(6) * 2.0, np.zeros(6)
    np.testing.assert_allclose(calibrate(scores, eye, none, 1.0), calibrate(scores * 7.0, eye, none, 1.0))
    assert not np.allclose(calibrate(scores, eye, none), calibrate(scores * 7.0, eye, none))
    flat = calibrate(np.zeros((1, 6)), eye, none, 1.0)
    np.testing.assert_allclose(flat, np.full((1, 6), 1 / 6))


def test_calibration_holds_for_articles_whose_scores_are_small() -> None:
    """Two kinds of articles, one with scores a third as large: one map serves both."""
    generator = np.random.default_rng(2)
    y = generator.integers(0, 8, 4000)
    size = np.where(generator.random(4000) < 0.5, 1.0, 0.33)[:, None]
    scores = (np.eye(8)[y] * 2.2 + generator.normal(size=(4000, 8)) * 0.9) * size - 1.0 * size
    fitted = best_calibration(scores[:2000], y[:2000])
    assert fitted.spread == 1.0
    p = fitted(scores[2000:])
    right = p.argmax(1) == y[2000:]
    for of_kind in (size[2000:, 0] == 1.0, size[2000:, 0] < 1.0):
        assert expected_calibration_error(p[of_kind].max(1), right[of_kind]) < 0.05


def test_a_dirichlet_map_is_where_its_loss_is_least() -> None:
    """A general minimiser over matrix and offset, from where the fit ends and from a temperature, finds no better."""
    generator = np.random.default_rng(5)
    y = generator.integers(0, 4, 600)
    mixed = np.eye(4) + generator.normal(size=(4, 4)) * 0.4
    scores = (np.eye(4)[y] * 1.5 + generator.normal(size=(600, 4))) @ mixed
    ridge = RIDGE["dirichlet"]

    def loss(p: NDArray[np.float64]) -> float:
        matrix, offset = p[:16].reshape(4, 4), p[16:]
        chosen = calibrate(scores, matrix, offset)[np.arange(600), y]
        apart = 4 - np.trace(matrix) ** 2 / (matrix**2).sum()  # from the temperature that is nearest
        return -float(np.log(chosen).sum()) + 0.5 * ridge * float(offset @ offset + apart)

    fitted = fit_calibration(scores, y, "dirichlet")
    ours = np.concatenate([fitted.matrix.ravel(), fitted.offset])
    temperature = fit_calibration(scores, y, "temperature")
    for start in (ours, np.concatenate([temperature.matrix.ravel(), temperature.offset])):
        assert minimize(loss, start).fun > loss(ours) - 1e-3
    assert loss(ours) < loss(np.concatenate([temperature.matrix.ravel(), temperature.offset])) - 10


def test_probabilities_by_a_diagonal_are_those_by_a_matrix() -> None:
    generator = np.random.default_rng(6)
    scores, offset = generator.normal(size=(300, 16)) * 3, generator.normal(size=16)
    diagonal = np.diag(generator.uniform(0.5, 3, 16))
    nearly = diagonal + np.eye(16)[::-1] * 1e-300
    for spread in (0.0, 1.0):
        assert np.array_equal(calibrate(scores, diagonal, offset, spread), calibrate(scores, nearly, offset, spread))


def test_thresholds_keep_what_they_promise() -> None:
    generator = np.random.default_rng(3)
    probability = generator.uniform(0.3, 1.0, 5000)
    right = generator.random(5000) < probability
    for wished, threshold in acceptance_thresholds(probability, right, caution=0.0):
        assert right[probability >= threshold].mean() >= wished
    safer = dict(acceptance_thresholds(probability, right))
    assert all(safer[w] >= t for w, t in acceptance_thresholds(probability, right, caution=0.0) if w in safer)


def test_articles_picked_for_doubt_do_not_set_how_sure_to_be(written: Examples) -> None:
    """Hard articles, sought out, would make the model send too much to review."""
    some = of(written, "sports", "health", "agriculture", "culture")
    picked = np.arange(len(some)) % 5 == 0
    order = ("sports", "health", "agriculture", "culture")
    confused = tuple(
        order[order.index(category) - 1] if hard else category
        for category, hard in zip(some.categories, picked, strict=True)
    )
    marked = tuple("original/doubtful" if hard else "original" for hard in picked)
    counted = fit_model(replace(some, categories=confused), read_taxonomy()).review
    left_out = fit_model(replace(some, categories=confused, sources=marked), read_taxonomy()).review
    assert dict(left_out.thresholds)[0.9] < dict(counted.thresholds).get(0.9, 2.0)
    few = some.take(np.flatnonzero(picked))
    assert typical_examples(replace(few, sources=("original/doubtful",) * len(few))).all()


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.skipif(not has_corpus(), reason="the texts of the real news are not here")
def test_the_shipped_model_is_made_again_byte_for_byte(tmp_path: Path) -> None:
    from classifier.model.versions import Registry
    from lanmu.commands.label_options import read_examples
    from training.fitting.start import Start
    from training.promotion.retrain import RunOptions, labels_checksum, train

    manifest = json.loads((model_path() / "manifest.json").read_text("utf-8"))["training"]
    examples, taxonomy = read_examples(find_shipped("labels.csv"), None, False, True)
    learned = examples.take(~examples.kept_apart)
    if labels_checksum(learned) != manifest["labels"]["sha256"]:
        pytest.skip("labels have been added since the shipped model was made")
    options = FitOptions.from_record(manifest["options"])
    train(examples, taxonomy, Registry(tmp_path), Start(options), RunOptions("again"), say=lambda line: None)
    again, ours = (
        hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest()
        for folder in (tmp_path / "again", model_path())
    )
    assert again == ours


def test_options_are_read_back_and_say_no_more_than_they_did() -> None:
    for options in (FitOptions(), FitOptions(general=True, vectors=0.5), MANY_HEADLINES):
        assert FitOptions.from_record(json.loads(json.dumps(options.record()))) == options
    assert FitOptions.from_record(json.loads(json.dumps(NEWS.record()))) == NEWS
    assert not {"general", "vectors_each", "source_weights", "headlines"} & set(FitOptions().record())


@pytest.mark.slow
def test_each_table_of_vectors_has_a_strength_of_its_own() -> None:
    labels = [label for label in usable_labels(find_shipped("labels.csv")) if len(label.title) > 4][::9]
    examples = examples_of([replace(label, text="") for label in labels])
    y = np.arange(len(examples)) % 3
    one, other = (
        feature_matrix(examples, replace(MANY_HEADLINES, vectors_each=each), y) for each in ((0.2, 0.5), (0.4, 0.0))
    )
    assert isinstance(one.shared, np.ndarray) and isinstance(other.shared, np.ndarray)
    ends = np.cumsum([0, 96, 96])
    for k, factor in enumerate((2.0, 0.0)):
        part = slice(ends[k], ends[k + 1])
        np.testing.assert_allclose(other.shared[:, part], factor * one.shared[:, part], rtol=1e-4, atol=1e-7)
        means = one.X @ one.shared[:, part]
        spread = np.sqrt(((means - means.mean(0)) ** 2).sum(1).mean())
        assert spread == pytest.approx((0.2, 0.5)[k], rel=1e-4)


def test_thresholds_are_those_of_the_source_that_needs_the_highest() -> None:
    broadcast, local = ((0.9, 0.5), (0.97, 0.8), (0.99, 0.95)), ((0.9, 0.6), (0.97, 0.7))
    assert strictest([broadcast, local]) == ((0.9, 0.6), (0.97, 0.8))
    assert strictest([broadcast]) == broadcast


def test_thresholds_are_measured_on_all_labels_and_on_each_large_source() -> None:
    sources = ("xwlb",) * 350 + ("local",) * 300 + ("local/doubtful",) * 50 + ("desk",) * 40
    n = len(sources)
    examples = Examples(tuple(map(str, range(n))), ("",) * n, ("文",) * n, ("体育",) * n, ("",) * n, sources)
    typical = typical_examples(examples)
    sizes = [int(some.sum()) for some in measure_apart(examples, typical)]
    assert sizes == [690, 300, 350]
    assert len(measure_apart(examples.take(np.arange(350)), np.ones(350, np.bool_))) == 1


def test_labels_of_a_weighty_source_count_more(written: Examples) -> None:
    some = of(written, "sports", "health").take(range(0, 84, 2))
    turned = replace(some, categories=tuple({"sports": "health", "health": "sports"}[c] for c in some.categories))
    turned = replace(turned, ids=tuple(f"{name}-turned" for name in some.ids), sources=("turned",) * len(some))
    taxonomy = read_taxonomy()
    for weight, right in ((0.1, some), (10.0, turned)):
        fitted = fit_model(some + turned, taxonomy, FitOptions(source_weights=(("turned", weight),)))
        best = KernelScorer(fitted.weights).score(*some.columns).scores.argmax(1)
        assert [taxonomy.ids[k] for k in best] == list(right.categories)


def test_headlines_as_articles_of_their_own_teach_what_a_bare_headline_says(written: Examples) -> None:
    some = of(written, "sports", "health", "agriculture", "economy")
    titled = some.take([i for i, title in enumerate(some.titles) if len(title) > 6])
    learned, asked = titled.take(range(0, len(titled), 2)), titled.take(range(1, len(titled), 2))
    bare = replace(asked, texts=("",) * len(asked))
    taxonomy = read_taxonomy()
    right = []
    for headlines in (0.0, 0.3):
        fitted = fit_model(learned, taxonomy, FitOptions(headlines=headlines))
        best = KernelScorer(fitted.weights).score(*bare.columns).scores.argmax(1)
        right.append(np.mean([taxonomy.ids[k] == c for k, c in zip(best, bare.categories, strict=True)]))
    assert right[1] > right[0]
