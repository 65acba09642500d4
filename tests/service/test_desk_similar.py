"""Beside the text: what belongs to the likeliest categories, and what like articles were labelled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from lanmu.service.container import Service
from lanmu.service.similar import SimilarLabels
from lanmu.service.store.labelling import Card
from tests.service.desk_made import CLINIC, HARVEST, MATCH, made_service, sign_in, take_in
from training.labels.file import Label, labels_csv

LIKE_MATCH = replace(
    MATCH, id="m2", title="县篮球联赛开赛", text=f"八支队伍参赛。{MATCH.text[:30]}", source=MATCH.source
)


@pytest.fixture
def service(tmp_path: Path, small_model_folder: Path) -> Service:
    made = made_service(tmp_path / "home", small_model_folder)
    take_in(made, [MATCH, HARVEST, CLINIC, LIKE_MATCH], review=True)
    return made


def test_the_likest_label_comes_first_and_no_line_is_like_itself(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    labels = [
        Label("m1", "sports", "desk", "2026-03-01", MATCH.title, MATCH.text),
        Label("h1", "agriculture", "desk", "2026-03-01", HARVEST.title, HARVEST.text),
        Label("m2", "sports", "desk", "2026-03-02", LIKE_MATCH.title, LIKE_MATCH.text),
    ]
    path.write_bytes(labels_csv(labels))
    similar = SimilarLabels(path)
    assert [one.id for one in similar.find(LIKE_MATCH.title, LIKE_MATCH.text)] == ["m1"]
    assert [one.id for one in similar.find("县篮球联赛收官", MATCH.text, but="m1")][:1] == ["m2"]
    assert similar.find("", "") == [] and SimilarLabels(tmp_path / "none.csv").find("县篮球联赛", "") == []


def test_a_page_shows_them_with_their_labels_and_the_guideline(client: TestClient, service: Service) -> None:
    sign_in(client, "李编辑")
    service.review.label(Card(1), "health", "李编辑")
    service.writer.flush()
    shown = client.get("/articles/4/similar").text
    assert '<a href="/articles/1">县篮球联赛落幕</a>' in shown and "棉花" not in shown
    assert client.get("/articles/4/similar", headers={"HX-Request": "true"}).text.count("<html") == 0
    assert 'hx-get="/articles/4/similar"' in client.get("/review/4/card").text
    assert 'hx-get="/articles/1/similar"' not in client.get("/review/1/card?reading=second").text
    assert client.get("/articles/99/similar").status_code == 404
