"""The server as a process: first start, overload, a new model, kills, wrong usage."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from filelock import FileLock
from starlette.types import Message

from classifier.errors import LanmuError
from lanmu.service.settings import ServiceLimits, prepare
from tests.conftest import Lanmu
from tests.service.articles import CLINIC, HARVEST, MATCH
from tests.service.conftest import TOKEN, App, Made, Server
from tests.service.test_queue_api import labels_of
from tests.small_model import small_model
from tests.waiting import eventually

JSON = b"application/json"
Serve = Callable[..., Server]


def test_the_first_start_prints_its_address_and_where_the_token_is(serve: Serve) -> None:
    server = serve(LANMU_TOKEN="")
    token = (server.home / "token").read_text().strip()
    assert str(server.home / "token") in server.printed and "admin" in server.printed
    assert token not in server.printed, "only a terminal shows it: what is printed elsewhere is kept"
    with server.client(token) as client:
        assert client.post("/api/v1/tag", json=HARVEST).json()["category"] == "agriculture"
    assert httpx.post(f"{server.address}/api/v1/tag", json=HARVEST).status_code == 401
    assert server.stop() == 0
    assert token not in server.log()


@pytest.mark.slow
def test_overload_is_told_and_passes(serve: Serve, home: Path) -> None:
    (home / "settings.toml").write_text("[limits]\nwaiting_articles = 64\nbatch_articles = 64\n", "utf-8")
    server = serve()
    many = {"articles": [{**MATCH, "id": str(i), "text": MATCH["text"] * 40} for i in range(60)]}

    def ask(_: int) -> httpx.Response:
        with server.client() as client:
            return client.post("/api/v1/tag/many", json=many)

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(ask, range(48)))
    statuses = {answer.status_code for answer in answers}
    assert statuses == {200, 503}
    for answer in answers:
        if answer.status_code == 503:
            assert int(answer.headers["retry-after"]) >= 1
            assert answer.headers["content-type"] == "application/problem+json"
        else:
            assert [one["id"] for one in answer.json()["articles"]] == [str(i) for i in range(60)]
    with server.client() as client:
        assert client.post("/api/v1/tag", json=HARVEST).status_code == 200
        assert "lanmu_overloads_total" in client.get("/metrics").text
    assert server.stop() == 0


@pytest.mark.slow
def test_a_new_model_is_taken_over_without_a_dropped_request(serve: Serve, home: Path) -> None:
    small_model(home / "models" / "second")
    manifest = home / "models" / "second" / "manifest.json"
    assert json.loads(manifest.read_text("utf-8"))["name"] == "second"
    server = serve()
    stop = threading.Event()
    answers: list[tuple[int, str]] = []

    def ask() -> None:
        with server.client() as client:
            while not stop.is_set():
                answer = client.post("/api/v1/tag", json=CLINIC)
                answers.append((answer.status_code, answer.json().get("model", "")))

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    with server.client() as client:
        assert client.post("/api/v1/models/second/promote").json() == {"current": "second"}
        eventually(lambda: client.get("/api/v1/models").json()["answering"] == "second")
        eventually(lambda: answers[-1][1] == "second")
        assert client.post("/api/v1/models/rollback").json() == {"current": "small"}
        eventually(lambda: answers[-1][1] == "small")
        assert client.post("/api/v1/models/third/promote").status_code == 404
    stop.set()
    for asker in askers:
        asker.join()
    assert {status for status, _ in answers} == {200}
    assert {model for _, model in answers} == {"small", "second"}
    assert server.stop() == 0


def test_a_damaged_model_does_not_take_over(app: App, home: Path) -> None:
    small_model(home / "models" / "bad")
    weights = home / "models" / "bad" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-9])
    (home / "models" / "current").write_text("bad\n")
    eventually(lambda: app.api.get("/readyz").json()["problems"])
    assert "bad" in app.api.get("/readyz").json()["problems"][0]
    assert app.api.post("/api/v1/tag", json=HARVEST).json()["model"] == "small"
    assert 'lanmu_problem{part="model"} 1' in app.api.get("/metrics").text


@pytest.mark.slow
def test_a_kill_loses_nothing_that_was_answered(serve: Serve) -> None:
    kept: dict[str, int] = {}
    settled: dict[str, str] = {}
    for round_ in range(4):
        server = serve()

        def work(worker: int, server: Server = server, round_: int = round_) -> None:
            try:
                with server.client() as client:
                    for i in range(400):
                        title = f"第{round_}轮第{worker}组第{i}场比赛"
                        body = {"articles": [{**MATCH, "title": title}]}
                        article = client.post("/api/v1/articles", json=body).json()["articles"][0]
                        kept[title] = article["number"]
                        category = ("sports", "health")[i % 2]
                        answer = client.put(f"/api/v1/articles/{article['number']}/label", json={"category": category})
                        if answer.status_code == 200:
                            settled[title] = category
            except (httpx.TransportError, ValueError, KeyError):
                pass

        workers = [threading.Thread(target=work, args=(n,)) for n in range(3)]
        for worker in workers:
            worker.start()
        eventually(lambda goal=20 * (round_ + 1): len(settled) >= goal)  # type: ignore[misc]
        server.kill()
        for worker in workers:
            worker.join()
    server = serve()
    with server.client() as client:
        for title, number in kept.items():
            article = client.get(f"/api/v1/articles/{number}").json()
            assert article["title"] == title
            assert article["label"] == settled.get(title, article["label"])
        total = client.get("/api/v1/articles", params={"state": "settled"}).json()["total"]
    assert total >= len(settled)
    labels = labels_of(server.home / "labels.csv", total)
    assert {title: labels[title].category for title in settled} == settled
    assert server.stop() == 0


@pytest.mark.slow
def test_wrong_usage_is_told(lanmu: Lanmu, home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = str(other.getsockname()[1])
        in_use = lanmu("serve", "--home", home, "--port", taken)
    assert in_use.returncode == 2 and taken in in_use.stderr
    with FileLock(home / "serve.lock"):
        twice = lanmu("serve", "--home", home, "--port", "0")
    assert twice.returncode == 2 and "another `lanmu serve`" in twice.stderr
    (home / "settings.toml").write_text("[limits]\nspeed = 5\n", "utf-8")
    unknown = lanmu("serve", "--home", home)
    assert unknown.returncode == 2 and "speed" in unknown.stderr and "Traceback" not in unknown.stderr


def test_a_body_that_does_not_come_is_408(app: App, make_app: Made) -> None:
    slow = make_app(replace(app.service.settings, limits=ServiceLimits(idle_seconds=0.1)))
    messages: list[Message] = []

    async def receive() -> Message:
        await asyncio.sleep(5)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        messages.append(message)

    headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {TOKEN}".encode()), (b"content-type", JSON)]
    for path in ("/api/v1/tag", "/api/v1/tag/many"):
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "path": path,
            "raw_path": path.encode(), "root_path": "", "query_string": b"", "scheme": "http", "headers": headers,
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
        }  # fmt: skip
        asyncio.run(slow.api.app(scope, receive, send))
        assert messages[0]["status"] == 408, path
        messages.clear()


def test_settings_that_cannot_be(home: Path) -> None:
    for content, said in (
        ("[limits]\nseconds = 0\n", "seconds"),
        ("[limits]\nseconds = true\n", "seconds"),
        ("[speed]\n", "speed"),
        ("limits = 3\n", "limits"),
        ("nonsense", "TOML"),
    ):
        (home / "settings.toml").write_text(content, "utf-8")
        with pytest.raises(LanmuError, match=said):
            prepare(home, {})
    (home / "settings.toml").write_text("[limits]\nseconds = 5\nbody_bytes = 1000\n", "utf-8")
    limits = prepare(home, {}).limits
    assert (limits.seconds, limits.body_bytes, type(limits.seconds)) == (5.0, 1000, float)
    with pytest.raises(LanmuError, match="cannot be made"):
        prepare(home / "settings.toml", {})


def test_users_by_command(lanmu: Lanmu, home: Path) -> None:
    added = lanmu("users", "add", "李编辑", "--role", "editor", "--home", home)
    assert added.returncode == 0 and "one-time password" in added.stdout
    last = lanmu("users", "bar", "admin", "--home", home)
    assert last.returncode == 2 and "only admin" in last.stderr
    listed = lanmu("users", "list", "--home", home).stdout.splitlines()
    assert listed == ["admin\tadmin\tmust choose a password", "李编辑\teditor\tmust choose a password"]
