"""Models over HTTP: listed, promoted, rolled back; training started, refused, ended; what a new folder begins with."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from classifier.errors import LabelsError
from classifier.files import find_shipped
from classifier.model.versions import Registry
from lanmu.service.container import seed
from lanmu.service.job_process import enough
from lanmu.service.settings import prepare
from tests.service.conftest import App
from tests.small_model import small_model
from tests.waiting import eventually
from training.labels.file import Label


def ended(app: App, number: int) -> dict[str, Any]:
    """The training, once it is no longer running."""

    def found() -> dict[str, Any] | None:
        training: dict[str, Any] = app.api.get(f"/api/v1/trainings/{number}").json()
        return None if training["status"] == "running" else training

    return eventually(found, "the end of the training") or {}


def test_versions_are_listed_promoted_and_rolled_back(app: App, home: Path) -> None:
    small_model(home / "models" / "second")
    listed = app.api.get("/api/v1/models").json()
    assert (listed["current"], listed["answering"]) == ("small", "small")
    assert [one["name"] for one in listed["models"]] == ["second", "small"]
    shown = app.api.get("/api/v1/models/second").json()
    assert (shown["categories"], shown["current"]) == (3, False)
    assert [one["id"] for one in shown["manifest"]["taxonomy"]] == ["agriculture", "sports", "health"]
    assert app.api.post("/api/v1/models/second/promote").json() == {"current": "second"}
    assert app.api.get("/api/v1/models").json()["current"] == "second"
    assert app.api.post("/api/v1/models/rollback").json() == {"current": "small"}
    assert app.api.post("/api/v1/models/rollback").status_code == 400
    for name in ("third", "..", "%2e%2e%2fmodels", "current"):
        assert app.api.get(f"/api/v1/models/{name}").status_code == 404, name
        assert app.api.post(f"/api/v1/models/{name}/promote").status_code in (404, 405), name


def test_a_training_with_too_few_labels_says_so(app: App) -> None:
    started = app.api.post("/api/v1/trainings")
    assert started.status_code == 202
    assert app.api.post("/api/v1/trainings").status_code == 409
    training = ended(app, started.json()["number"])
    assert training["status"] == "failed"
    assert "two categories" in training["error"] and "two categories" in training["log"]
    assert app.api.get("/api/v1/trainings").json()["trainings"][0]["number"] == training["number"]
    assert app.api.get("/api/v1/trainings/999").status_code == 404
    assert app.api.get("/readyz").json()["ready"]


def test_stopping_the_service_stops_its_training(app: App) -> None:
    number = app.service.jobs.begin("train", "li")
    app.service.jobs.stop()
    assert ended(app, number)["status"] == "stopped"


def test_single_labels_wait_for_their_second() -> None:
    labels = tuple(
        Label(str(i), category) for i, category in enumerate(["sports", "sports", "health", "health", "law"])
    )
    assert [label.category for label in enough(labels)] == ["sports", "sports", "health", "health"]
    with pytest.raises(LabelsError, match="3 labels so far"):
        enough(labels[2:])


def test_a_new_folder_begins_with_the_shipped_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LANMU_MODELS", raising=False)
    settings = prepare(tmp_path / "new", {})
    seed(settings)
    assert Registry(settings.models).current == Registry(find_shipped("models")).current
    assert not settings.labels.exists()


def test_ones_own_model_comes_with_its_labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    small_model(tmp_path / "models" / "ours")
    Registry(tmp_path / "models").promote("ours")
    (tmp_path / "labels.csv").write_text("id,category,text\na1,sports,决赛打满四节。\n", "utf-8")
    settings = prepare(tmp_path / "new", {})
    seed(settings)
    assert Registry(settings.models).current == "ours"
    assert settings.labels.read_bytes() == (tmp_path / "labels.csv").read_bytes()
    shutil.rmtree(tmp_path / "models")
    settings.labels.write_text("id,category,text\n", "utf-8")
    seed(settings)
    assert settings.labels.read_text("utf-8") == "id,category,text\n"
