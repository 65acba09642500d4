"""The doubtful articles of a scored archive on the desk: each once, with its id and where it came from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from classifier.model.topic_model import TopicModel
from lanmu.archive.doubtful import choose_doubtful, read_finished_plan, read_texts
from lanmu.archive.folder import choose_target
from lanmu.service.store import queue
from lanmu.service.store.queue import ArticleFilter
from tests.archive.made import scored, write_parquet
from tests.conftest import Lanmu
from tests.service.articles import CLINIC, DOUBTFUL, HARVEST, MATCH
from tests.service.conftest import App


def vague(count: int) -> list[dict[str, str]]:
    """Articles on which the small model cannot settle."""
    return [
        {
            "id": f"=2009-{i}",
            "date": "2009-03-02",
            "title": f"+村里的运动会·其{i}",
            "text": f"{DOUBTFUL['text']}第{i}场。",
        }
        for i in range(count)
    ]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "2009"
    folder.mkdir()
    lines = [*vague(6), {**HARVEST, "date": "2009-03-02"}, MATCH]
    (folder / "march.jsonl").write_text("".join(json.dumps(a, ensure_ascii=False) + "\n" for a in lines), "utf-8")
    write_parquet(
        folder / "april.parquet",
        [{**one, "id": f"april-{one['id']}", "title": f"{one['title']}·四月"} for one in [*vague(3), CLINIC]],
    )
    return folder


@pytest.mark.slow
def test_doubtful_articles_are_put_in_once_with_their_ids(
    app: App, archive: Path, tmp_path: Path, home: Path, lanmu: Lanmu
) -> None:
    scored([archive], tmp_path / "tagged", home / "models" / "small")
    first = lanmu("review", tmp_path / "tagged", "--home", home, "--models", home / "models", "--most", "4")
    assert first.returncode == 0, first.stderr
    rest = lanmu("review", tmp_path / "tagged", "--home", home, "--models", home / "models")
    again = lanmu("review", tmp_path / "tagged", "--home", home, "--models", home / "models")
    assert "4 articles" in first.stderr and "5 articles" in rest.stderr and "0 articles" in again.stderr
    with app.service.store.reading() as connection:
        queued = queue.page(connection, ArticleFilter(origin="archive")).articles
        waiting = queue.review_numbers(connection)[1]
    assert {one.article.id for one in queued} == {
        *(f"=2009-{i}" for i in range(6)),
        *(f"april-=2009-{i}" for i in range(3)),
    }
    assert waiting == 9
    one = next(one for one in queued if one.article.id == "=2009-4")
    assert one.article.source.path.endswith("2009/march.jsonl") and one.article.source.position == 5
    assert one.article.text == vague(5)[4]["text"] and one.article.date == "2009-03-02"
    assert one.state == "review" and one.tagged.reasons and one.model == "small"


def test_every_form_of_output_does(archive: Path, tmp_path: Path, small_model_folder: Path) -> None:
    model = TopicModel.load(small_model_folder, engine="python")
    for name in ("folder", "out.db", "out.csv", "out.jsonl", "out.parquet"):
        run = choose_target(str(tmp_path / name))
        scored([archive], tmp_path / name, small_model_folder)
        plan = read_finished_plan(run)
        doubtful = list(read_texts(plan, run, choose_doubtful(run, plan, 100), model))
        assert len(doubtful) == 9 and all(one.article.text and one.decision == "review" for one in doubtful), name
        assert {one.reasons for one in doubtful} == {("below_threshold",)}, name


def test_archive_articles_are_on_no_day_and_their_labels_keep_the_id(
    app: App, archive: Path, tmp_path: Path, home: Path, lanmu: Lanmu
) -> None:
    scored([archive], tmp_path / "tagged", home / "models" / "small")
    lanmu("review", tmp_path / "tagged", "--home", home, "--models", home / "models")
    assert app.api.get("/api/v1/articles", params={"origin": "archive"}).json()["total"] == 9
    with app.service.store.reading() as connection:
        one = queue.page(connection, ArticleFilter(search="+村里的运动会·其2")).articles[-1]
    assert one.day == ""
    answer = app.api.put(f"/api/v1/articles/{one.number}/label", json={"category": "sports", "seen": one.version})
    assert answer.status_code == 200, answer.text
    app.service.writer.flush()
    assert "=2009-2,sports" in (home / "labels.csv").read_text("utf-8")


def test_what_changed_since_is_counted_and_left_out(
    app: App, archive: Path, tmp_path: Path, home: Path, lanmu: Lanmu
) -> None:
    scored([archive], tmp_path / "tagged", home / "models" / "small")
    with (archive / "march.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n")
    done = lanmu("review", tmp_path / "tagged", "--home", home, "--models", home / "models")
    assert done.returncode == 1
    assert "3 articles" in done.stderr and "6 articles of the run are not in their sources" in done.stderr


def test_a_folder_without_a_run_is_refused(app: App, tmp_path: Path, home: Path, lanmu: Lanmu) -> None:
    done = lanmu("review", tmp_path / "nothing", "--home", home)
    assert done.returncode == 2 and "holds no run" in done.stderr
    assert not (tmp_path / "nothing").exists()
