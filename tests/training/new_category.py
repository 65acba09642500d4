"""A category beside the sixteen, with its articles, and models that learned it from few labels."""

from __future__ import annotations

import csv
from pathlib import Path

from classifier.engine.scoring.scorer import KernelScorer
from classifier.files import find_shipped
from classifier.taxonomy import Category, Taxonomy
from training.fitting.fit import Fitted, fit_model
from training.fitting.start import load_shipped_model, start_of
from training.labels.examples import Examples
from training.labels.file import examples_of, read_labels

NOTICES = Path(__file__).with_name("notices.csv")
NEW = Category("notices", "通告", "Notices", "停水、停电、停气、封路、绕行、遗失、作废、注销的通知和公告")


def notices() -> Examples:
    """The articles of the new category."""
    with NOTICES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    n = len(rows)
    return Examples(
        tuple(row["id"] for row in rows), tuple(row["title"] for row in rows), tuple(row["text"] for row in rows),
        ("notices",) * n, ("",) * n, ("desk",) * n,
    )  # fmt: skip


def local_holdout() -> Examples:
    found = examples_of(read_labels(find_shipped("labels.csv")).labels)
    return found.take(found.kept_apart)


def taught(labels: Examples, taxonomy: Taxonomy) -> Fitted:
    """A model of the sixteen and the new one, from the shipped model and the labels."""
    start = start_of(labels, taxonomy, load_shipped_model())
    return fit_model(labels, taxonomy, start.options, prior=start.prior)


def best(fitted: Fitted, examples: Examples) -> list[str]:
    scores = KernelScorer(fitted.weights).score(*examples.columns).scores
    return [fitted.taxonomy.ids[k] for k in fitted.weights.probabilities(scores).argmax(1)]
