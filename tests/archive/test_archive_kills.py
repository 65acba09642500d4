"""Runs that are killed, workers that are lost, disks that are full: in the end every row is there, once."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.archive.made import articles, rows_of, write_jsonl, write_parquet
from tests.conftest import Lanmu
from tests.waiting import eventually

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("LANMU_TEST_KILLS", "5"))
COPIES = 40


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """Tables, many small files and two kinds of broken ones: long enough to be killed in the middle."""
    folder = tmp_path / "news"
    (folder / "文").mkdir(parents=True)
    long = [{**a, "text": a["text"] * COPIES} for a in articles(6_000)]
    write_jsonl(folder / "a.jsonl", long)
    with (folder / "a.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "坏", "text": \n' * 3)
    write_parquet(folder / "b.parquet", long, group=500)
    for article in articles(3_000):
        (folder / "文" / f"{article['id']}.txt").write_text(f"{article['title']}\n\n{article['text']}\n", "utf-8")
    (folder / "文" / "坏.txt").write_bytes(b"\x00\x01\x02" * 900)
    return folder


@pytest.fixture
def arguments(news: Path, small_model_folder: Path) -> list[str]:
    return ["score", str(news), "--model", str(small_model_folder), "--shard-size", "1MB", "--workers", "2"]


def started(arguments: list[str], out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "lanmu", *arguments, "--out", str(out)]
    return subprocess.Popen(command, stderr=subprocess.PIPE)


def _runs(run: subprocess.Popen[bytes]) -> bool:
    """True; AssertionError where the run has ended."""
    assert run.poll() is None, run.communicate()
    return True


def content(out: Path) -> tuple[list[dict[str, object]], bytes]:
    return rows_of(out), (out / "refused.jsonl").read_bytes()


def test_killed_at_random_moments_the_rows_are_the_same(arguments: list[str], tmp_path: Path) -> None:
    before = time.monotonic()
    whole = started(arguments, tmp_path / "whole")
    assert whole.wait() == 1
    lasted = time.monotonic() - before
    chance = random.Random(7)
    killed = 0
    for _ in range(10 * KILLS):
        run = started(arguments, tmp_path / "killed")
        try:
            code: int | None = run.wait(timeout=chance.uniform(0.3, 1.0) * lasted / 2)
        except subprocess.TimeoutExpired:
            os.kill(run.pid, signal.SIGKILL)
            run.wait()
            killed += 1
            code = None
        if code is not None:
            assert code == 1
            assert content(tmp_path / "killed") == content(tmp_path / "whole"), f"after {killed} kills"
            if killed >= KILLS:
                break
            shutil.rmtree(tmp_path / "killed")
    assert killed >= KILLS
    assert not list((tmp_path / "killed").rglob(".*.part"))


def test_a_killed_worker_of_a_cluster_loses_and_doubles_nothing(arguments: list[str], tmp_path: Path) -> None:
    assert started(arguments, tmp_path / "whole").wait() == 1
    out = tmp_path / "cluster"
    run = started([*arguments, "--cluster", "local:2"], out)
    parts = out / "parts"
    eventually(lambda: _runs(run) and len(list(parts.glob("part-*"))) >= 3, "a third part")
    workers = [child for child in psutil.Process(run.pid).children() if "spawn_main" in " ".join(child.cmdline())]
    assert len(workers) == 2
    workers[0].kill()
    assert run.wait() == 1, run.stderr and run.stderr.read().decode()
    assert content(out) == content(tmp_path / "whole")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("this machine mounts no tmpfs")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_is_said_and_the_run_goes_on_later(
    lanmu: Lanmu, arguments: list[str], tmp_path: Path, small_disk: Path
) -> None:
    assert started(arguments, tmp_path / "whole").wait() == 1
    full = lanmu(*arguments, "--out", small_disk / "out")
    assert full.returncode == 2, full.stderr
    assert "No space left" in full.stderr and str(small_disk) in full.stderr and "Traceback" not in full.stderr
    kept = {p.name: p.read_bytes() for p in (small_disk / "out" / "parts").glob("part-*")}
    assert kept
    subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
    assert lanmu(*arguments, "--out", small_disk / "out").returncode == 1
    assert {name: (small_disk / "out" / "parts" / name).read_bytes() for name in kept} == kept
    assert content(small_disk / "out") == content(tmp_path / "whole")


def test_ctrl_c_ends_in_good_order_and_says_how_to_go_on(arguments: list[str], tmp_path: Path) -> None:
    assert started(arguments, tmp_path / "whole").wait() == 1
    run = started(arguments, tmp_path / "out")
    eventually(lambda: _runs(run) and (tmp_path / "out" / "parts").is_dir(), "the folder of parts")
    os.kill(run.pid, signal.SIGINT)
    _, said = run.communicate()
    assert run.returncode == 130, said
    assert "to go on, give the same command again" in said.decode()
    assert not list((tmp_path / "out").rglob(".*.part"))
    assert started(arguments, tmp_path / "out").wait() == 1
    assert content(tmp_path / "out") == content(tmp_path / "whole")
