"""The command line, run for real on the shipped model."""

from __future__ import annotations

import json
import weakref
from pathlib import Path

import pytest

from classifier.errors import InputRefused
from lanmu.commands.unread import NamedRefusals
from tests.conftest import Lanmu

ROOT = Path(__file__).parent.parent
MEETING = (
    "县政府召开防汛工作会议\n"
    "本报讯(记者 田野)6月2日,县政府召开防汛工作会议,副县长主持并讲话。会议听取了水利局汇报,要求各乡镇压实责任。"
)


def test_the_sample_page_is_split_and_tagged(lanmu_process: Lanmu) -> None:
    done = lanmu_process("tag", ROOT / "samples" / "page.md", "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(records) == 7
    assert records[0]["category"] == "meetings"
    assert records[1]["category"] == "two_sessions"
    for record in records:
        assert len(record["ranking"]) == 16
        assert abs(sum(entry["probability"] for entry in record["ranking"]) - 1) < 1e-4
        assert record["decision"] in ("accepted", "review")
        assert (record["decision"] == "review") == bool(record["reasons"])


def test_engines_print_the_same(lanmu: Lanmu) -> None:
    outputs = {e: lanmu("tag", "-", "--engine", e, stdin=MEETING).stdout for e in ("python", "compiled")}
    assert outputs["python"] == outputs["compiled"]
    assert json.loads(outputs["python"])["category"] == "meetings"


def test_refused_inputs_are_named_and_the_rest_is_done(lanmu: Lanmu, lanmu_process: Lanmu, tmp_path: Path) -> None:
    (tmp_path / "空.txt").write_bytes(b"")
    (tmp_path / "图.txt").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "会.txt").write_text(MEETING, "utf-8")
    done = lanmu_process("tag", "空.txt", "图.txt", "会.txt")
    assert done.returncode == 1
    assert "空.txt" in done.stderr and "图.txt" in done.stderr
    assert json.loads(done.stdout)["category"] == "meetings"
    assert lanmu("tag", "空.txt").returncode == 2
    (tmp_path / "没有").mkdir()
    empty = lanmu("tag", "没有")
    assert empty.returncode == 2 and "没有" in empty.stderr


def test_what_is_refused_is_named_and_not_kept(capsys: pytest.CaptureFixture[str]) -> None:
    """An archive of a million bad lines costs no memory, and does not bury what else is told."""
    refusals = NamedRefusals()
    kept = weakref.WeakSet[InputRefused]()
    for number in range(1, 1_001):
        refusal = InputRefused(f"稿.jsonl:{number}", "is no JSON")
        kept.add(refusal)
        refusals(refusal)
        del refusal
    assert (refusals.count, len(kept)) == (1_000, 0)
    refusals(InputRefused("稿.jsonl:2000", "has no text"))
    refusals(InputRefused("坏.txt", "is empty"))
    assert refusals.tell_rest()
    told = capsys.readouterr().err.splitlines()
    assert told[:10] == [f"lanmu: refused 稿.jsonl:{number}: is no JSON" for number in range(1, 11)]
    assert told[10:] == [
        "lanmu: refused 稿.jsonl:2000: has no text",
        "lanmu: refused 坏.txt: is empty",
        "lanmu: refused 990 rows more for the same reason (11-1000): 稿.jsonl: is no JSON",
    ]


def test_the_numbers_of_refused_rows_are_all_told(lanmu: Lanmu, tmp_path: Path) -> None:
    rows = [
        "标题,正文",
        *("," if number % 3 == 0 else f"春播{number},清河口镇三千亩春小麦全部播完。" for number in range(1, 100)),
    ]
    (tmp_path / "一.csv").write_text("\n".join(rows), "utf-8")
    (tmp_path / "二.csv").write_text("标题,正文\n" + ",\n" * 12, "utf-8")
    done = lanmu("tag", "一.csv", "二.csv", "--format", "csv")
    assert done.returncode == 1
    told = [line for line in done.stderr.splitlines() if "same reason" in line]
    assert len(done.stderr.splitlines()) == 23 and len(told) == 2
    assert (
        "refused 23 rows more for the same reason (33, 36, 39, 42, 45, 48, 51, 54, 57, 60, 63, 66, …): 一.csv"
        in told[0]
    )
    assert "refused 2 rows more for the same reason (11-12): 二.csv: has neither title nor text" in told[1]
    done = lanmu("tag", "二.csv", "--lang", "zh")
    assert "因同样原因另有 2 行未能读取（11-12）：二.csv" in done.stderr


def test_an_output_file_stays_as_it_was_where_nothing_could_be_read(lanmu: Lanmu, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    (tmp_path / "会.txt").write_text(MEETING, "utf-8")
    assert lanmu("tag", "会.txt", "--out", "out.jsonl").returncode == 0
    before = out.read_bytes()
    assert lanmu("tag", "没有.txt", "--out", "out.jsonl").returncode == 2
    assert out.read_bytes() == before
    assert lanmu("tag", "没有.txt", "--out", "new.csv").returncode == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.jsonl", "会.txt"]


def test_labels_that_are_not_counted_are_told(lanmu: Lanmu, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(
        "id,category,source,date,title,text\na1,体育,,,开赛,球队今天开赛\na2,天气,,,降温,明天降温\n", "utf-8"
    )
    done = lanmu("labels", "stats", "--labels", "labels.csv")
    assert done.returncode == 0
    assert "labels.csv: 1 lines cannot be used" in done.stderr


def test_wrong_usage_is_told(lanmu: Lanmu, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(MEETING, "utf-8")
    for arguments, said in (
        (("tag", "a.txt", "--encoding", "klingon"), "klingon"),
        (("tag", "a.txt", "--model", "nowhere"), "nowhere"),
        (("tag", "a.txt", "--kind", "scroll"), "scroll"),
        (("labels", "check", "--labels", "none.csv"), "none.csv"),
        (("models", "promote", "../x", "--models", "."), "../x"),
    ):
        done = lanmu(*arguments)
        assert done.returncode == 2, arguments
        assert said in done.stderr
        assert "Traceback" not in done.stderr


def test_an_unknown_category_is_named_by_line(lanmu: Lanmu, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(
        "id,category,source,date,title,text\na1,体育,,,比赛,球队进了决赛\na2,天气,,,下雨,明天有雨\n", "utf-8"
    )
    done = lanmu("labels", "check", "--labels", "labels.csv")
    assert done.returncode == 1
    assert "line 3 (a2)" in done.stdout and "天气" in done.stdout
    trained = lanmu("train", "--labels", "labels.csv", "--models", "m")
    assert trained.returncode == 2 and "line 3" in trained.stderr


def test_a_spreadsheet_gets_no_formula(lanmu: Lanmu) -> None:
    done = lanmu("tag", "-", "--format", "csv", stdin="=HYPERLINK(1)会议召开\n" + MEETING)
    assert done.returncode == 0
    assert ",=HYPERLINK" not in done.stdout


def test_out_is_written_whole_and_evidence_is_given(lanmu: Lanmu, tmp_path: Path) -> None:
    done = lanmu("tag", "-", "--explain", "--out", "t.jsonl", stdin=MEETING)
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / "t.jsonl").read_text("utf-8"))
    assert any("会议" in piece["word"] and piece["weight"] > 0 for piece in record["evidence"])


def test_what_is_unlike_news_goes_to_review(lanmu: Lanmu) -> None:
    for text in (
        "The quick brown fox jumps over the lazy dog while the parliament debates a new law in London today.",
        "1 2 3 4\n5 6 7 8\n9 10 11 12",
        "啦啦啦 我的心呀 你听到没有 月亮弯弯 照着我的窗 啦啦啦",
    ):
        assert json.loads(lanmu("tag", "-", stdin=text).stdout.splitlines()[0])["decision"] == "review"


def test_tag_takes_the_fields_that_its_messages_advise(lanmu: Lanmu, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("no,name,zw,day\n7,灯会开幕,河边挂起两千盏灯。,2026-02-27\n", "utf-8")
    done = lanmu("tag", "a.csv")
    assert done.returncode == 2 and "--text-field" in done.stderr and "zw" in done.stderr
    named = ("--text-field", "zw", "--title-field", "name", "--id-field", "no", "--date-field", "day")
    done = lanmu("tag", "a.csv", *named, "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert (record["id"], record["title"], record["date"]) == ("7", "灯会开幕", "2026-02-27")
