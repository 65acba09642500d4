"""The queue over HTTP: put in, listed, settled, taken back; the labels' way to labels.csv."""

from __future__ import annotations

from pathlib import Path

from lanmu.service.store.records import today
from tests.service.articles import CLINIC, DOUBTFUL, EVERY, HARVEST, HOSTILE, MATCH
from tests.service.conftest import App
from tests.waiting import eventually
from training.labels.file import Label, read_labels


def labels_of(path: Path, count: int) -> dict[str, Label]:
    """The desk's labels by title, once there are ``count`` of them."""

    def found() -> dict[str, Label]:
        return {label.title: label for label in read_labels(path).labels if label.id != "earlier-1"}

    eventually(lambda: len(found()) == count, lambda: f"{count} labels of the desk in {path} (there are {found()})")
    return found()


def put_in(app: App, *articles: dict[str, str]) -> list[int]:
    answer = app.api.post("/api/v1/articles", json={"articles": list(articles)})
    assert answer.status_code == 201, answer.text
    return [one["number"] for one in answer.json()["articles"]]


def test_an_article_is_put_in_once(app: App) -> None:
    first = app.api.post("/api/v1/articles", json={"articles": [HARVEST, MATCH, HARVEST]}).json()["articles"]
    assert [one["new"] for one in first] == [True, True, False]
    again = app.api.post("/api/v1/articles", json={"articles": [{**HARVEST, "id": "other"}]}).json()["articles"]
    assert (again[0]["new"], again[0]["number"]) == (False, first[0]["number"])
    assert app.api.get("/api/v1/articles").json()["total"] == 2


def test_listing_and_searching(app: App) -> None:
    put_in(app, *EVERY)
    listed = app.api.get("/api/v1/articles", params={"search": "采棉机"}).json()
    assert [one["title"] for one in listed["articles"]] == [HARVEST["title"]]
    assert listed["articles"][0]["text"] == HARVEST["text"]
    sports = app.api.get("/api/v1/articles", params={"category": "sports", "first_day": today()}).json()
    assert MATCH["title"] in [one["title"] for one in sports["articles"]]
    one_page = app.api.get("/api/v1/articles", params={"limit": 2, "offset": 4}).json()
    assert (one_page["total"], len(one_page["articles"])) == (5, 1)
    useful = app.api.get("/api/v1/articles", params={"order": "useful"}).json()["articles"]
    assert useful and all(one["state"] == "review" for one in useful)
    margins = [one["ranking"][0]["probability"] - one["ranking"][1]["probability"] for one in useful]
    assert margins[0] == min(margins)
    for wrong in ({"limit": 0}, {"offset": -1}, {"state": "lost"}, {"first_day": "morgen"}, {"limit": 10**30}):
        assert app.api.get("/api/v1/articles", params=wrong).status_code == 422, wrong


def test_settled_labels_arrive_in_the_labels_file(app: App) -> None:
    harvest, match, clinic = put_in(app, HARVEST, MATCH, CLINIC)
    path = app.service.settings.labels
    before = read_labels(path).labels
    settled = app.api.put(f"/api/v1/articles/{harvest}/label", json={"category": "三农", "seen": 0}).json()
    assert (settled["state"], settled["label"], settled["labelled_by"]) == ("settled", "agriculture", "token")
    app.api.put(f"/api/v1/articles/{match}/label", json={"category": "health"})
    labels = labels_of(path, 2)
    assert (labels[HARVEST["title"]].category, labels[MATCH["title"]].category) == ("agriculture", "health")
    assert labels[HARVEST["title"]].text == HARVEST["text"]
    assert app.api.post("/api/v1/undo").json()["settlements"][0]["article"] == match
    assert set(labels_of(path, 1)) == {HARVEST["title"]}
    app.api.post(f"/api/v1/articles/{clinic}/skip", json={})
    accepted = app.api.post("/api/v1/articles/accept", json={"numbers": [harvest, match, clinic, 999]}).json()
    assert [one["article"] for one in accepted["settlements"]] == [match, clinic]
    assert len(labels_of(path, 3)) == 3
    assert read_labels(path).labels[: len(before)] == before
    assert app.service.writer.flush() == 0


def test_two_people_at_one_article(app: App) -> None:
    (number,) = put_in(app, DOUBTFUL)
    assert app.api.put(f"/api/v1/articles/{number}/label", json={"category": "sports", "seen": 0}).status_code == 200
    late = app.api.put(f"/api/v1/articles/{number}/label", json={"category": "health", "seen": 0})
    assert late.status_code == 409
    assert "labelled article 1 meanwhile" in late.json()["detail"]
    wrong = app.api.put(f"/api/v1/articles/{number}/label", json={"category": "天气"})
    assert wrong.status_code == 422 and "天气" in wrong.json()["detail"]
    assert app.api.get("/api/v1/articles/12345").status_code == 404
    assert app.api.put("/api/v1/articles/12345/label", json={"category": "sports"}).status_code == 404


def test_progress_and_who_did_what(app: App) -> None:
    numbers = put_in(app, HARVEST, MATCH, CLINIC)
    app.api.put(f"/api/v1/articles/{numbers[0]}/label", json={"category": "sports"})
    progress = app.api.get("/api/v1/progress").json()
    assert (progress["arrived"], progress["settled_today"], progress["people"]) == (3, 1, {"token": 1})
    assert progress["states"]["settled"] == 1
    deeds = app.api.get("/api/v1/settlements", params={"article": numbers[0]}).json()["settlements"]
    assert [(deed["action"], deed["category"], deed["title"]) for deed in deeds] == [
        ("choose", "sports", HARVEST["title"])
    ]


def test_markup_stays_text(app: App) -> None:
    (number,) = put_in(app, HOSTILE)
    answer = app.api.get(f"/api/v1/articles/{number}")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    body = answer.json()
    assert (body["title"], body["text"], body["id"]) == (HOSTILE["title"], HOSTILE["text"], HOSTILE["id"])
    app.api.put(f"/api/v1/articles/{number}/label", json={"category": "health"})
    label = labels_of(app.service.settings.labels, 1)[HOSTILE["title"]]
    assert label.category == "health"
    assert label.text == HOSTILE["text"].replace("\x00", "").replace("\x1b", "")


def test_a_file_is_put_in(app: App) -> None:
    page = f"# {HARVEST['title']}\n{HARVEST['text']}\n\n# {MATCH['title']}\n{MATCH['text']}\n"
    answer = app.api.post("/api/v1/articles/file", files={"file": ("A1.md", page)})
    assert answer.status_code == 201, answer.text
    kept = app.api.get("/api/v1/articles", params={"origin": "upload"}).json()["articles"]
    assert {one["source"]["path"] for one in kept} == {"A1.md"}
    assert len(kept) == 2
