"""Categories that change: new, renamed, merged and dropped beside those that a model knows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from classifier.engine.scoring.scorer import KernelScorer
from classifier.errors import TaxonomyError
from classifier.model.model_files import Manifest, StoredModel, read_manifest, read_model, write_model
from classifier.model.versions import Registry, model_path
from classifier.taxonomy import Category, Taxonomy, read_taxonomy
from tests.training.new_category import NEW, notices
from tests.training.shipped import shipped_examples
from training.fitting.prior import Prior
from training.fitting.start import load_shipped_model, start_of
from training.labels.examples import Examples
from training.labels.file import read_labels
from training.promotion.retrain import Run, RunOptions, train

SIXTEEN = read_taxonomy()
SEVENTEEN = Taxonomy((*SIXTEEN, NEW))


@dataclass(frozen=True)
class Trained:
    """The shipped model trained on a new category with ten labels, and no other label."""

    registry: Registry
    run: Run
    said: str

    @property
    def model(self) -> StoredModel:
        return read_model(self.registry.path(self.run.name))


@pytest.fixture(scope="module")
def seventeen(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    registry = Registry(tmp_path_factory.mktemp("seventeen"))
    registry.seed(model_path(), "the model that lanmu comes with")
    ten = notices().take(np.arange(10))
    start = start_of(ten, SEVENTEEN, load_shipped_model())
    run = train(ten, SEVENTEEN, registry, start, RunOptions("with-notices"), say=lambda line: None)
    return Trained(registry, run, str(start.said))


@pytest.fixture(scope="module")
def others() -> Examples:
    """The local articles that are never learned."""
    return shipped_examples().take(shipped_examples().kept_apart)


def right(stored: StoredModel, examples: Examples) -> float:
    scores = KernelScorer(stored.weights).score(*examples.columns).scores
    best = stored.weights.probabilities(scores).argmax(1)
    ids = stored.manifest.taxonomy.ids
    return float(np.mean([ids[k] == c for k, c in zip(best, examples.categories, strict=True)]))


def test_ten_labels_of_a_new_category_alone_teach_it(seventeen: Trained) -> None:
    rest = notices().take(np.arange(10, 24))
    assert right(seventeen.model, rest) >= 0.7


def test_the_others_keep_what_they_know(seventeen: Trained, others: Examples) -> None:
    stored = load_shipped_model()
    assert right(seventeen.model, others) >= right(stored, others) - 0.015
    review = seventeen.model.manifest.review
    assert review == replace(stored.manifest.review, accept_accuracy=review.accept_accuracy)


def test_a_changed_list_is_compared_on_what_is_common_and_promoted_by_hand(seventeen: Trained) -> None:
    assert "new to it: 通告" in seventeen.said
    run, registry = seventeen.run, seventeen.registry
    assert not run.promoted and registry.current == model_path().name
    reasons = [str(reason) for reason in run.verdict.reasons]
    assert any("new categories: 通告" in reason for reason in reasons)
    assert run.verdict.figures["holdout"] > 1_000
    assert read_manifest(registry.path("with-notices")).taxonomy.ids == SEVENTEEN.ids
    assert any(new == "notices" for _, new, _ in run.verdict.figures["moved"])


def changed() -> Taxonomy:
    """Sports renamed, culture and tourism merged, the military dropped."""
    kept = [c for c in SIXTEEN if c.id not in ("sports", "culture", "tourism", "military")]
    return Taxonomy(
        (*kept, Category("tiyu", "文体版", was=("sports",)), Category("wenlv", "文旅", was=("culture", "tourism")))
    )


def test_a_renamed_category_keeps_its_weights_and_a_merged_one_has_the_sum(others: Examples) -> None:
    stored, wanted = load_shipped_model(), changed()
    prior = Prior.of(stored, wanted)
    weights, intercept = prior.weights(stored.weights.words, stored.weights.characters)
    old = {category: k for k, category in enumerate(stored.manifest.taxonomy.ids)}
    tiyu, wenlv = (wanted.ids.index(name) for name in ("tiyu", "wenlv"))
    np.testing.assert_allclose(weights[:, tiyu], stored.weights.weights[:, old["sports"]])
    both = [old["culture"], old["tourism"]]
    np.testing.assert_allclose(weights[:, wenlv], stored.weights.weights[:, both].sum(1), atol=1e-5)
    texts = others.columns
    scores = KernelScorer(replace(stored.weights, weights=weights.astype(np.float32), intercept=intercept,
                                  calibration_matrix=prior.calibration.matrix,
                                  calibration_offset=prior.calibration.offset)).score(*texts).scores  # fmt: skip
    called = {"sports": "tiyu", "culture": "wenlv", "tourism": "wenlv"}
    there = [i for i, c in enumerate(others.categories) if c != "military"]
    given = [wanted.ids[k] for k in prior.calibration(scores).argmax(1)]
    hits = [given[i] == called.get(others.categories[i], others.categories[i]) for i in there]
    assert np.mean(hits) > 0.93


def test_labels_may_say_what_a_category_was_called(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("id,category,text\n1,sports,县队夺冠\n2,tourism,古镇迎客\n3,文旅,非遗进景区\n", "utf-8")
    table = read_labels(path, changed())
    assert [label.category for label in table.labels] == ["tiyu", "wenlv", "wenlv"] and not table.refused


def test_a_categories_file_says_what_was_and_codes(tmp_path: Path) -> None:
    path = tmp_path / "categories.toml"
    path.write_text(
        '[[category]]\nid = "wenlv"\nname = "文旅"\nwas = ["culture", "tourism"]\nmedia_topic = "01000000"\n'
        '[[category]]\nid = "tiyu"\nwas = "sports"\ngbt_20093 = "39"\n',
        "utf-8",
    )
    first, second = read_taxonomy(path)
    assert first.was == ("culture", "tourism") and second.was == ("sports",)
    assert (first.media_topic, second.gbt_20093) == ("01000000", "39")
    path.write_text('[[category]]\nid = "a"\nmedia_topic = "体育"\n[[category]]\nid = "b"\n', "utf-8")
    with pytest.raises(TaxonomyError, match="media_topic"):
        read_taxonomy(path)


def test_a_model_keeps_the_codes_and_models_of_before_have_none(tmp_path: Path) -> None:
    stored = load_shipped_model()
    coded = Taxonomy(
        tuple(replace(c, media_topic="15000000") if c.id == "sports" else c for c in stored.manifest.taxonomy)
    )
    manifest = Manifest(
        name="coded", taxonomy=coded, spec=stored.manifest.spec, review=stored.manifest.review,
        surprise_unknown=stored.manifest.surprise_unknown,
    )  # fmt: skip
    write_model(tmp_path / "coded", manifest, stored.weights)
    assert read_manifest(tmp_path / "coded").taxonomy == coded
    assert not any(c.media_topic or c.was for c in stored.manifest.taxonomy)
