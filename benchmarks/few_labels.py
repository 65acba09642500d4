"""Learning curves: a fit from what is known against one from scratch, by labels a category.

python -m benchmarks.few_labels [--task fudan|titles|news] [--draws 10] [--sizes 0,5,10] [--tried] [--only-unlabelled]

Needs the corpora in $LANMU_CORPUS.  Other categories: Fudan10 and THUCNews titles.  The default
categories: a model of everything before the holdout, and a user's labels drawn from one half of the
holdout, tested on the other half.  "scratch" is words, tf-idf and LinearSVC; "alone" is what
``lanmu train --from-scratch`` does; "unlabelled" is "adapted" with articles whose labels are not looked
at, up to 2,000 that are not tested (``--unlabelled``).  At 0 labels the categories' names, alone or
with five keywords each as descriptions, are what there is (``--from-names``).  Mean accuracy ± standard
deviation over draws (three where unlabelled articles take part, or no label), and in brackets the
expected calibration error.  ``--tried`` measures other shares of word vectors (other categories) and
other penalties (news).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from classifier.engine.scoring.scorer import KernelScorer
from classifier.files import find_shipped
from classifier.model.features import FeatureSpec
from classifier.model.model_files import Manifest, StoredModel, read_model, write_model
from classifier.model.weights import LinearWeights
from classifier.taxonomy import Category, Taxonomy, read_taxonomy
from training.fitting.calibration import expected_calibration_error
from training.fitting.fit import fit_model
from training.fitting.fit_options import FitOptions, choose_default_options
from training.fitting.start import Start, start_of, with_unlabelled
from training.labels.corpora import HOLDOUT_FROM, fudan, real_examples, real_labels, thucnews_titles
from training.labels.examples import Examples
from training.labels.file import examples_of, usable_labels
from training.promotion.from_names import fit_from_names, names_options

Starts = Callable[["Task", Examples], Iterator[tuple[str, Start]]]
SIZES = (0, 5, 10, 20, 40, 50, 100)
MOST_TESTED = 2_000
MOST_UNLABELLED = 2_000
SLOW_DRAWS = 3
"""How many draws for what takes long: with unlabelled articles, and without labels."""
PLAIN = FitOptions(spec=FeatureSpec(title=1.0, text=1.0, lead=0.0, words=1), penalty=1.0, subwords=0.0)


TITLE_NAMES = {
    "education": "教育", "entertainment": "娱乐", "finance": "财经", "game": "游戏", "politics": "时政",
    "realty": "房产", "science": "科技", "society": "社会", "sports": "体育", "stocks": "股票",
}  # fmt: skip
KEYWORDS: dict[str, dict[str, str]] = {
    "titles": {
        "教育": "高考、考研、留学、学校、招生", "娱乐": "明星、电影、演唱会、导演、综艺",
        "财经": "基金、银行、理财、经济、黄金", "游戏": "网游、玩家、公测、副本、电竞",
        "时政": "外交、政府、总统、官员、国务院", "房产": "楼盘、房价、户型、开盘、住宅",
        "科技": "手机、电脑、互联网、芯片、科学家", "社会": "男子、警方、事故、法院、村民",
        "体育": "足球、篮球、比赛、冠军、联赛", "股票": "股市、A股、大盘、涨停、港股",
    },
    "fudan": {
        "环境": "污染、生态、环保、废水、大气", "计算机": "软件、算法、程序、网络、数据库",
        "交通": "铁路、公路、车辆、运输、港口", "教育": "学校、学生、教师、大学、课程",
        "经济": "市场、企业、投资、贸易、金融", "军事": "军队、导弹、武器、战争、部队",
        "体育": "比赛、运动员、冠军、足球、奥运会", "医药": "药物、疾病、治疗、医院、患者",
        "艺术": "绘画、音乐、戏剧、美术、舞蹈", "政治": "政府、总统、议会、选举、外交",
    },
}  # fmt: skip
"""Five words that come to mind for each category, written down once and not changed by what they gave."""


@dataclass(frozen=True)
class Task:
    """Labels, articles to test on and unlabelled ones, by draw; and the model that knows the categories, if any.

    ``described``: the categories with keywords as descriptions.
    """

    name: str
    taxonomy: Taxonomy
    draw: Callable[[int, int], tuple[Examples, Examples, Examples]]
    model: StoredModel | None = None
    described: Taxonomy | None = None


def other_categories(name: str, examples: Examples) -> Task:
    def draw(size: int, number: int) -> tuple[Examples, Examples, Examples]:
        generator = np.random.default_rng(number)
        order = generator.permutation(len(examples))
        chosen = _first_of_each(examples, order, size)
        rest = generator.permutation(np.setdiff1d(order, chosen, assume_unique=True))
        tested = min(MOST_TESTED, len(rest) // 2)
        unlabelled = rest[tested:][:MOST_UNLABELLED]
        return examples.take(chosen), examples.take(rest[:tested]), examples.take(unlabelled)

    keywords = KEYWORDS[name]
    ids = sorted(set(examples.categories))
    bare = Taxonomy(tuple(Category(i, TITLE_NAMES.get(i, i)) for i in ids))
    described = Taxonomy(tuple(replace(c, description=keywords[c.name]) for c in bare))
    return Task(name, bare, draw, described=described)


def news(folder: Path) -> Task:
    """The default categories; the model at hand has seen nothing of the holdout."""
    taxonomy = read_taxonomy()
    real = real_examples(real_labels())
    late = np.array([date >= HOLDOUT_FROM for date in real.dates], np.bool_)
    known = real.take(~late) + examples_of(usable_labels(find_shipped("labels.csv"), taxonomy))
    fitted = fit_model(known, taxonomy)
    manifest = Manifest(
        name="before", taxonomy=taxonomy, spec=fitted.options.spec, review=fitted.review,
        surprise_unknown=fitted.weights.surprise_unknown,
    )  # fmt: skip
    write_model(folder, manifest, fitted.weights)
    holdout = real.take(late)

    def draw(size: int, number: int) -> tuple[Examples, Examples, Examples]:
        order = np.random.default_rng(number).permutation(len(holdout))
        half = len(order) // 2
        chosen = _first_of_each(holdout, order[:half], size)
        counts = dict.fromkeys(holdout.categories, 0)
        for i in chosen:
            counts[holdout.categories[i]] += 1
        usable = np.array([i for i in chosen if counts[holdout.categories[i]] > 1], np.int64)
        return holdout.take(usable), holdout.take(order[half:]), holdout.take(order[:0])

    return Task("news", taxonomy, draw, read_model(folder))


def _first_of_each(examples: Examples, order: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    taken: dict[str, int] = {}
    chosen: list[int] = []
    for i in order.tolist():
        category = examples.categories[i]
        if taken.get(category, 0) < size:
            taken[category] = taken.get(category, 0) + 1
            chosen.append(i)
    return np.array(sorted(chosen), np.int64)


def measured(weights: LinearWeights, taxonomy: Taxonomy, tested: Examples) -> tuple[float, float]:
    """Accuracy and expected calibration error."""
    scores = KernelScorer(weights).score(*tested.columns).scores
    probabilities = weights.probabilities(scores)
    index = {category: k for k, category in enumerate(taxonomy.ids)}
    right = probabilities.argmax(1) == np.array([index[category] for category in tested.categories])
    return float(right.mean()), expected_calibration_error(probabilities.max(1), right)


def starts(task: Task, labels: Examples) -> Iterator[tuple[str, Start]]:
    yield "scratch", Start(PLAIN)
    yield "alone", Start(choose_default_options(labels, task.taxonomy))
    yield "adapted", start_of(labels, task.taxonomy, task.model)


def other_starts(task: Task, labels: Examples) -> Iterator[tuple[str, Start]]:
    """What else was tried: one change at a time."""
    start = start_of(labels, task.taxonomy, task.model)
    yield "adapted", start
    if start.prior is not None:
        for penalty in (1.0, 3.0, 6.0, 24.0):
            yield f"penalty {penalty:g}", replace(start, options=replace(start.options, penalty=penalty))
        return
    for share in (0.0, 0.25, 1.0):
        yield f"vectors {share:g}", replace(start, options=replace(start.options, vectors=share))
    yield "vectors of the news alone", replace(start, options=replace(start.options, general=False))
    yield "naive Bayes 0.3", replace(start, options=replace(start.options, bayes=0.3))


def curve(task: Task, sizes: tuple[int, ...], draws: int, starts: Starts, only_unlabelled: bool = False) -> None:
    for size in sizes:
        found: dict[str, list[tuple[float, float]]] = {}
        for number in range(draws):
            labels, tested, unlabelled = task.draw(size, number)
            if number >= SLOW_DRAWS and not size:
                continue
            fits: list[tuple[str, LinearWeights]] = []
            if size and not only_unlabelled:
                fits = list(at_labels(task, starts, labels, number))
            elif not size:
                fits = list(at_nothing(task, tested, unlabelled))
            if number < SLOW_DRAWS and size and len(unlabelled) and starts is not other_starts:
                fits.append(("unlabelled", with_pool(task, labels, unlabelled, number)))
            for name, weights in fits:
                found.setdefault(name, []).append(measured(weights, task.taxonomy, tested))
        parts = []
        for name, values in found.items():
            accuracy, error = np.array(values).T
            parts.append(f"{name} {accuracy.mean():.3f} ± {accuracy.std():.3f} ({error.mean():.3f})")
        print(f"{task.name:7} {size:4}  {', '.join(parts)}", flush=True)


def at_nothing(task: Task, tested: Examples, unlabelled: Examples) -> Iterator[tuple[str, LinearWeights]]:
    """No label: the model as it is, or the categories' names."""
    if task.model is not None:
        yield "the model as it is", task.model.weights
    elif task.described is not None:
        for name, taxonomy in (("names", task.taxonomy), ("keywords", task.described)):
            # what the articles look like is known from some of them, with or without learning from these
            alone = replace(names_options(taxonomy, tested), min_articles=1)
            yield name, fit_from_names(taxonomy, alone).weights
            options = names_options(taxonomy, unlabelled)
            yield f"{name}, unlabelled", fit_from_names(taxonomy, options, unlabelled).weights


def at_labels(task: Task, starts: Starts, labels: Examples, number: int) -> Iterator[tuple[str, LinearWeights]]:
    for name, start in starts(task, labels):
        options, groups = replace(start.options, seed=number), np.arange(len(labels))
        yield name, fit_model(labels, task.taxonomy, options, prior=start.prior, groups=groups).weights


def with_pool(task: Task, labels: Examples, unlabelled: Examples, number: int) -> LinearWeights:
    options = replace(with_unlabelled(start_of(labels, task.taxonomy, task.model).options), seed=number)
    groups = np.arange(len(labels))
    return fit_model(labels, task.taxonomy, options, groups=groups, unlabelled=unlabelled).weights


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--task", choices=("fudan", "titles", "news"), action="append")
    parser.add_argument("--sizes", type=lambda given: tuple(map(int, given.split(","))), default=SIZES)
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--tried", action="store_true")
    parser.add_argument("--only-unlabelled", action="store_true", help="leave the other columns out")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        for name in given.task or ("fudan", "titles", "news"):
            if name == "news":
                task = news(Path(folder) / "before")
            else:
                task = other_categories(name, fudan() if name == "fudan" else thucnews_titles())
            curve(task, given.sizes, given.draws, other_starts if given.tried else starts, given.only_unlabelled)


if __name__ == "__main__":
    main()
