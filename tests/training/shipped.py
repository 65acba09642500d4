"""The labels that come with lanmu, read once for all the tests that learn from some of them."""

from __future__ import annotations

from functools import cache

from classifier.files import find_shipped
from classifier.taxonomy import read_taxonomy
from training.labels.examples import Examples
from training.labels.file import Label, examples_of, usable_labels


@cache
def shipped_labels() -> tuple[Label, ...]:
    return usable_labels(find_shipped("labels.csv"), read_taxonomy())


@cache
def shipped_examples() -> Examples:
    return examples_of(shipped_labels())
