"""Where the time of training goes, and what a retrain with a few new labels costs.

``python -m benchmarks.training_speed [--articles N] [--old N]``.  The articles are labelled by the
current model, which is good enough to measure speed; the feature cache is an empty folder.
Seconds are processor time.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.news import read_news
from classifier.model.topic_model import TopicModel
from classifier.model.versions import model_path
from training.fitting.calibration import best_calibration
from training.fitting.fit import score_held_out
from training.fitting.fit_options import FitOptions
from training.fitting.matrix import feature_matrix
from training.fitting.solving import solve_weights
from training.labels.examples import Examples
from training.labels.near_duplicates import near_duplicate_groups


def seconds(run: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    found = run()
    return time.process_time() - start, found


def labelled(count: int) -> tuple[Examples, TopicModel]:
    """Articles with the categories that the current model gives them."""
    news = read_news(count).articles
    model = TopicModel.load(model_path(), engine="compiled")
    titles, texts = tuple(title for title, _ in news), tuple(text for _, text in news)
    given = tuple(model.taxonomy.ids[k] for k in model.decide_strings(titles, texts).category)
    n = len(news)
    ids = tuple(f"article-{i}" for i in range(n))
    return Examples(ids, titles, texts, given, ("",) * n, ("original",) * n), model


def shares(count: int) -> None:
    """One fit on ``count`` articles, step by step; ``lanmu train`` does it twice where labels are held out."""
    examples, model = labelled(count)
    taxonomy, options = model.taxonomy, FitOptions()
    y = np.array([taxonomy.ids.index(category) for category in examples.categories], np.int64)
    some = min(count, 3000)
    feature_matrix(examples.take(np.arange(some)), options, y[:some])  # compiles what is not compiled yet
    near_duplicate_groups(examples.whole[:5])
    steps: dict[str, float] = {}
    steps["near-duplicates"], groups = seconds(lambda: near_duplicate_groups(examples.whole))
    steps["features"], matrix = seconds(lambda: feature_matrix(examples, options, y))
    steps["solver, folds"], scores = seconds(lambda: score_held_out(matrix, y, groups, len(taxonomy), options))
    steps["calibration"], _ = seconds(lambda: best_calibration(scores, y, groups))
    steps["solver, all labels"], _ = seconds(lambda: solve_weights(matrix.X, y, len(taxonomy), options, matrix.shared))
    total = sum(steps.values())
    print(f"One fit on {len(examples):,} articles: {total:.1f} s")
    for name, spent in steps.items():
        print(f"  {name:24}{spent:8.2f} s{spent / total:8.1%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--articles", type=int, default=15_947)
    shares(parser.parse_args().articles)


if __name__ == "__main__":
    main()
