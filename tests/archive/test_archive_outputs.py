"""Every form of output holds the same rows, and each keeps its own promises."""

from __future__ import annotations

import csv
import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from classifier.errors import LanmuError
from classifier.model.topic_model import TopicModel
from classifier.reading import read_paths
from classifier.taxonomy import Taxonomy
from lanmu.archive.assembly import assemble
from lanmu.archive.folder import RunFolder, choose_target
from lanmu.archive.plan import read_plan
from tests.archive.made import articles, rows_of, scored, write_jsonl
from tests.reading.sheets import Column, Sheet, pdf_of
from tests.small_model import small_model, small_taxonomy

PAGE = """# 要闻

# 城关镇队夺得县篮球联赛冠军

本报讯（记者 田野）昨日,决赛打满四节,城关镇队以三分优势夺冠,教练和球迷在体育馆里欢呼。

# 义诊队来到北山乡

本报讯（记者 李敏）县医院的医生为两百位老人量血压、测血糖,还给患者开了药方。
"""
FORMULA = '=HYPERLINK("http://例.cn","点")'


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    odd = [
        {
            "id": FORMULA,
            "title": '他说"好"\\/\t\u2028',
            "text": "棉田开镰,采棉机昼夜不停,农户算着亩产和收购价。",
            "date": "2024/3/5",
        },
        {"id": "无日期", "title": "+1", "text": "篮球决赛打满四节,球迷欢呼。"},
    ]
    write_jsonl(folder / "a.jsonl", [*odd, *articles(200)])
    (folder / "2026-03-20.md").write_text(PAGE, "utf-8")
    return folder


@pytest.fixture
def records(source: Path, small_model_folder: Path) -> list[dict[str, Any]]:
    """The tag contract of every article, as `lanmu tag` gives it, by source."""
    model = TopicModel.load(small_model_folder)
    return _sorted(tagged.record() for tagged in model.tag(list(read_paths([source]))))


def test_json_lines_are_what_tag_prints(
    source: Path, records: list[dict[str, Any]], tmp_path: Path, small_model_folder: Path
) -> None:
    scored([source], tmp_path / "out.jsonl", small_model_folder, shard_bytes=4096)
    lines = (tmp_path / "out.jsonl").read_text("utf-8").split("\n")
    assert lines.pop() == ""
    written = _sorted(map(json.loads, lines))
    assert len(written) == 204
    for record in records:
        record["probability"] = pytest.approx(record["probability"], abs=2e-6)
        for entry in record["ranking"]:
            entry["probability"] = pytest.approx(entry["probability"], abs=2e-6)
    assert written == records


def test_parquet_folder_and_file_hold_the_contract_as_columns(
    source: Path, records: list[dict[str, Any]], tmp_path: Path, small_model_folder: Path
) -> None:
    scored([source], tmp_path / "out", small_model_folder, shard_bytes=4096)
    scored([source], tmp_path / "out.parquet", small_model_folder, shard_bytes=4096)
    rows = rows_of(tmp_path / "out")
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == rows
    by_source = {(r["path"], r["position"]): r for r in rows}
    assert len(by_source) == len(records) == 204
    for record in records:
        row = by_source[record["source"]["path"], record["source"]["position"]]
        assert row["probability"] == pytest.approx(record["probability"], abs=2e-6)
        for name in ("id", "title", "category", "category_name", "decision", "secondary", "reasons"):
            assert row[name] == record[name], name
        for name in ("date", "column", "byline", "subtitle", "uncertain"):
            assert row[name] == record.get(name), name
        assert [e["category"] for e in row["ranking"]] == [e["category"] for e in record["ranking"]]


def test_csv_runs_no_formula_and_opens_in_a_spreadsheet(source: Path, tmp_path: Path, small_model_folder: Path) -> None:
    scored([source], tmp_path / "out.csv", small_model_folder, shard_bytes=4096)
    data = (tmp_path / "out.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf") and data.count(b"\xef\xbb\xbf") == 1
    rows = list(csv.DictReader(data.decode("utf-8-sig").splitlines()))
    assert len(rows) == 204
    cells = {cell for row in rows for cell in row.values()}
    assert f"'{FORMULA}" in cells and "'+1" in cells
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    assert {row["date"] for row in rows} >= {"2024-03-05", "", "2026-03-20"}


def test_sqlite_answers_questions(
    source: Path, records: list[dict[str, Any]], tmp_path: Path, small_model_folder: Path
) -> None:
    (source / "空.txt").write_bytes(b"")
    scored([source], tmp_path / "out.db", small_model_folder, shard_bytes=4096)
    with sqlite3.connect(tmp_path / "out.db") as database:
        counts = dict(database.execute("SELECT category, count(*) FROM articles GROUP BY category"))
        ranking = database.execute("SELECT ranking FROM articles WHERE id = ?", (FORMULA,)).fetchone()[0]
        refused = database.execute("SELECT source, reason FROM refused").fetchall()
        total = json.loads(database.execute("SELECT value FROM run WHERE name = 'articles'").fetchone()[0])
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert sum(counts.values()) == total == len(records) == 204
    assert {e["category"] for e in json.loads(ranking)} == {"agriculture", "sports", "health"}
    assert [Path(name).name for name, _ in refused] == ["空.txt"]
    assert not (tmp_path / "out.db.run" / "parts").exists()


def test_a_single_file_is_made_once_and_again_when_it_is_gone(
    source: Path, tmp_path: Path, small_model_folder: Path
) -> None:
    out = tmp_path / "out.jsonl"
    first = scored([source], out, small_model_folder)
    made = (out.stat().st_ino, out.read_bytes())
    assert scored([source], out, small_model_folder).summary == first.summary
    assert (out.stat().st_ino, out.read_bytes()) == made
    out.unlink()
    scored([source], out, small_model_folder)
    assert out.read_bytes() == made[1]


def test_a_file_that_no_run_made_is_left_alone(source: Path, tmp_path: Path, small_model_folder: Path) -> None:
    (tmp_path / "账.db").write_bytes(b"mine")
    with pytest.raises(LanmuError, match="账"):
        scored([source], tmp_path / "账.db", small_model_folder)
    assert (tmp_path / "账.db").read_bytes() == b"mine"


def test_ranking_lists_as_many_as_wished(source: Path, tmp_path: Path, small_model_folder: Path) -> None:
    scored([source], tmp_path / "out", small_model_folder, ranking=2)
    assert {len(row["ranking"]) for row in rows_of(tmp_path / "out")} == {2}


@pytest.mark.parametrize("name", ["tagged", "tagged.jsonl"])
def test_output_inside_the_source_is_not_read(name: str, source: Path, small_model_folder: Path) -> None:
    for _ in range(2):
        outcome = scored([source], source / name, small_model_folder)
        assert (outcome.summary["articles"], outcome.summary["refused"]) == (204, 0)


def _sorted(records: Any) -> list[dict[str, Any]]:
    return sorted(records, key=lambda record: (record["source"]["path"], record["source"]["position"]))


@pytest.fixture
def printed(tmp_path: Path) -> Path:
    """A printed page of two articles side by side, beside a text file."""
    sheet = Sheet()
    sheet.line(40, 90, "清河口镇安排春耕备耕", 22)
    sheet.body(["清河口镇昨天召开会议，安排今年的春耕备耕任务。" * 3], [Column(40, 130, 240, 420)])
    sheet.line(320, 90, "清河大桥建成通车", 22)
    sheet.body(["连接东西两岸的清河大桥昨天通车，市民走上桥面拍照。" * 3], [Column(320, 130, 240, 420)])
    folder = tmp_path / "issues"
    folder.mkdir()
    (folder / "第02版.pdf").write_bytes(pdf_of(sheet))
    (folder / "快讯.txt").write_text("篮球队夺冠\n\n决赛打满四节，教练和球迷在体育馆里欢呼。\n", "utf-8")
    return folder


def test_an_article_of_a_printed_page_keeps_its_page_and_box(
    printed: Path, tmp_path: Path, small_model_folder: Path
) -> None:
    model = TopicModel.load(small_model_folder)
    places = {r["title"]: r["source"] for r in (t.record() for t in model.tag(list(read_paths([printed]))))}
    assert [places[title]["page"] for title in ("清河口镇安排春耕备耕", "清河大桥建成通车")] == [1, 1]
    for form in ("jsonl", "parquet", "db"):
        scored([printed], tmp_path / f"out.{form}", small_model_folder)
    lines = map(json.loads, (tmp_path / "out.jsonl").read_text("utf-8").splitlines())
    assert {line["title"]: line["source"] for line in lines} == places
    for row in pq.read_table(tmp_path / "out.parquet").to_pylist():
        place = places[row["title"]]
        assert (row["page"], row["box"]) == (place.get("page"), place.get("box"))
    with sqlite3.connect(tmp_path / "out.db") as database:
        for title, page, box in database.execute("SELECT title, page, box FROM articles"):
            assert (page, box and json.loads(box)) == (places[title].get("page"), places[title].get("box"))


def test_parts_from_before_a_column_was_known_are_put_together_with_the_new(
    printed: Path, tmp_path: Path, small_model_folder: Path
) -> None:
    out = tmp_path / "out"
    scored([printed], out, small_model_folder)
    [part] = (out / "parts").glob("*.parquet")
    pq.write_table(pq.read_table(part).drop_columns(["page", "box"]), part)
    plan = read_plan(RunFolder(str(out)))
    assert plan is not None
    for form in ("parquet", "db"):
        assemble(replace(choose_target(str(tmp_path / f"whole.{form}")), folder=RunFolder(str(out))), plan, {})
    rows = pq.read_table(tmp_path / "whole.parquet").to_pylist()
    assert len(rows) == 3
    assert {(row["page"], row["box"]) for row in rows} == {(None, None)}
    with sqlite3.connect(tmp_path / "whole.db") as database:
        assert database.execute("SELECT DISTINCT page, box FROM articles").fetchall() == [(None, None)]


def test_codes_of_a_category_stand_in_json_parquet_and_sqlite(tmp_path: Path) -> None:
    taxonomy = Taxonomy(
        tuple(replace(c, media_topic="15000000", gbt_20093="39") if c.id == "sports" else c for c in small_taxonomy())
    )
    folder = small_model(tmp_path / "coded", taxonomy=taxonomy)
    (tmp_path / "news").mkdir()
    write_jsonl(tmp_path / "news" / "a.jsonl", articles(40))
    for name in ("out", "out.jsonl", "out.db"):
        scored([tmp_path / "news"], tmp_path / name, folder)
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    tagged = TopicModel.load(folder).tag(list(read_paths([tmp_path / "news"])))
    assert {line["id"]: line for line in lines}.keys() == {t.article.id for t in tagged}
    assert sum(line["category"] == "sports" for line in lines) > 5
    for line in lines:
        codes = (line.get("media_topic"), line.get("gbt_20093"))
        assert codes == (("15000000", "39") if line["category"] == "sports" else (None, None))
    assert _sorted(lines) == _sorted(
        {**record, "probability": pytest.approx(record["probability"], abs=2e-6),
         "ranking": [{**e, "probability": pytest.approx(e["probability"], abs=2e-6)} for e in record["ranking"]]}
        for record in (t.record() for t in tagged)
    )  # fmt: skip
    assert {(r["category"] == "sports", r["media_topic"]) for r in rows_of(tmp_path / "out")} == {
        (True, "15000000"),
        (False, None),
    }
    with sqlite3.connect(tmp_path / "out.db") as database:
        assert database.execute("SELECT DISTINCT category FROM articles WHERE gbt_20093 = '39'").fetchall() == [
            ("sports",)
        ]
