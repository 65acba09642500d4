"""A database that is held, cannot be written or is damaged: said, nothing lost, and it goes on by itself."""

from __future__ import annotations

import re
import resource
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.messages import say
from lanmu.service.security.people import hash_password
from lanmu.service.store import Store, StoreError, accounts
from tests.service.articles import CLINIC, HARVEST, MATCH
from tests.service.conftest import App, Server
from tests.service.test_accounts import sign_in
from tests.waiting import eventually

Serve = Callable[..., Server]


@pytest.mark.slow
def test_a_database_that_another_program_holds_is_told_and_passes(app: App) -> None:
    path = app.service.settings.database
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = app.api.post("/api/v1/articles", json={"articles": [HARVEST]})
        assert answer.status_code == 503 and int(answer.headers["retry-after"]) > 0
        assert "another program holds the database" in answer.json()["detail"]
        assert app.api.post("/api/v1/tag", json=HARVEST).status_code == 200, "tagging needs no database"
        assert any("another program" in problem for problem in app.api.get("/readyz").json()["problems"])
        other.execute("ROLLBACK")
    eventually(lambda: app.api.get("/readyz").json()["problems"] == [])
    assert app.api.post("/api/v1/articles", json={"articles": [HARVEST]}).json()["articles"][0]["new"]


@pytest.mark.slow
def test_a_disk_without_room_is_told_and_it_goes_on_by_itself(serve: Serve, home: Path) -> None:
    server = serve()
    assert server.process is not None
    with server.client() as client:
        first = client.post("/api/v1/articles", json={"articles": [MATCH]}).json()["articles"][0]
        limits = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (4096, limits[1]))
        answer = client.post("/api/v1/articles", json={"articles": [HARVEST]})
        assert answer.status_code == 503 and "retry-after" in answer.headers
        assert "cannot be written" in answer.json()["detail"] and "make room" in answer.json()["detail"]
        assert client.put(f"/api/v1/articles/{first['number']}/label", json={"category": "sports"}).status_code == 503
        assert any("cannot be written" in problem for problem in client.get("/readyz").json()["problems"])
        (home / "inbox" / "义诊.txt").write_text(f"{CLINIC['title']}\n\n{CLINIC['text']}\n", "utf-8")
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, limits)
        eventually(lambda: client.get("/readyz").json()["problems"] == [], "the problem's end")
        assert client.post("/api/v1/articles", json={"articles": [HARVEST]}).status_code == 201
        eventually(lambda: client.get("/api/v1/articles").json()["total"] == 3, "the watched file's article")
    assert server.stop() == 0
    assert "Traceback" not in server.log()
    with closing(sqlite3.connect(home / "lanmu.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def filled(path: Path) -> None:
    store = Store(path)
    with store.writing() as connection:
        for number in range(2000):
            connection.exec_driver_sql(
                "INSERT INTO audit (at, by, action, target, details, address) VALUES (1, '人', '做', ?, '{}', '')",
                (f"{number} " + "稿" * 60,),
            )
    store.close()


@pytest.mark.parametrize("damage", ["a page of zeros", "some bytes", "text", "cut short", "a folder"])
def test_damage_is_found_at_the_start_and_the_way_back_is_named(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "lanmu.sqlite"
    filled(path)
    content = bytearray(path.read_bytes())
    if damage == "a page of zeros":
        content[-8192:-4096] = bytes(4096)
    elif damage == "some bytes":
        for at in range(4096, len(content), 4096):
            content[at : at + 12] = b"\xff" * 12
    elif damage == "text":
        content = bytearray("这不是数据库。\n".encode() * 300)
    elif damage == "cut short":
        content = content[: len(content) // 2]
    path.unlink()
    path.mkdir() if damage == "a folder" else path.write_bytes(content)
    with pytest.raises(StoreError, match="lanmu restore") as told:
        Store(path)
    assert str(path) in str(told.value)


def test_an_empty_database_is_begun_afresh_and_that_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "lanmu.sqlite"
    Store(path).close()
    assert not caplog.records, "a database that is begun for the first time is no news"
    for left in tmp_path.iterdir():
        left.unlink()
    path.touch()
    Store(path).close()
    assert [record.getMessage() for record in caplog.records] == [f"{path} is empty; it is begun afresh"]


def test_damage_that_is_met_later_is_told(app: App) -> None:
    path = app.service.settings.database
    for number in range(40):
        app.api.post(
            "/api/v1/articles", json={"articles": [{**MATCH, "title": f"第{number}场", "text": "比赛。" * 900}]}
        )
    with app.service.store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        size = file.seek(0, 2)
        for at in range(4096, size, 4096):
            file.seek(at)
            file.write(b"\xff" * 64)
    app.service.store.engine.dispose()
    answer = app.api.get("/api/v1/articles")
    assert answer.status_code == 503 and "lanmu restore" in answer.json()["detail"]
    assert any("damaged" in problem for problem in app.api.get("/readyz").json()["problems"])


@pytest.mark.slow
def test_a_long_intake_lets_others_write_in_between(tmp_path: Path) -> None:
    store = Store(tmp_path / "lanmu.sqlite")
    waits: list[float] = []
    done = threading.Event()

    def label() -> None:
        while not done.is_set():
            begun = time.monotonic()
            with store.writing() as connection:
                connection.exec_driver_sql("DELETE FROM jobs")
            waits.append(time.monotonic() - begun)
            time.sleep(0.05)

    other = threading.Thread(target=label)
    other.start()
    taken: list[int] = []

    def write(connection: object, piece: object) -> None:
        taken.extend(piece)  # type: ignore[call-overload]
        time.sleep(0.04)

    store.write_in_pieces(range(1000), write)
    done.set()
    other.join()
    assert taken == list(range(1000))
    assert len(waits) >= 2 and max(waits) < 3, waits


ENGLISH = re.compile(r"[A-Za-z]{3,} [A-Za-z]{3,} [A-Za-z]{3,}")
PAGE = {"Accept": "text/html", "Accept-Language": "zh-CN"}


def seen(page: str) -> str:
    """What a reader sees of a page."""
    return re.sub(r"<script.*?</script>|<[^>]*>", " ", page, flags=re.DOTALL)


@pytest.mark.slow
def test_the_page_of_an_error_speaks_the_readers_language(app: App) -> None:
    with app.service.store.writing() as connection:
        accounts.add_user(connection, "编辑甲", "editor", hash_password("一个足够长的好密码吧"))
    form = {"csrf": sign_in(app, "编辑甲"), "text": f"# {MATCH['title']}\n\n{MATCH['text']}"}
    number = app.api.post("/api/v1/articles", json={"articles": [MATCH]}).json()["articles"][0]["number"]
    with closing(sqlite3.connect(app.service.settings.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        page = app.browser.post("/undo", data=form, headers=PAGE)
        assert page.status_code == 503 and int(page.headers["retry-after"]) > 0
        assert "数据库被别的程序占用" in seen(page.text) and not ENGLISH.search(seen(page.text)), seen(page.text)
        script = app.browser.post("/undo", data=form, headers={"Accept-Language": "zh-CN"})
        assert script.json()["detail"].startswith("数据库被别的程序占用")
        program = app.api.delete(f"/api/v1/articles/{number}", headers={"Accept-Language": "zh-CN"})
        assert program.json()["detail"].startswith("another program holds")
        other.execute("ROLLBACK")
    eventually(lambda: app.api.get("/readyz").json()["problems"] == [])
    held = app.service.reading._places
    waits = [held.place("甲", 60), held.place("乙", 60)]
    for place in waits:
        place.__enter__()
    app.service.reading.limits = replace(app.service.reading.limits, reading_seconds=0.1)
    page = app.browser.post("/upload", data=form, headers=PAGE)
    assert page.status_code == 503 and "前面的文件读得较久" in seen(page.text)
    for place in waits:
        place.__exit__(None, None, None)
    for path, given, status in (
        ("/upload", {**form, "text": "长" * 12_000_000}, 413),
        ("/refused/999999/again", form, 404),
        ("/articles/没有/delete", form, 422),
        ("/sign-in", {"name": "a" * 70_000}, 413),
    ):
        page = app.browser.post(path, data=given, headers=PAGE)
        assert page.status_code == status, path
        assert not ENGLISH.search(seen(page.text)), f"{path}: {seen(page.text)}"


def test_a_damaged_database_still_has_a_page_that_says_so(app: App) -> None:
    with app.service.store.writing() as connection:
        accounts.add_user(connection, "编辑甲", "editor", hash_password("一个足够长的好密码吧"))
    sign_in(app, "编辑甲")
    app.service.store._damage = say("store.damaged", path="lanmu.sqlite", error="malformed")
    with app.service.store.writing() as connection:
        connection.exec_driver_sql("DROP TABLE settlements")
        connection.exec_driver_sql("ALTER TABLE articles RENAME TO gone")
    for path in ("/", "/review", "/articles"):
        page = app.browser.get(path, headers=PAGE)
        assert page.status_code >= 500 and "<h1" in page.text, path
        assert not ENGLISH.search(seen(page.text)), seen(page.text)
