"""Processes that lanmu starts import nothing from the folder they run in: others may have put files there."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from classifier.processes import python_command
from tests.reading.word_files import paragraph, word_file
from tests.service.articles import HARVEST
from tests.service.conftest import App
from tests.waiting import eventually

PLANTED = (
    "lxml",
    "docx",
    "zipfile",
    "json",
    "multiprocessing",
    "pypdfium2",
    "python_calamine",
    "doc2docx",
    "sklearn",
    "scipy",
    "numba",
)


def plant(folder: Path, marker: Path) -> None:
    """Modules that leave a marker where they are imported."""
    for name in PLANTED:
        code = f"open({str(marker)!r}, 'a').write(__name__)\nraise SystemExit(3)\n"
        (folder / f"{name}.py").write_text(code, "utf-8")


@pytest.mark.parametrize("module", ["layout.pdf_process", "tables.sheet_process", "documents.word97"])
def test_a_process_of_ours_imports_nothing_from_where_it_runs(module: str, tmp_path: Path) -> None:
    plant(tmp_path, tmp_path / "ran")
    command = python_command(f"classifier.reading.{module}")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, input=b"", cwd=tmp_path, env=environment, timeout=60, check=False)
    assert done.returncode == 0
    assert not (tmp_path / "ran").exists()


def test_uploads_and_training_run_no_code_of_the_current_or_the_data_folder(
    app: App, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    for folder in (here, home):
        plant(folder, tmp_path / "ran")
    monkeypatch.chdir(here)
    word = word_file(paragraph(HARVEST["title"], style="1") + paragraph(HARVEST["text"]))
    body = app.api.post("/api/v1/tag/file", files={"file": ("棉花.docx", word)}).json()
    assert [article["category"] for article in body["articles"]] == ["agriculture"], body
    number = app.service.jobs.begin("train", "admin")
    eventually(lambda: app.service.jobs.get(number).status != "running")
    assert "labels so far" in app.service.jobs.log(number)
    assert not (tmp_path / "ran").exists()
