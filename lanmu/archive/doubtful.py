"""The doubtful articles of a scored archive, the closest calls first, with their texts read again from the sources."""

from __future__ import annotations

import csv
import heapq
import io
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from classifier.article import Article, TaggedArticle
from classifier.errors import InputRefused, LanmuError
from classifier.messages import say
from classifier.model.topic_model import TopicModel
from classifier.reading.dates import normal_date
from classifier.reading.file_names import show_name
from classifier.reading.reading_options import ReadingRun
from classifier.reading.tables.chunk import ArticleChunk
from classifier.spreadsheets import undo_defuse
from lanmu.archive.folder import RunFolder, Target
from lanmu.archive.locations import is_url
from lanmu.archive.plan import Plan, part_name, read_plan, read_shards
from lanmu.archive.scoring import read_piece

if TYPE_CHECKING:
    from classifier.reading.documents.clean_files import FileChunk

Place = tuple[str, str, int]
"""Path, member and position: where an article was read."""
_ROWS = 8_192


@dataclass(frozen=True, slots=True)
class DoubtfulRow:
    """What a run says of an article that it sent to review; its text is in the source."""

    place: Place
    id: str
    title: str
    category: str
    category_name: str
    probability: float
    ranking: tuple[tuple[str, float], ...]
    secondary: tuple[str, ...]
    reasons: tuple[str, ...]

    @property
    def runner_up(self) -> str:
        return self.ranking[1][0] if len(self.ranking) > 1 else ""

    @property
    def margin(self) -> float:
        return self.probability - (self.ranking[1][1] if len(self.ranking) > 1 else 0.0)


def read_finished_plan(target: Target) -> Plan:
    """The plan of a run that is done; LanmuError where there is no run, or it is not done."""
    plan = read_plan(target.folder)
    if plan is None:
        raise LanmuError(say("review.no_run", out=target.output))
    if target.folder.read("summary.json") is None:
        raise LanmuError(say("review.not_done", out=target.output))
    return plan


def choose_doubtful(target: Target, plan: Plan, most: int) -> list[DoubtfulRow]:
    """The articles in review that are most useful to label, at most ``most`` of them, the best first.

    As on the desk: the pairs of best category and runner-up take turns, each with its closest call
    first; so the same run always gives the same articles.
    """
    closest: dict[tuple[str, str], list[tuple[float, int, DoubtfulRow]]] = {}
    for count, row in enumerate(_read_rows(target, plan)):
        pair = closest.setdefault((row.category, row.runner_up), [])
        entry = (-row.margin, -count, row)
        if len(pair) < most:
            heapq.heappush(pair, entry)
        else:
            heapq.heappushpop(pair, entry)
    turns = [
        (turn, -margin, -count, row)
        for pair in closest.values()
        for turn, (margin, count, row) in enumerate(sorted(pair, reverse=True))
    ]
    return [row for *_, row in heapq.nsmallest(most, turns)]


def read_texts(plan: Plan, target: Target, rows: Iterable[DoubtfulRow], model: TopicModel) -> Iterator[TaggedArticle]:
    """The rows as tagged articles, in the order in which they are found in the sources.

    Only the files that are wanted are read.  What is no longer there as it was (a file moved or
    changed since) is left out.  ``model`` finds where one story of a page ends, as in the run.
    """
    wanted = {row.place: row for row in rows}
    reading = replace(plan.task.reading, printed_lines=True)
    run = ReadingRun(reading, _pass_over, _pass_over, model.probabilities)
    paths = {path for path, _, _ in wanted}
    for shard in read_shards(target.folder):
        for piece in shard.pieces:
            if not wanted:
                return
            if show_name(piece.path) not in paths:
                continue
            try:
                for read in read_piece(piece, plan.base, run):
                    yield from _find_wanted(read, wanted)
            except InputRefused:
                continue


def _find_wanted(
    read: ArticleChunk | FileChunk | list[Article], wanted: dict[Place, DoubtfulRow]
) -> Iterator[TaggedArticle]:
    if isinstance(read, ArticleChunk):
        positions = read.positions.to_pylist()
        if not any((read.path, read.member, position) in wanted for position in positions):
            return
    for article in read if isinstance(read, list) else read.articles():
        source = article.source
        row = wanted.get((source.path, source.member, source.position))
        if row is not None and (row.id, row.title) == (article.id, article.title):
            del wanted[row.place]
            yield TaggedArticle(
                article=replace(article, date=normal_date(article.date)),
                category=row.category,
                category_name=row.category_name,
                probability=row.probability,
                decision="review",
                ranking=row.ranking,
                secondary=row.secondary,
                reasons=row.reasons,
            )


def _pass_over(_: object) -> None:
    """What the run has refused or passed over is in its own report."""


def _read_rows(target: Target, plan: Plan) -> Iterator[DoubtfulRow]:
    task = plan.task
    if target.form == "sqlite":
        yield from _read_sqlite(Path(target.file))
        return
    names = [target.file] if target.file else [part_name(i, task.part_format) for i in range(plan.shards)]
    for name in names:
        if target.form == "parquet":
            yield from _read_parquet(target, name)
        else:
            yield from _read_lines(target, name)


def _read_parquet(target: Target, name: str) -> Iterator[DoubtfulRow]:
    with _open(target, name) as file:
        for batch in pq.ParquetFile(file).iter_batches(_ROWS):
            yield from map(_parse_row, batch.filter(pc.equal(batch.column("decision"), "review")).to_pylist())


def _read_lines(target: Target, name: str) -> Iterator[DoubtfulRow]:
    with _open(target, name) as file, io.TextIOWrapper(file, "utf-8-sig", newline="") as text:
        is_csv = target.form == "csv"
        records: Iterable[Mapping[str, Any]] = (
            map(_parse_csv, csv.DictReader(text)) if is_csv else map(json.loads, text)
        )
        for record in records:
            if record["decision"] == "review":
                yield _parse_row(record)


def _read_sqlite(path: Path) -> Iterator[DoubtfulRow]:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            for row in database.execute("SELECT * FROM articles WHERE decision = 'review'"):
                lists = {name: json.loads(row[name] or "[]") for name in ("ranking", "secondary", "reasons")}
                yield _parse_row({**dict(row), **lists})
    except sqlite3.Error as error:
        raise LanmuError(say("score.unreadable", file=str(path), error=str(error))) from error


def _open(target: Target, name: str) -> Any:
    """A part of the run's folder, or the single file that the run was put together to."""
    if not target.file:
        return target.folder.opened(name)
    if not is_url(name):
        return Path(name).open("rb")
    parent, _, last = name.rpartition("/")
    return RunFolder(parent).opened(last)


def _parse_row(record: Mapping[str, Any]) -> DoubtfulRow:
    """A row of any form; JSON Lines have the source in one object."""
    source = record.get("source") or record
    ranking = record.get("ranking") or []
    probability = round(float(record["probability"]), 6)
    return DoubtfulRow(
        place=(str(source["path"]), str(source["member"] or ""), int(source["position"])),
        id=str(record["id"]),
        title=str(record["title"]),
        category=str(record["category"]),
        category_name=str(record["category_name"]),
        probability=probability,
        ranking=tuple((str(one["category"]), round(float(one["probability"]), 6)) for one in ranking)
        or ((str(record["category"]), probability),),
        secondary=tuple(record.get("secondary") or ()),
        reasons=tuple(record.get("reasons") or ()),
    )


def _parse_csv(record: Mapping[str, str]) -> dict[str, Any]:
    """A line of CSV as it was before it was made for spreadsheets; it has no ranking."""
    plain: dict[str, Any] = {name: undo_defuse(value) for name, value in record.items()}
    return plain | {"secondary": plain["secondary"].split(), "reasons": plain["reasons"].replace(";", " ").split()}
