"""Labels → challenger → gate → registry: one run of ``lanmu train``."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.files import find_shipped
from classifier.messages import Message, Said
from classifier.model.model_files import Manifest, StoredModel, read_model, write_model
from classifier.model.versions import Registry
from classifier.taxonomy import Taxonomy, read_taxonomy
from training.evaluation.answers import Answers, Parted, answers_by, fold_answers
from training.evaluation.metrics import metrics_by_source, metrics_of
from training.evaluation.versus import answers_of, honest_answers
from training.fitting.fit import Fitted
from training.fitting.fit_options import FitOptions
from training.fitting.prior import find_renamed
from training.fitting.seen import find_changed, find_relabelled, seen_record, unseen
from training.fitting.splits import hold_apart, holdout_mask
from training.fitting.start import Start
from training.fitting.tuning import tune
from training.labels.examples import Examples
from training.labels.file import examples_of, read_labels
from training.labels.near_duplicates import near_duplicate_groups
from training.promotion.gate import LARGEST_FALL, Compared, Verdict, judge, with_other_categories

MAX_KEPT_ANSWERS = 20_000
_PACKAGES = ("numpy", "scipy", "scikit-learn", "jieba", "lanmu")
Say = Callable[[Said], None]


@dataclass(frozen=True)
class Run:
    """What a training run came to."""

    name: str
    manifest: Manifest
    verdict: Verdict
    promoted: bool


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What is wished of a training run, apart from how it fits.

    ``name`` of the new version (empty: the next free one); ``largest_fall``: see gate.judge;
    ``promote`` whether to make it current if the gate lets it through; ``tune_seconds`` how long to
    seek better options first.
    """

    name: str = ""
    largest_fall: float = LARGEST_FALL
    promote: bool = True
    tune_seconds: float = 0.0


def train(
    examples: Examples,
    taxonomy: Taxonomy,
    registry: Registry,
    start: Start | None = None,
    wished: RunOptions | None = None,
    *,
    say: Say = print,
) -> Run:
    """Fit a challenger, hold it against the current model, and promote it if it passes.

    It is fitted twice: without the holdout, for the figures and the gate, and then on all labels,
    which is the model that is kept; labels that are kept apart for good are never learned.  With
    ``wished.tune_seconds`` better options are sought first, on the labels that are not held out.
    Labels that the model of ``start`` knows are not learned again, but tell whether something is
    forgotten.  The same labels, in whatever order, and options give the same bytes.
    Raises ModelError for a name that is taken or no name.
    """
    start, wished = start or Start(FitOptions()), wished or RunOptions()
    name = wished.name or registry.free_name("model")
    folder = registry.new_path(name)
    champion = read_model(registry.path(registry.current)) if registry.current else None
    everything = examples.take(np.array(sorted(range(len(examples)), key=examples.ids.__getitem__), np.int64))
    old = ~start.is_new(everything)
    examples = everything.take(~old)
    groups = near_duplicate_groups(examples.whole)
    out = holdout_mask(examples)
    say(Message("progress.labels", {"count": len(examples), "held_out": int(out.sum())}))
    if wished.tune_seconds > 0:
        apart, _ = hold_apart(out, groups)
        tuned = tune(examples.take(apart), taxonomy, groups[apart], start.options, wished.tune_seconds, say=say)
        say(tuned.words)
        start = replace(start, options=tuned.options)

    fit = partial(start.fit, taxonomy)
    learned, learned_groups = examples.take(~examples.kept_apart), groups[~examples.kept_apart]
    fitted = fit(learned, learned_groups)
    if out.any():
        answers = answers_by(fit, Parted(examples, groups, [hold_apart(out, groups)]), "holdout")
    else:
        answers = fold_answers(fitted, learned)
    manifest = Manifest(
        name=name,
        taxonomy=taxonomy,
        spec=fitted.options.spec,
        review=fitted.review,
        surprise_unknown=fitted.weights.surprise_unknown,
        user_words=fitted.options.user_words,
        training={
            **training_record(everything.take(~everything.kept_apart), fitted, answers, champion),
            **({} if start.unlabelled is None else {"unlabelled": describe_unlabelled(start.unlabelled)}),
        },
    )
    verdict = Verdict(True, (Message("gate.first"),))
    if champion is not None:
        anchors = anchors_of(everything, old, taxonomy) if start.prior is not None else everything.take(old)
        verdict = _verdict(champion, learned, answers, fitted, anchors, wished.largest_fall)
    manifest = write_model(folder, manifest, fitted.weights)
    registry.note("added", name, (), {"labels": len(examples), "checksum": manifest.checksum})
    promoted = wished.promote and verdict.promote
    if promoted:
        registry.promote(name, verdict.reasons, verdict.figures)
    else:
        registry.note("refused" if not verdict.promote else "kept back", name, verdict.reasons, verdict.figures)
    return Run(name, manifest, verdict, promoted)


def training_record(
    examples: Examples, fitted: Fitted, answers: Answers, champion: StoredModel | None
) -> dict[str, Any]:
    """What the manifest says of how a model was made; the same labels and options give the same record."""
    by_source = metrics_by_source(answers)
    kept = dict(list(answers.given.items())[:MAX_KEPT_ANSWERS])
    return {
        **base_record(examples, fitted.options, len(fitted.held_out.y)),
        "metrics": {"on": answers.kind, "articles": len(answers), **metrics_of(answers), "sources": by_source},
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


def describe_unlabelled(unlabelled: Examples) -> dict[str, Any]:
    """What the manifest says of the unlabelled articles that joined a fit."""
    return {"count": len(unlabelled), "sha256": labels_checksum(unlabelled)}


def labels_checksum(examples: Examples) -> str:
    """SHA-256 of the labels with their texts, hex."""
    rows = zip(examples.ids, examples.categories, examples.titles, examples.texts, strict=True)
    return hashlib.sha256(json.dumps(sorted(rows), ensure_ascii=False).encode("utf-8", "replace")).hexdigest()


def anchors_of(examples: Examples, known: NDArray[np.bool_], taxonomy: Taxonomy) -> Examples:
    """Labels that a fit from the shipped model must not forget: those among the examples, and those that ship."""
    there = set(examples.ids)
    now = find_renamed(read_taxonomy(), taxonomy)
    shipped_labels = [
        replace(label, category=now[label.category])
        for label in read_labels(find_shipped("labels.csv")).labels
        if label.id not in there and label.category in now and label.text
    ]
    return examples.take(known) + examples_of(shipped_labels)


def _verdict(
    champion: StoredModel,
    examples: Examples,
    answers: Answers,
    fitted: Fitted,
    anchors: Examples,
    largest_fall: float,
) -> Verdict:
    """The gate's verdict: on the holdout by the answers that both gave before they were fitted on it.

    Held-out labels that have changed since the champion learned them are left out there; the
    challenger's answers on new labels are those of folds that did not hold them.  To the holdout
    come the ``anchors``, by what both answer now.
    """
    known = champion.manifest.taxonomy
    called = find_renamed(known, fitted.taxonomy)
    if not called:
        return Verdict(True, (Message("gate.other_categories"),))
    common = set(called.values())

    def old(answers: Mapping[str, str]) -> dict[str, str]:
        return {name: called.get(category, category) for name, category in answers.items()}

    def of_common(some: Examples) -> Examples:
        return some.take(np.array([category in common for category in some.categories], np.bool_))

    names = {category.id: category.name for category in (*known, *fitted.taxonomy)}
    settled = of_common(answers.examples.take(~find_changed(champion.manifest, answers.examples, called)))
    new = of_common(examples.take(unseen(champion.manifest, examples)))
    anchors = of_common(anchors)
    before, after = old(answers_of(champion, anchors)), answers_of(fitted, anchors)
    verdict = judge(
        compare_answers(settled, old(honest_answers(champion, settled)), answers.given)
        + compare_answers(anchors, before, after),
        compare_answers(new, old(answers_of(champion, new)), fold_answers(fitted, examples).given),
        names,
        find_relabelled(champion.manifest, examples, called),
        largest_fall,
    )
    if set(known.ids) == set(fitted.taxonomy.ids):
        return verdict
    moved = Counter((before[name], category) for name, category in after.items() if category not in common)
    return with_other_categories(verdict, known, fitted.taxonomy, moved)


def compare_answers(examples: Examples, champion: Mapping[str, str], challenger: Mapping[str, str]) -> Compared:
    """Both models' answers on the examples that both have answered."""
    common = [i for i, name in enumerate(examples.ids) if name in champion and name in challenger]
    some = examples.take(np.array(common, np.int64))
    return Compared(
        some.ids,
        some.categories,
        tuple(champion[name] for name in some.ids),
        tuple(challenger[name] for name in some.ids),
    )
