"""Hostile files through every way in: refused by name, within bounded time and memory, while the good one is read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.reading.hostile_files import HOSTILE, write_hostile_files
from tests.service.articles import HARVEST
from tests.service.conftest import Server
from tests.waiting import eventually

ROOT = Path(__file__).parents[2]
MOST_MB = 1_000
SECONDS_A_FILE = 10
"""Beside other work on the machine all files together may take this long each; one by one they take two."""
MEASURED = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w") as file:
    file.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10))
sys.exit(code)
"""
linux = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux's /proc")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of hostile files, and one good article after them."""
    folder = tmp_path_factory.mktemp("来件")
    write_hostile_files(folder)
    (folder / "麦田.txt").write_text(f"{HARVEST['title']}\n\n{HARVEST['text']}\n", "utf-8")
    return folder


def measured(folder: Path, *arguments: str | Path) -> tuple[subprocess.CompletedProcess[str], float, int]:
    """The command line run over something: what came of it, its seconds, and the MB of its largest process."""
    told = folder / "mb"
    command = [sys.executable, "-c", MEASURED, told, sys.executable, "-m", "lanmu", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    begun = time.monotonic()
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, cwd=folder, env=environment, check=False, timeout=280
    )
    return done, time.monotonic() - begun, int(told.read_text())


@pytest.mark.slow
@linux
@pytest.mark.timeout(300)
def test_tag_and_score_refuse_them_by_name_and_go_on(hostile: Path, tmp_path: Path, small_model_folder: Path) -> None:
    most_seconds = SECONDS_A_FILE * len(HOSTILE)
    done, seconds, highest = measured(tmp_path, "tag", hostile, "--model", small_model_folder, "--format", "jsonl")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert [name for name in HOSTILE if name not in done.stderr] == []
    assert "agriculture" in [json.loads(line)["category"] for line in done.stdout.splitlines()]
    assert (seconds < most_seconds, highest < MOST_MB) == (True, True), (seconds, highest)

    out = tmp_path / "out"
    done, seconds, highest = measured(tmp_path, "score", hostile, "--model", small_model_folder, "--out", out)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    refused = (out / "refused.jsonl").read_text("utf-8")
    assert [name for name in HOSTILE if json.dumps(name, ensure_ascii=False)[1:-1] not in refused] == []
    scored = "".join(path.read_text("utf-8") for path in out.rglob("*.jsonl") if path.name != "refused.jsonl")
    assert HARVEST["title"] in scored or list(out.rglob("*.parquet"))
    assert (seconds < most_seconds, highest < MOST_MB) == (True, True), (seconds, highest)


@contextmanager
def memory_of(process: int) -> Iterator[list[int]]:
    """The MB of a process and of each below it, looked at ten times a second: the largest sum at the end."""
    highest = [0]
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.1):
            highest[0] = max(highest[0], sum(map(_megabytes, _with_those_below(process))))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield highest
    finally:
        over.set()
        looking.join()


def _with_those_below(process: int) -> list[int]:
    processes = [process]
    try:
        for task in Path(f"/proc/{process}/task").iterdir():
            for child in (task / "children").read_text().split():
                processes += _with_those_below(int(child))
    except OSError:
        pass
    return processes


def _megabytes(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * 4096 >> 20
    except OSError:
        return 0


@pytest.mark.slow
@linux
@pytest.mark.timeout(300)
def test_an_upload_and_the_watched_folder_refuse_them_and_go_on(
    hostile: Path,
    home: Path,
    serve: Callable[..., Server],
) -> None:
    (home / "settings.toml").write_text("[limits]\ninbox_still_seconds = 0.2\ninbox_scan_seconds = 0.3\n", "utf-8")
    server = serve()
    assert server.process is not None
    own = _megabytes(server.process.pid)
    with server.client() as client, memory_of(server.process.pid) as highest:
        for name in HOSTILE:
            begun = time.monotonic()
            answer = client.post("/api/v1/tag/file", files={"file": (name, (hostile / name).read_bytes())})
            assert time.monotonic() - begun < 3 * SECONDS_A_FILE, name
            refused = answer.json()["detail"] if answer.status_code == 422 else str(answer.json()["refused"])
            assert name in refused, f"{name}: {answer.status_code} {refused}"
        inbox = home / "inbox"
        for path in hostile.iterdir():
            (inbox / f"{path.name}.part").write_bytes(path.read_bytes())
            (inbox / f"{path.name}.part").rename(inbox / path.name)
        eventually(
            lambda: [path for path in inbox.iterdir() if path.is_file() and not path.name.startswith(".")] == [],
            "an empty inbox",
            100,
        )
        told = "".join(path.read_text("utf-8") for path in home.rglob("*.reason.txt"))
        assert [name for name in HOSTILE if name not in told] == []
        titles = [article["title"] for article in client.get("/api/v1/articles").json()["articles"]]
        assert HARVEST["title"] in titles
        assert client.get("/readyz").json()["problems"] == []
    assert _megabytes(server.process.pid) < own + 150, "the service's own memory does not grow with them"
    assert highest[0] < MOST_MB + own + 300, "the service, its reader and the PDF's together"
    assert "Traceback" not in server.log()
    assert server.stop() == 0
