"""The figures of an evaluation, against scikit-learn's and against what must hold of them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as reference

from classifier.taxonomy import read_taxonomy
from training.evaluation.answers import Answers
from training.evaluation.curves import accuracy_by_share, by_length, by_source, by_year, confusion, reliability
from training.evaluation.metrics import metrics_of, wilson
from training.evaluation.versus import versus
from training.labels.examples import Examples

TAXONOMY = read_taxonomy()


def some_answers(n: int = 400, seed: int = 3) -> Answers:
    """Answers drawn so that the right category is likely, with some categories rare and one without labels."""
    dice = np.random.default_rng(seed)
    k = len(TAXONOMY)
    y = dice.choice(k - 1, n, p=dice.dirichlet(np.ones(k - 1)))
    logits = dice.normal(size=(n, k))
    logits[np.arange(n), y] += 2.0
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    examples = Examples(
        tuple(f"稿{i}" for i in range(n)),
        ("标题",) * n,
        tuple("正文" * int(length) for length in dice.integers(20, 900, n)),
        tuple(TAXONOMY.ids[c] for c in y),
        tuple(f"202{i % 4}-03-0{1 + i % 9}" for i in range(n)),
        tuple(("desk/王" if i % 3 else "original") for i in range(n)),
    )
    accepted = p.max(1) > 0.6
    return Answers("folds", examples, TAXONOMY, p, accepted, np.zeros((n, 3)), (), np.zeros(n, np.int64))


def test_figures_are_those_of_scikit_learn() -> None:
    answers = some_answers()
    figures = metrics_of(answers, draws=200)
    y, best, p = answers.y, answers.best, answers.probabilities
    present = np.unique(y)
    assert figures["accuracy"] == pytest.approx(reference.accuracy_score(y, best), abs=1e-6)
    for name in ("macro", "weighted"):
        expected = reference.f1_score(y, best, labels=present, average=name, zero_division=0.0)
        assert figures[f"{name}_f1"] == pytest.approx(expected, abs=1e-6)
    assert figures["log_loss"] == pytest.approx(reference.log_loss(y, p, labels=range(16)), abs=1e-6)
    expected = reference.top_k_accuracy_score(y, p, k=2, labels=range(16))
    assert figures["top2_accuracy"] == pytest.approx(expected, abs=1e-6)
    accepted = answers.accepted
    assert figures["accepted_accuracy"] == pytest.approx((y == best)[accepted].mean(), abs=1e-6)
    precision, recall, f1, support = reference.precision_recall_fscore_support(
        y, best, labels=present, zero_division=0.0
    )
    for i, k in enumerate(present):
        row = figures["categories"][TAXONOMY.ids[k]]
        assert row["precision"] == pytest.approx(precision[i], abs=1e-6)
        assert row["recall"] == pytest.approx(recall[i], abs=1e-6)
        assert row["f1"] == pytest.approx(f1[i], abs=1e-6)
        assert row["support"] == support[i]
    assert TAXONOMY.ids[15] not in figures["categories"], "a category without labels has no figures"


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    """Accuracy of drawn answers is known from many more of them; 95 % intervals miss it seldom."""
    dice = np.random.default_rng(0)
    truth = metrics_of(some_answers(6000, seed=1), draws=2)["accuracy"]
    inside = 0
    everything = some_answers(6000, seed=1)
    for _ in range(60):
        chosen = dice.choice(6000, 300, replace=False)
        part = Answers(
            "folds", everything.examples.take(chosen), TAXONOMY, everything.probabilities[chosen],
            everything.accepted[chosen], everything.familiarity[chosen], (), everything.by[chosen],
        )  # fmt: skip
        low, high = metrics_of(part, draws=200)["accuracy_95"]
        inside += low <= truth <= high
    assert inside >= 52


def test_intervals_are_the_same_each_time_and_narrow_with_more_articles() -> None:
    few, many = some_answers(100), some_answers(2000)
    assert metrics_of(few, draws=100) == metrics_of(few, draws=100)
    width = {n: np.diff(metrics_of(a, draws=200)["macro_f1_95"])[0] for n, a in ((100, few), (2000, many))}
    assert width[2000] < width[100] / 2


def test_curves_end_where_the_figures_are() -> None:
    answers = some_answers()
    figures = metrics_of(answers, draws=2)
    curve = accuracy_by_share(answers, draws=20)
    assert curve[-1]["share"] == 1.0 and curve[-1]["accuracy"] == pytest.approx(figures["accuracy"], abs=1e-6)
    assert all(point["accuracy_95"][0] <= point["accuracy"] <= point["accuracy_95"][1] for point in curve)
    assert sum(row["articles"] for row in reliability(answers)) == len(answers)
    assert sum(row["count"] for row in confusion(answers)) == len(answers)
    for slices in (by_year(answers), by_length(answers), by_source(answers)):
        assert sum(part.articles for part in slices) == len(answers)
    assert [part.name for part in by_source(answers)] == ["desk", "original"]
    lengths = [int(part.name.split("–")[0].rstrip("+")) for part in by_length(answers)]
    assert lengths == sorted(lengths)


def test_another_model_is_compared_on_what_both_answered() -> None:
    answers = some_answers()
    ids, right = answers.examples.ids, answers.examples.categories
    perfect = dict(zip(ids[:200], right[:200], strict=True))
    comparison = versus("完美", answers, perfect)
    assert comparison is not None
    wrong = int((answers.best != answers.y)[:200].sum())
    assert (comparison.articles, comparison.won, comparison.lost) == (200, 0, wrong)
    assert comparison.p < 0.05 and comparison.verdict == "worse" and comparison.difference_95[1] < 0
    same = versus("自己", answers, answers.given)
    assert same is not None and same.p == 1.0 and same.difference == 0.0
    assert versus("无", answers, {"别处": "sports"}) is None


def test_wilson() -> None:
    assert wilson(0, 0) == [0.0, 1.0]
    low, high = wilson(10, 10)
    assert 0.68 < low < 0.75 and high == 1.0
