"""A database that is held, cannot be written or is damaged: said, nothing lost, and it goes on by itself."""

from __future__ import annotations

import resource
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from lanmu.service.store import Store, StoreError
from tests.service.articles import CLINIC, HARVEST, MATCH
from tests.service.conftest import App, Server
from tests.waiting import eventually

Serve = Callable[..., Server]


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
