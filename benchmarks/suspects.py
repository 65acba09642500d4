"""Planted wrong labels: how many of ten among 640 are in the first twenty that `lanmu labels suspects` lists.

python -m benchmarks.suspects
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from classifier.files import find_shipped
from classifier.taxonomy import Taxonomy, read_taxonomy
from training.curation.curate import suspects
from training.labels.examples import Examples
from training.labels.file import examples_of, usable_labels

EACH = 40
PLANTED = 10
SHOWN = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=10)
    draws = parser.parse_args().draws
    taxonomy = read_taxonomy()
    examples = _even(examples_of(usable_labels(find_shipped("labels.csv"), taxonomy)))
    nearest = _nearest(examples, taxonomy)
    print(f"{PLANTED} wrong labels planted among {len(examples)}, {draws} draws; found among the first {SHOWN}:")
    for name, wrong in (("any other category", None), ("the category it is nearest to", nearest)):
        found = [_found(examples, taxonomy, draw, wrong) for draw in range(draws)]
        print(f"  {name}: mean {np.mean(found):.1f} of {PLANTED} (from {min(found)} to {max(found)})", flush=True)


def _even(examples: Examples) -> Examples:
    chosen: list[int] = []
    for category in sorted(set(examples.categories)):
        chosen += [i for i, own in enumerate(examples.categories) if own == category][:EACH]
    return examples.take(chosen)


def _nearest(examples: Examples, taxonomy: Taxonomy) -> NDArray[np.int64]:
    """The category, other than its own, that each article is nearest to, for labels wrong in the hardest way."""
    from training.curation.curate import SECOND_OPINION
    from training.fitting.fit import label_columns, score_held_out
    from training.fitting.matrix import feature_matrix
    from training.labels.near_duplicates import near_duplicate_groups

    y = label_columns(examples, taxonomy)
    groups = near_duplicate_groups(examples.whole)
    scores = score_held_out(feature_matrix(examples, SECOND_OPINION, y), y, groups, len(taxonomy), SECOND_OPINION)
    scores[np.arange(len(y)), y] = -np.inf
    return np.asarray(scores.argmax(1))


def _found(examples: Examples, taxonomy: Taxonomy, seed: int, wrong: NDArray[np.int64] | None) -> int:
    dice = np.random.default_rng(seed)
    planted = dice.choice(len(examples), PLANTED, replace=False)
    categories = list(examples.categories)
    for i in planted.tolist():
        others = [category for category in taxonomy.ids if category != categories[i]]
        categories[i] = str(dice.choice(others)) if wrong is None else taxonomy.ids[wrong[i]]
    listed = suspects(replace(examples, categories=tuple(categories)), taxonomy, SHOWN)
    return len({suspect.index for suspect in listed} & set(planted.tolist()))


if __name__ == "__main__":
    main()
