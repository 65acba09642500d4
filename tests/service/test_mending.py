"""What reading did wrong is put right on the desk: headlines, merges, splits; articles deleted, or forgotten by age."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from classifier.article import Article, Source
from lanmu.service.container import Service
from lanmu.service.store import audit, change_log, queue
from lanmu.service.store.labelling import Card
from lanmu.service.store.records import QueuedArticle
from tests.service.desk_made import CLINIC, MATCH, made_service, sign_in, take_in
from tests.service.running import running
from training.labels.file import read_labels

HTML = {"Accept": "text/html"}
HEAD = Article("p1", "棉花进入采收期", "村里的棉田白成一片。\n合作社的采棉机昼夜不停。", source=Source("A1.txt", "", 1))
TAIL = Article("p2", "", "农户算着今年亩产和收购价。\n种粮大户抢着浇越冬水。", source=Source("A1.txt", "", 2))
OTHER = Article("p3", "县医院开出首台手术", "骨科医生用关节镜修复半月板。", source=Source("A1.txt", "", 3))


@pytest.fixture
def service(tmp_path: Path, small_model_folder: Path) -> Service:
    made = made_service(tmp_path / "home", small_model_folder)
    take_in(made, [HEAD, TAIL, OTHER, MATCH], review=True)
    return made


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with running(service, base_url="http://127.0.0.1", headers=HTML) as browser:
        yield browser


def article(service: Service, number: int) -> QueuedArticle:
    with service.store.reading() as connection:
        queued = queue.get(connection, number)
    assert queued is not None
    return queued


def form(service: Service, number: int, csrf: str, **more: object) -> dict[str, object]:
    queued = article(service, number)
    return {"csrf": csrf, "seen": queued.version, "token": queued.token, **more}


def lines(service: Service) -> dict[str, str]:
    """The labels file without the label from before, by title."""
    service.writer.flush()
    return {one.title: one.category for one in read_labels(service.settings.labels).labels if one.id != "x1"}


def told(service: Service) -> list[str]:
    with service.store.reading() as connection:
        return [one.kind for one in change_log.since(connection, 0)]


def test_a_page_shows_its_articles_in_their_order(client: TestClient) -> None:
    sign_in(client, "赵读者")
    assert "看整个版面（3 篇）" in client.get("/articles/2").text
    page = client.get("/articles/2/page").text
    places = [page.index(text) for text in (HEAD.title, "农户算着", OTHER.title)]
    assert places == sorted(places)
    assert 'id="a2"' in page and "把下一篇并进来" not in page  # who only reads changes nothing
    assert "看整个版面" not in client.get("/articles/4").text


def test_two_pieces_become_one_and_come_again_as_one(client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "李编辑")
    service.review.label(Card(1), "agriculture", "李编辑")
    answer = client.post("/articles/1/merge", data=form(service, 1, csrf, other=2))
    assert "已合并" in answer.text
    merged = article(service, 1)
    assert merged.article.text == f"{HEAD.text}\n{TAIL.text}"
    assert (merged.state, merged.label) == ("settled", "agriculture")
    assert lines(service) == {HEAD.title: "agriculture"}
    assert read_labels(service.settings.labels).labels[-1].text == merged.article.text
    assert client.get("/articles/2").url.path == "/articles/1"
    assert take_in(service, [HEAD, TAIL]) == [1, 1]
    with service.store.reading() as connection:
        assert queue.page(connection).total == 3
        assert [one.action for one in audit.entries(connection)][:1] == ["articles merged"]
    assert told(service) == ["article.labelled", "article.labelled", "article.removed"]


def test_one_article_becomes_two(client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "李编辑")
    answer = client.post("/articles/1/split", data=form(service, 1, csrf, paragraph=1, title="采棉机昼夜作业"))
    assert "已拆成两篇" in answer.text
    new = int(answer.url.path.rsplit("/", 1)[1])
    first, second = article(service, 1), article(service, new)
    assert (first.article.title, first.article.text) == (HEAD.title, "村里的棉田白成一片。")
    assert (second.article.title, second.article.text) == ("采棉机昼夜作业", "合作社的采棉机昼夜不停。")
    assert (second.day, second.origin, second.article.source.path) == (first.day, first.origin, "A1.txt")
    assert take_in(service, [HEAD]) == [1]  # the same file again finds what it has become
    bad = client.post("/articles/1/split", data=form(service, 1, csrf, paragraph=1))
    assert bad.status_code == 400 and "两篇都要有内容" in bad.text


def test_a_headline_is_changed_and_the_article_tagged_anew(client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "李编辑")
    service.review.label(Card(2), "agriculture", "李编辑")
    before = article(service, 2)
    stale = form(service, 2, csrf, title="改过了")
    answer = client.post("/articles/2/edit", data=form(service, 2, csrf, title="亩产和收购价", column="乡村"))
    assert "已修改" in answer.text
    changed = article(service, 2)
    assert (changed.article.title, changed.article.column, changed.label) == ("亩产和收购价", "乡村", "agriculture")
    assert changed.tagged.probability != before.tagged.probability
    assert lines(service) == {"亩产和收购价": "agriculture"}
    assert client.post("/articles/2/edit", data=stale).status_code == 409
    empty = client.post("/articles/4/edit", data=form(service, 4, csrf, title="长" * 501))
    assert empty.status_code == 400 and "标题最多 500 个字符" in empty.text


def test_a_deleted_article_is_gone_with_its_label_and_may_come_again(client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "李编辑")
    service.review.label(Card(4), "sports", "李编辑")
    assert lines(service) == {MATCH.title: "sports"}
    assert "请先勾选" in client.post("/articles/4/delete", data=form(service, 4, csrf)).text
    assert "已删除" in client.post("/articles/4/delete", data=form(service, 4, csrf, sure="yes")).text
    assert lines(service) == {}
    assert client.get("/articles/4").status_code == 404
    for page in ("/", "/articles", "/review", "/charts", "/charts?clock=printed", "/labels"):
        answer = client.get(page)
        assert answer.status_code == 200 and (MATCH.title not in answer.text), page
    with service.store.reading() as connection:
        stored = connection.exec_driver_sql("SELECT title, text, fingerprint FROM articles WHERE number = 4").one()
    assert tuple(stored) == ("", "", "removed-4")
    (again,) = take_in(service, [MATCH])
    assert again > 4


@pytest.mark.parametrize(
    ("step", "more"),
    [
        ("edit", {"title": "改过的标题", "column": "乡村"}),
        ("split", {"paragraph": 1, "title": "采棉机昼夜作业"}),
        ("merge", {"other": 2}),
        ("delete", {"sure": "yes"}),
    ],
)
def test_each_step_can_be_taken_back(step: str, more: dict[str, object], client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "李编辑")
    service.review.label(Card(1), "agriculture", "李编辑")
    before, other = article(service, 1), article(service, 2)
    answer = client.post(f"/articles/1/{step}", data=form(service, 1, csrf, **more))
    undo = re.search(r'action="(/mendings/[0-9]+/undo)"', answer.text)
    assert undo is not None, answer.text
    assert lines(service) == {"edit": {"改过的标题": "agriculture"}, "delete": {}}.get(
        step, {HEAD.title: "agriculture"}
    )
    back = client.post(undo[1], data={"csrf": csrf})
    assert back.url.path == "/articles/1" and "已恢复修改前的样子" in back.text
    now = article(service, 1)
    assert (now.article, now.label, now.state, now.tagged) == (
        before.article,
        before.label,
        before.state,
        before.tagged,
    )
    assert article(service, 2).article == other.article
    assert lines(service) == {HEAD.title: "agriculture"}
    with service.store.reading() as connection:
        assert queue.page(connection).total == 4
    assert take_in(service, [HEAD, TAIL]) == [1, 2]
    assert client.post(undo[1], data={"csrf": csrf}).status_code == 409


def test_what_others_did_since_is_not_lost_by_taking_back(client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "李编辑")
    answer = client.post("/articles/1/split", data=form(service, 1, csrf, paragraph=1))
    new = int(answer.url.path.rsplit("/", 1)[1])
    assert "撤销这次修改" in client.get("/articles/1").text
    service.review.label(Card(new), "sports", "王编辑")
    assert "撤销这次修改" not in client.get("/articles/1").text
    refused = client.post("/mendings/1/undo", data={"csrf": csrf})
    assert refused.status_code == 409 and "又有改动" in refused.text
    assert article(service, new).label == "sports"


def test_a_reader_mends_nothing(client: TestClient, service: Service) -> None:
    csrf = sign_in(client, "赵读者")
    for step in ("edit", "merge", "split", "delete"):
        more = {"title": "无", "other": 2, "paragraph": 1, "sure": "yes"}
        assert client.post(f"/articles/1/{step}", data=form(service, 1, csrf, **more)).status_code == 403
    assert "修改稿件" not in client.get("/articles/1").text


def test_old_articles_are_forgotten_and_their_labels_kept(service: Service) -> None:
    with service.store.writing() as connection:
        model = service.settings.models
        assert model.exists()
        connection.exec_driver_sql("UPDATE articles SET day = '2020-01-01', arrived = 1577851200 WHERE number = 1")
    with running(service, base_url="http://127.0.0.1"):
        service.review.label(Card(1), "agriculture", "李编辑")
        assert lines(service) == {HEAD.title: "agriculture"}
        assert service.mending.forget(365) == 1
        assert service.mending.forget(365) == 0
        assert lines(service) == {HEAD.title: "agriculture"}
        with service.store.reading() as connection:
            assert queue.get(connection, 1) is None and queue.page(connection).total == 3


def test_programs_edit_and_delete_too(service: Service) -> None:
    token = {"Authorization": f"Bearer {service.settings.token}"}
    with running(service, base_url="http://127.0.0.1", headers=token) as api:
        take_in(service, [CLINIC])
        edited = api.patch("/api/v1/articles/5", json={"title": "义诊队再进山村", "seen": 0}).json()
        assert (edited["title"], edited["version"]) == ("义诊队再进山村", 1)
        assert api.patch("/api/v1/articles/5", json={"title": "旧的", "seen": 0}).status_code == 409
        assert api.delete("/api/v1/articles/5").status_code == 204
        assert api.delete("/api/v1/articles/5").status_code == 404
        last = api.get("/api/v1/changes").json()["changes"][-1]
        assert (last["type"], last["data"]["id"]) == ("article.removed", CLINIC.id)
