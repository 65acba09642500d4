"""Labels → challenger → gate → registry, on written labels."""

from __future__ import annotations

import csv
import multiprocessing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifier.model.model_files import read_manifest, read_model
from classifier.model.versions import Registry
from classifier.taxonomy import Taxonomy, read_taxonomy
from tests.small_model import small_model
from training.fitting.fit_options import FitOptions
from training.fitting.seen import find_changed, find_relabelled, unseen
from training.fitting.tuning import tune
from training.labels.examples import Examples
from training.labels.file import Label, examples_of
from training.labels.near_duplicates import near_duplicate_groups
from training.promotion.retrain import Run, RunOptions, train

ROOT = Path(__file__).parents[2]
CHOSEN = ("meetings", "sports", "agriculture", "health")


@pytest.fixture(scope="module")
def labels() -> list[Label]:
    """Thirty written labels of each of four categories."""
    with (ROOT / "labels.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [Label(**row) for row in csv.DictReader(file)]
    return [label for c in CHOSEN for label in [row for row in rows if row.category == c][:30]]


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    full = read_taxonomy()
    return Taxonomy(tuple(full[category] for category in CHOSEN))


def some(labels: list[Label], each: int) -> list[Label]:
    return [label for c in CHOSEN for label in [row for row in labels if row.category == c][:each]]


def run(labels: list[Label], taxonomy: Taxonomy, folder: Path, name: str) -> Run:
    return train(examples_of(labels), taxonomy, Registry(folder), wished=RunOptions(name), say=lambda line: None)


@pytest.fixture(scope="module")
def begun(labels: list[Label], taxonomy: Taxonomy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a first model, of five labels a category."""
    folder = tmp_path_factory.mktemp("models")
    assert run(some(labels, 5), taxonomy, folder, "first").promoted
    return folder


def test_the_same_labels_give_the_same_bytes(labels: list[Label], taxonomy: Taxonomy, tmp_path: Path) -> None:
    shuffled = [labels[i] for i in np.random.default_rng(0).permutation(len(labels))]
    for folder, given in (("a", labels), ("b", shuffled)):
        run(given, taxonomy, tmp_path / folder, "model")
    for name in ("manifest.json", "weights.safetensors"):
        assert (tmp_path / "a" / "model" / name).read_bytes() == (tmp_path / "b" / "model" / name).read_bytes()


def test_more_labels_are_let_through_and_broken_ones_are_not(
    labels: list[Label], taxonomy: Taxonomy, begun: Path
) -> None:
    registry = Registry(begun)
    better = run(labels, taxonomy, begun, "second")
    assert better.promoted, better.verdict.reasons
    assert registry.current == "second"
    assert better.verdict.figures["new_labels"] == 100
    assert read_manifest(begun / "second").training["parent"] == read_manifest(begun / "first").checksum

    broken = [replace(label, category="health") if label.category == "sports" else label for label in labels]
    worse = run(broken, taxonomy, begun, "third")
    assert not worse.promoted and registry.current == "second"
    (reason,) = [reason for reason in worse.verdict.reasons if "体育" in str(reason)]
    assert "30 of 30 labels of 体育" in str(reason) and "卫生健康 30" in str(reason)
    refusal = registry.history()[-1]
    assert (refusal.action, refusal.name) == ("refused", "third") and str(reason) in map(str, refusal.reasons)

    assert registry.rollback().name == "first" == registry.current


def test_wrong_new_labels_that_spoil_a_category_are_refused(
    labels: list[Label], taxonomy: Taxonomy, tmp_path: Path
) -> None:
    """The labels that the model learned stay right; a batch of new ones calls sports news health news."""
    old = some(labels, 18)
    assert run(old, taxonomy, tmp_path, "good").promoted
    batch = [
        replace(label, category="health" if label.category == "sports" else label.category)
        for label in labels
        if label not in old
    ]
    batch += [replace(label, id=f"又-{label.id}") for label in batch if label.category == "health"]
    spoiled = run([*old, *batch], taxonomy, tmp_path, "spoiled")
    assert not spoiled.promoted
    assert any("体育 falls from" in str(reason) for reason in spoiled.verdict.reasons), spoiled.verdict.reasons


def test_a_model_knows_what_it_has_seen(labels: list[Label], taxonomy: Taxonomy, begun: Path) -> None:
    manifest = read_manifest(begun / "first")
    known, new = some(labels, 5), [label for label in labels if label not in some(labels, 5)]
    assert not unseen(manifest, examples_of(known)).any()
    assert unseen(manifest, examples_of(new)).all()
    other = [replace(known[0], category="health"), *known[1:], new[0]]
    assert find_changed(manifest, examples_of(other)).tolist() == [True] + [False] * 20
    (relabelled,) = find_relabelled(manifest, examples_of(other))
    assert (relabelled.category, relabelled.known, relabelled.now) == ("meetings", 5, {"health": 1})


@pytest.mark.slow
def test_options_are_searched_and_kept_only_if_better(labels: list[Label], taxonomy: Taxonomy) -> None:
    examples: Examples = examples_of(some(labels, 20))
    groups = near_duplicate_groups(examples.whole)
    poor = FitOptions(penalty=300.0, solver="ridge", balance=0.0)
    tuning = tune(examples, taxonomy, groups, poor, 600, trials=6)
    assert tuning.tried == 6 and tuning.after >= tuning.before
    assert tuning.improved == (tuning.options != poor)
    assert tuning == tune(examples, taxonomy, groups, poor, 600, trials=6)
    assert tune(examples, taxonomy, groups, FitOptions(), 600, trials=1).options == FitOptions()


def _read(folder: Path, seconds: float, problems: multiprocessing.Queue[str], seen: multiprocessing.Queue[str]) -> None:
    import time

    from classifier.model.versions import model_path

    names: set[str] = set()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            names.add(read_model(model_path(None, folder)).manifest.name)
        except Exception as error:
            problems.put(repr(error))
    for name in names:
        seen.put(name)


@pytest.mark.slow
def test_readers_see_one_version_or_the_other(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    for name in ("eins", "zwei"):
        small_model(tmp_path / name)
    registry.promote("eins")
    context = multiprocessing.get_context("fork")
    problems, seen = context.Queue(), context.Queue()
    readers = [context.Process(target=_read, args=(tmp_path, 2.0, problems, seen)) for _ in range(2)]
    for reader in readers:
        reader.start()
    while any(reader.is_alive() for reader in readers):
        registry.promote("zwei")
        registry.rollback()
        registry.prune(2)
    assert problems.empty(), problems.get()
    assert {seen.get(timeout=5) for _ in range(seen.qsize())} == {"eins", "zwei"}
