"""What strangers send is bounded before it is taken in: heads, waiting, connections, bodies of who may not."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Message

from classifier.errors import LanmuError
from lanmu.service.inbox.webhook import check_address
from lanmu.service.security.guard import _answers_to
from lanmu.service.security.people import hash_password
from lanmu.service.store import accounts
from tests.service.articles import HARVEST
from tests.service.conftest import TOKEN, App, Server
from tests.service.test_accounts import sign_in

SERVICE = Path(__file__).parents[2] / "lanmu" / "service"
Serve = Callable[..., Server]
LIMITS = """[limits]
head_bytes = 8192
head_seconds = 1.0
idle_seconds = 2.0
connections = 60
connections_an_address = 40
"""


@pytest.fixture
def bounded(serve: Serve, home: Path) -> Server:
    (home / "settings.toml").write_text(LIMITS, "utf-8")
    return serve("--no-watch")


def connect(server: Server) -> socket.socket:
    host, port = server.address.removeprefix("http://").split(":")
    made = socket.create_connection((host, int(port)), timeout=20)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def said(connection: socket.socket) -> bytes:
    """Everything until the other side ends the connection."""
    pieces = []
    try:
        while piece := connection.recv(65536):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(pieces)


@pytest.mark.slow
def test_connections_that_only_wait_keep_nobody_out(bounded: Server) -> None:
    with ExitStack() as opened:
        idle = [opened.enter_context(connect(bounded)) for _ in range(150)]
        half = [opened.enter_context(connect(bounded)) for _ in range(30)]
        for one in half:
            one.sendall(b"GET /healthz HT")
        with bounded.client() as client:
            for _ in range(5):
                assert client.post("/api/v1/tag", json=HARVEST).status_code == 200
        begun = time.monotonic()
        for one in idle:
            assert said(one) == b""
        for one in half:
            assert said(one)[:13] in (b"", b"HTTP/1.1 408 ")
        assert time.monotonic() - begun < 15, "they are closed, not only passed over"
    assert bounded.stop() == 0


@pytest.mark.slow
def test_heads_are_bounded_in_size_and_time(bounded: Server) -> None:
    for begin, more in (
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: ", b"x" * 4000),
        (b"GET /", b"y" * 4000),
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n", b"X-Many: 1\r\n" * 300),
        (b"", b"\r\n" * 200_000),
    ):
        with connect(bounded) as connection:
            try:
                connection.sendall(begin)
                for _ in range(10):
                    connection.sendall(more)
            except (ConnectionResetError, BrokenPipeError):
                pass
            answer = said(connection)
        if begin:
            assert answer.startswith(b"HTTP/1.1 431 ") and b"content-security-policy" in answer, begin
            assert b"larger than 8,192 bytes" in answer
    with connect(bounded) as slow:
        begun = time.monotonic()
        for piece in b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: for ever and ever":
            try:
                slow.sendall(bytes([piece]))
            except (ConnectionResetError, BrokenPipeError):
                break
            time.sleep(0.05)
        assert said(slow)[:13] in (b"HTTP/1.1 408 ", b"")
        assert time.monotonic() - begun < 10
    with connect(bounded) as chunked:
        head = f"POST /api/v1/tag HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
        head += "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Trailer: "
        chunked.sendall(head.encode())
        try:
            for _ in range(40):
                chunked.sendall(b"z" * 65536)
        except (ConnectionResetError, BrokenPipeError):
            pass
        said(chunked)
    with bounded.client() as client:
        assert client.get("/healthz").status_code == 200
    assert bounded.stop() == 0


def test_a_connection_goes_on_after_a_large_file(bounded: Server) -> None:
    with bounded.client() as client:
        for size in (10, 400_000, 10, 2_000_000, 10):
            lines = json.dumps({**HARVEST, "mark": "x" * size}).encode()
            answer = client.post("/api/v1/tag/file", files={"file": ("棉花.jsonl", lines)})
            assert answer.status_code == 200, size
            assert client.post("/api/v1/tag", json=HARVEST).status_code == 200, size
    assert bounded.stop() == 0


def test_who_may_not_is_told_before_he_has_sent_his_file(bounded: Server) -> None:
    cases = [
        ("/api/v1/tag/file", b"multipart/form-data; boundary=b", b"", 401),
        ("/api/v1/articles", b"application/json", b"Authorization: Bearer wrong\r\n", 401),
        ("/upload", b"multipart/form-data; boundary=b", b"Cookie: lanmu_session=nobody\r\n", 401),
        ("/v1/projects/lanmu/learn", b"application/json", b"", 401),
        ("/api/v1/tag/stream", b"multipart/form-data; boundary=b", b"", 401),
        ("/sign-in", b"application/x-www-form-urlencoded", b"", 413),
    ]
    for path, kind, more, status in cases:
        with connect(bounded) as connection:
            head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 7000000\r\nContent-Type: ".encode()
            if status == 413:
                head = head.replace(b"7000000", b"300000")
            connection.sendall(head + kind + b"\r\n" + more + b"\r\n--b")
            begun = time.monotonic()
            assert connection.recv(13) == f"HTTP/1.1 {status} ".encode(), path
            assert time.monotonic() - begun < 2, path
    assert bounded.stop() == 0


def test_every_route_that_asks_who_it_is_asks_before_the_body(app: App) -> None:
    described = app.api.get("/api/openapi.json").json()["paths"]
    paths = [path for path, methods in described.items() for method in methods if method in ("post", "put", "delete")]
    paths += ["/upload", "/password", "/sign-out", "/undo", "/retrain", "/admin/users"]
    read: list[str] = []

    def ask(path: str, method: str) -> int:
        messages: list[Message] = []

        async def receive() -> Message:
            read.append(path)
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            messages.append(message)

        where = re.sub(r"\{\w+\}", "1", path)
        headers = [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"content-length", b"1000")]
        scope: dict[str, Any] = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": where,
            "raw_path": where.encode(), "root_path": "", "query_string": b"", "scheme": "http", "headers": headers,
            "client": ("192.0.2.1", 1), "server": ("127.0.0.1", 80), "state": {},
        }  # fmt: skip
        asyncio.run(app.api.app(scope, receive, send))
        return int(messages[0]["status"])

    asked = 0
    for path in dict.fromkeys(paths):
        for method in ("POST", "PUT", "DELETE"):
            status = ask(path, method)
            asked += status == 401
            assert status in (401, 404, 405), f"{method} {path}: {status}"
    assert asked >= 20
    assert not read


def test_every_module_with_routes_asks_first() -> None:
    route = re.compile(r"^@\w+\.(get|post|put|delete)\(", re.MULTILINE)
    modules = [path for path in SERVICE.rglob("*.py") if route.search(path.read_text("utf-8"))]
    assert len(modules) > 15
    for path in modules:
        assert "route_class=AskFirst" in path.read_text("utf-8"), f"{path}: its router lacks route_class=AskFirst"


def test_a_session_cannot_send_a_form_without_end(app: App) -> None:
    with app.service.store.writing() as connection:
        accounts.add_user(connection, "看报的人", "reader", hash_password("一个足够长的好密码吧"))
    sign_in(app, "看报的人")

    def pieces() -> Iterator[bytes]:
        for number in range(1000):
            assert number < 50, "the body is read on and on"
            yield b"--b\r\n" + b"x" * 65536

    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = app.browser.post("/api/v1/tag/stream", content=pieces(), headers=kind)
    assert answer.status_code == 403


def test_two_hosts_are_refused_and_pages_answer_head(app: App) -> None:
    two = [("Host", "localhost"), ("Host", "127.0.0.1")]
    assert app.api.get("/healthz", headers=httpx.Headers(two)).status_code == 400
    for path in ("/sign-in", "/healthz", "/api/openapi.json"):
        head, full = app.browser.head(path), app.browser.get(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(full.content))


@pytest.mark.parametrize(
    ("host", "answered"),
    [
        ("evil.example", False), ("192.0.2.7:8765", True), ("[2001:db8::1]:8765", True), ("localhost", True),
        ("127.0.0.1:8765", True), ("192.0.2.7.nip.example", False), ("", False),
    ],
)  # fmt: skip
def test_listening_for_others_it_answers_to_addresses_and_names_of_its_own(host: str, answered: bool) -> None:
    assert _answers_to(host.encode(), (), False) == answered
    assert _answers_to(host.encode(), ("desk.example",), False) == (host in ("localhost", "127.0.0.1:8765"))
    assert _answers_to(b"desk.example:8765", ("desk.example",), False)


def test_a_hostile_cookie_is_no_error(app: App) -> None:
    cookie = f"lanmu_toast={'[' * 3000}"
    assert app.browser.get("/sign-in", headers={"Cookie": cookie}).status_code == 200


def test_strangers_are_not_told_where_things_lie(app: App) -> None:
    app.service.writer.stop()  # it would say anew whether it has a problem
    app.service.writer.problem = f"{app.service.settings.labels}: line 3 cannot be read"
    assert app.browser.get("/readyz").json()["problems"] == ["labels.csv: line 3 cannot be read"]
    for address in ("ftp://user:geheim@cms.example/x", "user:geheim@", "http://:geheim@/x?key=geheim"):
        with pytest.raises(LanmuError) as refused:
            check_address(address)
        assert "geheim" not in str(refused.value)
