"""Two models side by side: options, metrics, words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from classifier.messages import Language, Message, say
from classifier.model.model_files import StoredModel

SMALLEST = 0.005
_LISTS = frozenset({"answers", "label_ids", "label_columns"})


def compare_models(first: StoredModel, second: StoredModel, words: int = 5, language: Language = "en") -> Iterator[str]:
    """What differs between two models, a line each: categories and words first, then the rest.

    Words are compared by the weight in the text field for each common category, ``words`` that
    gained and ``words`` that lost most; a change below SMALLEST is none.  Figures are compared only
    where both were tested on the same articles.
    """
    a, b = first.manifest, second.manifest
    if a.checksum == b.checksum:
        yield say("compared.same").text(language)
        return
    gone = [c for c in a.taxonomy.ids if c not in b.taxonomy]
    new = [c for c in b.taxonomy.ids if c not in a.taxonomy]
    if gone or new:
        none = say("compared.none")
        said = say("compared.categories", gone=", ".join(gone) or none, new=", ".join(new) or none)
        yield said.text(language)
    yield from _word_changes(first, second, words)
    yield from _changes("features", a.spec.record(), b.spec.record())
    yield from _changes("review", a.review.record(), b.review.record())
    same_test = _tested_on(a.training) == _tested_on(b.training)
    before, after = (_flat(_select_record(one.training, figures=same_test)) for one in (a, b))
    yield from _changes("training", before, after)
    if not same_test:
        yield say("compared.other_test").text(language)
    features = {"before": first.weights.features, "after": second.weights.features}
    yield Message("compared.vocabulary", features).text(language)


def _tested_on(training: Mapping[str, Any]) -> object:
    """The articles that a model was tested on."""
    metrics = training.get("metrics") or {}
    return metrics.get("on"), metrics.get("articles"), sorted(training.get("answers") or ())


def _select_record(training: Mapping[str, Any], *, figures: bool) -> dict[str, Any]:
    """What people want to know of a training record: not every label, nor every interval."""
    told = {key: value for key, value in training.items() if key not in _LISTS and (figures or key != "metrics")}
    if isinstance(labels := told.get("labels"), Mapping):
        told["labels"] = {key: value for key, value in labels.items() if not isinstance(value, Mapping)}
    metrics = told.get("metrics")
    if isinstance(metrics, Mapping):
        f1 = {c: row["f1"] for c, row in metrics.get("categories", {}).items() if isinstance(row, Mapping)}
        kept = {key: value for key, value in metrics.items() if key != "categories" and not key.endswith("_95")}
        told["metrics"] = {**kept, "f1": f1}
    return told


def _changes(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            yield f"{name}.{key}: {_short(before.get(key))} → {_short(after.get(key))}"


def _short(value: Any) -> str:
    text = f"{value:.4f}" if isinstance(value, float) else "–" if value is None else str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _flat(record: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, Mapping):
            values |= _flat(value, f"{before}{key}.")
        else:
            values[before + key] = value
    return values


def _word_changes(first: StoredModel, second: StoredModel, words: int) -> Iterator[str]:
    a, b = first.weights, second.weights
    if words == 0:
        return
    common = {word: i for i, word in enumerate(a.words)}
    pairs = [(common[word], j, word) for j, word in enumerate(b.words) if word in common]
    if not pairs:
        return
    left = np.array([i for i, _, _ in pairs]) + (a.spec.groups - 1) * a.features
    right = np.array([j for _, j, _ in pairs]) + (b.spec.groups - 1) * b.features
    for category in first.manifest.taxonomy:
        if category.id not in second.manifest.taxonomy:
            continue
        before = a.weights[left, first.manifest.taxonomy.ids.index(category.id)].astype(float)
        after = b.weights[right, second.manifest.taxonomy.ids.index(category.id)].astype(float)
        change = after - before
        order = np.argsort(change, kind="stable")
        most = [*(i for i in order[::-1][:words] if change[i] > 0), *(i for i in order[:words] if change[i] < 0)]
        said = [f"{pairs[i][2].replace(' ', '+')} {change[i]:+.2f}" for i in most if abs(change[i]) >= SMALLEST]
        if said:
            yield f"{category.name}: {', '.join(said)}"
