"""What the desk gives to take away: lists as CSV, JSON and Parquet, a sheet for the printer; and what lists show."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from classifier.article import Article
from lanmu.service.container import Service
from lanmu.service.store import Store, queue
from lanmu.service.store.labelling import Card
from lanmu.service.store.queue import ArticleFilter
from tests.service.desk_made import CLINIC, HARVEST, MATCH, made_service, many, sign_in, take_in
from tests.service.running import running
from tests.waiting import eventually

FORMULA = Article("f1", "=HYPERLINK(\"http://a.example\")", "卫生院的医生\x01给老人量血压。")  # fmt: skip
UNTITLED = Article("u1", "", "本报讯 县卫生院的医生昨日到河湾村给老人量血压，还送去了常用的药品。")


@pytest.fixture
def service(tmp_path: Path, small_model_folder: Path) -> Service:
    made = made_service(tmp_path / "home", small_model_folder)
    take_in(made, [CLINIC, UNTITLED], origin="api", review=True)
    take_in(made, [HARVEST, MATCH, FORMULA])
    return made


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with running(service, base_url="http://127.0.0.1", headers={"Accept": "text/html"}) as browser:
        sign_in(browser, "李编辑")
        yield browser


def test_a_list_for_excel_has_a_mark_chinese_heads_and_no_formula(client: TestClient) -> None:
    answer = client.get("/articles/download")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "%E7%A8%BF%E4%BB%B6" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [row["编号"] for row in rows] == ["f1", "a2", "a1", "u1", "a3"]
    by_id = {row["编号"]: row for row in rows}
    assert by_id["f1"]["标题"].startswith("'=") and "\x01" not in by_id["f1"]["正文"]
    assert by_id["a1"]["类别"] == "三农" and by_id["a1"]["正文"] == HARVEST.text
    assert by_id["a3"]["状态"] == "待审核"
    english = client.get("/articles/download", headers={"Accept-Language": "en"}).content.decode("utf-8-sig")
    assert english.startswith("number,id,date,title,category")


def test_a_download_holds_what_the_filter_passes(client: TestClient) -> None:
    page = client.get("/articles?category=sports").text
    assert "/articles/download?form=parquet&amp;category=sports" in page
    lines = client.get("/articles/download?form=jsonl&category=sports").content.decode().splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["a2"]
    table = pq.read_table(io.BytesIO(client.get("/articles/download?form=parquet&state=review").content))
    assert table.column("id").to_pylist() == ["u1", "a3"]
    assert table.column("text").to_pylist()[1] == CLINIC.text


def test_walking_meets_each_article_once(service: Service) -> None:
    take_in(service, many(23))
    store: Store = service.store
    numbers = [one.number for one in queue.walk(store, ArticleFilter(), piece=5)]
    assert numbers == list(range(28, 0, -1))


def test_who_labelled_what_as_a_table(client: TestClient) -> None:
    page = client.get("/review").text
    csrf = page.split('name="csrf" content="')[1].split('"')[0]
    client.post("/articles/bulk", data={"csrf": csrf, "number": ["3", "4"]})
    rows = list(csv.reader(io.StringIO(client.get("/labels/download").content.decode("utf-8-sig"), newline="")))
    assert rows[0][1] == "人员" and {row[5] for row in rows[1:]} == {HARVEST.title, MATCH.title}


def test_a_days_sheet_says_where_each_article_stands(client: TestClient) -> None:
    sheet = client.get("/sheet").text
    assert HARVEST.title in sheet and "A3.txt" in sheet and "☐ 待审核" in sheet
    assert "data-print" in sheet and "下载" not in sheet.split("</header>")[0]
    assert "这一天没有来稿" in client.get("/sheet?day=2001-01-01").text


def test_lists_show_the_first_words_where_a_title_does_not_tell(client: TestClient, service: Service) -> None:
    for path in ("/", "/articles"):
        page = client.get(path).text
        assert "〔本报讯 县卫生院的医生昨日到河湾村" in page, path
        assert '<span class="opening">医生给老人量血压' in page, path  # a doubtful one
        assert '<span class="opening">村里的棉田' not in page, path


def test_a_labelled_article_shows_its_label_first(client: TestClient) -> None:
    page = client.get("/review").text
    csrf = page.split('name="csrf" content="')[1].split('"')[0]
    client.post("/articles/bulk", data={"csrf": csrf, "number": "4", "category": "health", "change": "1"})
    shown = client.get("/articles/4").text
    assert shown.index("已定：") < shown.index('class="choices"')
    assert "改回模型的类别" in shown and "primary accept" not in shown
    assert 'is-label" aria-current="true" name="category" value="health"' in shown


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_doubtful_labels_are_found_and_lead_to_their_articles(tmp_path: Path, small_model_folder: Path) -> None:
    service = made_service(tmp_path / "home", small_model_folder)
    articles = many(36)
    take_in(service, articles, review=True)
    with running(service, base_url="http://127.0.0.1", headers={"Accept": "text/html"}) as client:
        csrf = sign_in(client, "何主编")
        kinds = ("agriculture", "sports", "health")
        for number in range(1, 37):  # the second match is called a health item
            service.review.label(Card(number), "health" if number == 5 else kinds[(number - 1) % 3], "李编辑")
        assert "可能标错的" in client.get("/examine").text
        client.post("/examine/start", data={"csrf": csrf, "kind": "suspects"})
        eventually(lambda: service.jobs.latest(1, "suspects")[0].status != "running")
        page = client.get("/examine").text
        assert '<a href="/articles/5">' in page, page
        assert client.get("/examine/report/99").status_code == 404
        take_in(service, [CLINIC, HARVEST, MATCH], review=True)
        for kind in ("next", "drift"):
            client.post("/examine/start", data={"csrf": csrf, "kind": kind})
            eventually(lambda kind=kind: service.jobs.latest(1, kind)[0].status != "running")
            assert service.jobs.latest(1, kind)[0].status == "done", service.jobs.log(
                service.jobs.latest(1, kind)[0].number
            )
        page = client.get("/examine").text
        unlabelled = page[page.index("下一步标什么") : page.index("可能标错的")]
        assert f'<a href="/articles/{37}">' in unlabelled and '<a href="/articles/5">' not in unlabelled
        drift = client.get(f"/examine/drift/{service.jobs.latest(1, 'drift')[0].number}")
        assert "sandbox;" in drift.headers["Content-Security-Policy"] and "篇" in drift.text


def test_a_search_finds_ids_files_and_phrases(service: Service) -> None:
    def found(search: str) -> list[str]:
        with service.store.reading() as connection:
            return [one.article.id for one in queue.page(connection, ArticleFilter(search=search)).articles]

    assert found("A3.txt") == ["a1"] and found("f1") == ["f1"]
    assert found("老人 血压") == ["f1", "u1", "a3"]
    assert found("“给老人量血压、测血糖”") == ["a3"] and found('"血压 老人"') == []
    assert found("「合作社的采棉机」 棉花") == ["a1"]
