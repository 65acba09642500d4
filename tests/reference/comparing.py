"""Scores of the kernel against those of a reference, on whole corpora."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from classifier.engine.scoring.scorer import KernelScorer
from classifier.files import find_shipped
from classifier.model.weights import LinearWeights
from training.labels.corpora import FUDAN_FILE, fudan, has_corpus, real_news
from training.labels.file import usable_labels

Pair = tuple[str, str]
"""An article as (title, body)."""
TOLERANCE = 1e-9
BATCH = 500


class Differs(Exception):
    """Two that must be the same are not."""


def corpus_articles(every: int) -> Iterator[Pair]:
    """One article of each ``every`` of the corpora that are present, else of the shipped labels."""
    if not has_corpus():
        labels = [label for label in usable_labels(find_shipped("labels.csv")) if label.text]
        yield from ((label.title, label.text) for label in labels[::every])
        return
    yield from ((item["title"], item["text"]) for item in islice(real_news(), 0, None, every))
    if has_corpus(FUDAN_FILE):
        yield from (("", text) for text in fudan().texts[::every])


def compare_scores(
    articles: Iterator[Pair], models: Sequence[tuple[str, LinearWeights, Any]]
) -> tuple[int, dict[str, float]]:
    """Score all articles both ways; returns how many, and the largest difference by model.  Raises Differs."""
    scorers = [(name, KernelScorer(weights), reference) for name, weights, reference in models]
    largest = dict.fromkeys((name for name, _, _ in models), 0.0)
    count = 0
    while batch := list(islice(articles, BATCH)):
        titles, texts = [title for title, _ in batch], [text for _, text in batch]
        for name, scorer, reference in scorers:
            found = scorer.score(titles, texts).scores
            difference = np.abs(found - reference.decision_function(batch)).max(axis=1)
            largest[name] = max(largest[name], float(difference.max()))
            if not difference.max() <= TOLERANCE:
                raise Differs(f"scores of {name} by {difference.max():.1e}: {batch[int(difference.argmax())]!r:.300}")
        count += len(batch)
    return count, largest
