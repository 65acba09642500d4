"""Labels → challenger → gate → registry: one run of ``lanmu train``."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.errors import ModelError
from classifier.messages import Message
from classifier.model.files import Manifest, StoredModel, read_model, write_model
from classifier.model.versions import Registry
from classifier.taxonomy import Taxonomy
from training.evaluation.answers import Answers, answers_by, fold_answers
from training.evaluation.versus import answers_of
from training.fitting.fit import Fitted, fit_model
from training.fitting.options import FitOptions
from training.fitting.prior import Prior
from training.fitting.seen import changed, relabelled, seen_record, unseen
from training.fitting.splits import held_apart, held_out_by_id
from training.fitting.tuning import tuned
from training.labels.corpora import HOLDOUT_FROM
from training.labels.examples import Examples
from training.labels.near_duplicates import near_duplicate_groups
from training.promotion.gate import Compared, GateOptions, Verdict, judged

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
    prior: Prior | None = None,
    known: Collection[str] = (),
    unlabelled: Examples | None = None,
    gate: GateOptions | None = None,
    promote: bool = True,
    tune_seconds: float = 0.0,
    say: Say = print,
) -> Run:
    """Fit a challenger, hold it against the current model, and promote it if it passes.

    It is fitted twice: without the holdout, for the figures and the gate, and then on all labels,
    which is the model that is kept.  With ``tune_seconds`` better options are sought first, on the
    labels that are not held out.  ``known`` are the ids of labels that ``prior`` has learned already:
    they are not learned again, but tell whether something is forgotten.  ``unlabelled`` articles join
    each fit (see fit_model).  The same labels, in
    whatever order, and options give the same bytes.  Raises ModelError for a name that is taken.
    """
    options = options or FitOptions()
    name = name or registry.free_name("model")
    if (registry.folder / name).exists():
        raise ModelError(f"{registry.folder / name}: exists already; choose another --name")
    champion = read_model(registry.path(registry.current)) if registry.current else None
    everything = examples.take(np.array(sorted(range(len(examples)), key=examples.ids.__getitem__), np.int64))
    old = np.array([name in known for name in everything.ids], np.bool_)
    examples = everything.take(~old)
    groups = near_duplicate_groups(examples.whole)
    out = holdout_mask(examples)
    say(f"{len(examples):,} labels to learn from, {int(out.sum()):,} of them held out")
    if tune_seconds > 0:
        apart, _ = held_apart(out, groups)
        found = tuned(examples.take(apart), taxonomy, groups[apart], options, tune_seconds, say=say)
        say(found.words)
        options = found.options

    def fit(some: Examples, their_groups: NDArray[np.int64]) -> Fitted:
        return fit_model(some, taxonomy, options, groups=their_groups, prior=prior, unlabelled=unlabelled)

    if out.any():
        answers = answers_by(fit, examples, groups, [held_apart(out, groups)], "holdout")
        fitted = fit(examples, groups)
    else:
        fitted = fit(examples, groups)
        answers = fold_answers(fitted, examples)
    manifest = Manifest(
        name=name,
        taxonomy=taxonomy,
        spec=options.spec,
        review=fitted.review,
        surprise_unknown=fitted.weights.surprise_unknown,
        user_words=options.user_words,
        training={
            **training_record(everything, fitted, answers, champion),
            **({} if unlabelled is None else {"unlabelled": unlabelled_record(unlabelled)}),
        },
    )
    verdict = Verdict(True, (Message("gate.first"),))
    if champion is not None:
        anchors = anchors_of(everything, old, taxonomy) if prior is not None else everything.take(old)
        verdict = _verdict(champion, examples, answers, fitted, anchors, gate)
    manifest = write_model(registry.folder / name, manifest, fitted.weights)
    registry.note("added", name, (), {"labels": len(examples), "checksum": manifest.checksum})
    promoted = promote and verdict.promote
    reasons = tuple(str(reason) for reason in verdict.reasons)
    if promoted:
        registry.promote(name, reasons, verdict.figures)
    else:
        registry.note("refused" if not verdict.promote else "kept back", name, reasons, verdict.figures)
    return Run(name, manifest, verdict, promoted)


def holdout_mask(examples: Examples) -> NDArray[np.bool_]:
    """Which examples are held out, bool[n]: real news by time, others by id; none where too few would be."""
    by_id = np.array([held_out_by_id(name) for name in examples.ids], np.bool_)
    real = examples.of_source("xwlb")
    late = np.array([date >= HOLDOUT_FROM for date in examples.dates], np.bool_)
    out = np.where(real, late, by_id)
    left = Counter(category for category, held in zip(examples.categories, out, strict=True) if not held)
    thin = any(left[category] < 5 for category in set(examples.categories))
    return np.zeros(len(examples), np.bool_) if thin or out.sum() < FEWEST_HELD_OUT else out


def training_record(
    examples: Examples, fitted: Fitted, answers: Answers, champion: StoredModel | None
) -> dict[str, Any]:
    """What the manifest says of how a model was made; the same labels and options give the same record."""
    from training.evaluation.metrics import metrics_of

    kept = dict(list(answers.given.items())[:MAX_KEPT_ANSWERS])
    return {
        **base_record(examples, fitted.options, len(fitted.held_out.y)),
        "metrics": {"on": answers.kind, "articles": len(answers), **metrics_of(answers)},
        "folds": fitted.held_out.metrics(),
        "parent": champion.manifest.checksum if champion else "",
        "answers": kept,
        **seen_record(examples, fitted.taxonomy),
    }


def base_record(examples: Examples, options: FitOptions, learned: int = 0) -> dict[str, Any]:
    """What any manifest says of its labels, ``learned`` of them, and of how it was fitted."""
    return {
        "labels": {
            "count": len(examples),
            "learned": learned,
            "sha256": labels_checksum(examples),
            "categories": dict(Counter(examples.categories).most_common()),
            "sources": dict(Counter(source.split("/")[0] for source in examples.sources).most_common()),
        },
        "options": options.record(),
        "packages": {package: version(package) for package in _PACKAGES},
    }


def unlabelled_record(unlabelled: Examples) -> dict[str, Any]:
    """What the manifest says of the unlabelled articles that joined a fit."""
    return {"count": len(unlabelled), "sha256": labels_checksum(unlabelled)}


def labels_checksum(examples: Examples) -> str:
    """SHA-256 of the labels with their texts, hex."""
    rows = zip(examples.ids, examples.categories, examples.titles, examples.texts, strict=True)
    return hashlib.sha256(json.dumps(sorted(rows), ensure_ascii=False).encode("utf-8", "replace")).hexdigest()


def anchors_of(examples: Examples, known: NDArray[np.bool_], taxonomy: Taxonomy) -> Examples:
    """Labels that a fit from the shipped model must not forget: those among the examples, and those that ship."""
    from classifier.files import shipped
    from training.labels.file import examples_of, read_labels

    there = set(examples.ids)
    shipped_labels = [
        label
        for label in read_labels(shipped("labels.csv")).labels
        if label.id not in there and label.category in taxonomy and label.text
    ]
    return examples.take(known) + examples_of(shipped_labels)


def _verdict(
    champion: StoredModel,
    examples: Examples,
    answers: Answers,
    fitted: Fitted,
    anchors: Examples,
    gate: GateOptions | None,
) -> Verdict:
    """The gate's verdict: on the holdout by the answers that both gave before they were fitted on it.

    Held-out labels that have changed since the champion learned them are left out there; the
    challenger's answers on new labels are those of folds that did not hold them.  To the holdout
    come the ``anchors``, by what both answer now.
    """
    if set(champion.manifest.taxonomy.ids) != set(fitted.taxonomy.ids):
        return Verdict(True, (Message("gate.other_categories"),))
    before: dict[str, str] = champion.manifest.training.get("answers", {})
    names = {category.id: category.name for category in fitted.taxonomy}
    settled = answers.examples.take(~changed(champion.manifest, answers.examples))
    new = examples.take(unseen(champion.manifest, examples))
    on_new = compared(new, answers_of(champion, new), fold_answers(fitted, examples).given)
    now = compared(anchors, answers_of(champion, anchors), answers_of(fitted, anchors))
    return judged(
        compared(settled, before, answers.given) + now, on_new, names, gate, relabelled(champion.manifest, examples)
    )


def compared(examples: Examples, champion: Mapping[str, str], challenger: Mapping[str, str]) -> Compared:
    """Both models' answers on the examples that both have answered."""
    common = [i for i, name in enumerate(examples.ids) if name in champion and name in challenger]
    some = examples.take(np.array(common, np.int64))
    return Compared(
        some.ids,
        some.categories,
        tuple(champion[name] for name in some.ids),
        tuple(challenger[name] for name in some.ids),
    )
