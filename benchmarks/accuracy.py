"""What the shipped model's features and solver were chosen by, beside everything that was tried.

python -m benchmarks.accuracy [--quick] [--only WORD] [--repeats 2]

Needs the real news in $LANMU_CORPUS.  Each line is one change to the shipped options.  ``folds``:
labels before the holdout, repeated five-fold cross-validation with near-duplicates together, apart for
real news and for the articles that were written for the project.  ``holdout``: real news of the
second half of 2025 by a model of everything before; nothing was chosen by it.  Intervals are 95 %
bootstrap intervals (Efron 1979).
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classifier.features import FeatureSpec
from classifier.taxonomy import Taxonomy
from training.corpora import HOLDOUT_FROM
from training.examples import Examples
from training.fitting import FitOptions, label_columns
from training.matrix import Matrix, feature_matrix
from training.metrics import macro_f1
from training.options import read_examples
from training.retraining import holdout_mask
from training.solving import solved
from training.splits import folds, near_duplicate_groups

Score = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float64]]
"""Indices to train on and to test on → scores float64[tests, K]."""
DRAWS = 1000


@dataclass(frozen=True)
class News:
    """Labels with what is held out: ``late`` bool[n] the holdout, ``before`` bool[n] what may be learned from."""

    examples: Examples
    taxonomy: Taxonomy
    y: NDArray[np.int64]
    groups: NDArray[np.int64]
    real: NDArray[np.bool_]
    late: NDArray[np.bool_]
    before: NDArray[np.bool_]


def read_news() -> News:
    examples, taxonomy = read_examples(None, None, False, True)
    groups = near_duplicate_groups(examples.whole)
    out = holdout_mask(examples)
    real = np.array([source == "xwlb" for source in examples.sources], np.bool_)
    late = out & real & np.array([date >= HOLDOUT_FROM for date in examples.dates], np.bool_)
    before = ~np.isin(groups, groups[out])
    return News(examples, taxonomy, label_columns(examples, taxonomy), groups, real, late, before)


def by_options(news: News, options: FitOptions) -> Score:
    """Fits as ``lanmu train`` does."""
    matrix = feature_matrix(news.examples, options, news.y)

    def score(train: NDArray[np.int64], test: NDArray[np.int64]) -> NDArray[np.float64]:
        weights, intercept = solved(matrix.X[train], news.y[train], len(news.taxonomy), options, matrix.shared)
        return np.asarray(matrix.X[test] @ weights + intercept)

    return score


def by_solver(news: News, name: str) -> Score:
    """Other linear models on the same features, without subwords."""
    matrix: Matrix = feature_matrix(news.examples, replace(FitOptions(), subwords=0.0), news.y)
    X, y, k = matrix.X, news.y, len(news.taxonomy)

    def score(train: NDArray[np.int64], test: NDArray[np.int64]) -> NDArray[np.float64]:
        from sklearn.linear_model import LogisticRegression
        from sklearn.naive_bayes import ComplementNB

        if name == "logistic regression":
            model = LogisticRegression(C=30.0, class_weight="balanced", max_iter=400, tol=1e-3)
        elif name == "ComplementNB":
            model = ComplementNB(alpha=0.3)
        else:
            return _nb_svm(X[train], y[train], X[test], k)
        model.fit(X[train], y[train])
        return np.asarray(model.predict_log_proba(X[test]))

    return score


def _nb_svm(X: object, y: NDArray[np.int64], test: object, k: int) -> NDArray[np.float64]:
    """NB-SVM (Wang and Manning 2012): features scaled by their log-count ratios, one category against the rest."""
    from scipy.sparse import csr_matrix, diags
    from sklearn.svm import LinearSVC

    seen, unseen = csr_matrix(X), csr_matrix(test)
    scores = np.zeros((unseen.shape[0], k))
    for category in range(k):
        own = y == category
        p, q = seen[own].sum(0) + 1.0, seen[~own].sum(0) + 1.0
        ratio = diags(np.asarray(np.log((p / p.sum()) / (q / q.sum()))).ravel())
        model = LinearSVC(C=0.3, class_weight="balanced").fit(seen @ ratio, own)
        scores[:, category] = model.decision_function(unseen @ ratio)
    return scores


def by_thuctc(news: News) -> Score:
    """As THUCTC does: pairs of characters, the 5,000 best by chi-square, tf-idf, liblinear."""
    texts = np.array(news.examples.whole, object)

    def score(train: NDArray[np.int64], test: NDArray[np.int64]) -> NDArray[np.float64]:
        from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
        from sklearn.feature_selection import SelectKBest, chi2
        from sklearn.pipeline import make_pipeline
        from sklearn.svm import LinearSVC

        model = make_pipeline(
            CountVectorizer(analyzer="char", ngram_range=(2, 2)), SelectKBest(chi2, k=5000), TfidfTransformer(),
            LinearSVC(),
        )  # fmt: skip
        model.fit(texts[train], news.y[train])
        return np.asarray(model.decision_function(texts[test]))

    return score


def without_names(news: News) -> News:
    """The same without names of people and places and without dates (jieba's part-of-speech tags nr and ns)."""
    import jieba.posseg

    dates = re.compile(r"\d+(?:年|月|日|时|分|点)")

    def masked(text: str) -> str:
        return "".join(
            "\n" if flag in ("nr", "nrt", "ns") else word for word, flag in jieba.posseg.cut(dates.sub("\n", text))
        )

    examples = news.examples
    bare = replace(
        examples, titles=tuple(masked(t) for t in examples.titles), texts=tuple(masked(t) for t in examples.texts)
    )
    return replace(news, examples=bare)


def variants(news: News, quick: bool) -> Iterator[tuple[str, Callable[[], Score]]]:
    """The shipped options, then one change at a time."""
    base = FitOptions()
    spec = base.spec

    def options(**changes: object) -> Callable[[], Score]:
        return lambda: by_options(news, replace(base, **changes))  # type: ignore[arg-type]

    def features(**changes: object) -> Callable[[], Score]:
        return options(spec=replace(spec, **changes))  # type: ignore[arg-type]

    yield "as shipped", options()
    yield "without subwords", options(subwords=0.0)
    yield "THUCTC: character pairs, chi-square, liblinear", lambda: by_thuctc(news)
    if quick:
        return
    yield "word pairs too", features(words=2)
    characters = FeatureSpec(words=0, characters=2)
    yield "characters 1-2 instead of words", options(spec=characters, subwords=0.0)
    yield "characters 1-3 instead of words", options(spec=replace(characters, characters=3), subwords=0.0)
    yield "words and characters 1-2", features(characters=2)
    yield "title at weight 1", features(title=1.0)
    yield "without the title", features(title=0.0)
    yield "without the lead", features(lead=0.0)
    yield "lead at weight 1", features(lead=1.0)
    yield "title with weights of its own", features(shared=False)
    yield "counts as they are", features(sublinear=False)
    yield "idf of the background", options(background=True)
    yield "idf to the power 0.7", options(idf_power=0.7)
    yield "the 20,000 best words by chi-square", options(keep=20_000)
    yield "words in at least 2 articles", options(min_articles=2)
    yield "categories not balanced", options(balance=0.0)
    for penalty in (1.0, 6.0, 12.0):
        yield f"penalty {penalty:g} (chosen {base.penalty:g})", options(penalty=penalty)
    yield "ridge regression", options(solver="ridge", penalty=1.0)
    yield "word vectors too (0.3)", options(vectors=0.3)
    yield "with naive Bayes (0.5)", options(bayes=0.5)
    for solver in ("logistic regression", "ComplementNB", "NB-SVM"):
        yield f"{solver}, without subwords", lambda solver=solver: by_solver(news, solver)  # type: ignore[misc]
    yield "without names, places and dates", lambda: by_options(without_names(news), base)


def line(name: str, news: News, score: Score, repeats: int) -> str:
    """One variant's figures."""
    known = np.flatnonzero(news.before)
    k = len(news.taxonomy)
    folded = []
    for seed in range(repeats):
        best = np.zeros(len(news.y), np.int64)
        for train, test in folds([str(c) for c in news.y[known]], news.groups[known], 5, seed):
            best[known[test]] = score(known[train], known[test]).argmax(1)
        folded.append(best)
    late = np.flatnonzero(news.late)
    ahead = np.zeros(len(news.y), np.int64)
    ahead[late] = score(known, late).argmax(1)
    real, written = known[news.real[known]], known[~news.real[known]]
    cells = [accuracy(news.y, folded, real), f1(news.y, folded, real, k), accuracy(news.y, folded, written)]
    cells += [accuracy(news.y, [ahead], late), f1(news.y, [ahead], late, k)]
    return "| " + " | ".join([name, *cells]) + " |"


def accuracy(y: NDArray[np.int64], answers: list[NDArray[np.int64]], where: NDArray[np.int64]) -> str:
    right = np.mean([best[where] == y[where] for best in answers], axis=0)
    generator = np.random.default_rng(0)
    means = [right[generator.integers(0, len(right), len(right))].mean() for _ in range(DRAWS)]
    low, high = np.quantile(means, [0.025, 0.975])
    return f"{right.mean():.3f} ({low:.3f}-{high:.3f})"


def f1(y: NDArray[np.int64], answers: list[NDArray[np.int64]], where: NDArray[np.int64], k: int) -> str:
    return f"{np.mean([macro_f1(y[where], best[where], k) for best in answers]):.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="three lines, one repeat")
    parser.add_argument("--only", default="", help="only variants with this in their name")
    parser.add_argument("--repeats", type=int, default=2, help="of the cross-validation")
    arguments = parser.parse_args()
    news = read_news()
    known = news.before
    print(
        f"{int((known & news.real).sum()):,} items of real news and {int((known & ~news.real).sum()):,} written "
        f"articles to learn from, {int(news.late.sum()):,} items of real news held out\n"
    )
    print("| | folds, real | macro-F1 | folds, written | holdout | macro-F1 |\n|---|---|---|---|---|---|")
    for name, make in variants(news, arguments.quick):
        if arguments.only in name:
            print(line(name, news, make(), 1 if arguments.quick else arguments.repeats), flush=True)


if __name__ == "__main__":
    main()
