"""Several editors at once: nobody is given what another has, questions go to colleagues, filters in Review."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sklearn.metrics import cohen_kappa_score
from starlette.testclient import TestClient

from classifier.article import Article, Source
from lanmu.service.container import Service
from lanmu.service.store import colleagues, queue
from lanmu.service.store.labelling import Card
from lanmu.service.store.second_reading import kappa
from tests.service.desk_made import CLINIC, HARVEST, MATCH, made_service, sign_in, take_in
from tests.service.running import running
from tests.service.test_desk_review import on_screen, steps

HTML = {"Accept": "text/html"}
WINTER = Article("w1", "冬小麦查苗", "农技员下到地头查墒情。", column="乡村", source=Source("B2.txt", "", 1))


@pytest.fixture
def service(tmp_path: Path, small_model_folder: Path) -> Service:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.toml").write_text("[limits]\nsecond_reading_share = 1.0\n", "utf-8")
    made = made_service(tmp_path / "home", small_model_folder)
    take_in(made, [HARVEST, MATCH, CLINIC, WINTER], review=True)
    return made


@pytest.fixture
def li(service: Service) -> Iterator[TestClient]:
    with running(service, base_url="http://127.0.0.1", headers=HTML) as browser:
        yield browser


@pytest.fixture
def he(li: TestClient) -> TestClient:
    return TestClient(li.app, "http://127.0.0.1", headers=HTML)


def numbers(client: TestClient, query: str = "") -> list[int]:
    answer: dict[str, Any] = client.get(f"/review/queue?{query}").json()
    return list(answer["numbers"])


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


def test_what_is_taken_back_is_with_its_labeller_though_a_colleague_asked_for_it(
    li: TestClient, he: TestClient, service: Service
) -> None:
    csrf = sign_in(li, "李编辑")
    first = numbers(li)[0]
    judged = {"do": "settle", "number": first, "category": "health", **on_screen(li, first)}
    (outcome,) = steps(li, csrf, judged)
    assert outcome["ok"]
    sign_in(he, "何主编")
    assert he.get(f"/review/{first}/card").status_code == 204  # held ready too late: it has been labelled
    (outcome,) = steps(li, csrf, {"do": "undo"})
    assert outcome["articles"] == [first]
    assert he.get(f"/review/{first}/card").status_code == 204
    assert li.get(f"/review/{first}/card").status_code == 200


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
        assert colleagues.count_questions(connection) == 0


def test_filters_and_orders_of_review(li: TestClient, service: Service) -> None:
    sign_in(li, "李编辑")
    with service.store.reading() as connection:
        by_title = {one.article.title: one.number for one in queue.page(connection).articles}
    harvest, winter = by_title[HARVEST.title], by_title[WINTER.title]
    assert set(numbers(li, "column=乡村")) == {harvest, winter}
    assert numbers(li, "source=B2.txt") == [winter]
    assert numbers(li, "search=墒情") == [winter]
    assert numbers(li, "order=newest") == sorted(by_title.values(), reverse=True)
    assert numbers(li, "order=oldest") == sorted(by_title.values())
    page = li.get("/review?column=乡村&order=newest").text
    assert f'data-number="{winter}"' in page
    assert "<option selected>乡村</option>" in page


def test_an_empty_queue_says_of_what_it_is_empty(li: TestClient) -> None:
    sign_in(li, "李编辑")
    assert "没有符合筛选条件的待审稿件" in li.get("/review?search=查无此文").text
    assert "现在没有要复核的稿件" in li.get("/review?reading=second").text


def test_a_share_of_the_labels_is_read_again_by_another_who_does_not_see_them(
    li: TestClient, he: TestClient, service: Service
) -> None:
    for number, category in ((1, "agriculture"), (2, "sports"), (3, "health")):
        service.review.label(Card(number), category, "李编辑")
    sign_in(li, "李编辑")
    assert numbers(li, "reading=second") == []  # nobody reads their own labels
    csrf = sign_in(he, "何主编")
    assert "复核 3 篇" in he.get("/review").text
    assert numbers(he, "reading=second") == [1, 2, 3]
    cards = {number: he.get(f"/review/{number}/card?reading=second").text for number in (1, 2, 3)}
    assert all("李编辑" not in card and "data-skip" not in card for card in cards.values())
    names = ("seen", "token")
    seen = {
        number: {name: card.split(f'name="{name}" value="')[1].split('"')[0] for name in names}
        for number, card in cards.items()
    }
    read = [
        {"do": "read", "number": 1, "category": "agriculture", **seen[1]},
        {"do": "read", "number": 2, "category": "health", **seen[2], "id": "step-second"},
        {"do": "read", "number": 3, "category": "health", **seen[3]},
    ]
    assert all(outcome["ok"] for outcome in steps(he, csrf, *read))
    page = he.get("/labels").text
    assert "复核 3 篇，2 篇一致（67%），kappa 0.50" in page
    assert MATCH.title in page.split("data-agreement")[1].split("</section>")[0]
    with service.store.reading() as connection:
        match = queue.get(connection, 2)
    assert match is not None and (match.label, match.labelled_by) == ("sports", "李编辑")
    (undone,) = steps(he, csrf, {"do": "undo", "of": "step-second"})
    assert undone["articles"] == [2] and numbers(he, "reading=second") == [2]
    steps(he, csrf, read[1])
    service.review.label(Card(2), "health", "何主编")  # decided: no longer open
    assert MATCH.title not in he.get("/labels").text.split("data-agreement")[1].split("</section>")[0]


@pytest.mark.parametrize("seed", range(5))
def test_kappa_is_cohens(seed: int) -> None:
    chance = random.Random(seed)
    pairs = [(chance.choice("abc"), chance.choice("abcd")) for _ in range(40)]
    assert kappa(pairs) == pytest.approx(cohen_kappa_score(*zip(*pairs, strict=True)))
    assert kappa([("a", "a")]) == 1.0 and kappa([]) is None
