"""Tagging over HTTP: one, many, a stream, a file; what is refused, and how."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import pytest

from classifier.article import Article
from lanmu.service.settings import ServiceLimits, Settings
from tests.reading.office_files import OFFICE, workbook
from tests.reading.sheets import Column, Sheet, pdf_of
from tests.service.articles import CLINIC, HARVEST, HOSTILE, MATCH
from tests.service.conftest import App, Made

PAGE = (
    "# 棉花进入采收期\n本报讯(记者 田野)河湾村的棉田白成一片。合作社的采棉机昼夜不停,农户算着今年亩产和收购价。\n\n"
    "# 县篮球联赛落幕\n本报讯(记者 江川)决赛打满四节,城关镇队靠一记压哨三分夺得冠军,球迷把体育馆挤得水泄不通。\n"
)
LINES = "application/x-ndjson"


@pytest.fixture(scope="module")
def app(shared_app: App) -> App:
    """Nothing here changes it."""
    return shared_app


def test_one_article_is_tagged_as_the_model_tags_it(app: App) -> None:
    answer = app.api.post("/api/v1/tag", json=HARVEST)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    article = Article(HARVEST["id"], HARVEST["title"], HARVEST["text"])
    expected = app.service.champion.model.tag([article])[0].record()
    assert answer.json() == {**expected, "model": "small"}
    assert answer.json()["category"] == "agriculture"


def test_the_quick_way_and_the_long_way_say_the_same(app: App) -> None:
    quick = app.api.post("/api/v1/tag", json=CLINIC)
    long = app.api.post("/api/v1/tag?explain=false", json=CLINIC)
    assert quick.json() == long.json()
    refused = {"title": 5, "text": None}
    assert app.api.post("/api/v1/tag", json=refused).json() == app.api.post("/api/v1/tag?x=1", json=refused).json()
    empty = {"title": "", "text": " \n"}
    assert app.api.post("/api/v1/tag", json=empty).json() == app.api.post("/api/v1/tag?x=1", json=empty).json()


def test_explaining(app: App) -> None:
    tagged = app.api.post("/api/v1/tag?explain=true", json=MATCH).json()
    assert any(word["word"] == "冠军" and word["weight"] > 0 for word in tagged["evidence"])
    answer = app.api.post("/api/v1/explain", json={**MATCH, "category": "卫生健康", "against": "sports", "limit": 3})
    body = answer.json()
    assert (body["explained"], body["against"], body["category"]) == ("health", "sports", "sports")
    assert len(body["evidence"]) == 3
    assert body["evidence"][0]["weight"] < 0
    assert app.api.post("/api/v1/explain", json={**MATCH, "against": "天气"}).status_code == 422
    same = app.api.post("/api/v1/explain", json={**MATCH, "category": "sports", "against": "sports"})
    assert same.status_code == 422


def test_many_come_back_in_order(app: App) -> None:
    answer = app.api.post("/api/v1/tag/many", json={"articles": [MATCH, HARVEST, HOSTILE]})
    tagged = answer.json()["articles"]
    assert [one["id"] for one in tagged] == ["a2", "a1", HOSTILE["id"]]
    assert [one["category"] for one in tagged[:2]] == ["sports", "agriculture"]
    assert tagged[2]["title"] == HOSTILE["title"]


def test_a_number_may_be_an_id(app: App) -> None:
    assert app.api.post("/api/v1/tag", json={**HARVEST, "id": 42}).json()["id"] == "42"


def test_a_stream_answers_each_line(app: App) -> None:
    lines = [json.dumps(HARVEST, ensure_ascii=False), "", "{not json", json.dumps({"id": "x"}), json.dumps(MATCH)]
    answer = app.api.post("/api/v1/tag/stream", content="\r\n".join(lines), headers={"content-type": LINES})
    answers = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["content-type"].startswith(LINES)
    assert [one.get("category") for one in answers] == ["agriculture", None, None, "sports"]
    assert [one.get("line") for one in answers] == [None, 3, 4, None]
    assert "neither title nor text" in answers[2]["error"]


def test_a_stream_larger_than_any_request(make_app: Made, settings: Settings) -> None:
    limits = ServiceLimits(body_bytes=20_000, line_bytes=10_000, waiting_articles=64)
    app = make_app(replace(settings, limits=limits))
    lines = [json.dumps({**HARVEST, "id": str(i)}) for i in range(300)]
    lines[150] = json.dumps({"id": "长", "text": "棉" * 5_000})
    answer = app.api.post("/api/v1/tag/stream", content="\n".join(lines), headers={"content-type": LINES})
    answers = [json.loads(line) for line in answer.text.splitlines()]
    assert [one.get("id") for one in answers] == [str(i) if i != 150 else None for i in range(300)]
    assert answers[150]["line"] == 151 and "longer than" in answers[150]["error"]
    wrong = app.api.post("/api/v1/tag/stream", content="{}", headers={"content-type": "text/plain"})
    assert wrong.status_code == 415


def test_a_page_is_split_and_tagged(app: App) -> None:
    answer = app.api.post("/api/v1/tag/file", files={"file": ("../../A1.md", PAGE.encode("gb18030"))})
    assert answer.status_code == 200, answer.text
    tagged = answer.json()["articles"]
    assert [one["title"] for one in tagged] == ["棉花进入采收期", "县篮球联赛落幕"]
    assert [one["category"] for one in tagged] == ["agriculture", "sports"]
    assert tagged[0]["source"]["path"] == "A1.md"


def test_a_printed_page_comes_back_with_places(app: App) -> None:
    sheet = Sheet()
    sheet.line(40, 60, HARVEST["title"], 20)
    sheet.body([HARVEST["text"].replace("\n", "")], [Column(40, 100, 160, 220), Column(220, 100, 160, 220)])
    answer = app.api.post("/api/v1/tag/file", files={"file": ("二版.pdf", pdf_of(sheet))})
    assert answer.status_code == 200
    [tagged] = answer.json()["articles"]
    assert tagged["title"] == HARVEST["title"]
    assert tagged["source"]["page"] == 1
    left, top, right, bottom = tagged["source"]["box"]
    assert 0 < left < right < 1 and 0 < top < bottom < 1


def test_office_files_are_read(app: App) -> None:
    """An article that Word 97, RTF and a spreadsheet hold, each read in the process for files that others sent."""
    rows = [["新闻标题", "稿子"], [HARVEST["title"], HARVEST["text"]]]
    rtf = r"{\rtf1\ansi " + "".join(f"\\u{ord(c)}?" for c in HARVEST["text"]) + "}"
    table = workbook({"稿件": rows})
    old = (OFFICE / "清河.doc").read_bytes()
    for name, content, told in (
        ("稿件.xlsx", table, {"text_field": "稿子"}), ("棉花.rtf", rtf.encode(), {}), ("清河.doc", old, {}),
    ):  # fmt: skip
        answer = app.api.post("/api/v1/tag/file", files={"file": (name, content)}, data=told)
        assert [one["category"] for one in answer.json()["articles"]] == ["agriculture"], answer.text
    answer = app.api.post("/api/v1/tag/file", files={"file": ("稿件.xlsx", table)})
    assert answer.status_code == 422 and "text_field=NAME" in answer.text


def test_a_zip_says_what_it_refuses(app: App) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("好.txt", CLINIC["title"] + "\n" + CLINIC["text"])
        archive.writestr("空.txt", "")
    answer = app.api.post("/api/v1/tag/file", files={"file": ("版面.zip", packed.getvalue())})
    assert [one["category"] for one in answer.json()["articles"]] == ["health"]
    assert "空.txt" in answer.json()["refused"][0]["name"]


def test_files_that_are_refused(make_app: Made, settings: Settings) -> None:
    app = make_app(replace(settings, limits=ServiceLimits(upload_bytes=150_000)))
    for name, content, status in (
        ("空.txt", b"", 422),
        ("图.pdf", b"%PDF-1.7 nothing", 422),
        ("图.bin", bytes(range(256)) * 40, 422),
        ("深.json", b"[" * 50_000 + b"]" * 50_000, 422),
        ("表.parquet", b"PAR1" + b"\0" * 100 + b"PAR1", 422),
        ("大.txt", "棉".encode() * 60_000, 413),
    ):
        answer = app.api.post("/api/v1/tag/file", files={"file": (name, content)})
        assert answer.status_code == status, (name, answer.text)
        assert answer.headers["content-type"] == "application/problem+json", name
        assert answer.json()["status"] == status, name


def test_too_large_is_413_told_or_not(make_app: Made, settings: Settings) -> None:
    limits = ServiceLimits(body_bytes=10_000, article_chars=1_000, title_chars=100, articles_a_request=3)
    app = make_app(replace(settings, limits=limits))
    long = {"text": "棉" * 5_000}
    assert app.api.post("/api/v1/tag", json=long).status_code == 413
    pieces = iter([json.dumps(long, ensure_ascii=False).encode()])
    assert app.api.post("/api/v1/tag", content=pieces).status_code == 413
    assert app.api.post("/api/v1/tag", json={"text": "棉" * 1_001}).status_code == 413
    assert app.api.post("/api/v1/tag", json={"title": "棉" * 101}).status_code == 413
    assert app.api.post("/api/v1/tag/many", json={"articles": [{"text": "棉田"}] * 4}).status_code == 413


def test_explaining_is_bounded(make_app: Made, settings: Settings) -> None:
    app = make_app(replace(settings, limits=ServiceLimits(explained_chars=1_000, explained_a_request=2)))
    long = {"text": "棉" * 1_001}
    for path in ("/api/v1/tag?explain=true", "/api/v1/explain"):
        assert app.api.post(path, json=long).status_code == 413
    assert app.api.post("/api/v1/tag", json=long).status_code == 200
    two, three = ({"articles": [HARVEST] * count} for count in (2, 3))
    assert app.api.post("/api/v1/tag/many?explain=true", json=two).status_code == 200
    assert app.api.post("/api/v1/tag/many?explain=true", json=three).status_code == 413


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b'{"text": ' + b"[" * 5_000, b"\xff\xfe\x00", b'{"text": 1e999}'],
)
def test_what_is_no_article_is_refused(app: App, body: bytes) -> None:
    for path in ("/api/v1/tag", "/api/v1/tag?explain=true", "/api/v1/tag/many", "/api/v1/explain"):
        answer = app.api.post(path, content=body, headers={"content-type": "application/json"})
        assert answer.status_code in (400, 422), (path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_lone_surrogate_is_text_like_any_other(app: App) -> None:
    article = b'{"id": "\\udfff", "title": "\\ud800", "text": "\\ud800 \\u0000 ' + "医生开药方".encode() + b'"}'
    headers = {"content-type": "application/json"}
    for path in ("/api/v1/tag", "/api/v1/tag?explain=true", "/api/v1/explain"):
        assert app.api.post(path, content=article, headers=headers).status_code == 200, path
    kept = app.api.post("/api/v1/articles", content=b'{"articles": [' + article + b"]}", headers=headers)
    assert kept.status_code == 201
    assert app.api.get("/api/v1/articles").status_code == 200
    stream = app.api.post("/api/v1/tag/stream", content=article, headers={"content-type": LINES})
    assert stream.json()["category"]


def test_without_the_token_nothing(app: App) -> None:
    for method, path in (
        ("POST", "/api/v1/tag"), ("POST", "/api/v1/tag/stream"), ("GET", "/api/v1/categories"),
        ("GET", "/api/v1/articles"), ("POST", "/api/v1/trainings"), ("POST", "/api/v1/models/rollback"),
    ):  # fmt: skip
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}):
            answer = app.browser.request(method, path, json=HARVEST, headers=headers)
            assert answer.status_code == 401, path
            assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_foreign_name_is_not_answered(app: App) -> None:
    assert app.api.get("/healthz", headers={"host": "rebound.example:8765"}).status_code == 421
    assert app.api.get("/healthz", headers={"host": "127.0.0.1:8765"}).status_code == 200
    assert app.api.get("/healthz", headers={"host": "[::1]:8765"}).status_code == 200
