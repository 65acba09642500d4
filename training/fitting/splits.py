"""Splits without leaks: near-duplicates on one side, categories spread evenly, the holdout fixed by id."""

from __future__ import annotations

import hashlib
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

from classifier.errors import LabelsError
from classifier.messages import say
from training.labels.corpora import HOLDOUT_FROM
from training.labels.examples import Examples

HOLDOUT_SHARE = 0.2
FEWEST_HELD_OUT = 100
FEWEST_LEFT = 5
"""Labels a category: where fewer would be left to learn from, none is held out."""
FEWEST_MONTHS = 12
FEWEST_MONTHS_OF_CATEGORY = 3
Part = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Indices to train on and indices to test on."""


def folds(categories: Sequence[str], groups: NDArray[np.int64], count: int = 5, seed: int = 0) -> Iterator[Part]:
    """(train, test) indices of folds that keep each group on one side, stratified where categories have the labels."""
    _, y, counts = np.unique(np.asarray(categories), return_inverse=True, return_counts=True)
    stratified = counts.max() >= count
    kind = StratifiedGroupKFold if stratified else GroupKFold
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        yield from kind(count, shuffle=True, random_state=seed).split(np.zeros(len(y)), y, groups)


def outer_folds(categories: Sequence[str], groups: NDArray[np.int64], count: int = 5, seed: int = 0) -> list[Part]:
    """``count`` folds, or fewer where a category has too few labels for that."""
    names, counts = np.unique(np.asarray(categories), return_counts=True)
    apart = len(np.unique(groups))
    if len(names) < 2 or apart < 2:
        raise LabelsError(say("fit.too_few_to_split", labels=len(categories), categories=len(names), apart=apart))
    smallest = int(counts.min())
    return list(folds(categories, groups, max(2, min(count, smallest, len(np.unique(groups)))), seed))


def hold_apart(out: NDArray[np.bool_], groups: NDArray[np.int64]) -> Part:
    """What is left to train on without the near-duplicates of what is held out, and what is held out."""
    return np.flatnonzero(~np.isin(groups, groups[out])), np.flatnonzero(out)


def time_blocks(groups: NDArray[np.int64], dates: Sequence[str], categories: Sequence[str]) -> NDArray[np.int64] | None:
    """A block number for each example, int64[n]: near-duplicates and what is of one month stay together.

    News of one month shares its stories, so that folds which part it promise more than the next
    month keeps.  A group of near-duplicates belongs to the month of its first member; one without a
    date, and one of a category that is in fewer than ``FEWEST_MONTHS_OF_CATEGORY`` months, is a block
    by itself.  None where there are fewer than ``FEWEST_MONTHS``, or half of the examples have no date.
    """
    months: dict[int, str] = {}
    kinds: dict[int, str] = {}
    for group, date, category in zip(groups.tolist(), dates, categories, strict=True):
        months.setdefault(group, date[:7])
        kinds.setdefault(group, category)
    of_category: dict[str, set[str]] = {}
    for group, month in months.items():
        of_category.setdefault(kinds[group], set()).add(month)
    known = {month for month in months.values() if month}
    if len(known) < FEWEST_MONTHS or sum(map(bool, dates)) * 2 < len(dates):
        return None
    alone = {category for category, its in of_category.items() if len(its - {""}) < FEWEST_MONTHS_OF_CATEGORY}
    names = {
        group: month if month and kinds[group] not in alone else f"group {group}" for group, month in months.items()
    }
    return np.unique([names[group] for group in groups.tolist()], return_inverse=True)[1].astype(np.int64)


def holdout_mask(examples: Examples) -> NDArray[np.bool_]:
    """Which examples are held out, bool[n]; none where too few would be, or too few be left.

    Real news by time; of a source some of whose labels are kept apart for good (``local/holdout``), those;
    others by a hash of their ids.
    """
    kept = examples.kept_apart
    stems = np.array([source.split("/")[0] for source in examples.sources], dtype=object)
    by_source = np.isin(stems, sorted(set(stems[kept])))
    by_id = np.array([is_held_out(name) for name in examples.ids], np.bool_)
    late = np.array([date >= HOLDOUT_FROM for date in examples.dates], np.bool_)
    out = np.where(examples.of_source("xwlb"), late, np.where(by_source, kept, by_id)) | kept
    left = Counter(category for category, held in zip(examples.categories, out, strict=True) if not held)
    thin = any(left[category] < FEWEST_LEFT for category in set(examples.categories))
    return np.zeros(len(examples), np.bool_) if thin or out.sum() < FEWEST_HELD_OUT else out


def is_held_out(name: str) -> bool:
    """Whether an article belongs to the holdout: by a hash of its id, so that it stays there as labels grow."""
    digest = hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64 < HOLDOUT_SHARE


def latest(dates: Sequence[str], share: float = HOLDOUT_SHARE) -> NDArray[np.bool_]:
    """The latest ``share`` of the examples by date, bool[n]; a day stays whole, examples without a date are not in it.

    None where less than half of the examples have a date, or all have the same.
    """
    known = sorted(date for date in dates if date)
    if len(known) * 2 < len(dates) or not known:
        return np.zeros(len(dates), np.bool_)
    first = known[min(len(known) - 1, int(len(known) * (1 - share)))]
    if first == known[0]:
        return np.zeros(len(dates), np.bool_)
    return np.array([date >= first for date in dates], np.bool_)
