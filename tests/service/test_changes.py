"""The loop closes: what people decide goes back to programs, by webhook, by file and for the asking."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lanmu.service.settings import Settings
from lanmu.service.store import Store, change_log
from tests.service.articles import CLINIC, DOUBTFUL, HARVEST, MATCH
from tests.service.conftest import App, Made
from tests.service.receiver import Receiver
from tests.service.test_inbox import plain, put
from tests.service.test_inbox_webhook import outbox, with_webhook
from tests.waiting import eventually
from training.labels.file import Label, append_labels, read_labels

Receiving = Callable[..., Receiver]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    started = Receiver()
    yield started
    started.stop()


@pytest.fixture
def told(make_app: Made, settings: Settings, receiver: Receiver) -> App:
    """A service whose webhook is told of each label after a tenth of a second."""
    return make_app(with_webhook(settings, receiver, webhook_label_seconds=0.1))


def put_in(app: App, *articles: dict[str, str]) -> list[int]:
    answer = app.api.post("/api/v1/articles", json={"articles": list(articles)})
    return [one["number"] for one in answer.json()["articles"]]


def label(app: App, number: int, category: str) -> None:
    assert app.api.put(f"/api/v1/articles/{number}/label", json={"category": category}).status_code == 200


def since(app: App, number: int = 0, limit: int = 100) -> dict[str, Any]:
    answer: dict[str, Any] = app.api.get("/api/v1/changes", params={"since": number, "limit": limit}).json()
    return answer


def test_each_step_is_told_in_order_and_from_a_number_on(app: App) -> None:
    harvest, match = put_in(app, HARVEST, MATCH)
    assert since(app) == {"changes": [], "next": 0, "more": False, "pruned": 0}
    label(app, harvest, "agriculture")
    label(app, harvest, "体育")
    app.api.post("/api/v1/undo")
    app.api.post(f"/api/v1/articles/{match}/skip", json={})
    told = since(app, limit=3)
    assert (len(told["changes"]), told["more"]) == (3, True)
    told["changes"] += since(app, told["next"])["changes"]
    assert [
        (one["type"], one["data"]["id"], one["data"]["action"], one["data"]["category"], one["data"]["label"])
        for one in told["changes"]
    ] == [
        ("article.labelled", "a1", "accept", "agriculture", "agriculture"),
        ("article.labelled", "a1", "choose", "sports", "sports"),
        ("article.labelled", "a1", "undo", "agriculture", "agriculture"),
        ("article.labelled", "a2", "skip", "sports", None),
    ]
    assert told["changes"][1]["data"]["category_name"] == "体育"
    assert [one["data"]["by"] for one in told["changes"]] == ["token"] * 4
    last = told["changes"][-1]["number"]
    assert since(app, last) == {"changes": [], "next": last, "more": False, "pruned": 0}
    assert app.api.get("/api/v1/changes", params={"since": last + 1}).status_code == 409


def test_the_receiver_gets_the_labels_that_stand(told: App, receiver: Receiver) -> None:
    harvest, match, clinic = put_in(told, HARVEST, MATCH, CLINIC)
    label(told, harvest, "sports")
    label(told, harvest, "health")
    label(told, match, "sports")
    label(told, clinic, "sports")
    told.api.post("/api/v1/undo")
    eventually(lambda: outbox(told)["waiting"] == 0 and len(receiver.taken) >= 3)
    final = {}
    for post in receiver.taken:
        assert post.event["type"] == "article.labelled"
        final[post.event["data"]["id"]] = post.event["data"]["label"]
    assert final == {"a1": "health", "a2": "sports", "a3": None}
    assert len({post.id for post in receiver.taken}) == len(receiver.taken)


def test_a_label_that_is_corrected_while_the_receiver_is_down_is_not_sent(
    make_app: Made, settings: Settings, receiver: Receiver
) -> None:
    """Once it is back it ends with the last label, whatever failed before."""
    down = True
    receiver.answer = lambda headers, body: 503 if down else 204
    app = make_app(with_webhook(settings, receiver, webhook_label_seconds=0.01, webhook_retry_seconds=0.05))
    (number,) = put_in(app, DOUBTFUL)
    label(app, number, "sports")
    eventually(lambda: receiver.posts)
    label(app, number, "health")
    label(app, number, "agriculture")
    down = False
    eventually(lambda: outbox(app)["waiting"] == 0)
    taken = [post.event["data"]["label"] for post in receiver.taken]
    assert taken[-1] == "agriculture" and "sports" not in taken


def test_tags_of_the_folder_come_before_labels_and_both_stand_in_the_days_file(
    told: App, receiver: Receiver, home: Path
) -> None:
    put(home / "inbox", "棉花.txt", plain(HARVEST))
    eventually(lambda: told.service.inbox is not None and told.service.inbox.state.done == 1)
    number = told.api.get("/api/v1/articles").json()["articles"][0]["number"]
    label(told, number, "sports")
    eventually(lambda: len(receiver.taken) == 2)
    assert [post.event["type"] for post in receiver.taken] == ["article.tagged", "article.labelled"]
    told.service.outgoing.results.flush()
    (file,) = (home / "results").glob("*.jsonl")
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [(line.get("event"), line["number"], line["category"]) for line in lines] == [
        (None, number, "agriculture"),
        ("article.labelled", number, "sports"),
    ]
    assert [one["type"] for one in since(told)["changes"]] == ["article.tagged", "article.labelled"]


def test_without_a_watched_folder_labels_go_out_too(make_app: Made, settings: Settings, receiver: Receiver) -> None:
    app = make_app(replace(with_webhook(settings, receiver, webhook_label_seconds=0.01), watch=None))
    (number,) = put_in(app, HARVEST)
    label(app, number, "sports")
    eventually(lambda: [post.event["data"]["label"] for post in receiver.taken] == ["sports"])


def test_what_a_new_model_says_is_told_where_it_changes_something(app: App) -> None:
    harvest, match = put_in(app, HARVEST, MATCH)
    with app.service.store.writing() as connection:  # as if an older model had not been sure
        connection.exec_driver_sql("UPDATE articles SET state = 'review', model = 'older', decision = 'review'")
    assert app.service.intake.judge_again() == (2, 2)
    told = [one["data"] for one in since(app)["changes"]]
    assert {one["number"]: (one["action"], one["by"], one["decision"]) for one in told} == dict.fromkeys(
        (harvest, match), ("rejudge", "small", "accepted")
    )


def test_a_label_keeps_the_articles_own_id(app: App) -> None:
    own = {**HARVEST, "id": "20251216-01"}
    same_id = {**MATCH, "id": "20251216-01"}
    imported = {**CLINIC, "id": "earlier-1"}  # another article of labels.csv has this id
    nameless = {**DOUBTFUL, "id": ""}
    path = app.service.settings.labels
    numbers = put_in(app, own, same_id, imported, nameless)
    for number in numbers:
        label(app, number, "health")
    app.service.writer.flush()
    ids = {one.title: one.id for one in read_labels(path).labels}
    assert ids[HARVEST["title"]] == "20251216-01"
    assert ids[MATCH["title"]].startswith("20251216-01~")
    assert ids[CLINIC["title"]].startswith("earlier-1~") and ids["拔河赛开赛"] == "earlier-1"
    assert ids[DOUBTFUL["title"]].startswith("desk-")
    for number in numbers:
        label(app, number, "sports")
    app.service.writer.flush()
    assert {one.title: one.id for one in read_labels(path).labels} == ids
    append_labels(path, [Label("later", "sports", "import", "2026-01-05", "长跑开赛", "八支队伍长跑。")])
    for _ in range(8):
        app.api.post("/api/v1/undo")
    app.service.writer.flush()
    assert [one.id for one in read_labels(path).labels] == ["earlier-1", "later"]


def test_an_older_database_keeps_its_results_and_what_waits(app: App, tmp_path: Path) -> None:
    """A database of before labels went out: results and deliveries are carried over with their numbers."""
    numbers = put_in(app, HARVEST, MATCH)
    label(app, numbers[0], "sports")
    app.service.writer.flush()
    path = tmp_path / "old.sqlite"
    with sqlite3.connect(path) as old, sqlite3.connect(app.service.settings.database) as now:
        now.backup(old)
    with sqlite3.connect(path) as old:
        old.executescript("""
            DROP TABLE deliveries; DROP TABLE changes; DROP INDEX labels_by_id; ALTER TABLE labels DROP COLUMN id;
            CREATE TABLE results (number INTEGER PRIMARY KEY AUTOINCREMENT, article INTEGER NOT NULL UNIQUE
                REFERENCES articles(number), at FLOAT NOT NULL, day VARCHAR NOT NULL, record TEXT NOT NULL,
                written INTEGER NOT NULL);
            CREATE TABLE deliveries (result INTEGER PRIMARY KEY REFERENCES results(number), state VARCHAR NOT NULL,
                tries INTEGER NOT NULL, due FLOAT NOT NULL, outage INTEGER NOT NULL, error TEXT NOT NULL);
            INSERT INTO results VALUES (7, 2, 1.0, '2026-03-02', '{"number": 2}', 1);
            INSERT INTO deliveries VALUES (7, 'waiting', 3, 1.0, 0, 'answered 500');
            PRAGMA user_version = 4;
        """)
    store = Store(path)
    with store.reading() as connection:
        (one,) = change_log.since(connection, 0)
        (due,) = change_log.due_deliveries(connection, 10)
        line = connection.exec_driver_sql("SELECT id FROM labels").scalar_one()
    assert (one.number, one.kind, one.record, due.change, due.tries) == (7, "article.tagged", '{"number": 2}', 7, 3)
    assert line.startswith("desk-")
    store.close()


def test_old_changes_go_and_a_reader_too_far_behind_is_told(told: App, receiver: Receiver, home: Path) -> None:
    put(home / "inbox", "一版.txt", plain(HARVEST))
    eventually(lambda: len(since(told)["changes"]) == 1)
    number = since(told)["changes"][0]["data"]["number"]
    label(told, number, "sports")
    label(told, number, "agriculture")
    eventually(lambda: outbox(told)["waiting"] == 0 and told.service.outgoing.idle)
    assert told.service.mending.prune_changes(0) == 3
    label(told, number, "sports")
    assert [one["data"]["category"] for one in since(told)["changes"]] == ["sports"]
    assert (since(told)["pruned"], since(told, 3)["next"]) == (3, 4)
    behind = told.api.get("/api/v1/changes", params={"since": 2})
    assert (behind.status_code, behind.json()["code"]) == (410, "changes.pruned")
    assert "since=3" in behind.json()["detail"]
    put(home / "inbox", "二版.txt", plain(HARVEST))  # what has been told is told once, though its record is gone
    put(home / "inbox", "三版.txt", plain(MATCH))
    eventually(lambda: len(since(told)["changes"]) == 2)
    assert since(told)["changes"][-1]["data"]["title"] == MATCH["title"]
