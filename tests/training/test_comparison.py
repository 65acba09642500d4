"""What differs between two models, for people: words first, and no figures of different tests side by side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from classifier.model.model_files import read_model
from training.promotion.comparison import compare_models


def test_words_come_first_and_figures_only_of_the_same_test(small_model_folder: Path) -> None:
    first = read_model(small_model_folder)
    weights = first.weights.weights.copy()
    weights[: first.weights.features, 0] += 0.25  # every headline word speaks more for the first category
    weights[first.weights.features : 2 * first.weights.features, 0] += 0.25
    metrics = {"on": "holdout", "articles": 40, "accuracy": 0.9}
    told = {
        **first.manifest.training,
        "metrics": metrics,
        "answers": {"a": 1},
        "labels": {"count": 3, "sources": {"desk": 3}},
    }
    one = replace(first, manifest=replace(first.manifest, training=told))
    other = {**told, "metrics": {**metrics, "accuracy": 0.95}, "labels": {"count": 5, "sources": {"desk": 5}}}
    changed = replace(first.weights, weights=weights)
    two = replace(first, weights=changed, manifest=replace(first.manifest, training=other, checksum="b" * 64))
    lines = list(compare_models(one, two, 2))
    name = next(iter(first.manifest.taxonomy)).name
    assert lines[0].startswith(f"{name}: ") and lines[0].count("+0.25") == 2
    assert sum(": " in line and "+0.00" in line for line in lines) == 0
    assert "training.metrics.accuracy: 0.9000 → 0.9500" in lines and "training.labels.count: 3 → 5" in lines
    assert not any("sources" in line for line in lines)
    elsewhere = replace(two, manifest=replace(two.manifest, training={**other, "answers": {"b": 1}}))
    lines = list(compare_models(one, elsewhere, 2))
    assert not any("accuracy" in line for line in lines)
    assert any("tested on different articles" in line for line in lines)
