"""Labels of real news whose texts are kept elsewhere, and the readers that join the two.

The package holds ids and categories only.  The texts are read from the folder in $LANMU_CORPUS, or
from ``../shared/data`` beside the checkout.
"""

from __future__ import annotations

import csv
import json
import lzma
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from classifier.errors import LabelsError
from classifier.messages import say
from training.labels.examples import Examples
from training.labels.label import DOUBTFUL, Label

XWLB_FILE = "xwlb-2022-2025.jsonl.xz"
FUDAN_FILE = "fudan10-train.jsonl.xz"
TITLES_FILE = "thucnews-titles-train.tsv"
TITLE_CLASSES_FILE = "thucnews-titles-classes.txt"
HOLDOUT_FROM = "2025-07-01"
"""Real news from this day on is the holdout; it is trained on only in the final fit."""


@dataclass(frozen=True, slots=True)
class RealLabel:
    """A labelled item of real news.

    ``drawn`` is ``natural`` (at random), ``targeted`` (rare topics sought) or ``doubtful`` (where a model was unsure).
    """

    id: str
    category: str
    drawn: str

    @property
    def holdout(self) -> bool:
        return self.id[:8] >= HOLDOUT_FROM.replace("-", "")


def corpus_folder() -> Path:
    """Where the corpora's texts are: $LANMU_CORPUS, else ``../shared/data`` beside the checkout."""
    if chosen := os.environ.get("LANMU_CORPUS"):
        return Path(chosen)
    return Path(__file__).resolve().parents[4] / "shared" / "data"


def has_corpus(name: str = XWLB_FILE) -> bool:
    """Whether the texts of a corpus are there."""
    return (corpus_folder() / name).is_file()


def real_labels() -> tuple[RealLabel, ...]:
    """The settled labels of real news (``xwlb.csv``), without those labelled ``skip``."""
    with Path(__file__).with_name("xwlb.csv").open(encoding="utf-8", newline="") as file:
        rows = [RealLabel(row["id"], row["category"], row["drawn"]) for row in csv.DictReader(file)]
    return tuple(row for row in rows if row.category != "skip")


def second_categories() -> dict[str, str]:
    """The second category of real news that was read for one, by id; empty where it has none."""
    with Path(__file__).with_name("xwlb-secondary.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["secondary"] for row in csv.DictReader(file)}


def real_news() -> Iterator[Mapping[str, str]]:
    """All items of the real news, labelled or not: id, date, title, text."""
    for item in _json_lines(XWLB_FILE):
        yield {**item, "date": _iso(item["date"])}


@cache
def _news_by_id() -> Mapping[str, Mapping[str, str]]:
    return {item["id"]: item for item in real_news()}


def real_examples(labels: tuple[RealLabel, ...]) -> Examples:
    """Labels of real news joined to their texts; LabelsError where the corpus lacks one."""
    news = _news_by_id()
    missing = [label.id for label in labels if label.id not in news]
    if missing:
        raise LabelsError(
            say("corpus.lacks", path=str(corpus_folder() / XWLB_FILE), first=missing[0], more=len(missing) - 1)
        )
    joined = ((label, news[label.id]) for label in labels)
    return Examples.of_rows(
        (f"xwlb/{label.id}", item["title"], item["text"], label.category, item["date"],
         "xwlb" + DOUBTFUL * (label.drawn == "doubtful"))
        for label, item in joined
    )  # fmt: skip


def join_corpora(labels: tuple[Label, ...]) -> tuple[Label, ...]:
    """Labels that point into a corpus (source ``xwlb``, no text) with their texts."""
    joined: list[Label] = []
    for label in labels:
        if label.text or label.title:
            joined.append(label)
            continue
        item = _news_by_id().get(label.id.removeprefix("xwlb/")) if label.source == "xwlb" and has_corpus() else None
        if item is None:
            raise LabelsError(say("corpus.no_text", line=label.line, id=label.id, source=label.source))
        joined.append(
            Label(label.id, label.category, label.source, item["date"], item["title"], item["text"], label.line)
        )
    return tuple(joined)


def fudan() -> Examples:
    """The 2,224 labelled articles of Fudan10."""
    items = _json_lines(FUDAN_FILE)
    return Examples.of_rows((item["id"], "", item["text"], item["category"], "", "fudan10") for item in items)


def thucnews_titles() -> Examples:
    """The 10,000 labelled headlines of THUCNews: headlines only, no body."""
    folder = corpus_folder()
    names = (folder / TITLE_CLASSES_FILE).read_text("utf-8").split()
    lines = (folder / TITLES_FILE).read_text("utf-8").splitlines()
    pairs = (line.rsplit("\t", 1) for line in lines if "\t" in line)
    return Examples.of_rows(
        (f"thucnews/{i}", title, "", names[int(number)], "", "thucnews") for i, (title, number) in enumerate(pairs)
    )


def _iso(date: str) -> str:
    digits = date.replace("-", "")
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"


def _json_lines(name: str) -> Iterator[Mapping[str, str]]:
    path = corpus_folder() / name
    if not path.is_file():
        raise LabelsError(say("corpus.not_here", path=str(path)))
    with lzma.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
