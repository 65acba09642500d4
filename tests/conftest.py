"""What the tests share: a small model fitted on a few sentences, and the command line run for real."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from classifier.taxonomy import Taxonomy, read_taxonomy
from classifier.text import CharacterTable, character_table
from tests.small_model import small_model

Lanmu = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def table() -> CharacterTable:
    return character_table()


@pytest.fixture(scope="session")
def taxonomy() -> Taxonomy:
    return read_taxonomy()


@pytest.fixture(scope="session")
def small_model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of three categories, written to disk."""
    return small_model(tmp_path_factory.mktemp("models") / "small")


@pytest.fixture
def lanmu(tmp_path: Path) -> Lanmu:
    """Run the command line in an empty folder."""

    def run(*arguments: str | Path, stdin: str | bytes = "", cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "100"}
        done = subprocess.run(
            [sys.executable, "-m", "lanmu", *map(str, arguments)],
            input=given,
            capture_output=True,
            cwd=cwd,
            env=environment,
            timeout=250,
            check=False,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        )

    return run
