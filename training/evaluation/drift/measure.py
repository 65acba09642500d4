"""Drift: scored months of an archive against each other and against the labels that the model learned from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from numpy.typing import NDArray

from classifier.engine.counting.counting import count_features
from classifier.engine.scoring.python_scorer import Finder, PythonScorer
from classifier.errors import LanmuError
from classifier.messages import say
from classifier.model.features import FeatureSpec
from classifier.model.weights import LinearWeights
from classifier.taxonomy import Taxonomy
from classifier.text import is_neutral, is_word, normalise
from training.evaluation.answers import Answers
from training.evaluation.drift.control import FEWEST_VALUES, Chart, mean_chart, share_chart
from training.labels.examples import Examples
from training.vectors.background import read_background

COLUMNS = ("title", "category", "probability", "decision", "date")
FEWEST_ARTICLES = 30
"""Months with fewer articles are listed but not judged."""
TITLES_A_MONTH = 400
SAMPLED_AT_ONCE = 4_000
CATEGORY_LIMIT = 4.0
"""Standard errors for categories: where many are looked at, some lie far out by chance."""
MOST_CHANGES = 3
SMALLEST_CHANGE = 0.02
"""A category is named only where its share changes by this much or more, however sure the change is."""


@dataclass(frozen=True, slots=True)
class Month:
    """What the articles of a month look like.

    ``words`` and ``unseen`` count the words of a sample of headlines and those the model does not
    know; ``stands_out`` are the reasons, as (what, its value, the usual value); a category is named by
    its id.  ``like`` are the months that it is held against (the same of other years); empty: all.
    """

    month: str
    articles: int
    accepted: float
    probability: float
    unseen: float
    mix: dict[str, float]
    stands_out: tuple[tuple[str, float, float], ...] = ()
    like: tuple[str, ...] = ()

    @property
    def change(self) -> float:
        """The largest change it stands out by."""
        return max((abs(value - usual) for _, value, usual in self.stands_out), default=0.0)


@dataclass(frozen=True)
class Reference:
    """The labels' side: their mix, the mean probability and share accepted held out, unseen headline words."""

    labels: int
    mix: dict[str, float]
    probability: float
    accepted: float
    unseen: float


@dataclass(frozen=True)
class Drift:
    """Months with what stands out, the charts behind it, and the labels' side.

    ``undated`` articles have no date and are in no month.
    """

    taxonomy: Taxonomy
    months: tuple[Month, ...]
    whole: Month
    reference: Reference
    charts: dict[str, Chart]
    undated: int
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def standing_out(self) -> list[Month]:
        """The months that stand out, that of the largest change first."""
        return sorted((month for month in self.months if month.stands_out), key=lambda month: -month.change)

    def record(self) -> dict[str, Any]:
        """The content of ``drift.json``."""
        return {
            "about": self.about,
            "undated": self.undated,
            "labels": asdict(self.reference),
            "whole": asdict(self.whole),
            "months": [asdict(month) for month in self.months],
            "limits": {
                name: [
                    {"month": month.month, "low": round(float(low), 6), "high": round(float(high), 6)}
                    for month, low, high in zip(self.judged, chart.low, chart.high, strict=True)
                ]
                for name, chart in self.charts.items()
            },
        }

    @property
    def judged(self) -> list[Month]:
        """The months with enough articles to tell whether they stand out."""
        return [month for month in self.months if month.articles >= FEWEST_ARTICLES]


@dataclass
class _Tally:
    """Sums over the articles of a month."""

    categories: Counter[str] = field(default_factory=Counter)
    accepted: int = 0
    probability: float = 0.0
    squares: float = 0.0
    titles: list[str] = field(default_factory=list)
    words: int = 0
    unseen: int = 0

    @property
    def articles(self) -> int:
        return sum(self.categories.values())

    def month(self, name: str) -> Month:
        n = max(1, self.articles)
        mix = {category: round(count / n, 6) for category, count in self.categories.most_common()}
        unseen = self.unseen / self.words if self.words else 0.0
        return Month(
            name, self.articles, round(self.accepted / n, 6), round(self.probability / n, 6), round(unseen, 6), mix
        )


def drift(archive: Path, weights: LinearWeights, taxonomy: Taxonomy, reference: Reference) -> Drift:
    """Compare the months of a scored archive (the folder that ``lanmu score`` wrote, or a Parquet file).

    A month is held against the same month of other years, where there are any, as every year has its harvest and
    its sessions; else against all.  Only the columns title, category, probability, decision and date are
    read.  LanmuError where there is no such archive, or no article has a date.
    """
    tallies, undated = _tallies(archive)
    if not tallies:
        raise _no_date(archive, undated)
    counter = WordCounter(weights)
    for tally in tallies.values():
        tally.words, tally.unseen = counter(tally.titles)
    names = sorted(tallies)
    judged = [name for name in names if tallies[name].articles >= FEWEST_ARTICLES]
    charts = _charts([tallies[name] for name in judged], np.array([int(name[5:7]) for name in judged], np.int64))
    standing_out = _standing_out(judged, tallies, charts) if len(judged) >= FEWEST_VALUES else {}
    plain = [tallies[name].month(name) for name in names]
    months = [
        replace(month, stands_out=standing_out.get(month.month, ()), like=_like(month.month, judged)) for month in plain
    ]
    return Drift(taxonomy, tuple(months), _whole(tallies).month("all"), reference, charts, undated)


def reference_of(examples: Examples, answers: Answers, weights: LinearWeights) -> Reference:
    """The labels' side; ``answers`` are held out, and a headline's word is unseen if no other label has it."""
    n = len(examples)
    spec = FeatureSpec(title=1.0, text=1.0, lead=0.0, words=1, characters=0)
    counts = count_features(spec, *examples.columns, table=weights.table)
    once = {word for word, articles in zip(counts.words, counts.word_articles.tolist(), strict=True) if articles == 1}
    background = read_background()
    common = set(background.words)
    counter = WordCounter(weights, lambda word: word not in once or word in common)
    words, unseen = counter(list(examples.titles))
    return Reference(
        labels=n,
        mix={category: round(count / n, 6) for category, count in Counter(examples.categories).most_common()},
        probability=round(float(answers.probabilities.max(1).mean()), 6),
        accepted=round(float(answers.accepted.mean()), 6),
        unseen=round(unseen / words, 6) if words else 0.0,
    )


class WordCounter:
    """Counts the words of headlines, and those that are unseen (by default: not in the model's vocabulary)."""

    def __init__(self, weights: LinearWeights, is_known: Callable[[str], bool] | None = None) -> None:
        self.weights = weights
        self.cut = PythonScorer(weights).cut
        find = Finder(weights.words)
        self.is_known = is_known or (lambda word: find(word) >= 0)

    def __call__(self, titles: list[str]) -> tuple[int, int]:
        words = unseen = 0
        for title in titles:
            for word in self.cut(normalise(title, self.weights.table.fold)):
                if is_word(word, self.weights.table.is_word) and not is_neutral(word):
                    words += 1
                    unseen += not self.is_known(word)
        return words, unseen


def parts_of(archive: Path) -> list[str]:
    """The Parquet files of a scored archive."""
    if archive.is_file() and archive.suffix == ".parquet":
        return [str(archive)]
    parts = sorted(str(path) for path in (archive / "parts").glob("*.parquet")) if archive.is_dir() else []
    if not parts:
        raise LanmuError(say("drift.no_archive", archive=str(archive)))
    return parts


def check_dates(archive: Path) -> None:
    """LanmuError where no article of a scored archive has a date: before the work that would be for nothing."""
    count = 0
    for part in parts_of(archive):
        for batch in pq.ParquetFile(part).iter_batches(SAMPLED_AT_ONCE, columns=["date"]):
            if batch.column("date").null_count < len(batch):
                return
            count += len(batch)
    raise _no_date(archive, count)


def _no_date(archive: Path, count: int) -> LanmuError:
    return LanmuError(say("drift.no_dates", archive=str(archive), undated=count))


def _tallies(archive: Path) -> tuple[dict[str, _Tally], int]:
    tallies: dict[str, _Tally] = {}
    dice = np.random.default_rng(0)
    undated = 0
    for batch in _batches(archive):
        months = np.array([(date or "")[:7] for date in batch.column("date").to_pylist()])
        categories = np.array(batch.column("category").to_pylist(), object)
        probability = batch.column("probability").to_numpy(zero_copy_only=False).astype(np.float64)
        accepted = np.array([decision == "accepted" for decision in batch.column("decision").to_pylist()])
        for name in np.unique(months).tolist():
            mine = months == name
            if len(name) != 7:
                undated += int(mine.sum())
                continue
            tally = tallies.setdefault(name, _Tally())
            tally.categories.update(categories[mine].tolist())
            tally.accepted += int(accepted[mine].sum())
            tally.probability += float(probability[mine].sum())
            tally.squares += float((probability[mine] ** 2).sum())
        titles = batch.column("title")
        for i in dice.permutation(len(months))[:SAMPLED_AT_ONCE].tolist():
            sampled = tallies.get(str(months[i]))
            if sampled is not None and len(sampled.titles) < TITLES_A_MONTH:
                sampled.titles.append(titles[i].as_py() or "")
    return tallies, undated


def _batches(archive: Path) -> Iterator[Any]:
    paths = parts_of(archive)
    try:
        data = ds.dataset(paths, format="parquet")
        if missing := [name for name in COLUMNS if name not in data.schema.names]:
            raise LanmuError(say("drift.no_column", archive=str(archive), column=missing[0]))
        yield from data.to_batches(columns=list(COLUMNS))
    except (pa.ArrowException, OSError) as error:
        raise LanmuError(say("drift.no_parquet", archive=str(archive), error=str(error))) from error


def _like(name: str, judged: list[str]) -> tuple[str, ...]:
    """The same month of other years."""
    if name not in judged:
        return ()
    return tuple(other for other in judged if other[5:] == name[5:] and other != name)


def _charts(tallies: list[_Tally], seasons: NDArray[np.int64]) -> dict[str, Chart]:
    if not tallies:
        return {}
    n = np.array([tally.articles for tally in tallies], float)
    charts = {
        "unseen": share_chart(_column(tallies, "unseen"), _column(tallies, "words"), seasons),
        "probability": mean_chart(_column(tallies, "probability"), _column(tallies, "squares"), n, seasons),
        "accepted": share_chart(_column(tallies, "accepted"), n, seasons),
    }
    for category in sorted({category for tally in tallies for category in tally.categories}):
        hits = np.array([tally.categories[category] for tally in tallies], float)
        charts[category] = share_chart(hits, n, seasons)
    return charts


def _standing_out(
    names: list[str], tallies: dict[str, _Tally], charts: dict[str, Chart]
) -> dict[str, tuple[tuple[str, float, float], ...]]:
    """Each month's reasons, the largest change first."""
    by_month: dict[str, tuple[tuple[str, float, float], ...]] = {}
    measures = ("unseen", "probability", "accepted")

    def change(what: str, i: int) -> float:
        return abs(float(charts[what].values[i] - charts[what].usual[i]))

    for i, name in enumerate(names):
        reasons = [measure for measure in measures if charts[measure].out()[i]]
        changed = [
            category
            for category, chart in charts.items()
            if category not in measures and chart.out(CATEGORY_LIMIT)[i] and change(category, i) >= SMALLEST_CHANGE
        ]
        reasons += sorted(changed, key=lambda category: -change(category, i))[:MOST_CHANGES]
        if reasons:
            reasons.sort(key=lambda what: -change(what, i))
            by_month[name] = tuple(
                (what, round(float(charts[what].values[i]), 6), round(float(charts[what].usual[i]), 6))
                for what in reasons
            )
    return by_month


def _whole(tallies: dict[str, _Tally]) -> _Tally:
    whole = _Tally()
    for tally in tallies.values():
        whole.categories.update(tally.categories)
        for name in ("accepted", "probability", "squares", "words", "unseen"):
            setattr(whole, name, getattr(whole, name) + getattr(tally, name))
    return whole


def _column(tallies: list[_Tally], name: str) -> NDArray[np.float64]:
    return np.array([getattr(tally, name) for tally in tallies], np.float64)
