"""An article of a printed page keeps its place in the store, and the desk shows the page with it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from classifier.article import PrintedPart
from classifier.reading import read_bytes
from lanmu.service.container import Service
from lanmu.service.store import Store, line_places, queue
from lanmu.service.store.labelling import Card
from lanmu.service.store.records import QueuedArticle
from tests.service.desk_made import HARVEST, made_service, sign_in, take_in
from tests.service.printed import BRIDGE, SPRING, two_pages
from tests.service.running import running

HTML = {"Accept": "text/html"}


@pytest.fixture
def service(tmp_path: Path, small_model_folder: Path) -> Service:
    return made_service(tmp_path / "home", small_model_folder)


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with running(service, base_url="http://127.0.0.1", headers=HTML) as browser:
        yield browser


@pytest.fixture
def csrf(client: TestClient) -> str:
    """Signed in, with the pages uploaded."""
    token = sign_in(client, "李编辑")
    sent = client.post("/upload", data={"csrf": token}, files={"file": ("第02版.pdf", two_pages(), "application/pdf")})
    assert sent.status_code == 200
    return token


def articles(service: Service) -> dict[str, QueuedArticle]:
    with service.store.reading() as connection:
        return {one.article.title: one for one in queue.page(connection).articles}


def lines_of(service: Service, number: int) -> str:
    with service.store.reading() as connection:
        parts: tuple[PrintedPart, ...] = line_places.of(connection, [number]).get(number, ())
    return "".join(line.text for part in parts for line in part.lines)


def test_an_uploaded_page_is_drawn_beside_its_articles(client: TestClient, service: Service, csrf: str) -> None:
    by_title = articles(service)
    spring, bridge = by_title["清河口镇安排春耕备耕"], by_title["清河大桥建成通车"]
    read = {a.title: a.source for a in read_bytes(two_pages(), "第02版.pdf")}
    for one in by_title.values():
        assert (one.article.source.page, one.article.source.box) == (
            read[one.article.title].page,
            read[one.article.title].box,
        )
    page = client.get(f"/articles/{spring.number}/page").text
    assert "版面第 1 页：2 篇稿件的位置" in page
    assert page.count('class="printed-frame"') == 4  # a headline and a column each
    assert f'href="#a{bridge.number}"' in page and f'id="a{bridge.number}"' in page
    assert "城关镇队" not in page  # it stands on the other page
    shown = re.findall(r'<text x="([\d.]+)"[^>]* textLength="([\d.]+)"[^>]*>([^<]*)</text>', page)
    heads = {text: (float(x), float(length)) for x, length, text in shown}
    assert heads["清河口镇安排春耕备耕"] == pytest.approx((1000 * 40 / 600, 1000 * 220 / 600), abs=8)
    assert "城关镇队" in client.get(f"/articles/{by_title['城关镇队夺得联赛冠军'].number}/page").text


def test_what_is_put_right_moves_its_lines_and_what_is_deleted_keeps_none(
    client: TestClient, service: Service, csrf: str
) -> None:
    spring, bridge = (articles(service)[t] for t in ("清河口镇安排春耕备耕", "清河大桥建成通车"))
    whole = lines_of(service, spring.number)
    new, step = service.mending.split(Card(spring.number, spring.version, spring.token), 1, "各村备足种子", "李编辑")
    assert lines_of(service, spring.number) + lines_of(service, new) == whole
    assert lines_of(service, new) == SPRING[1]
    service.mending.take_back(step, "李编辑")
    assert (lines_of(service, spring.number), lines_of(service, new)) == (whole, "")
    spring = articles(service)["清河口镇安排春耕备耕"]
    new, _ = service.mending.split(Card(spring.number, spring.version, spring.token), 1, "各村备足种子", "李编辑")
    first = articles(service)[spring.article.title]
    service.mending.merge(Card(first.number, first.version, first.token), bridge.number, "李编辑")
    assert lines_of(service, first.number).endswith(BRIDGE[0])
    assert lines_of(service, bridge.number) == ""
    service.mending.delete(Card(first.number), "李编辑")
    assert lines_of(service, first.number) == ""


def test_an_older_database_goes_on_without_places(tmp_path: Path, small_model_folder: Path) -> None:
    service = made_service(tmp_path / "home", small_model_folder)
    take_in(service, [HARVEST])
    path = service.settings.database
    service.store.close()
    with sqlite3.connect(path) as old:
        old.execute("DROP TABLE printed")
        old.execute("ALTER TABLE articles DROP COLUMN source_page")
        old.execute("ALTER TABLE articles DROP COLUMN source_box")
        old.execute("PRAGMA user_version = 11")
    store = Store(path)
    with store.reading() as connection:
        (one,) = queue.page(connection).articles
        assert one.article == HARVEST
        assert line_places.of(connection, [one.number]) == {}
    store.close()
