"""Several editors at once: nobody is given what another has, questions go to colleagues, filters in Review."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from classifier.article import Article, Source
from lanmu.service.container import Service
from lanmu.service.store import flags, queue
from tests.service.desk_made import CLINIC, HARVEST, MATCH, made_service, sign_in, take_in
from tests.service.running import running
from tests.service.test_desk_review import on_screen, steps

HTML = {"Accept": "text/html"}
WINTER = Article("w1", "冬小麦查苗", "农技员下到地头查墒情。", column="乡村", source=Source("B2.txt", "", 1))


@pytest.fixture
def service(tmp_path: Path, small_model_folder: Path) -> Service:
    found = made_service(tmp_path / "home", small_model_folder)
    take_in(found, [HARVEST, MATCH, CLINIC, WINTER], review=True)
    return found


@pytest.fixture
def li(service: Service) -> Iterator[TestClient]:
    with running(service, base_url="http://127.0.0.1", headers=HTML) as found:
        yield found


@pytest.fixture
def he(li: TestClient) -> TestClient:
    return TestClient(li.app, "http://127.0.0.1", headers=HTML)


def numbers(client: TestClient, query: str = "") -> list[int]:
    found: dict[str, Any] = client.get(f"/review/queue?{query}").json()
    return list(found["numbers"])


def test_what_one_has_the_other_is_not_given(li: TestClient, he: TestClient, service: Service) -> None:
    csrf = sign_in(li, "李编辑")  # the page that this opens takes the first article
    first = numbers(li)[0]
    sign_in(he, "何主编")
    assert first not in numbers(he)
    assert li.get(f"/review/{first}/card").status_code == 200
    assert he.get(f"/review/{first}/card").status_code == 204
    assert "李编辑 正在看这篇" in he.get(f"/articles/{first}").text
    assert "李编辑 正在看这篇" in he.get(f"/review?start={first}").text
    assert "同时在审：李编辑" in he.get("/review").text
    freed = li.post("/review/leases", json={"free": [first]}, headers={"X-CSRF-Token": csrf})
    assert freed.status_code == 200
    assert first in numbers(he)


def test_a_lease_ends_by_itself_and_by_the_judgement(li: TestClient, he: TestClient, service: Service) -> None:
    csrf = sign_in(li, "李编辑")
    first = numbers(li)[0]
    (outcome,) = steps(li, csrf, {"do": "skip", "number": first, **on_screen(li, first)})
    assert outcome["ok"]
    second = numbers(li)[0]
    on_screen(li, second)
    sign_in(he, "何主编")
    assert second not in numbers(he)
    with service.store.writing() as connection:
        connection.exec_driver_sql(f"UPDATE leases SET until = {time.time() - 1}")
    assert second in numbers(he)
    held = li.post("/review/leases", json={"hold": [second]}, headers={"X-CSRF-Token": csrf}).json()
    assert held == {"lost": []}  # nobody has taken it meanwhile
    assert he.get(f"/review/{second}/card").status_code == 204


def test_a_question_goes_to_the_others_and_ends_with_the_label(
    li: TestClient, he: TestClient, service: Service
) -> None:
    csrf = sign_in(li, "李编辑")
    first = numbers(li)[0]
    asked = {"do": "flag", "number": first, "note": "算体育还是健康？", **on_screen(li, first)}
    (outcome,) = steps(li, csrf, asked)
    assert (outcome["ok"], outcome["message"]) == (True, "已交给同事")
    assert first not in numbers(li)
    assert first in numbers(li, "flagged=yes")
    csrf = sign_in(he, "何主编")
    assert numbers(he, "flagged=yes") == [first]
    card = he.get(f"/review/{first}/card").text
    assert "李编辑 请同事看" in card and "算体育还是健康？" in card
    steps(he, csrf, {"do": "settle", "number": first, "category": "health", **on_screen(he, first)})
    with service.store.reading() as connection:
        assert flags.count(connection) == 0


def test_filters_and_orders_of_review(li: TestClient, service: Service) -> None:
    sign_in(li, "李编辑")
    with service.store.reading() as connection:
        found = {one.article.title: one.number for one in queue.page(connection).articles}
    harvest, winter = found[HARVEST.title], found[WINTER.title]
    assert set(numbers(li, "column=乡村")) == {harvest, winter}
    assert numbers(li, "source=B2.txt") == [winter]
    assert numbers(li, "search=墒情") == [winter]
    assert numbers(li, "order=newest") == sorted(found.values(), reverse=True)
    assert numbers(li, "order=oldest") == sorted(found.values())
    page = li.get("/review?column=乡村&order=newest").text
    assert f'data-number="{winter}"' in page
    assert "<option selected>乡村</option>" in page
