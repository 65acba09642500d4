"""The store: articles once each, settled, taken back, and on their way to labels.csv."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.article import Article
from classifier.model.topic_model import TopicModel
from lanmu.service.label_writer import LabelWriter
from lanmu.service.store import Store, deeds, labelling, queue
from lanmu.service.store.labelling import Card
from lanmu.service.store.queue import ArticleFilter
from tests.waiting import eventually
from training.labels.file import labels_csv, read_labels

HARVEST = Article("a1", "棉花进入采收期", "村里的棉田白成一片,合作社的采棉机昼夜不停,农户算着今年亩产和收购价。")
MATCH = Article("a2", "县篮球联赛落幕", "决赛打满四节,球队靠一记三分夺得冠军,球迷把体育馆挤得水泄不通。")
CLINIC = Article("a3", "专家义诊进山村", "医生给老人量血压、测血糖、开药方,义诊队还送药上门。")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "lanmu.sqlite")


@pytest.fixture
def numbers(store: Store, small_model_folder: Path) -> list[int]:
    model = TopicModel.load(small_model_folder, engine="python")
    with store.writing() as connection:
        added = queue.add(connection, model.tag([HARVEST, MATCH, CLINIC]), origin="api", model="small")
    return [one.number for one in added]


def test_the_same_content_is_queued_once(store: Store, numbers: list[int], small_model_folder: Path) -> None:
    model = TopicModel.load(small_model_folder, engine="python")
    again = Article("another-id", HARVEST.title, HARVEST.text)
    with store.writing() as connection:
        added = queue.add(connection, model.tag([again]), origin="inbox", model="small")
    assert [(one.number, one.new) for one in added] == [(numbers[0], False)]
    with store.reading() as connection:
        page = queue.page(connection)
    assert page.total == 3
    assert page.articles[-1].article == HARVEST


def test_search_and_filter(store: Store, numbers: list[int]) -> None:
    with store.reading() as connection:
        assert [a.number for a in queue.page(connection, ArticleFilter(search="采棉机 亩产")).articles] == [numbers[0]]
        assert queue.page(connection, ArticleFilter(search="100%_")).total == 0
        assert queue.page(connection, ArticleFilter(category="sports")).articles[0].number == numbers[1]
        assert queue.page(connection, ArticleFilter(last_day="2020-01-01")).total == 0


def test_settling_undoing_and_the_labels_file(store: Store, numbers: list[int], tmp_path: Path) -> None:
    writer = LabelWriter(store, tmp_path / "labels.csv")
    with store.writing() as connection:
        first = labelling.label(connection, Card(numbers[0], 0), "agriculture", "李编辑")
        second = labelling.label(connection, Card(numbers[1]), "health", "王编辑")
        labelling.label(connection, Card(numbers[2]), None, "王编辑")
    assert (first.action, second.action) == ("accept", "choose")
    assert writer.flush() == 2
    assert writer.flush() == 0
    labels = {label.title: label.category for label in read_labels(tmp_path / "labels.csv").labels}
    assert labels == {HARVEST.title: "agriculture", MATCH.title: "health"}
    with store.writing() as connection:
        with pytest.raises(labelling.LabelledMeanwhile, match="李编辑"):
            labelling.label(connection, Card(numbers[0], 0), "sports", "王编辑")
        assert [s.action for s in labelling.undo(connection, "王编辑")] == ["skip"]
        assert [s.article for s in labelling.undo(connection, "王编辑")] == [numbers[1]]
        assert labelling.undo(connection, "王编辑") == []
    writer.flush()
    assert [label.title for label in read_labels(tmp_path / "labels.csv").labels] == [HARVEST.title]


def test_a_bulk_accept_is_one_step_back(store: Store, numbers: list[int]) -> None:
    with store.writing() as connection:
        labelling.label(connection, Card(numbers[0]), "health", "李编辑")
        done = labelling.label_many(connection, ((number, None) for number in numbers), "王编辑")
        assert [s.article for s in done] == numbers[1:]
        assert len(labelling.undo(connection, "王编辑")) == 2
        states = [queue.get(connection, number) for number in numbers]
    assert [a.label if a else None for a in states] == ["health", None, None]
    with store.reading() as connection:
        today = deeds.progress(connection, states[0].day if states[0] else "")
    assert today.people == {"李编辑": 1}
    assert today.arrived == 3


def test_what_another_changed_since_is_not_taken_back(store: Store, numbers: list[int]) -> None:
    with store.writing() as connection:
        labelling.label(connection, Card(numbers[0]), "health", "李编辑")
        labelling.label(connection, Card(numbers[0]), "sports", "王编辑")
        assert labelling.undo(connection, "李编辑") == []
        article = queue.get(connection, numbers[0])
    assert article is not None and article.label == "sports"


def settled(store: Store, numbers: list[int]) -> None:
    with store.writing() as connection:
        for number, category in zip(numbers, ("agriculture", "sports", "health"), strict=True):
            labelling.label(connection, Card(number), category, "李编辑")


def titles_in(path: Path) -> set[str]:
    return {label.title for label in read_labels(path).labels}


def test_a_labels_file_that_is_gone_is_written_again(store: Store, numbers: list[int], tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    settled(store, numbers)
    assert LabelWriter(store, path).flush() == 3
    for lost in (path.unlink, lambda: path.write_bytes(b"")):
        lost()
        assert LabelWriter(store, path).flush() == 3, "at the next start"
        assert titles_in(path) == {HARVEST.title, MATCH.title, CLINIC.title}
    writer = LabelWriter(store, path)
    writer.flush()
    path.unlink()
    with store.writing() as connection:
        labelling.label(connection, Card(numbers[0]), "health", "王编辑")
    writer.flush()
    assert titles_in(path) == {HARVEST.title, MATCH.title, CLINIC.title}, "while the service runs"


@pytest.mark.parametrize("times_kept", [True, False])
def test_an_older_labels_file_is_brought_up_to_date(
    store: Store, numbers: list[int], tmp_path: Path, times_kept: bool
) -> None:
    path, older = tmp_path / "labels.csv", tmp_path / "older.csv"
    with store.writing() as connection:
        labelling.label(connection, Card(numbers[0]), "health", "李编辑")
    LabelWriter(store, path).flush()
    (shutil.copy2 if times_kept else shutil.copy)(path, older)
    settled(store, numbers)
    LabelWriter(store, path).flush()
    (shutil.copy2 if times_kept else shutil.copy)(older, path)
    LabelWriter(store, path).flush()
    labels = {label.title: label.category for label in read_labels(path).labels}
    assert labels == {HARVEST.title: "agriculture", MATCH.title: "sports", CLINIC.title: "health"}


def test_what_a_person_mends_in_the_labels_file_stays(store: Store, numbers: list[int], tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    settled(store, numbers)
    LabelWriter(store, path).flush()
    mended = [label for label in read_labels(path).labels if label.title != CLINIC.title]
    path.write_bytes(labels_csv([replace(label, category="health") for label in mended]))
    LabelWriter(store, path).flush()
    assert {label.title: label.category for label in read_labels(path).labels} == {
        HARVEST.title: "health", MATCH.title: "health",
    }  # fmt: skip


def test_a_label_that_no_file_holds_does_not_keep_the_others_back(
    store: Store, small_model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.labels.checks.MAX_FIELD_CHARACTERS", 10_000)
    model = TopicModel.load(small_model_folder, engine="python")
    endless = Article("a9", "长稿", "县" * 10_001)
    odd = [Article(name, f"题{i}", f"第{i}场比赛。") for i, name in enumerate(("\x00", "9" * 500, "2.02E+13", " b "))]
    tagged = model.tag([HARVEST, *odd])
    with store.writing() as connection:
        added = queue.add(connection, [replace(tagged[0], article=endless), *tagged], origin="api", model="small")
        for one in added:
            labelling.label(connection, Card(one.number), "sports", "李编辑")
    path = tmp_path / "labels.csv"
    writer = LabelWriter(store, path)
    writer.start()
    eventually(lambda: writer.problem)
    writer.stop()
    assert "1 labels cannot be written" in str(writer.problem) and "text of more than" in str(writer.problem)
    table = read_labels(path)
    assert not table.findings
    assert {label.title for label in table.labels} == {HARVEST.title, "题0", "题1", "题2", "题3"}
