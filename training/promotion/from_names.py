"""Before the first label: categories told by the words of their names and descriptions, and by vectors of these."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from classifier.errors import LanmuError
from classifier.messages import say
from classifier.model.decisions import ReviewRule
from classifier.model.model_files import Manifest, StoredModel, write_model
from classifier.model.versions import Registry
from classifier.taxonomy import Taxonomy
from training.fitting.calibration import START, Calibration
from training.fitting.fit import FEWEST_KNOWN, Fitted, HeldOut, solver_of, weights_of
from training.fitting.fit_options import ARTICLES, FitOptions, choose_default_options
from training.fitting.matrix import feature_matrix
from training.fitting.newcomers import name_examples
from training.fitting.prior import number_categories
from training.fitting.solving import one_blas_thread
from training.fitting.start import with_unlabelled, with_vectors
from training.labels.examples import Examples
from training.promotion.retrain import RunOptions, base_record, describe_unlabelled

FEWEST_WORDS = 3
_HAN = re.compile("[\u3400-\u9fff]")


def train_from_names(
    taxonomy: Taxonomy,
    registry: Registry,
    stored: StoredModel,
    wished: RunOptions,
    *,
    unlabelled: Examples | None = None,
    seed: int = 0,
) -> tuple[str, bool]:
    """Keep a guess as a new version; its name, and whether it became the current model.

    It does only where there is none, and where it is wished.  LanmuError where ``stored``, the model at hand, knows the
    categories, which is better than a guess, and where names say nothing or two say the same.
    """
    known = number_categories(stored.manifest.taxonomy)
    if all(category.id in known or category.name in known for category in taxonomy):
        raise LanmuError(say("names.known", model=stored.manifest.name))
    _check_names(taxonomy)
    name = wished.name or registry.free_name("model")
    folder = registry.new_path(name)
    fitted = fit_from_names(taxonomy, names_options(taxonomy, unlabelled, seed), unlabelled)
    record = base_record(Examples((), (), (), (), (), ()), fitted.options)
    if unlabelled is not None:
        record["unlabelled"] = describe_unlabelled(unlabelled)
    manifest = Manifest(
        name=name, taxonomy=taxonomy, spec=fitted.options.spec, review=fitted.review,
        surprise_unknown=fitted.weights.surprise_unknown, training=record,
    )  # fmt: skip
    manifest = write_model(folder, manifest, fitted.weights)
    why = (say("names.guess"),)
    registry.note("added", name, why, {"labels": 0, "checksum": manifest.checksum})
    promote = wished.promote and registry.current is None
    if promote:
        registry.promote(name, why)
    return name, promote


def _check_names(taxonomy: Taxonomy) -> None:
    seen: dict[tuple[str, str], str] = {}
    for category in taxonomy:
        words = (category.name.strip(), category.description.strip())
        if not _HAN.search("".join(words)):
            raise LanmuError(say("names.no_word", category=category.id))
        if words in seen:
            raise LanmuError(say("names.alike", first=seen[words], second=category.id))
        seen[words] = category.id


def names_options(taxonomy: Taxonomy, unlabelled: Examples | None, seed: int = 0) -> FitOptions:
    """Options that suit the unlabelled articles, or articles at large."""
    if unlabelled is None:
        return replace(with_vectors(ARTICLES), seed=seed)
    return replace(with_unlabelled(with_vectors(choose_default_options(unlabelled, taxonomy))), seed=seed)


@one_blas_thread
def fit_from_names(taxonomy: Taxonomy, options: FitOptions, unlabelled: Examples | None = None) -> Fitted:
    """A guess: a model of the categories' names and descriptions alone, that sends all it tags to review.

    ``unlabelled`` articles take part by self-training.  Nothing tells how often it is right, so its
    probabilities are those of a usual temperature and no probability is enough to be accepted.
    """
    names = name_examples(taxonomy)
    k = len(taxonomy)
    y = np.arange(k, dtype=np.int64)
    matrix = feature_matrix(names if unlabelled is None else names + unlabelled, options, y)
    weights, intercept = solver_of(matrix, y, k, options)(y)
    calibration = Calibration("temperature", START * np.eye(k), np.zeros(k))
    fitted = weights_of(matrix, weights, intercept, calibration, options)
    review = ReviewRule((), options.accept_accuracy, FEWEST_WORDS, known=FEWEST_KNOWN, body=False)
    none = np.zeros((0, k))
    held_out = HeldOut(none, none, y[:0], np.zeros((0, 3)), y[:0])
    return Fitted(fitted, review, held_out, taxonomy, options)
