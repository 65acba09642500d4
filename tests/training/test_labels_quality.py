"""The written labels: enough of each category, long enough to learn from, and unlike each other."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

from classifier.taxonomy import read_taxonomy
from training.labels.file import Label, usable_labels
from training.labels.near_duplicates import near_duplicate_groups

LABELS = Path(__file__).parents[2] / "labels.csv"
LEAST = 40
SHORTEST, LONGEST = 150, 600
SAME_RUN = 25
"""Two articles may share the set phrases of the press, but no run of this many characters."""


@cache
def labels() -> tuple[Label, ...]:
    return usable_labels(LABELS, read_taxonomy())


def test_each_category_has_enough_labels() -> None:
    count = Counter(label.category for label in labels())
    few = {category: times for category, times in count.items() if times < LEAST}
    assert not few


def test_written_articles_are_neither_stubs_nor_overlong() -> None:
    wrong = {
        label.id: len(label.text)
        for label in labels()
        if label.source == "original" and not SHORTEST <= len(label.text) <= LONGEST
    }
    assert not wrong


def test_no_two_articles_are_near_duplicates() -> None:
    groups = near_duplicate_groups([label.text for label in labels()], similar=0.3).tolist()
    size = Counter(groups)
    assert not [label.id for label, group in zip(labels(), groups, strict=True) if size[group] > 1]


def test_no_two_articles_share_a_long_run_of_characters() -> None:
    first: dict[str, str] = {}
    shared = set()
    for label in labels():
        for start in range(len(label.text) - SAME_RUN + 1):
            run = label.text[start : start + SAME_RUN]
            if first.setdefault(run, label.id) != label.id:
                shared.add((first[run], label.id, run))
    assert not shared


def test_titles_are_not_repeated() -> None:
    count = Counter(label.title for label in labels() if label.source == "original")
    assert not [title for title, times in count.items() if not title or times > 1]
