"""What was tried for the default categories: features, solvers, weights, calibration; one command repeats all of it.

python -m benchmarks.accuracy [--quick] [--repeats 2] [--only NAME ...] [--holdout]

Needs the news corpus in $LANMU_CORPUS.  Each line is one change of the options that ship.  Cross-
validation on everything before the holdout, near-duplicates kept together; accuracy and macro-F1 on
the real news, accuracy on the written articles, each article right or wrong counted over the
repeats; 95 % bootstrap intervals over articles; ``gain`` is against the shipped options on the same
articles.  ``--holdout`` fits each line on all of it and reports the holdout, by which nothing was chosen.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from classifier.engine.counting.counting import FeatureCounts, count_features
from classifier.model.features import FeatureSpec
from classifier.taxonomy import read_taxonomy
from training.fitting.fit import label_columns
from training.fitting.fit_options import NEWS
from training.fitting.matrix import subwords
from training.fitting.solving import Solution, one_blas_thread
from training.fitting.splits import folds
from training.labels.near_duplicates import near_duplicate_groups
from training.vectors.background import read_background

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

DRAWS = 1000
FOLDS = 5
TAXONOMY = read_taxonomy()
K = len(TAXONOMY)
Fit = Callable[["csr_matrix", NDArray[np.int64], NDArray[np.float64]], Solution]
SHIPPED = NEWS


@dataclass(frozen=True)
class Trial:
    """One change: of the counted features (``spec``, ``chosen``, ``idf``, ``subwords``) or of the solver (``fit``)."""

    name: str
    spec: FeatureSpec = SHIPPED.spec
    subwords: float = SHIPPED.subwords
    idf_power: float = 1.0
    background_idf: bool = False
    least: int = 1
    keep: int = 0
    without: str = ""
    balance: float = 1.0
    written: float = 1.0
    fit: Fit | None = None
    penalty: float = SHIPPED.penalty
    heavy: bool = False


def trials() -> Iterator[Trial]:
    words = FeatureSpec(words=1)
    yield Trial("shipped: words, subwords")
    yield Trial("words alone", subwords=0.0)
    yield Trial("subwords at 1", subwords=1.0)
    yield Trial("subwords at 2.5", subwords=2.5)
    yield Trial("word pairs, in 3 articles", replace(words, words=2), 0.0, least=3)
    yield Trial("word pairs + subwords", replace(words, words=2), least=3)
    yield Trial("word pairs, 40,000 by chi2", replace(words, words=2), 0.0, keep=40_000)
    yield Trial("characters 1-2", replace(words, words=0, characters=2), 0.0, least=2, heavy=True)
    yield Trial("characters 1-3", replace(words, words=0, characters=3), 0.0, least=3, heavy=True)
    yield Trial("words + characters 1-2", replace(words, characters=2), 0.0, least=2, heavy=True)
    yield Trial(
        "THUCTC: characters 1-2, chi2", replace(words, title=0.0, lead=0.0, words=0, characters=2), 0.0, keep=5_000,
        balance=0.0, penalty=1.0, heavy=True,
    )  # fmt: skip
    yield Trial("title at 0.25", replace(words, title=0.25))
    yield Trial("title at 1", replace(words, title=1.0))
    yield Trial("no lead", replace(words, lead=0.0))
    yield Trial("lead at 1", replace(words, lead=1.0))
    yield Trial("title apart", replace(words, shared=False))
    yield Trial("plain counts", replace(words, sublinear=False))
    yield Trial("idf to the power 0.5", idf_power=0.5)
    yield Trial("idf of the background", background_idf=True)
    yield Trial("words in 2 articles", least=2)
    yield Trial("10,000 words by chi2", keep=10_000)
    yield Trial("without names of people", without="nr")
    yield Trial("without names of places", without="ns")
    yield Trial("without times and numbers", without="tm")
    yield Trial("C = 1/10", penalty=10.0)
    yield Trial("C = 1", penalty=1.0)
    yield Trial("no weights of categories", balance=0.0)
    yield Trial("half weights of categories", balance=0.5)
    yield Trial("written labels count half", written=0.5)
    yield Trial("written labels count double", written=2.0)
    yield Trial("ridge", fit=ridge_fit)
    yield Trial("logistic regression", fit=logistic_fit, heavy=True)
    yield Trial("complement naive Bayes", subwords=0.0, fit=bayes_fit)
    yield Trial("NB-SVM", subwords=0.0, fit=nb_svm_fit)
    yield Trial("mean of SVM and ridge", fit=mean_fit)


def ridge_fit(X: csr_matrix, y: NDArray[np.int64], weight: NDArray[np.float64]) -> Solution:
    from training.fitting.solving import ridge

    return ridge(X, np.where(y[:, None] == np.arange(K), 1.0, -1.0), weight, 1.0)


def logistic_fit(X: csr_matrix, y: NDArray[np.int64], weight: NDArray[np.float64]) -> Solution:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=10.0, max_iter=200, tol=1e-3).fit(X, y, sample_weight=weight)
    return np.asarray(model.coef_).T, np.asarray(model.intercept_)


def bayes_fit(X: csr_matrix, y: NDArray[np.int64], weight: NDArray[np.float64]) -> Solution:
    from sklearn.naive_bayes import ComplementNB

    model = ComplementNB(alpha=0.3).fit(X, y)
    return np.asarray(model.feature_log_prob_).T, np.zeros(K)


def nb_svm_fit(X: csr_matrix, y: NDArray[np.int64], weight: NDArray[np.float64]) -> Solution:
    """Features scaled by their log-count ratios (Wang and Manning 2012), a machine a category."""
    from scipy.sparse import diags
    from sklearn.svm import LinearSVC

    weights, intercepts = np.zeros((X.shape[1], K)), np.zeros(K)
    for k in range(K):
        mine = np.asarray(X[y == k].sum(0)).ravel() + 0.1
        rest = np.asarray(X[y != k].sum(0)).ravel() + 0.1
        ratio = np.sqrt(np.abs(np.log(mine / mine.sum() / (rest / rest.sum()))))
        ratio /= max(float(np.sqrt((ratio**2 * (mine + rest)).sum() / (mine + rest).sum())), 1e-12)
        model = LinearSVC(C=0.3, tol=1e-3, random_state=0).fit(X @ diags(ratio), y == k, sample_weight=weight)
        weights[:, k], intercepts[k] = model.coef_[0] * ratio, model.intercept_[0]
    return weights, intercepts


def mean_fit(X: csr_matrix, y: NDArray[np.int64], weight: NDArray[np.float64]) -> Solution:
    one, other = svm_fit(X, y, weight, SHIPPED.penalty), ridge_fit(X, y, weight)
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def svm_fit(X: csr_matrix, y: NDArray[np.int64], weight: NDArray[np.float64], penalty: float) -> Solution:
    from sklearn.svm import LinearSVC

    model = LinearSVC(C=1.0 / penalty, tol=1e-3, max_iter=3000, random_state=0).fit(X, y, sample_weight=weight)
    return np.asarray(model.coef_).T, np.asarray(model.intercept_)


class News:
    """The labels before the holdout and those in it, counted once."""

    def __init__(self) -> None:
        from lanmu.commands.label_options import read_examples
        from training.fitting.splits import holdout_mask

        self.examples, _ = read_examples(None, None, False, True)
        self.y = label_columns(self.examples, TAXONOMY)
        self.groups = near_duplicate_groups(self.examples.whole)
        self.real = self.examples.of_source("xwlb")
        self.late = holdout_mask(self.examples)
        self.before = ~np.isin(self.groups, self.groups[self.late])

    @cached_property
    def counts(self) -> FeatureCounts:
        spec = FeatureSpec(words=2, characters=3)
        return count_features(spec, *self.examples.columns)

    def matrix(self, trial: Trial) -> csr_matrix:
        """Values float64 csr [n, features], subwords beside the words."""
        from scipy.sparse import hstack

        counts, spec = self.counts, trial.spec
        names = [*counts.words, *counts.characters]
        n = len(counts.words)
        articles = self._articles
        keep = articles >= trial.least
        for i, name in enumerate(names):
            if i < n:
                keep[i] &= spec.words >= 1 + (" " in name)
            else:
                keep[i] &= len(name) <= spec.characters
        if trial.without:
            tags = _tags()
            keep[:n] &= [tags.get(name, "")[:2] not in _kinds(trial.without) for name in names[:n]]
        chosen = replace_blocks(counts, spec).selected(keep)
        idf = self._idf(chosen, trial)
        X = chosen.tf_idf(idf)
        if trial.subwords == 0.0 or not spec.words:
            return X
        present = sum(block for (_, a), block in chosen.blocks.items() if a == "words") > 0
        shared = subwords(chosen.words, idf[: len(chosen.words)], present)
        part = X[:, : len(chosen.words)] @ shared
        length = np.sqrt(part[self.before].multiply(part[self.before]).sum() / self.before.sum())
        return hstack([X, part * (trial.subwords / length)]).tocsr()

    @cached_property
    def _articles(self) -> NDArray[np.int64]:
        found = []
        for analyser in ("words", "characters"):
            block = sum(m for (_, a), m in self.counts.blocks.items() if a == analyser)
            found.append(np.asarray((block[self.before] > 0).sum(0)).ravel())
        return np.concatenate(found).astype(np.int64)

    def _idf(self, counts: FeatureCounts, trial: Trial) -> NDArray[np.float32]:
        if trial.background_idf:
            background = read_background()
            articles = dict(zip(background.words, background.word_articles.tolist(), strict=True))
            of_words = np.array([articles.get(word, 0) for word in counts.words], np.float64)
            n = float(background.articles)
        else:
            blocks = [sum(m for (_, a), m in counts.blocks.items() if a == kind) for kind in ("words", "characters")]
            parts = [np.asarray((b[self.before] > 0).sum(0)).ravel() for b in blocks if not isinstance(b, int)]
            of_words = np.concatenate(parts).astype(np.float64)
            n = float(self.before.sum())
        return np.asarray((np.log((1 + n) / (1 + of_words)) + 1) ** trial.idf_power, np.float32)

    def weight(self, trial: Trial, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        counts = np.maximum(1, np.bincount(self.y[rows], minlength=K))
        weight = (len(rows) / (K * counts)) ** trial.balance
        return np.asarray(weight[self.y[rows]] * np.where(self.real[rows], 1.0, trial.written))

    def answers(self, X: csr_matrix, trial: Trial, train: NDArray[np.int64], test: NDArray[np.int64]) -> Any:
        weight = self.weight(trial, train)
        if 0 < trial.keep < X.shape[1]:
            from sklearn.feature_selection import chi2

            strength = np.nan_to_num(chi2(X[train] > 0, self.y[train])[0])
            X = X[:, np.sort(np.argsort(-strength, kind="stable")[: trial.keep])]
        if trial.fit is None:
            weights, intercept = svm_fit(X[train], self.y[train], weight, trial.penalty)
        else:
            weights, intercept = trial.fit(X[train], self.y[train], weight)
        return (X[test] @ weights + intercept).argmax(1)


def replace_blocks(counts: FeatureCounts, spec: FeatureSpec) -> FeatureCounts:
    """The counts of a narrower specification: only its blocks."""
    blocks = {(name, analyser): counts.blocks[name, analyser] for name, analyser, _ in spec.blocks}
    return replace(counts, spec=spec, blocks=blocks)


def _kinds(without: str) -> tuple[str, ...]:
    return {"nr": ("nr",), "ns": ("ns",), "tm": ("t", "m")}[without]


def _tags() -> dict[str, str]:
    from jieba import posseg

    posseg.initialize()
    return dict(posseg.dt.word_tag_tab)


def interval(values: NDArray[np.float64]) -> str:
    generator = np.random.default_rng(0)
    n = len(values)
    means = [values[generator.integers(0, n, n)].mean() for _ in range(DRAWS)]
    low, high = np.quantile(means, [0.025, 0.975])
    return f"{values.mean():6.3f} ({low:.3f} to {high:.3f})"


def macro_f1(y: NDArray[np.int64], best: NDArray[np.int64]) -> float:
    from sklearn.metrics import f1_score

    return float(f1_score(y, best, labels=np.unique(y), average="macro", zero_division=0.0))


@one_blas_thread
def features_and_solvers(news: News, chosen: list[Trial], repeats: int, holdout: bool) -> None:
    before = np.flatnonzero(news.before)
    real, written = before[news.real[before]], before[~news.real[before]]
    print(f"{len(real):,} items of real news and {len(written):,} written articles before the holdout")
    print(f"{'':28} {'real: accuracy':26} {'macro-F1':8} {'gain':26} {'written: accuracy':26} {'gain':26}")
    shipped: NDArray[np.float64] | None = None
    for trial in chosen:
        X = news.matrix(trial)
        right = np.zeros(len(news.y))
        f1 = 0.0
        for seed in range(repeats):
            best = np.full(len(news.y), -1, np.int64)
            for train, test in folds([str(k) for k in news.y[before]], news.groups[before], FOLDS, seed):
                best[before[test]] = news.answers(X, trial, before[train], before[test])
            right += (best == news.y) / repeats
            f1 += macro_f1(news.y[real], best[real]) / repeats
        shipped = right if shipped is None else shipped
        gain = right - shipped
        line = f"{trial.name:28} {interval(right[real]):26} {f1:8.3f} {interval(gain[real]):26} "
        print(f"{line}{interval(right[written]):26} {interval(gain[written]):26}", flush=True)
        if holdout:
            late = np.flatnonzero(news.late)
            best = news.answers(X, trial, before, late)
            hits = (best == news.y[late]).astype(np.float64)
            of_real = news.real[late]
            print(
                f"{'  on the holdout':28} {interval(hits[of_real]):26} {macro_f1(news.y[late], best):8.3f} {'':26} "
                f"{interval(hits[~of_real]):26}",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="few trials, one repeat")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--only", nargs="*", default=[], help="trials whose name holds one of these")
    parser.add_argument("--holdout", action="store_true", help="report the holdout too")
    asked = parser.parse_args()
    found = list(trials())
    chosen = [t for t in found if not asked.only or any(part in t.name for part in asked.only)]
    if asked.quick:
        chosen = [t for t in chosen if not t.heavy][:3]
    if not chosen:
        parser.error("no trial has such a name; there are: " + "; ".join(t.name for t in found))
    if chosen[0] is not found[0]:
        chosen.insert(0, found[0])
    features_and_solvers(News(), chosen, 1 if asked.quick else asked.repeats, asked.holdout)


if __name__ == "__main__":
    main()
