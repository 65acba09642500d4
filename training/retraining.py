"""Labels → challenger → gate → registry: one run of ``lanmu train``."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.decisions import Decisions, decide
from classifier.errors import ModelError
from classifier.model_files import Manifest, StoredModel, read_model, write_model
from classifier.taxonomy import Taxonomy
from classifier.weights import LinearWeights
from training.corpora import HOLDOUT_FROM
from training.examples import Examples
from training.fitting import FitOptions, Fitted, fit_model
from training.gate import Compared, GateOptions, Verdict, judged
from training.registry import Registry
from training.splits import held_out_by_id, near_duplicate_groups

FEWEST_HELD_OUT = 100
MAX_KEPT_ANSWERS = 20_000
_PACKAGES = ("numpy", "scipy", "scikit-learn", "jieba", "lanmu")
Say = Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """What a training run came to."""

    name: str
    manifest: Manifest
    verdict: Verdict
    promoted: bool


def train(
    examples: Examples,
    taxonomy: Taxonomy,
    registry: Registry,
    *,
    name: str = "",
    options: FitOptions | None = None,
    gate: GateOptions | None = None,
    promote: bool = True,
    say: Say = print,
) -> Run:
    """Fit a challenger, hold it against the current model, and promote it if it passes.

    It is fitted twice: without the holdout, for the figures and the gate, and then on all labels,
    which is the model that is kept.  Raises ModelError for a name that is taken.
    """
    options = options or FitOptions()
    name = name or registry.free_name("model")
    if (registry.folder / name).exists():
        raise ModelError(f"{registry.folder / name}: exists already; choose another --name")
    champion = read_model(registry.path(registry.current)) if registry.current else None
    groups = near_duplicate_groups(
        [f"{title}\n{text}" for title, text in zip(examples.titles, examples.texts, strict=True)]
    )
    out = holdout_mask(examples)
    say(f"{len(examples):,} labels, {int(out.sum()):,} of them held out")
    if out.any():
        apart = ~np.isin(groups, groups[out])  # near-duplicates of what is held out teach it too much
        first = fit_model(examples.take(apart), taxonomy, options, groups=groups[apart])
        answers = holdout_answers(first, examples.take(out))
        fitted = fit_model(examples, taxonomy, options, groups=groups)
    else:
        fitted = fit_model(examples, taxonomy, options, groups=groups)
        answers = fold_answers(fitted, examples)
    record = training_record(examples, fitted, answers, champion)
    manifest = Manifest(
        name=name,
        taxonomy=taxonomy,
        spec=options.spec,
        review=fitted.review,
        surprise_unknown=fitted.weights.surprise_unknown,
        user_words=options.user_words,
        training=record,
    )
    manifest = write_model(registry.folder / name, manifest, fitted.weights)
    verdict = _verdict(champion, examples, answers, fitted, gate)
    registry.note("added", name, (), {"labels": len(examples), "checksum": manifest.checksum})
    promoted = promote and verdict.promote
    if promoted:
        registry.promote(name, verdict.reasons, verdict.figures)
    else:
        registry.note("refused" if not verdict.promote else "kept back", name, verdict.reasons, verdict.figures)
    return Run(name, manifest, verdict, promoted)


def holdout_mask(examples: Examples) -> NDArray[np.bool_]:
    """Which examples are held out, bool[n]: real news by time, others by id; none where too few would be."""
    by_id = np.array([held_out_by_id(name) for name in examples.ids], np.bool_)
    real = np.array([source == "xwlb" for source in examples.sources], np.bool_)
    late = np.array([date >= HOLDOUT_FROM for date in examples.dates], np.bool_)
    out = np.where(real, late, by_id)
    left = Counter(category for category, held in zip(examples.categories, out, strict=True) if not held)
    thin = any(left[category] < 5 for category in set(examples.categories))
    return np.zeros(len(examples), np.bool_) if thin or out.sum() < FEWEST_HELD_OUT else out


def decided(weights: LinearWeights, fitted: Fitted, examples: Examples) -> Decisions:
    """What a fitted model decides on examples."""
    from classifier.kernel import KernelScorer

    scores = KernelScorer(weights).score(*examples.columns)
    has_body = np.array([bool(text.strip()) for text in examples.texts], np.bool_)
    return decide(scores, weights.calibration_matrix, weights.calibration_offset, fitted.review, has_body)


@dataclass(frozen=True)
class Answers:
    """Held-out answers: for each example its id, its right category, the probabilities and whether it was accepted."""

    kind: str
    ids: tuple[str, ...]
    right: tuple[str, ...]
    sources: tuple[str, ...]
    probabilities: NDArray[np.float64]
    accepted: NDArray[np.bool_]
    taxonomy: Taxonomy

    @property
    def given(self) -> tuple[str, ...]:
        ids = self.taxonomy.ids
        return tuple(ids[k] for k in self.probabilities.argmax(1))


def holdout_answers(fitted: Fitted, held_out: Examples) -> Answers:
    decisions = decided(fitted.weights, fitted, held_out)
    return Answers(
        "holdout", held_out.ids, held_out.categories, held_out.sources,
        decisions.probabilities, decisions.reasons == 0, fitted.taxonomy,
    )  # fmt: skip


def fold_answers(fitted: Fitted, examples: Examples) -> Answers:
    held_out = fitted.held_out
    has_body = np.array([bool(text.strip()) for text in examples.texts], np.bool_)
    reasons = fitted.review.reasons(held_out.probabilities.max(1), held_out.familiarity, has_body)
    return Answers(
        "folds", examples.ids, examples.categories, examples.sources,
        held_out.probabilities, reasons == 0, fitted.taxonomy,
    )  # fmt: skip


def training_record(
    examples: Examples, fitted: Fitted, answers: Answers, champion: StoredModel | None
) -> dict[str, Any]:
    """What the manifest says of how a model was made; the same labels and options give the same record."""
    from training.evaluation import metrics_of

    kept = answers.ids[:MAX_KEPT_ANSWERS]
    return {
        "labels": {
            "count": len(examples),
            "sha256": labels_checksum(examples),
            "categories": dict(Counter(examples.categories).most_common()),
            "sources": dict(Counter(examples.sources)),
        },
        "options": fitted.options.record(),
        "packages": {package: version(package) for package in _PACKAGES},
        "metrics": {"on": answers.kind, "articles": len(answers.ids), **metrics_of(answers)},
        "folds": fitted.held_out.metrics(),
        "parent": champion.manifest.checksum if champion else "",
        "answers": dict(zip(kept, answers.given, strict=False)),
        "label_ids": ids_checksums(examples.ids),
    }


def labels_checksum(examples: Examples) -> str:
    """SHA-256 of the labels with their texts, hex."""
    rows = zip(examples.ids, examples.categories, examples.titles, examples.texts, strict=True)
    return hashlib.sha256(json.dumps(sorted(rows), ensure_ascii=False).encode("utf-8", "replace")).hexdigest()


def ids_checksums(ids: tuple[str, ...]) -> str:
    """Which ids a model has seen, as 4 bytes of hash each, hex, sorted."""
    return "".join(sorted(_id_checksum(name) for name in set(ids)))


def _id_checksum(name: str) -> str:
    return hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=4).hexdigest()


def seen_ids(manifest: Manifest) -> frozenset[str]:
    hashes = str(manifest.training.get("label_ids", ""))
    return frozenset(hashes[i : i + 8] for i in range(0, len(hashes), 8))


def _verdict(
    champion: StoredModel | None, examples: Examples, answers: Answers, fitted: Fitted, gate: GateOptions | None
) -> Verdict:
    if champion is None:
        return Verdict(True, ("the first model here",))
    if set(champion.manifest.taxonomy.ids) != set(fitted.taxonomy.ids):
        return Verdict(True, ("other categories than the current model's: nothing to compare",))
    before: dict[str, str] = champion.manifest.training.get("answers", {})
    given = dict(zip(answers.ids, answers.given, strict=True))
    right = dict(zip(answers.ids, answers.right, strict=True))
    common = tuple(name for name in answers.ids if name in before)
    holdout = Compared(
        common, tuple(right[i] for i in common), tuple(before[i] for i in common), tuple(given[i] for i in common)
    )
    seen = seen_ids(champion.manifest)
    unseen = examples.take(np.array([_id_checksum(name) not in seen for name in examples.ids], np.bool_))
    folds = dict(zip(examples.ids, fold_answers(fitted, examples).given, strict=True))
    names = {category.id: category.name for category in fitted.taxonomy}
    return judged(holdout, _on_new(champion, unseen, folds), names, gate)


def _on_new(champion: StoredModel, unseen: Examples, challenger: dict[str, str]) -> Compared:
    """New labels: the champion's answers against the challenger's from folds that did not hold them."""
    if not len(unseen):
        return Compared((), (), (), ())
    from classifier.kernel import KernelScorer

    scores = KernelScorer(champion.weights).score(*unseen.columns)
    rule, weights = champion.manifest.review, champion.weights
    decisions = decide(
        scores, weights.calibration_matrix, weights.calibration_offset, rule, np.ones(len(unseen), np.bool_)
    )
    ids = champion.manifest.taxonomy.ids
    return Compared(
        unseen.ids, unseen.categories,
        tuple(ids[k] for k in decisions.category), tuple(challenger[name] for name in unseen.ids),
    )  # fmt: skip


def model_answers(model: str, models: Path | None, examples: Examples) -> Answers:
    """A model's answers on examples; those it was trained on are refused."""
    from classifier.model import TopicModel
    from classifier.model_choice import model_path

    loaded = TopicModel.load(model_path(model, models), engine="kernel")
    seen = seen_ids(loaded.manifest)
    trained = [name for name in examples.ids if _id_checksum(name) in seen]
    if trained:
        raise ModelError(
            f"{model}: was trained on {len(trained)} of these labels ({trained[0]} …); "
            "evaluate it on labels it has not seen, or cross-validate without --model"
        )
    if unknown := set(examples.categories) - set(loaded.taxonomy.ids):
        raise ModelError(f"{model}: has no category {sorted(unknown)[0]!r}; give labels of its own categories")
    decisions = loaded.decide(*examples.columns)
    return Answers(
        "model", examples.ids, examples.categories, examples.sources,
        decisions.probabilities, decisions.reasons == 0, loaded.taxonomy,
    )  # fmt: skip
