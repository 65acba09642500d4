"""The pieces a run is made of: lines of JSON, steps that run ahead, counts that add up, progress that is said."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.article import Article, Source
from classifier.model.topic_model import TopicModel
from lanmu.archive.ahead import ahead
from lanmu.archive.parts import ParquetPart, json_lines
from lanmu.archive.progress import Progress, tell_time
from lanmu.archive.reports import Report
from lanmu.archive.rows import SCHEMA, Batch, RowMaker
from tests.archive.made import articles
from tests.examples import examples

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@pytest.fixture(scope="module")
def model(small_model_folder: Path) -> TopicModel:
    return TopicModel.load(small_model_folder)


@examples(20, 60)
@given(st.lists(st.tuples(TEXT, TEXT, TEXT, TEXT, st.lists(TEXT, max_size=2)), min_size=1, max_size=4), st.booleans())
def test_json_lines_are_those_of_json_dumps(
    model: TopicModel, given: list[tuple[str, str, str, str, list[str]]], large: bool
) -> None:
    read = [
        Article(
            i, title, "棉田开镰,收购价看涨。", column, byline=byline, uncertain=tuple(notes), source=Source(i, title, 7)
        )
        for i, title, column, byline, notes in given
    ]
    batch = Batch.of_articles(read)
    maker = RowMaker(model)
    rows = maker.rows(batch, maker.decide(batch))
    lines = json_lines(rows).decode().split("\n")
    assert lines.pop() == ""
    expected = []
    for tagged in model.tag(read):
        record = tagged.record()
        for entry in (record, *record["ranking"]):
            entry["probability"] = pytest.approx(entry["probability"], abs=2e-6)
        expected.append(record)
    assert [json.loads(line) for line in lines] == expected
    for line, row in zip(lines, rows.to_pylist(), strict=True):
        for name in ("id", "title", "path"):
            assert json.dumps(row[name], ensure_ascii=False) in line


def test_steps_ahead_keep_order_and_wait_for_who_takes() -> None:
    made: list[int] = []

    def numbers() -> Iterator[int]:
        for i in range(100):
            made.append(i)
            yield i

    with ahead(numbers(), depth=1) as items:
        for i, item in enumerate(items):
            assert i == item
            assert len(made) <= i + 4
    assert len(made) == 100


def test_an_error_ahead_is_raised_where_the_item_was_due() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise ValueError("断了")

    with ahead(broken()) as items, pytest.raises(ValueError, match="断了"):
        for item in items:
            assert item == 1


def test_who_stops_taking_stops_the_making() -> None:
    closed = threading.Event()

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.set()

    before = threading.active_count()
    with pytest.raises(KeyError), ahead(endless()) as items, ahead(x for x in items) as more:
        next(more)
        raise KeyError
    assert closed.wait(5)
    assert threading.active_count() == before


def test_reports_of_halves_add_up_to_that_of_the_whole(model: TopicModel) -> None:
    read = [
        Article(a["id"], a["title"], a["text"], date=a["date"] if i % 3 else "") for i, a in enumerate(articles(90))
    ]
    maker = RowMaker(model)

    def report(part: list[Article]) -> Report:
        counted = Report()
        batch = Batch.of_articles(part)
        counted.count(batch, maker.decide(batch), model.taxonomy.ids)
        return Report.from_content(counted.content())

    total = Report()
    for part in (read[:37], read[37:38], read[38:]):
        total.add(report(part))
    assert total.content() == report(read).content()
    assert total.articles == 90 and total.months[""].sum() == 30
    assert sum(total.accepted_bins) + sum(total.review_bins) == 90


def test_progress_without_a_terminal_is_a_line_of_json() -> None:
    stream = io.StringIO()
    with Progress(200, 4, 100, 2, stream=stream) as progress:
        progress.advance(50)
        progress.shard_done(60, 3)
    record: dict[str, Any] = json.loads(stream.getvalue())
    assert (record["share_done"], record["shards_done"], record["shards"]) == (0.8, 3, 4)
    assert (record["articles"], record["refused"]) == (50, 3)
    assert record["seconds_left"] is not None


def test_progress_on_a_terminal_is_a_bar() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    with Progress(200, 4, stream=stream) as progress:
        progress.advance(1_234)
        progress.shard_done(50, 2)
        progress.say("保重")
    assert "1,234 articles" in stream.getvalue() and "25 %" in stream.getvalue()
    assert "2 refused" in stream.getvalue() and "保重" in stream.getvalue()


def test_a_run_of_one_shard_shows_how_far_it_is() -> None:
    progress = Progress(1_000, 1, stream=io.StringIO())
    progress.advance(10, 400)
    assert progress.share == 0.4
    progress.advance(10, 900)  # more text than was planned: it is not done before it is
    assert progress.share == 0.99
    progress.shard_done(1_000, 0)
    assert progress.share == 1.0


def test_time_left_in_words() -> None:
    times = [tell_time(seconds) for seconds in (7, 89, 600, 20_000)]
    assert [time.text("en") for time in times] == ["7 s", "89 s", "10 min", "5 h 33 min"]
    assert [time.text("zh") for time in times] == ["7 秒", "89 秒", "10 分钟", "5 小时 33 分钟"]


def test_a_part_has_plain_strings_and_equal_probabilities_in_the_taxonomys_order(model: TopicModel) -> None:
    batch = Batch.of_articles([Article(a["id"], a["title"], a["text"], date=a["date"]) for a in articles(40)])
    maker = RowMaker(model)
    decisions = maker.decide(batch)
    decisions.probabilities[::3] = 1 / len(model.taxonomy)
    rows = maker.rows(batch, decisions)
    file = io.BytesIO()
    part = ParquetPart(file)
    part.write(rows)
    part.write(rows)
    part.close()
    read = pq.read_table(io.BytesIO(file.getvalue()))
    assert read.schema.equals(SCHEMA)
    assert read.to_pylist() == 2 * rows.to_pylist()
    for i, row in enumerate(read.to_pylist()[:40]):
        expected = sorted(zip(model.taxonomy.ids, decisions.probabilities[i], strict=True), key=lambda pair: -pair[1])
        assert [entry["category"] for entry in row["ranking"]] == [category for category, _ in expected]
        assert row["category"] == expected[0][0] and row["category_name"] == model.taxonomy[expected[0][0]].name


def test_rows_of_an_empty_batch() -> None:
    assert json_lines(pa.RecordBatch.from_pylist([], schema=SCHEMA)) == b""
