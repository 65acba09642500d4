"""Learning curves: a fit from what is known against one from scratch, by labels a category.

python -m benchmarks.few_labels [--task fudan|titles|news] [--draws 3] [--sizes 5,10] [--tried]

Needs the corpora in $LANMU_CORPUS.  Other categories: Fudan10 and THUCNews titles.  The default
categories: a model of everything before the holdout, and a user's labels drawn from one half of the
holdout, tested on the other half.  "scratch" is words, tf-idf and LinearSVC; "alone" is what
``lanmu train --from-scratch`` does.  Mean accuracy ± standard deviation over draws, and the
expected calibration error of the adapted one.  ``--tried`` measures other shares of word vectors (other
categories) and other penalties (news).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from classifier.features import FeatureSpec
from classifier.files import shipped
from classifier.kernel import KernelScorer
from classifier.model_files import Manifest, StoredModel, read_model, write_model
from classifier.taxonomy import Taxonomy, read_taxonomy
from classifier.weights import LinearWeights
from training.adaptation import Start, start_of
from training.calibration import expected_calibration_error
from training.corpora import HOLDOUT_FROM, fudan, real_examples, real_labels, thucnews_titles
from training.examples import Examples
from training.fitting import FitOptions, fit_model
from training.labels import examples_of, usable_labels
from training.presets import default_options

Starts = Callable[["Task", Examples], Iterator[tuple[str, Start]]]
SIZES = (5, 10, 20, 50, 100)
MOST_TESTED = 3_000
PLAIN = FitOptions(spec=FeatureSpec(title=1.0, text=1.0, lead=0.0, words=1), penalty=1.0, subwords=0.0)


@dataclass(frozen=True)
class Task:
    """Articles to draw labels from and to test on, by draw, and the model that knows their categories, if any."""

    name: str
    taxonomy: Taxonomy
    draw: Callable[[int, int], tuple[Examples, Examples]]
    model: StoredModel | None = None


def other_categories(name: str, examples: Examples) -> Task:
    def draw(size: int, number: int) -> tuple[Examples, Examples]:
        generator = np.random.default_rng(number)
        order = generator.permutation(len(examples))
        chosen = _first_of_each(examples, order, size)
        rest = np.setdiff1d(order, chosen, assume_unique=True)
        return examples.take(chosen), examples.take(generator.permutation(rest)[:MOST_TESTED])

    return Task(name, Taxonomy.of_names(sorted(set(examples.categories))), draw)


def news(folder: Path) -> Task:
    """The default categories; the model at hand has seen nothing of the holdout."""
    taxonomy = read_taxonomy()
    real = real_examples(real_labels())
    late = np.array([date >= HOLDOUT_FROM for date in real.dates], np.bool_)
    known = real.take(~late) + examples_of(usable_labels(shipped("labels.csv"), taxonomy))
    fitted = fit_model(known, taxonomy)
    manifest = Manifest(
        name="before", taxonomy=taxonomy, spec=fitted.options.spec, review=fitted.review,
        surprise_unknown=fitted.weights.surprise_unknown,
    )  # fmt: skip
    write_model(folder, manifest, fitted.weights)
    holdout = real.take(late)

    def draw(size: int, number: int) -> tuple[Examples, Examples]:
        order = np.random.default_rng(number).permutation(len(holdout))
        half = len(order) // 2
        chosen = _first_of_each(holdout, order[:half], size)
        counts = dict.fromkeys(holdout.categories, 0)
        for i in chosen:
            counts[holdout.categories[i]] += 1
        usable = np.array([i for i in chosen if counts[holdout.categories[i]] > 1], np.int64)
        return holdout.take(usable), holdout.take(order[half:])

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
    yield "alone", Start(default_options(labels, task.taxonomy))
    yield "adapted", start_of(labels, task.taxonomy, task.model)


def other_starts(task: Task, labels: Examples) -> Iterator[tuple[str, Start]]:
    """What else was tried: one change at a time."""
    start = start_of(labels, task.taxonomy, task.model)
    yield "adapted", start
    if start.prior is not None:
        for penalty in (1.0, 3.0, 6.0, 24.0):
            yield f"penalty {penalty:g}", replace(start, options=replace(start.options, penalty=penalty))
        return
    for share in (0.0, 0.5, 1.0, 2.0):
        yield f"vectors {share:g}", replace(start, options=replace(start.options, vectors=share))


def curve(task: Task, sizes: tuple[int, ...], draws: int, starts: Starts) -> None:
    if task.model is not None:
        zero = [measured(task.model.weights, task.taxonomy, task.draw(1, number)[1]) for number in range(draws)]
        accuracy, error = np.mean(zero, axis=0)
        print(f"{task.name:7} {0:4}  the model as it is {accuracy:.3f}, calibration error {error:.3f}", flush=True)
    for size in sizes:
        found: dict[str, list[tuple[float, float]]] = {}
        for number in range(draws):
            labels, tested = task.draw(size, number)
            for name, start in starts(task, labels):
                options = replace(start.options, seed=number)
                groups = np.arange(len(labels))
                fitted = fit_model(labels, task.taxonomy, options, prior=start.prior, groups=groups)
                found.setdefault(name, []).append(measured(fitted.weights, task.taxonomy, tested))
        parts = []
        for name, values in found.items():
            accuracy = np.array([value[0] for value in values])
            parts.append(f"{name} {accuracy.mean():.3f} ± {accuracy.std():.3f}")
        error = np.mean([value[1] for value in found["adapted"]])
        print(f"{task.name:7} {size:4}  {', '.join(parts)}, calibration error {error:.3f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--task", choices=("fudan", "titles", "news"), action="append")
    parser.add_argument("--sizes", type=lambda given: tuple(map(int, given.split(","))), default=SIZES)
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--tried", action="store_true")
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        for name in given.task or ("fudan", "titles", "news"):
            if name == "news":
                task = news(Path(folder) / "before")
            else:
                task = other_categories(name, fudan() if name == "fudan" else thucnews_titles())
            curve(task, given.sizes, given.draws, other_starts if given.tried else starts)


if __name__ == "__main__":
    main()
