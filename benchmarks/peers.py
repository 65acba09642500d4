"""The paths that are measured side by side: each takes (title, body) pairs and gives each a category."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from benchmarks.news import Pair
from classifier.model.weights import LinearWeights

Words = Callable[[str], list[str]]


class Way(Protocol):
    """One way from articles to categories; ``prepare`` is not timed."""

    name: str
    threads: int

    def prepare(self, articles: Sequence[Pair]) -> Any: ...

    def run(self, prepared: Any) -> Any: ...


class Lanmu:
    """lanmu's kernel: from Python strings to probabilities, categories and decisions."""

    def __init__(self, folder: Path, threads: int) -> None:
        from classifier.model.topic_model import TopicModel

        self.threads = threads
        self.name = "lanmu" if threads == 1 else f"lanmu, {threads} threads"
        self.model = TopicModel.load(folder, engine="compiled", threads=threads)

    def prepare(self, articles: Sequence[Pair]) -> Any:
        return [title for title, _ in articles], [text for _, text in articles]

    def run(self, prepared: Any) -> Any:
        return self.model.decide_strings(*prepared)


class ScikitLearn:
    """Words by ``cut``, then scikit-learn with the model's features and weights."""

    threads = 1

    def __init__(self, name: str, weights: LinearWeights, cut: Words) -> None:
        from tests.reference.scikit_learn import pipeline

        self.name = name
        self.pipeline = pipeline(weights, cut)

    def prepare(self, articles: Sequence[Pair]) -> Any:
        return articles

    def run(self, prepared: Any) -> Any:
        return self.pipeline.decision_function(prepared).argmax(1)


class FastText:
    """fastText's classifier on words by ``cut``, cut before or as part of the work."""

    threads = 1

    def __init__(self, name: str, model: Any, cut: Words, cut_before: bool) -> None:
        self.name = name
        self.model = model
        self.cut = cut
        self.cut_before = cut_before

    def prepare(self, articles: Sequence[Pair]) -> Any:
        return self._lines(articles) if self.cut_before else articles

    def run(self, prepared: Any) -> Any:
        return self.model.predict(prepared if self.cut_before else self._lines(prepared))

    def _lines(self, articles: Sequence[Pair]) -> list[str]:
        return [one_line(self.cut, article) for article in articles]


def one_line(cut: Words, article: Pair) -> str:
    """An article as fastText takes it: words between spaces, on one line."""
    return " ".join(" ".join(cut(f"{article[0]}\n{article[1]}")).split())


def jieba_words() -> Words:
    """``jieba.lcut``, loaded."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    return jieba.lcut  # type: ignore[no-any-return]


def trained_fasttext(labelled: Sequence[tuple[str, Pair]], cut: Words) -> Any:
    """fastText's supervised model with its default options, on one thread."""
    import fasttext

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.txt"
        lines = [f"__label__{category} {one_line(cut, article)}\n" for category, article in labelled]
        path.write_text("".join(lines), "utf-8")
        return fasttext.train_supervised(str(path), thread=1, epoch=25, verbose=0)
