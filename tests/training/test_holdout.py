"""What is held out, and what is never learned."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from classifier.model.model_files import read_manifest
from classifier.model.versions import Registry
from classifier.taxonomy import Category, Taxonomy
from tests.training.shipped import shipped_examples
from training.evaluation.evaluation import Wishes, evaluate
from training.fitting.fit import fit_model
from training.fitting.seen import unseen
from training.fitting.splits import holdout_mask
from training.fitting.start import start_of
from training.labels.examples import Examples
from training.labels.near_duplicates import near_duplicate_groups
from training.promotion.retrain import RunOptions, train

TAXONOMY = Taxonomy((Category("农业", "农业"), Category("体育", "体育")))
FARMING = ("秧苗", "水稻", "玉米", "果园", "大棚", "合作社", "农户", "灌溉", "化肥", "播种")
SPORT = ("球队", "比赛", "冠军", "教练", "球迷", "进球", "马拉松", "田径", "赛场", "队员")


def made(n: int, source: str, seed: int) -> Examples:
    dice = np.random.default_rng(seed)
    texts, kinds = [], []
    for i in range(n):
        kind = i % 2
        words = dice.choice(FARMING if kind == 0 else SPORT, 6)
        places = dice.integers(10, 9999, 6)
        texts.append("。".join(f"{word}{place}号在{source}{i}处" for word, place in zip(words, places, strict=True)))
        kinds.append(("农业", "体育")[kind])
    return Examples(
        tuple(f"{source}-{i}" for i in range(n)), ("",) * n, tuple(texts), tuple(kinds), ("",) * n, (source,) * n
    )


def kept_apart(examples: Examples) -> Examples:
    return replace(examples, sources=tuple(f"{source}/holdout" for source in examples.sources))


def test_labels_kept_apart_are_the_holdout_of_their_source() -> None:
    examples = made(200, "local", 0) + kept_apart(made(120, "local", 1)) + made(50, "desk", 2)
    out = holdout_mask(examples)
    assert not out[:200].any() and out[200:320].all()
    assert 0 < out[320:].sum() < 30  # of other sources a fifth, by their ids


def test_labels_kept_apart_are_never_learned(tmp_path: Path) -> None:
    learned, kept = made(60, "local", 0), kept_apart(made(120, "kept", 1))
    registry = Registry(tmp_path)
    run = train(learned + kept, TAXONOMY, registry, wished=RunOptions("first"), say=lambda line: None)
    manifest = read_manifest(registry.path("first"))
    assert unseen(manifest, kept).all() and not unseen(manifest, learned).any()
    assert manifest.training["metrics"]["articles"] == holdout_mask(learned + kept).sum()
    assert run.manifest.training["labels"]["learned"] == 60
    alone = train(learned, TAXONOMY, Registry(tmp_path / "alone"), wished=RunOptions("first"), say=lambda line: None)
    weights = [registry.path("first"), tmp_path / "alone" / "first"]
    assert len({(folder / "weights.safetensors").read_bytes() for folder in weights}) == 1
    assert alone.manifest.checksum != run.manifest.checksum  # of the figures


def test_labels_kept_apart_do_not_count_as_new() -> None:
    examples = made(30, "local", 0) + kept_apart(made(300, "kept", 1))
    start = start_of(examples, TAXONOMY, None)
    assert start.said == start_of(made(30, "local", 0), TAXONOMY, None).said != ""


def test_an_evaluation_asks_about_labels_kept_apart_without_learning_them() -> None:
    learned, kept = made(60, "local", 0), kept_apart(made(40, "kept", 1))
    kept = replace(kept, categories=tuple({"农业": "体育", "体育": "农业"}[c] for c in kept.categories))
    sizes: list[int] = []

    def fit(some: Examples, groups: object) -> object:
        sizes.append(len(some))
        assert not some.kept_apart.any()
        return fit_model(some, TAXONOMY)

    evaluation = evaluate(learned + kept, fit, Wishes(thorough=False))  # type: ignore[arg-type]
    assert len(evaluation.answers) == 100 and max(sizes) <= 60
    of_kept = next(part for part in evaluation.slices["source"] if part.name == "kept")
    assert of_kept.articles == 40 and of_kept.accuracy < 0.2  # its labels say the opposite, and nobody learned them


def test_shipped_labels_hold_four_hundred_local_articles_apart_by_story() -> None:
    examples = shipped_examples()
    local = examples.take(examples.of_source("local"))
    assert local.kept_apart.sum() >= 400 and (~local.kept_apart).sum() >= 1_300
    groups = near_duplicate_groups(local.whole, 0.3)
    assert not set(groups[local.kept_apart].tolist()) & set(groups[~local.kept_apart].tolist())
