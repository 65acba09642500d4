"""The holdout: which labels a model is measured on, the same ones for every command that holds some out."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from training.fitting.splits import is_held_out
from training.labels.corpora import HOLDOUT_FROM
from training.labels.examples import Examples

FEWEST_HELD_OUT = 100
FEWEST_LEFT = 5
"""Labels a category: where fewer would be left to learn from, none is held out."""


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
