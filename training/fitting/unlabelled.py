"""Unlabelled articles as they join a fit: read from files and folders, those that are labels left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from classifier.article import Article
from classifier.errors import InputRefused, LanmuError
from classifier.messages import say
from classifier.reading import ReadingOptions, read_paths
from training.fitting.self_training import MOST_UNLABELLED
from training.labels.examples import Examples
from training.labels.near_duplicates import near_duplicate_groups


def read_unlabelled(
    paths: Sequence[str],
    labels: Examples | None,
    refused: Callable[[InputRefused], None],
    seed: int = 0,
    *,
    apart: bool = False,
) -> Examples:
    """The articles of files and folders; of more than MOST_UNLABELLED a random choice.

    ``apart``: without those that are nearly the same as a label, so that labels can be set apart for a test.
    Raises LanmuError where none is left.
    """
    articles = make_unlabelled(read_paths(paths, ReadingOptions(), refused), labels)
    if not len(articles):
        raise LanmuError(say("labels.no_unlabelled", paths=", ".join(paths)))
    if len(articles) > MOST_UNLABELLED:
        articles = articles.take(np.sort(np.random.default_rng(seed).permutation(len(articles))[:MOST_UNLABELLED]))
    if not apart or labels is None:
        return articles
    groups = near_duplicate_groups(labels.whole + articles.whole)
    new = ~np.isin(groups[len(labels) :], groups[: len(labels)])
    if not new.any():
        raise LanmuError(say("fit.all_like_labels", paths=", ".join(paths)))
    return articles.take(new)


def make_unlabelled(articles: Iterable[Article], labels: Examples | None = None) -> Examples:
    """Articles as examples without a category; each text once, and none that is among the labels."""
    seen = set() if labels is None else set(zip(labels.titles, labels.texts, strict=True))
    ids = set() if labels is None else set(labels.ids)
    kept: list[Article] = []
    for article in articles:
        text = (article.title, article.text)
        if article.id not in ids and text not in seen and any(part.strip() for part in text):
            seen.add(text)
            kept.append(article)
    return Examples.of_rows((one.id, one.title, one.text, "", one.date, "unlabelled") for one in kept)
