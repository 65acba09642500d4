"""Backup and restore: of a service at work, after a kill, from files that are damaged or hostile."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from classifier.errors import LanmuError
from lanmu.service import data_backup
from lanmu.service.settings import prepare
from lanmu.service.store import StoreError
from tests.conftest import Lanmu
from tests.service.articles import MATCH
from tests.service.conftest import TOKEN, App, Server
from tests.waiting import eventually
from training.labels.file import read_labels

Serve = Callable[..., Server]


def label_one(client: httpx.Client, title: str, category: str = "sports") -> None:
    added = client.post("/api/v1/articles", json={"articles": [{**MATCH, "title": title}]}).json()["articles"][0]
    client.put(f"/api/v1/articles/{added['number']}/label", json={"category": category}).raise_for_status()


def kept(home: Path) -> tuple[dict[str, str | None], dict[str, str], dict[str, bytes]]:
    """Titles with their labels in the database, the same in labels.csv, and the files of the models."""
    with closing(sqlite3.connect(home / "lanmu.sqlite")) as connection:
        queue = dict(connection.execute("SELECT title, label FROM articles"))
    labels = {label.title: label.category for label in read_labels(home / "labels.csv").labels}
    models = {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in (home / "models").rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    return queue, labels, models


def settled(home: Path) -> bool:
    """Whether labels.csv says all that the database does."""
    queue, labels, _ = kept(home)
    return all(labels.get(title) == label for title, label in queue.items() if label)


def backed_up_and_restored(serve: Serve, lanmu: Lanmu, home: Path, file: Path, rounds: int) -> None:
    """Backups while articles and labels come in; each time a kill, then a restore, then a start."""
    for round_ in range(rounds):
        server = serve()
        stop = threading.Event()

        def work(number: int, server: Server = server, stop: threading.Event = stop, round_: int = round_) -> None:
            try:
                with server.client() as client:
                    for i in range(100_000):
                        if stop.is_set():
                            return
                        label_one(client, f"第{round_}轮第{number}组第{i}场", ("sports", "health")[i % 2])
            except (httpx.HTTPError, KeyError):
                pass  # it was killed

        workers = [threading.Thread(target=work, args=(number,)) for number in range(2)]
        for worker in workers:
            worker.start()
        with server.client() as client:
            some = client.get("/api/v1/articles?limit=1").json()["total"] + 10
            eventually(lambda some=some: client.get("/api/v1/articles?limit=1").json()["total"] > some)  # type: ignore[misc]
        done = lanmu("backup", file, "--home", home)
        assert done.returncode == 0, done.stderr
        with server.client() as client:
            more = client.get("/api/v1/articles?limit=1").json()["total"] + 10
            eventually(lambda more=more: client.get("/api/v1/articles?limit=1").json()["total"] > more)  # type: ignore[misc]
        server.kill()
        stop.set()
        for worker in workers:
            worker.join()
        assert (home / "lanmu.sqlite-wal").exists()
        restored = lanmu("restore", file, "--home", home)
        assert restored.returncode == 0, restored.stderr
        with tarfile.open(file) as packed:
            packed.extractall(home.parent / "packed", filter="data")
        assert kept(home) == kept(home.parent / "packed")
        again = serve()
        eventually(lambda: settled(home))
        with again.client() as client:
            titles = {title for title in kept(home)[0] if title.startswith(f"第{round_}轮")}
            assert len(titles) >= 5
            assert client.get("/api/v1/articles?limit=1").json()["total"] == len(kept(home)[0])
        assert again.stop() == 0
        file.unlink()
        shutil.rmtree(home.parent / "packed")


@pytest.mark.slow
def test_a_backup_of_a_service_at_work_is_what_a_restore_brings_back(
    serve: Serve, lanmu: Lanmu, home: Path, tmp_path: Path
) -> None:
    backed_up_and_restored(serve, lanmu, home, tmp_path / "backup.tar.gz", 1)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_twenty_backups_kills_and_restores(serve: Serve, lanmu: Lanmu, home: Path, tmp_path: Path) -> None:
    backed_up_and_restored(serve, lanmu, home, tmp_path / "backup.tar.gz", 20)


@pytest.mark.slow
def test_a_restore_waits_for_the_service_to_stop(serve: Serve, lanmu: Lanmu, home: Path, tmp_path: Path) -> None:
    server = serve("--no-watch")
    assert lanmu("backup", tmp_path / "b.tar.gz", "--home", home).returncode == 0
    assert (tmp_path / "b.tar.gz").stat().st_mode & 0o777 == 0o600
    twice = lanmu("backup", tmp_path / "b.tar.gz", "--home", home)
    assert twice.returncode == 2 and "is there already" in twice.stderr
    refused = lanmu("restore", tmp_path / "b.tar.gz", "--home", home)
    assert refused.returncode == 2 and "lanmu works on this folder" in refused.stderr
    assert server.stop() == 0
    assert lanmu("restore", tmp_path / "b.tar.gz", "--home", home).returncode == 0


def test_what_was_there_is_set_aside_and_everybody_signs_in_again(app: App, home: Path, tmp_path: Path) -> None:
    label_one(app.api, "第一场")
    app.service.writer.flush()
    with app.service.store.writing() as connection:
        connection.exec_driver_sql("INSERT INTO sessions VALUES (x'00', 1, 'c', 1, 9e9, '')")
    data_backup.back_up(home, tmp_path / "b.tar.gz")
    label_one(app.api, "第二场")
    app.service.stop()
    (home / "settings.toml").write_text("[limits]\nreadings = 1\n", "utf-8")
    made, aside = data_backup.restore(home, tmp_path / "b.tar.gz", "admin")
    assert aside is not None and "第二场" in kept(aside)[0] and "第二场" not in kept(home)[0]
    assert (home / "settings.toml").exists(), "a backup without settings leaves them alone"
    assert "lanmu.sqlite" in made.files and made.bytes > 10_000
    with closing(sqlite3.connect(home / "lanmu.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM sessions").fetchone() == (0,)
        assert connection.execute("SELECT by, action FROM audit ORDER BY number DESC").fetchone() == (
            "admin", "restored",
        )  # fmt: skip


def changed(file: Path, change: Callable[[dict[str, bytes]], object]) -> None:
    """Pack a backup anew with other members."""
    with tarfile.open(file) as packed:
        members = {entry.name: packed.extractfile(entry).read() for entry in packed}  # type: ignore[union-attr]
    change(members)
    with tarfile.open(file, "w:gz") as packed:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            packed.addfile(entry, io.BytesIO(content))


def listed(members: dict[str, bytes], name: str, content: bytes) -> None:
    """Put a file into a backup's list too, with the right checksum."""
    import hashlib

    told = json.loads(members[data_backup.CONTENTS])
    told["files"][name] = [len(content), hashlib.sha256(content).hexdigest()]
    members[data_backup.CONTENTS] = json.dumps(told).encode()
    members[name] = content


CHANGES: dict[str, Callable[[dict[str, bytes]], object]] = {
    "a changed file": lambda members: members.update({"labels.csv": members["labels.csv"] + b" "}),
    "a file less": lambda members: members.pop("models/current"),
    "a file more": lambda members: members.update({"more": b"x"}),
    "a path upwards": lambda members: listed(members, "../outside", b"x"),
    "a hidden path upwards": lambda members: listed(members, "models/../../outside", b"x"),
    "code": lambda members: listed(members, "sklearn.py", b"x"),
    "a damaged database": lambda members: listed(
        members, "lanmu.sqlite", members["lanmu.sqlite"][:4096] + b"\1" * 8192 + members["lanmu.sqlite"][12288:]
    ),
    "no database": lambda members: listed(members, "lanmu.sqlite", b"no database"),
    "a torn list": lambda members: members.update({data_backup.CONTENTS: b"{"}),
    "no list": lambda members: members.pop(data_backup.CONTENTS),
}


def test_a_backup_that_is_not_whole_changes_nothing(app: App, home: Path, tmp_path: Path) -> None:
    label_one(app.api, "第一场")
    whole, file = tmp_path / "whole.tar.gz", tmp_path / "b.tar.gz"
    data_backup.back_up(home, whole)
    app.service.stop()

    def there() -> object:
        return kept(home), sorted(path.name for path in home.iterdir() if path.suffix != ".lock")

    before = there()
    for name, change in CHANGES.items():
        shutil.copy(whole, file)
        changed(file, change)
        with pytest.raises(LanmuError, match=r"not whole|no backup|damaged"):
            data_backup.restore(home, file, "admin")
            pytest.fail(name)
        assert there() == before, name
    file.write_bytes(whole.read_bytes()[:-2000])
    with pytest.raises(LanmuError, match="not whole"):
        data_backup.restore(home, file, "admin")
    assert there() == before
    assert not (tmp_path / "outside").exists()


def test_after_a_restore_that_was_cut_off_nothing_starts(lanmu: Lanmu, app: App, home: Path, tmp_path: Path) -> None:
    label_one(app.api, "第一场")
    data_backup.back_up(home, tmp_path / "b.tar.gz")
    app.service.stop()
    (home / "lanmu.sqlite").unlink()
    (home / data_backup.UNFINISHED_RESTORE).write_text("b.tar.gz\n")
    with pytest.raises(StoreError, match="a restore was cut off"):
        from lanmu.service.container import build_service

        build_service(prepare(home, {"LANMU_TOKEN": TOKEN}))
    assert lanmu("restore", tmp_path / "b.tar.gz", "--home", home).returncode == 0
    assert kept(home)[0] == {"第一场": "sports"}


def test_nothing_to_back_up_is_told(lanmu: Lanmu, tmp_path: Path) -> None:
    done = lanmu("backup", "--home", tmp_path / "none")
    assert done.returncode == 2 and "holds no lanmu.sqlite" in done.stderr
