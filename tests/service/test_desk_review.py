"""The review pages without a browser: what they show, what they take, whom they refuse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import random
from typing import Any

import pytest
from starlette.testclient import TestClient

from lanmu.service.container import Service
from lanmu.service.store import deeds, queue
from lanmu.service.store.labelling import Card
from tests.service.desk_made import CLINIC, HARVEST, HOSTILE, MATCH, PASSWORD, TOKEN, made_service, sign_in, take_in
from tests.service.running import running
from training.labels.file import read_labels

HTML = {"Accept": "text/html"}


@pytest.fixture
def service(tmp_path: Path, small_model_folder: Path) -> Service:
    made = made_service(tmp_path / "home", small_model_folder)
    take_in(made, [HARVEST, MATCH, CLINIC, HOSTILE], review=True)
    return made


def on_screen(client: TestClient, number: int) -> dict[str, str]:
    """What the card of an article sends along with a judgement."""
    card = client.get(f"/review/{number}/card").text
    return {name: card.split(f'name="{name}" value="')[1].split('"')[0] for name in ("seen", "token")}


def steps(client: TestClient, csrf: str, *given: dict[str, Any]) -> list[dict[str, Any]]:
    """What becomes of steps sent as the page's outbox does."""
    wanted = [{"id": f"step-{random():.12f}", **step} for step in given]
    answer = client.post("/review/steps", json={"steps": wanted}, headers={"X-CSRF-Token": csrf})
    assert answer.status_code == 200, answer.text
    outcomes: list[dict[str, Any]] = answer.json()["outcomes"]
    return outcomes


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with running(service, base_url="http://127.0.0.1", headers=HTML) as browser:
        yield browser


def test_who_is_not_signed_in_is_sent_to_the_door_and_from_there_back(client: TestClient) -> None:
    answer = client.get("/review?category=sports", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/review%3Fcategory%3Dsports")
    form = {"name": "李编辑", "password": PASSWORD, "next": "/review?category=sports"}
    assert client.post("/sign-in", data=form, follow_redirects=False).headers["location"] == "/review?category=sports"


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "x"])
def test_the_door_leads_nowhere_else(client: TestClient, target: str) -> None:
    form = {"name": "李编辑", "password": PASSWORD, "next": target}
    assert client.post("/sign-in", data=form, follow_redirects=False).headers["location"] == "/"


def test_a_wrong_password_says_so_in_the_readers_language(client: TestClient) -> None:
    form = {"name": "李编辑", "password": "猜一个"}
    assert "用户名或密码不对" in client.post("/sign-in", data=form).text
    english = client.post("/sign-in", data=form, headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert english.status_code == 401
    assert "wrong name or password" in english.text


def test_the_first_admin_signs_in_with_the_token_and_must_choose_a_password(client: TestClient) -> None:
    client.post("/sign-in", data={"name": "admin", "password": TOKEN})
    page = client.get("/review")
    assert page.url.path == "/password"
    csrf = page.text.split('name="csrf" value="')[1].split('"')[0]
    form = {"csrf": csrf, "old": TOKEN, "new": PASSWORD, "again": PASSWORD + "!"}
    assert "两次输入的新密码不一致" in client.post("/password", data=form).text
    client.post("/password", data={**form, "again": PASSWORD})
    assert client.get("/review").url.path == "/review"


def test_settling_without_a_script_shows_the_next_article_and_writes_the_label(
    client: TestClient, service: Service
) -> None:
    csrf = sign_in(client, "李编辑")
    with service.store.reading() as connection:
        numbers, total = queue.review_numbers(connection)
    assert total == 4
    form = {"csrf": csrf, "category": "health", **on_screen(client, numbers[0]), "back": "/review"}
    page = client.post(f"/review/{numbers[0]}/settle", data=form)
    assert "卫生健康" in page.text.split('id="toasts"')[1]
    assert f'data-number="{numbers[1]}"' in page.text
    service.writer.flush()
    assert [label.category for label in read_labels(service.settings.labels).labels] == ["sports", "health"]
    client.post("/undo", data={"csrf": csrf})
    service.writer.flush()
    assert [label.category for label in read_labels(service.settings.labels).labels] == ["sports"]


def test_what_another_settled_meanwhile_is_not_overwritten(client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "李编辑")
    card = on_screen(client, 1)
    service.review.label(Card(1, 0), "sports", "何主编")
    (outcome,) = steps(client, csrf, {"do": "settle", "number": 1, "category": "health", **card})
    assert (outcome["ok"], "别人处理" in outcome["message"]) == (False, True)
    assert client.post("/review/1/settle", data={"csrf": csrf, "category": "health", **card}).status_code == 409
    with service.store.reading() as connection:
        article = queue.get(connection, 1)
    assert article is not None and article.label == "sports"


def test_a_judgement_of_another_card_is_refused(client: TestClient, service: Service) -> None:
    """Number, version and token come from one card; what is put together from two fits neither."""
    csrf = sign_in(client, "李编辑")
    other, own = on_screen(client, 2), on_screen(client, 1)
    for card in (other, {**own, "token": ""}, {"seen": own["seen"]}, {**own, "token": "猜的"}):
        for kind in ({"do": "settle", "category": "health"}, {"do": "skip"}):
            (outcome,) = steps(client, csrf, {**kind, "number": 1, **card})
            assert (outcome["ok"], "未作改动" in outcome["message"]) == (False, True), (card, kind)
            form = {**kind, **card, "csrf": csrf}
            assert client.post(f"/review/1/{kind['do']}", data=form).status_code == 409, (card, kind)
    with service.store.reading() as connection:
        assert [queue.get(connection, number).state for number in (1, 2)] == ["review", "review"]  # type: ignore[union-attr]
    (outcome,) = steps(client, csrf, {"do": "settle", "number": 1, "category": "health", **own})
    assert (outcome["ok"], outcome["articles"]) == (True, [1])


def test_a_step_that_comes_twice_is_done_once(client: TestClient, service: Service) -> None:
    """As after an answer that was lost on the way: the page sends again what it did not hear of."""
    csrf = sign_in(client, "李编辑")
    settled = {"do": "settle", "number": 1, "category": "health", **on_screen(client, 1), "id": "step-000001"}
    skipped = {"do": "skip", "number": 2, **on_screen(client, 2), "id": "step-000002"}
    undone = {"do": "undo", "of": "step-000001", "id": "step-000003"}
    first = steps(client, csrf, settled, skipped, undone)
    again = steps(client, csrf, settled, skipped, undone)
    assert first == again
    assert [outcome["articles"] for outcome in again] == [[1], [2], [1]]
    with service.store.reading() as connection:
        states = [queue.get(connection, number).state for number in (1, 2)]  # type: ignore[union-attr]
        assert (states, len(deeds.deed_page(connection).deeds)) == (["review", "skipped"], 2)


def test_an_undo_takes_back_the_step_it_names_and_none_where_that_was_refused(
    client: TestClient, service: Service
) -> None:
    csrf = sign_in(client, "李编辑")
    card = on_screen(client, 1)
    kept, refused, undone = steps(
        client, csrf,
        {"do": "settle", "number": 1, "category": "health", **card},
        {"do": "settle", "number": 2, "category": "health", **card, "id": "step-refused"},
        {"do": "undo", "of": "step-refused"},
    )  # fmt: skip
    assert (kept["ok"], refused["ok"], undone["articles"]) == (True, False, [])
    with service.store.reading() as connection:
        article = queue.get(connection, 1)
    assert article is not None and article.label == "health"


def test_a_session_that_has_ended_is_told_at_the_door(client: TestClient) -> None:
    sign_in(client, "李编辑")
    form = {"category": "health", **on_screen(client, 1)}
    client.cookies.set("lanmu_session", "ended")
    assert "登录已过期" in client.get("/review").text
    answer = client.post("/review/1/settle", data=form, headers={"Referer": "http://127.0.0.1/articles/1"})
    assert "刚才的一步没有保存" in answer.text
    assert 'name="next" value="/articles/1"' in answer.text
    client.cookies.clear()
    assert "登录已过期" not in client.get("/review").text


def test_a_token_is_of_the_text_that_was_read(client: TestClient, service: Service) -> None:
    sign_in(client, "李编辑")
    before = on_screen(client, 1)
    with service.store.writing() as connection:
        connection.exec_driver_sql("UPDATE articles SET title = '棉花歉收' WHERE number = 1")
    after = on_screen(client, 1)
    assert (before["seen"], before["token"] == after["token"]) == (after["seen"], False)


def test_a_reader_may_look_and_no_more(client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "赵读者")
    page = client.get("/review").text
    assert '<form class="choices"' not in page
    answer = client.post("/review/1/settle", data={"csrf": csrf, "category": "health", "seen": "0"})
    assert answer.status_code == 403
    assert "没有权限" in answer.text
    assert client.post("/review/1/skip", data={"csrf": csrf}).status_code == 403
    assert client.post("/undo", data={"csrf": csrf}).status_code == 403


def test_without_the_csrf_token_nothing_changes(client: TestClient, service: Service) -> None:
    sign_in(client, "李编辑")
    assert client.post("/review/1/settle", data={"category": "health"}).status_code == 403
    with service.store.reading() as connection:
        article = queue.get(connection, 1)
    assert article is not None and article.label is None


def test_markup_in_an_article_is_text_on_the_page(client: TestClient) -> None:
    sign_in(client, "李编辑")
    card = client.get("/review/4/card").text
    assert "<script" not in card and "<img" not in card and "<b " not in card and "<svg onload" not in card
    assert "&lt;script&gt;" in card and "&lt;i&gt;专栏&lt;/i&gt;" in card and "{{ 7*7 }}" in card


@pytest.mark.parametrize("path", ["/review/0/card", "/review/99999999999999999999/card", "/review/9999/card"])
def test_an_article_that_is_not_there(client: TestClient, path: str) -> None:
    sign_in(client, "李编辑")
    assert client.get(path).status_code in (404, 422)


def test_the_other_language_and_a_theme_are_kept(client: TestClient) -> None:
    sign_in(client, "李编辑")
    page = client.get("/preferences?language=en&theme=dark&back=/review").text
    assert '<html lang="en" data-theme="dark">' in page
    assert "Keyboard shortcuts" in page


def test_the_policy_holds_on_every_page(client: TestClient) -> None:
    sign_in(client, "李编辑")
    answer = client.get("/review")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "style=" not in answer.text.replace("data-style=", "")
    assert "<script>" not in answer.text and " onclick" not in answer.text
