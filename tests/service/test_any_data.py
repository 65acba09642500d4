"""Whatever stands in the store, the pages show it: dates that are none, odd texts, numbers out of range."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import JSON, Float, Integer, update
from starlette.testclient import TestClient

from classifier.article import Article
from lanmu.service.container import Service
from lanmu.service.store import Store, schema
from tests.examples import examples
from tests.service.desk_made import CLINIC, HARVEST, HOSTILE, MATCH, made_service, sign_in, take_in
from tests.service.running import running

HTML = {"Accept": "text/html"}
CHARTS = [f"/charts?span={span}&clock={clock}" for span in ("day", "month") for clock in ("arrived", "printed")]
PAGES = [*CHARTS, "/", "/articles", "/articles/1", "/review", "/review/1/card", "/labels"]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, small_model_folder: Path) -> Service:
    made = made_service(tmp_path_factory.mktemp("any") / "home", small_model_folder)
    take_in(made, [HARVEST, MATCH, CLINIC, HOSTILE], review=True)
    return made


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[TestClient]:
    with running(service, base_url="http://127.0.0.1", headers=HTML) as browser:
        sign_in(browser, "赵读者")
        yield browser


DAYS = st.sampled_from(
    ["", "昨天", "20251210", "2025-12-10", "2025-02-31", "2025-13-01", "2025-12", "0000-00-00", "9999-12-31", "3月2日",
     "-", "１２月", "2025-12-10T08:00:00Z", "10/12/2025", "now", "1"]
)  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(["meetings", "sports", ""])
NUMBERS = st.floats(allow_nan=False) | st.sampled_from([-1.0, 0.0, 0.5, 1.0, 7.0])
LISTS: dict[str, st.SearchStrategy[Any]] = {
    "reporters": st.lists(TEXTS, max_size=3),
    "uncertain": st.lists(TEXTS, max_size=3),
    "secondary": st.lists(TEXTS, max_size=3),
    "reasons": st.lists(TEXTS, max_size=3),
    "ranking": st.lists(st.tuples(TEXTS, NUMBERS), max_size=4),
    "source_box": st.none() | st.lists(NUMBERS, max_size=5),
}
OWN = {"number", "fingerprint", "state", "decision", "arrived", "labelled_at"}
"""What the service alone writes, from a closed set or its own clock."""


def any_value(column: Any) -> st.SearchStrategy[Any]:
    """Anything that a column of this type can hold."""
    if isinstance(column.type, JSON):
        return LISTS[column.name]
    if isinstance(column.type, Float):
        return NUMBERS
    if isinstance(column.type, Integer):
        return st.integers(0, 2**53)
    words = DAYS | TEXTS if column.name in ("date", "day", "printed_day") else TEXTS
    return st.none() | words if column.nullable else words


ROW = st.fixed_dictionaries({c.name: any_value(c) for c in schema.articles.c if c.name not in OWN})


@examples(12, 40, suppress_health_check=list(HealthCheck), derandomize=True)
@given(row=ROW, other=ROW, state=st.sampled_from(["accepted", "review", "settled", "skipped"]))
def test_no_row_breaks_a_page(
    client: TestClient, service: Service, row: dict[str, Any], other: dict[str, Any], state: str
) -> None:
    with service.store.writing() as connection:
        for number, values in ((1, row), (2, other)):
            changed = update(schema.articles).where(schema.articles.c.number == number)
            connection.execute(changed.values({**values, "state": state}))
    for path in PAGES:
        assert client.get(path).status_code in (200, 204), (path, row, other)  # 204: the card is not to be judged


DATES = {
    "20251210": "2025-12-10",
    "2025年12月10日": "2025-12-10",
    "２０２５/１２/10 08:00": "2025-12-10",
    "二〇二五年十二月十日": "2025-12-10",
    "昨天": "昨天",
    "2025-02-31": "2025-02-31",
}
"""Dates as they are given and as they are kept; the last two are no days."""


def test_a_date_becomes_iso_by_whatever_way_it_comes(tmp_path: Path, small_model_folder: Path) -> None:
    service = made_service(tmp_path / "home", small_model_folder)
    token = {"Authorization": f"Bearer {service.settings.token}"}
    sent = [
        {"id": str(number), "title": f"棉花第{number}次开秤", "text": "农户算着亩产和收购价。", "date": date}
        for number, date in enumerate(DATES)
    ]
    table = "id,title,text,date\n" + "".join(
        f"row {one['id']},球赛{one['id']}落幕,球迷挤满看台。,{one['date']}\n" for one in sent
    )
    lines = [
        json.dumps({**one, "id": f"line {one['id']}", "title": f"义诊{one['id']}进村"}, ensure_ascii=False)
        for one in sent
    ]
    with running(service, base_url="http://127.0.0.1", headers=token) as api:
        api.post("/api/v1/articles", json={"articles": sent})
        api.post("/api/v1/articles/file", files={"file": ("稿件.csv", table.encode())})
        api.post("/api/v1/articles/file", files={"file": ("稿件.jsonl", "\n".join(lines).encode())})
        listed = {one["id"]: one["date"] for one in api.get("/api/v1/articles?limit=50").json()["articles"]}
        for one in sent:
            kept = DATES[one["date"]]
            assert [listed.pop(f"{way}{one['id']}") for way in ("", "row ", "line ")] == [kept] * 3, one
            assert api.post("/api/v1/tag", json=one).json()["date"] == kept
        assert not listed
        page = api.get("/charts?clock=printed&span=month", headers=HTML).text
        assert "2025年12月" in page and "另有 6 篇没有见报日期" in page


def test_an_older_database_learns_its_dates(tmp_path: Path, small_model_folder: Path) -> None:
    """Rows that an earlier version kept as they were given are put right at the next start."""
    service = made_service(tmp_path / "home", small_model_folder)
    take_in(service, [HARVEST, MATCH, Article("a9", "昨天的事", "没有日期的一篇。")])
    path = service.settings.database
    service.store.close()
    with sqlite3.connect(path) as old:
        old.execute("ALTER TABLE articles DROP COLUMN printed_day")
        old.execute("UPDATE articles SET date = '20251210' WHERE number = 1")
        old.execute("UPDATE articles SET date = '昨天' WHERE number = 2")
        old.execute("PRAGMA user_version = 2")
    store = Store(path)
    with store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT date, printed_day FROM articles ORDER BY number").all()
    assert [tuple(row) for row in rows] == [("2025-12-10", "2025-12-10"), ("昨天", ""), ("", "")]
    store.close()
