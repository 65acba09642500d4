"""A headline alone, or a text of few known words: how right the shipped model is, and that nothing is accepted.

python -m benchmarks.short_evidence

On the local articles that are never learned (labels.csv, source local/holdout) that have a headline.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np

from classifier.columns import TextColumn
from classifier.files import find_shipped
from classifier.model.topic_model import TopicModel
from classifier.model.versions import model_path
from training.labels.file import examples_of, read_labels

BOUNDS = (0, 1, 3, 5, 8, 1000)
"""Words that the model knows."""
NO_EVIDENCE = ("棉花进入采收期", "第三届冰雪节开幕", "今日有雪", "供暖", "简讯", "")


def main() -> None:
    found = examples_of(read_labels(find_shipped("labels.csv")).labels)
    found = found.take(found.kept_apart)
    found = found.take([i for i, title in enumerate(found.titles) if title.strip()])
    model = TopicModel.load(model_path(), engine="compiled")
    titles, bodies = found.columns
    decisions = model.decide(titles, TextColumn.from_strings([""] * len(found)))
    ids = model.taxonomy.ids
    given = [ids[k] for k in decisions.probabilities.argmax(1)]
    right = np.array([a == b for a, b in zip(given, found.categories, strict=True)])
    known = decisions.familiarity[:, 1]
    print(f"{len(found)} headlines alone: {right.mean():.3f} right, {(decisions.reasons == 0).sum()} accepted")
    print(f"with their bodies: {np.mean(model_right(model, titles, bodies, found.categories)):.3f} right")
    for low, high in pairwise(BOUNDS):
        some = (known >= low) & (known < high)
        if some.any():
            print(f"  {low} to {high - 1} words known: {some.sum()} headlines, {right[some].mean():.3f} right")
    wrong = Counter(category for category, ok in zip(given, right.tolist(), strict=True) if not ok)
    print("wrong ones are given as " + ", ".join(f"{category} {count}" for category, count in wrong.most_common(6)))
    for text in NO_EVIDENCE:
        (tagged,) = model.decide_strings([text], [""]).probabilities
        best = int(tagged.argmax())
        abroad = tagged[ids.index("foreign_affairs")]
        print(f"  {text or '(nothing)'}: {ids[best]} {tagged[best]:.2f}, foreign_affairs {abroad:.2f}")


def model_right(model: TopicModel, titles: TextColumn, bodies: TextColumn, categories: tuple[str, ...]) -> list[bool]:
    best = model.decide(titles, bodies).probabilities.argmax(1)
    return [model.taxonomy.ids[k] == category for k, category in zip(best, categories, strict=True)]


if __name__ == "__main__":
    main()
