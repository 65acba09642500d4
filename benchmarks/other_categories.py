"""What ``lanmu train`` reaches by itself on other categories: five-fold cross-validation, near-duplicates together.

python -m benchmarks.other_categories [--corpus fudan|titles] [--wrong] [--tried]

Needs the corpora in $LANMU_CORPUS.  ``--wrong`` lists the ids whose answer was wrong, the surest first;
``--tried`` measures what else was tried, one change at a time.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from training.calibration import best_calibration, expected_calibration_error
from training.corpora import fudan, thucnews_titles
from training.examples import Examples
from training.fitting import FitOptions, held_out_scores, label_columns
from training.matrix import feature_matrix
from training.near_duplicates import near_duplicate_groups
from training.presets import ARTICLES, HEADLINES, default_options

DRAWS = 1000


def report(name: str, examples: Examples, wrong: bool) -> None:
    from classifier.taxonomy import Taxonomy

    taxonomy = Taxonomy.of_names(sorted(set(examples.categories)))
    options = default_options(examples, taxonomy)
    y = label_columns(examples, taxonomy)
    groups = near_duplicate_groups(examples.whole)
    scores = held_out_scores(feature_matrix(examples, options, y), y, groups, len(taxonomy), options)
    best = scores.argmax(1)
    right = best == y
    probabilities = best_calibration(scores, y)(scores)
    generator = np.random.default_rng(0)
    means = [right[generator.integers(0, len(right), len(right))].mean() for _ in range(DRAWS)]
    low, high = np.quantile(means, [0.025, 0.975])
    error = expected_calibration_error(probabilities.max(1), right)
    print(
        f"{name}: {len(examples):,} articles, accuracy {right.mean():.4f} (95 %: {low:.4f}-{high:.4f}), "
        f"{int((~right).sum())} wrong, calibration error {error:.3f}"
    )
    pairs = Counter((taxonomy.ids[a], taxonomy.ids[b]) for a, b in zip(y[~right], best[~right], strict=True))
    print("  most confused: " + ", ".join(f"{a} as {b} {n}" for (a, b), n in pairs.most_common(8)))
    if wrong:
        margin = scores.max(1) - scores[np.arange(len(y)), y]
        for i in np.flatnonzero(~right)[np.argsort(-margin[~right], kind="stable")].tolist():
            print(
                f"  {examples.ids[i]}: {taxonomy.ids[y[i]]}, answered {taxonomy.ids[best[i]]} ({margin[i]:.2f} ahead)"
            )


def variants(headlines: bool) -> Iterator[tuple[str, FitOptions]]:
    """The chosen options, and one change at a time."""
    base = HEADLINES if headlines else ARTICLES
    spec = base.spec
    yield "as chosen", base
    yield "words only", replace(base, spec=replace(spec, characters=0))
    yield "characters only", replace(base, spec=replace(spec, words=0))
    yield "linear support vector machine", replace(base, solver="svc", penalty=1.0)
    if headlines:
        yield "word pairs too", replace(base, spec=replace(spec, words=2))
        yield "characters 1-3", replace(base, spec=replace(spec, characters=3))
        yield "without signs", replace(base, signs=False)
        yield "without word vectors", replace(base, vectors=0.0)
        yield "without naive Bayes", replace(base, bayes=0.0)
        yield "idf to the power 1.5", replace(base, idf_power=1.5)
        plain = FitOptions(spec=replace(spec, words=0), penalty=1.0, balance=0.0, subwords=0.0)
        yield "characters 1-2, linear support vector machine, nothing else", plain
    else:
        yield "logarithmic counts", replace(base, spec=replace(spec, sublinear=True))
        yield "idf to the power 1", replace(base, idf_power=1.0)
        yield "without the lead", replace(base, spec=replace(spec, lead=0.0))
        yield "categories not balanced", replace(base, balance=0.0)
        yield "with word vectors (0.3)", replace(base, vectors=0.3)
        yield "with naive Bayes (0.3)", replace(base, bayes=0.3)


def tried(name: str, examples: Examples) -> None:
    from classifier.taxonomy import Taxonomy

    taxonomy = Taxonomy.of_names(sorted(set(examples.categories)))
    y = label_columns(examples, taxonomy)
    groups = near_duplicate_groups(examples.whole)
    for what, options in variants(name == "titles"):
        scores = held_out_scores(feature_matrix(examples, options, y), y, groups, len(taxonomy), options)
        print(f"{name}: {what}: {(scores.argmax(1) == y).mean():.4f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--corpus", choices=("fudan", "titles"), action="append")
    parser.add_argument("--wrong", action="store_true")
    parser.add_argument("--tried", action="store_true")
    given = parser.parse_args()
    for name in given.corpus or ("fudan", "titles"):
        examples = fudan() if name == "fudan" else thucnews_titles()
        if given.tried:
            tried(name, examples)
        else:
            report(name, examples, given.wrong)


if __name__ == "__main__":
    main()
