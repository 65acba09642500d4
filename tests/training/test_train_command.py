"""``lanmu train`` as it is typed: its exit codes, and its hints, which are commands that work as printed."""

from __future__ import annotations

import csv
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Lanmu

ROOT = Path(__file__).parents[2]
NAMES = {"sports": "体坛", "agriculture": "田间", "health": "医讯", "culture": "文艺"}
FOLDER = "our models"


def write_labels(
    path: Path, swap: bool = False, categories: tuple[str, ...] = ("sports", "agriculture", "health")
) -> None:
    """Twelve written labels of each category, under names of one's own; ``swap``: two of them say each other's."""
    with (ROOT / "labels.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["source"] == "original"]
    chosen = [row for c in categories for row in [row for row in rows if row["category"] == c][:12]]
    other = {"体坛": "医讯", "医讯": "体坛"} if swap else {}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for row in chosen:
            name = NAMES[row["category"]]
            writer.writerow({**row, "category": other.get(name, name)})


def train(lanmu: Lanmu, labels: str, *more: str) -> tuple[int, str]:
    done = lanmu("train", "--labels", labels, "--own-categories", "--models", FOLDER, *more)
    return done.returncode, done.stdout + done.stderr


def hint(said: str) -> list[str]:
    """The command between backquotes, as a shell would read it, without ``lanmu``."""
    (command,) = re.findall(r"`(lanmu models promote [^`]+)`", said)
    return shlex.split(command)[1:]


@pytest.mark.slow
def test_a_refused_model_ends_with_3_and_its_hint_works_as_printed(lanmu: Lanmu, tmp_path: Path) -> None:
    write_labels(tmp_path / "good.csv")
    code, said = train(lanmu, "good.csv")
    assert code == 0 and "model is the current model" in said, said

    write_labels(tmp_path / "swapped.csv", swap=True)
    code, said = train(lanmu, "swapped.csv")
    assert code == 3 and "model-2 is not promoted" in said, said
    assert (tmp_path / FOLDER / "current").read_text("utf-8").strip() == "model"
    assert lanmu(*hint(said)).returncode == 0
    assert (tmp_path / FOLDER / "current").read_text("utf-8").strip() == "model-2"


@pytest.mark.slow
def test_a_longer_list_of_categories_ends_with_3_too(lanmu: Lanmu, tmp_path: Path) -> None:
    write_labels(tmp_path / "good.csv")
    assert train(lanmu, "good.csv")[0] == 0
    write_labels(tmp_path / "four.csv", categories=("sports", "agriculture", "health", "culture"))
    code, said = train(lanmu, "four.csv", "--name", "four")
    assert code == 3, said
    assert (tmp_path / FOLDER / "current").read_text("utf-8").strip() == "model"
    assert lanmu(*hint(said)).returncode == 0
    assert "文艺" in lanmu("models", "show", "--models", FOLDER).stdout


@pytest.mark.slow
def test_a_model_that_nobody_wants_promoted_ends_with_0_and_says_how(lanmu: Lanmu, tmp_path: Path) -> None:
    write_labels(tmp_path / "good.csv")
    code, said = train(lanmu, "good.csv", "--no-promote")
    assert code == 0 and "model is kept" in said, said
    assert lanmu(*hint(said)).returncode == 0
    assert (tmp_path / FOLDER / "current").read_text("utf-8").strip() == "model"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows bounds no files")
def test_a_disk_that_takes_no_model_is_said_in_a_line(tmp_path: Path) -> None:
    write_labels(tmp_path / "good.csv")
    code = (
        "import resource\n"
        "from lanmu.__main__ import main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "main()\n"
    )
    command = [sys.executable, "-c", code, "train", "--labels", "good.csv", "--own-categories", "--models", FOLDER]
    done = subprocess.run(command, capture_output=True, cwd=tmp_path, timeout=250, check=False, text=True)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr and FOLDER in done.stderr and "File too large" in done.stderr, done.stderr
    assert not (tmp_path / FOLDER / "current").exists()


@pytest.mark.parametrize("name", ["../evil", "a/b"])
def test_a_name_that_leaves_the_folder_is_refused_before_any_work(lanmu: Lanmu, tmp_path: Path, name: str) -> None:
    write_labels(tmp_path / "good.csv")
    code, said = train(lanmu, "good.csv", "--name", name)
    assert code == 2 and "name" in said, said
    assert not (tmp_path / "evil").exists() and not list(tmp_path.glob("**/weights.safetensors"))
