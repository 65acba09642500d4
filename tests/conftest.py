"""What the tests share: a small model fitted on a few sentences, and the command line run for real."""

from __future__ import annotations

import gc
import io
import os
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path

import pytest
from hypothesis import settings

from classifier.taxonomy import Taxonomy, read_taxonomy
from classifier.text import CharacterTable, character_table
from lanmu.__main__ import main

settings.register_profile("lanmu", deadline=None)  # no test fails for a slow machine
settings.load_profile("lanmu")

Lanmu = Callable[..., subprocess.CompletedProcess[str]]


def pytest_collection_finish() -> None:
    """What is imported by now stays to the end, and need not be looked through for garbage again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def table() -> CharacterTable:
    return character_table()


@pytest.fixture(scope="session")
def taxonomy() -> Taxonomy:
    return read_taxonomy()


@pytest.fixture(scope="session")
def small_model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of three categories, written to disk."""
    from tests.small_model import small_model  # loads scikit-learn, which the process that hands tests out never needs

    return small_model(tmp_path_factory.mktemp("models") / "small")


@pytest.fixture
def lanmu_process(tmp_path: Path) -> Lanmu:
    """Run the command line in an empty folder as a process of its own, as a person does."""

    def run(*arguments: str | Path, stdin: str | bytes = "", cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "lanmu", *map(str, arguments)]
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "100"}
        done = subprocess.run(
            command, input=as_bytes(stdin), capture_output=True, cwd=cwd, env=environment, timeout=250, check=False
        )
        return told(command, done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def lanmu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lanmu:
    """Run the command line in an empty folder, but in this process: its start would take longer than its work."""

    def run(*arguments: str | Path, stdin: str | bytes = "", cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        command = ["lanmu", *map(str, arguments)]
        streams = {"stdin": Held(as_bytes(stdin)), "stdout": Held(), "stderr": Held()}
        with monkeypatch.context() as patch:
            patch.chdir(cwd)
            patch.setenv("COLUMNS", "100")
            patch.setenv("PYTHONSAFEPATH", "1")
            patch.setattr(sys, "argv", command)
            for name, held in streams.items():
                patch.setattr(sys, name, io.TextIOWrapper(held, "utf-8", line_buffering=name == "stderr"))
            try:
                copy_context().run(main)
                code = 0
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
            except Exception:
                traceback.print_exc()
                code = 1
            for stream in (sys.stdout, sys.stderr):
                if not stream.closed:
                    stream.flush()
        return told(command, code, streams["stdout"].getvalue(), streams["stderr"].getvalue())

    return run


class Held(io.BytesIO):
    """Bytes that can still be looked at when the stream over them has been closed."""

    def close(self) -> None:
        pass


def as_bytes(given: str | bytes) -> bytes:
    return given.encode() if isinstance(given, str) else given


def told(command: list[str], code: int, stdout: bytes, stderr: bytes) -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess(
        command, code, stdout.decode("utf-8", "replace"), stderr.decode("utf-8", "replace")
    )
