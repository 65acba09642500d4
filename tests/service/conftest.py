"""A data folder with the small model, the application over it, and the real server as a process."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from classifier.model.versions import Registry
from lanmu.service.container import Service, build_service
from lanmu.service.security import people
from lanmu.service.settings import Settings, prepare
from tests.service.running import running
from tests.waiting import eventually
from training.labels.file import Label, labels_csv

TOKEN = "test-token-of-some-length"
LOCAL = "http://localhost:8765"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session", autouse=True)
def shipped_hasher() -> Iterator[PasswordHasher]:
    """The hasher of the product; while tests run, argon2 takes a thousandth of its memory and time."""
    shipped = people.HASHER
    people.HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    yield shipped
    people.HASHER = shipped


@pytest.fixture
def full_cost(shipped_hasher: PasswordHasher, monkeypatch: pytest.MonkeyPatch) -> PasswordHasher:
    """For tests in which a password must cost what it costs outside of tests."""
    monkeypatch.setattr(people, "HASHER", shipped_hasher)
    return shipped_hasher


@pytest.fixture
def service(tmp_path: Path, small_model_folder: Path) -> Service:
    """The desk's three users and one article; tests of other articles have a fixture of this name of their own."""
    from tests.service.desk_made import HARVEST, made_service, take_in

    made = made_service(tmp_path / "home", small_model_folder)
    take_in(made, [HARVEST])
    return made


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    """A browser that asks for pages of the running service."""
    with running(service, base_url="http://127.0.0.1", headers={"Accept": "text/html"}) as browser:
        yield browser


@pytest.fixture
def home(tmp_path: Path, small_model_folder: Path) -> Path:
    """A data folder whose current model is the small one, with one label from before."""
    return lay_data_folder(tmp_path / "lanmu-data", small_model_folder)


def lay_data_folder(folder: Path, model: Path) -> Path:
    shutil.copytree(model, folder / "models" / "small")
    Registry(folder / "models").promote("small")
    before = Label("earlier-1", "sports", "desk", "2026-01-05", "拔河赛开赛", "八支队伍拔河。")
    (folder / "labels.csv").write_bytes(labels_csv([before]))
    return folder


@pytest.fixture
def settings(home: Path) -> Settings:
    return prepare(home, {"LANMU_TOKEN": TOKEN})


@dataclass
class App:
    """The application in this process: ``api`` carries the token, ``browser`` does not."""

    service: Service
    api: TestClient
    browser: TestClient


Made = Callable[[Settings], App]


@pytest.fixture
def make_app() -> Iterator[Made]:
    """Applications that run, their models loaded."""
    with ExitStack() as opened:
        yield lambda settings: opened.enter_context(running_app(settings))


@contextmanager
def running_app(settings: Settings) -> Iterator[App]:
    service = build_service(settings)
    where = {"base_url": LOCAL, "client": ("127.0.0.1", 50000), "raise_server_exceptions": False}
    token = {"Authorization": f"Bearer {settings.token}"}
    with running(service, headers=token, **where) as api:
        yield App(service, api, TestClient(api.app, follow_redirects=False, **where))


@pytest.fixture
def app(make_app: Made, settings: Settings) -> App:
    return make_app(settings)


@pytest.fixture(scope="module")
def shared_app(tmp_path_factory: pytest.TempPathFactory, small_model_folder: Path) -> Iterator[App]:
    """One application for all the tests of a file that change nothing in it: its reading process starts once."""
    home = lay_data_folder(tmp_path_factory.mktemp("shared") / "lanmu-data", small_model_folder)
    with running_app(prepare(home, {"LANMU_TOKEN": TOKEN})) as app:
        yield app


@dataclass
class Server:
    """``lanmu serve`` as a process of its own on a free port."""

    home: Path
    options: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    address: str = ""
    printed: str = ""

    def start(self) -> Server:
        environment = {**os.environ, "LANMU_TOKEN": TOKEN, "PYTHONPATH": str(ROOT), **self.environment}
        if not environment["LANMU_TOKEN"]:
            del environment["LANMU_TOKEN"]
        command = [sys.executable, "-m", "lanmu", "serve", "--home", str(self.home), "--port", "0", *self.options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=(self.home.parent / "server.log").open("ab"), env=environment,
            cwd=self.home.parent,
        )  # fmt: skip
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        eventually(self._up, lambda: f"the start of the server ({self.printed} {self.log()})")
        return self

    def log(self) -> str:
        return (self.home.parent / "server.log").read_text("utf-8", "replace")

    def kill(self) -> None:
        """As a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Tell it to end; its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def client(self, token: str = TOKEN) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.address, headers=headers, timeout=60, verify=False)

    def _up(self) -> bool:
        """Whether it has printed its address and has a model; fails the test where it has ended."""
        assert self.process is not None and self.process.stdout is not None
        ended = self.process.poll()
        assert ended is None, f"the server ended with {ended}: {self.printed} {self.log()}"
        self.printed += (self.process.stdout.read() or b"").decode()
        address = re.search(r"http://\S+", self.printed)
        if address is None:
            return False
        self.address = address[0].rstrip("/")
        try:
            return httpx.get(f"{self.address}/readyz", timeout=5, verify=False).status_code == 200
        except httpx.TransportError:
            return False


@pytest.fixture
def serve(home: Path) -> Iterator[Callable[..., Server]]:
    """Start a server over the data folder, with these options."""
    started: list[Server] = []

    def start(*options: str, **environment: str) -> Server:
        server = Server(home, options, environment)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        if server.process is not None and server.process.poll() is None:
            server.kill()
