from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifier.engine.scoring.scorer import KernelScorer
from classifier.model.model_files import Manifest, StoredModel, read_model, write_model
from classifier.model.versions import Registry
from classifier.model.weights import LinearWeights
from classifier.taxonomy import Taxonomy, read_taxonomy
from tests.conftest import Lanmu
from tests.reference.plain import PlainScorer
from tests.training.shipped import shipped_examples
from training.fitting.fit import Fitted, fit_model
from training.fitting.fit_options import FitOptions, choose_default_options
from training.fitting.seen import seen_record
from training.fitting.start import Start, start_of
from training.labels.examples import Examples
from training.promotion.retrain import Run, RunOptions, train


@pytest.fixture(scope="module")
def written() -> Examples:
    """The written articles, under ids that no model has seen."""
    examples = shipped_examples()
    return replace(examples, ids=tuple(f"ours-{name}" for name in examples.ids))


def part(examples: Examples, first: int, last: int) -> Examples:
    """Articles ``first`` to ``last`` of each category."""
    chosen: list[int] = []
    for category in sorted(set(examples.categories)):
        chosen += [i for i, given in enumerate(examples.categories) if given == category][first:last]
    return examples.take(chosen)


def renamed(examples: Examples) -> tuple[Examples, Taxonomy]:
    own = replace(examples, categories=tuple(f"版面-{category}" for category in examples.categories))
    return own, Taxonomy.of_names(sorted(set(own.categories)))


def fit(start: Start, examples: Examples, taxonomy: Taxonomy) -> Fitted:
    return fit_model(examples, taxonomy, start.options, prior=start.prior)


def accuracy(weights: LinearWeights, taxonomy: Taxonomy, examples: Examples) -> float:
    best = KernelScorer(weights).score(*examples.columns).scores.argmax(1)
    return float(np.mean([taxonomy.ids[k] == right for k, right in zip(best, examples.categories, strict=True)]))


@pytest.fixture(scope="module")
def model(written: Examples, tmp_path_factory: pytest.TempPathFactory) -> StoredModel:
    """A model of the default categories, fitted on ten written articles of each."""
    folder = tmp_path_factory.mktemp("models") / "ten"
    taxonomy, examples = read_taxonomy(), part(written, 0, 10)
    fitted = fit_model(examples, taxonomy)
    manifest = Manifest(
        name="ten", taxonomy=taxonomy, spec=fitted.options.spec, review=fitted.review,
        surprise_unknown=fitted.weights.surprise_unknown,
    )  # fmt: skip
    write_model(folder, manifest, fitted.weights)
    return read_model(folder)


@pytest.mark.slow
def test_five_labels_of_own_categories_gain_from_what_is_known_of_words(written: Examples) -> None:
    few, taxonomy = renamed(part(written, 0, 5))
    rest, _ = renamed(part(written, 5, 25))
    start = start_of(few, taxonomy, None)
    adapted = accuracy(fit(start, few, taxonomy).weights, taxonomy, rest)
    scratch = accuracy(fit_model(few, taxonomy, FitOptions(subwords=0.0)).weights, taxonomy, rest)
    assert "few labels" in str(start.said)
    assert adapted > scratch + 0.03


@pytest.mark.slow
def test_labels_of_known_categories_start_from_the_model(written: Examples, model: StoredModel) -> None:
    few, rest, taxonomy = part(written, 10, 13), part(written, 13, 33), read_taxonomy()
    start = start_of(few, taxonomy, model)
    adapted = accuracy(fit(start, few, taxonomy).weights, taxonomy, rest)
    scratch = accuracy(fit_model(few, taxonomy).weights, taxonomy, rest)
    assert start.prior is not None
    assert adapted > scratch + 0.05
    assert adapted >= accuracy(model.weights, taxonomy, rest) - 0.01


def test_categories_are_known_by_name_too(written: Examples, model: StoredModel) -> None:
    names = {category.id: category.name for category in read_taxonomy()}
    chosen = ("sports", "health", "agriculture", "culture")
    some = written.take([i for i, category in enumerate(written.categories) if category in chosen])
    some = replace(some, categories=tuple(names[category] for category in some.categories))
    few, rest, taxonomy = part(some, 10, 13), part(some, 13, 33), Taxonomy.of_names([names[c] for c in chosen])
    start = start_of(few, taxonomy, model)
    assert start.prior is not None
    assert [[model.manifest.taxonomy.ids[k] for k in its] for its in start.prior.sources] == [[c] for c in chosen]
    assert accuracy(fit(start, few, taxonomy).weights, taxonomy, rest) > 0.8
    own = Taxonomy.of_names([*taxonomy.ids, "副刊", "读者来信"])
    assert start_of(few, own, model).prior is None  # of a third of the categories it knows nothing


@pytest.mark.slow
def test_an_adapted_model_is_an_ordinary_one(written: Examples, model: StoredModel) -> None:
    few, own = renamed(part(written, 10, 12))
    asked = part(written, 12, 14).columns
    for start, examples, taxonomy in (
        (start_of(few, own, None), few, own),
        (start_of(part(written, 10, 12), read_taxonomy(), model), part(written, 10, 12), read_taxonomy()),
    ):
        first, second = fit(start, examples, taxonomy).weights, fit(start, examples, taxonomy).weights
        assert first.weights.tobytes() == second.weights.tobytes()
        np.testing.assert_allclose(
            KernelScorer(first).score(*asked).scores, PlainScorer(first).score(*asked).scores, atol=1e-9
        )


def test_many_labels_or_the_models_own_start_from_scratch(written: Examples, model: StoredModel) -> None:
    taxonomy = read_taxonomy()
    few = part(written, 0, 5)
    known = replace(model, manifest=replace(model.manifest, training=seen_record(few, taxonomy)))
    assert start_of(few, taxonomy, known) == Start(choose_default_options(few, taxonomy))
    many = written.take([i for i, category in enumerate(written.categories) if category in ("sports", "health")])
    many = many.take(np.tile(np.arange(len(many)), 4))
    assert start_of(many, taxonomy, model).prior is None


@pytest.mark.slow
def test_train_says_when_it_starts_from_what_is_known(lanmu: Lanmu, tmp_path: Path, written: Examples) -> None:
    few, _ = renamed(part(written, 0, 6))
    with (tmp_path / "ours.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "category", "title", "text"])
        rows.writerows(zip(few.ids, few.categories, few.titles, few.texts, strict=True))
    done = lanmu("train", "--labels", "ours.csv", "--own-categories", "--models", "mine")
    assert done.returncode == 0, done.stderr
    assert "few labels" in done.stderr
    alone = lanmu("train", "--labels", "ours.csv", "--own-categories", "--models", "mine", "--from-scratch")
    assert alone.returncode in (0, 3), alone.stderr  # 3: the gate keeps the one before
    assert "few labels" not in alone.stderr


@pytest.mark.slow
def test_what_the_model_knows_is_not_learned_again_and_not_forgotten(
    written: Examples, model: StoredModel, tmp_path: Path
) -> None:
    """Labels of the model among the new ones: they only tell whether it forgets."""
    taxonomy = read_taxonomy()
    old, new = part(written, 0, 10), part(written, 10, 16)
    knowing = Manifest(
        name="ten", taxonomy=taxonomy, spec=model.manifest.spec, review=model.manifest.review,
        surprise_unknown=model.manifest.surprise_unknown, training=seen_record(old, taxonomy),
    )  # fmt: skip
    registry = Registry(tmp_path)
    write_model(tmp_path / "ten", knowing, model.weights)
    registry.promote("ten")
    stored = read_model(tmp_path / "ten")
    start = start_of(old + new, taxonomy, stored)
    assert start.known == frozenset(old.ids) and "knows 160 of the labels already" in str(start.said)

    def run(name: str, examples: Examples, known: frozenset[str]) -> Run:
        begin = replace(start, known=known)
        return train(examples, taxonomy, registry, begin, RunOptions(name, promote=False), say=lambda line: None)

    both, alone = run("both", old + new, start.known), run("alone", new, frozenset())
    weights = [read_model(tmp_path / name).weights.weights for name in ("both", "alone")]
    assert np.array_equal(*weights), "what is known changes nothing"
    assert both.verdict.promote and alone.verdict.promote, both.verdict.reasons
    assert both.verdict.figures["holdout"] > 160

    spoiled = replace(new, categories=tuple("health" if c == "sports" else c for c in new.categories))
    many = part(written, 16, 40)
    many = replace(many, categories=tuple("health" if c == "sports" else c for c in many.categories))
    refused = run("spoiled", spoiled + many, frozenset())
    assert not refused.verdict.promote
    assert any("体育 falls" in str(reason) for reason in refused.verdict.reasons), refused.verdict.reasons


def test_one_label_is_enough_to_start_from_a_model(written: Examples, model: StoredModel) -> None:
    one = part(written, 10, 11).take([0])
    start = start_of(one, read_taxonomy(), model)
    fitted = fit(start, one, read_taxonomy())
    assert fitted.review.thresholds == model.manifest.review.thresholds
    rest = part(written, 13, 33)
    assert accuracy(fitted.weights, read_taxonomy(), rest) > accuracy(model.weights, read_taxonomy(), rest) - 0.01
