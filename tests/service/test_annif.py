"""Annif's API, as its own client uses it (against a real server), and its rules about tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from annif_client import AnnifClient
from requests import HTTPError

from lanmu.service.settings import Settings
from tests.service.articles import CLINIC, HARVEST, MATCH
from tests.service.conftest import App, Made, Server
from tests.service.test_queue_api import labels_of
from training.labels.file import read_labels

URI = "urn:lanmu:category:"


@pytest.mark.slow
def test_annifs_own_client_works_unchanged(serve: Callable[..., Server]) -> None:
    server = serve("--open-learn")
    annif = AnnifClient(f"{server.address}/v1/")
    assert "lanmu" in annif.api_info["title"]
    (project,) = annif.projects
    assert annif.get_project(project["project_id"]) == project
    assert (project["language"], project["vocab"]["size"]) == ("zh", 3)
    with pytest.raises(ValueError, match="not found"):
        annif.get_project("yso-en")
    suggestions = annif.suggest("lanmu", text=HARVEST["text"])
    assert (suggestions[0]["uri"], suggestions[0]["label"], suggestions[0]["notation"]) == (
        URI + "agriculture",
        "三农",
        "agriculture",
    )
    assert suggestions == sorted(suggestions, key=lambda one: -one["score"]) and len(suggestions) == 3
    assert len(annif.suggest("lanmu", text=HARVEST["text"], limit=1)) == 1
    assert annif.suggest("lanmu", text=HARVEST["text"], threshold=1.0) == []
    documents = [{"text": MATCH["text"], "document_id": "d1"}, {"text": ""}, {"text": CLINIC["text"]}]
    batch = annif.suggest_batch("lanmu", documents, limit=1)
    assert [one["document_id"] for one in batch] == ["d1", None, None]
    assert [[r["notation"] for r in one["results"]] for one in batch] == [["sports"], [], ["health"]]
    assert annif.detect_language("医生给老人量血压", ["zh", "en"])["results"][0]["language"] == "zh"
    learnt = annif.learn("lanmu", [{"text": MATCH["text"], "subjects": [{"uri": URI + "health", "label": "卫生健康"}]}])
    assert learnt.status_code == 204
    label = next(iter(labels_of(server.home / "labels.csv", 1).values()))
    assert (label.category, label.source, label.text) == ("health", "annif", MATCH["text"])
    with pytest.raises(HTTPError, match="400"):
        annif.learn("lanmu", [{"text": CLINIC["text"], "subjects": [{"uri": "http://www.yso.fi/onto/yso/p1"}]}])
    assert server.stop() == 0


def test_learning_needs_the_token_unless_opened(app: App) -> None:
    body = [{"text": HARVEST["text"], "subjects": [{"uri": URI + "sports"}]}]
    assert app.browser.post("/v1/projects/lanmu/learn", json=body).status_code == 401
    assert app.api.post("/v1/projects/lanmu/learn", json=body).status_code == 204
    assert app.api.post("/v1/projects/lanmu/learn", json=body).status_code == 204
    assert len(labels_of(app.service.settings.labels, 1)) == 1
    deeds = app.api.get("/api/v1/settlements").json()["settlements"]
    assert [(deed["by"], deed["category"]) for deed in deeds] == [("annif", "sports")]


def test_one_unknown_subject_and_nothing_is_learnt(app: App) -> None:
    before = read_labels(app.service.settings.labels).labels
    good = {"text": HARVEST["text"], "subjects": [{"uri": URI + "sports"}]}
    bad = {"text": MATCH["text"], "subjects": [{"uri": URI + "天气"}]}
    answer = app.api.post("/v1/projects/lanmu/learn", json=[good, bad])
    assert answer.status_code == 400 and "document 2" in answer.json()["detail"]
    assert app.api.get("/api/v1/articles").json()["total"] == 0
    app.service.writer.flush()
    assert read_labels(app.service.settings.labels).labels == before


def test_reading_is_open_on_this_machine_only(make_app: Made, settings: Settings) -> None:
    here = make_app(settings)
    form = {"text": HARVEST["text"]}
    assert here.browser.post("/v1/projects/lanmu/suggest", data=form).status_code == 200
    proxied = {"X-Forwarded-For": "203.0.113.9"}
    assert here.browser.post("/v1/projects/lanmu/suggest", data=form, headers=proxied).status_code == 401
    assert here.browser.get("/metrics", headers=proxied).status_code == 401
    assert here.browser.get("/metrics").status_code == 200
    everywhere = make_app(replace(settings, host="0.0.0.0"))
    assert everywhere.browser.get("/v1/projects").status_code == 401
    assert everywhere.api.get("/v1/projects").status_code == 200
    opened = make_app(replace(settings, host="0.0.0.0", open_reading=True))
    assert opened.browser.get("/v1/projects").status_code == 200
    assert opened.browser.post("/v1/projects/lanmu/learn", json=[]).status_code == 401


def test_a_title_may_come_as_metadata(app: App) -> None:
    plain = app.api.post("/v1/projects/lanmu/suggest", data={"text": CLINIC["text"]}).json()["results"]
    titled = app.api.post(
        "/v1/projects/lanmu/suggest", data={"text": CLINIC["text"], "metadata_title": CLINIC["title"]}
    ).json()["results"]
    tagged = app.api.post("/api/v1/tag", json=CLINIC).json()
    assert titled[0]["score"] == tagged["probability"] != plain[0]["score"]
    english = app.api.post("/v1/projects/lanmu/suggest", data={"text": CLINIC["text"], "language": "en"}).json()
    assert english["results"][0]["label"] == "Health"
    finnish = app.api.post("/v1/projects/lanmu/suggest", data={"text": CLINIC["text"], "language": "fi"})
    assert finnish.status_code == 400
    too_many = {"documents": [{"text": "棉田"}] * 33}
    assert app.api.post("/v1/projects/lanmu/suggest-batch", json=too_many).status_code == 422
    assert app.api.post("/v1/projects/lanmu/suggest", data={"text": "棉" * 1_000_001}).status_code == 413
