"""Memory does not grow with the archive."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.archive.made import articles, write_jsonl

pytestmark = pytest.mark.slow


def highest(source: Path, out: Path, model: Path) -> int:
    """Resident bytes at their highest of a run in a process of its own."""
    run = subprocess.Popen([sys.executable, "-m", "lanmu", "score", source, "--out", out, "--model", model])
    _, status, used = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)
    assert run.returncode == 0
    return used.ru_maxrss * 1024


def long_articles(count: int) -> Iterator[dict[str, str]]:
    return ({**article, "text": article["text"] * 8} for article in articles(count))


@pytest.mark.parametrize("out", ["out", "out.db"])
def test_ten_times_the_articles_take_the_same_memory(out: str, tmp_path: Path, small_model_folder: Path) -> None:
    few, many = (write_jsonl(tmp_path / f"{n}.jsonl", long_articles(n)) for n in (30_000, 300_000))
    assert many.stat().st_size > 250 << 20
    before = highest(few, tmp_path / "few" / out, small_model_folder)
    after = highest(many, tmp_path / "many" / out, small_model_folder)
    assert after < before + (100 << 20), f"{before >> 20} MB for 30,000, {after >> 20} MB for 300,000"
