"""`lanmu score` as users call it: what goes in comes out once, whatever happens in between."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from classifier.errors import LanmuError
from lanmu import __main__ as command_line
from lanmu.archive.running import Work
from tests.archive.made import articles, rows_of, scored, write_jsonl, write_parquet
from tests.conftest import Lanmu


@pytest.fixture(autouse=True)
def small(small_model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANMU_MODEL", str(small_model_folder))


Main = Callable[..., tuple[int, str]]


@pytest.fixture
def main(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Main:
    """The command line in this process: exit code and what it said on stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["lanmu", *arguments])
        with pytest.raises(SystemExit) as ended:
            command_line.main()
        return int(ended.value.code or 0), capsys.readouterr().err

    return run


@pytest.mark.slow
def test_a_folder_of_everything_is_scored_once(lanmu: Lanmu, main: Main, tmp_path: Path) -> None:
    news = tmp_path / "news"
    news.mkdir()
    write_jsonl(news / "a.jsonl", articles(500))
    write_parquet(news / "b.parquet", articles(500), group=100)
    for article in articles(20):
        (news / f"{article['id']}.txt").write_text(f"{article['title']}\n\n{article['text']}\n", "utf-8")
    (news / "坏.txt").write_bytes(b"\x00\x01\x02" * 900)
    done = lanmu("score", "news", "--out", "out", "--shard-size", "16KB")
    assert done.returncode == 1, done.stderr
    rows = rows_of(tmp_path / "out")
    assert len(rows) == 1_020
    assert sorted(r["id"] for r in rows if r["path"] == "news/b.parquet") == [a["id"] for a in articles(500)]
    assert [r["position"] for r in rows if r["path"] == "news/a.jsonl"] == list(range(1, 501))
    assert {r["category"] for r in rows} == {"agriculture", "sports", "health"}
    refused = [json.loads(line) for line in (tmp_path / "out" / "refused.jsonl").read_text("utf-8").splitlines()]
    assert [entry["source"] for entry in refused] == ["news/坏.txt"]
    summary = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert summary["articles"] == 1_020 and summary["refused"] == 1
    assert sum(c["articles"] for c in summary["categories"].values()) == 1_020
    assert "坏.txt" in done.stderr
    code, said = main("score", "news", "--out", "out", "--shard-size", "16KB")
    assert code == 1 and "坏.txt" in said
    assert rows_of(tmp_path / "out") == rows


def test_what_was_refused_is_told_in_chinese_where_chinese_is_spoken(
    tmp_path: Path, lanmu: Lanmu, small_model_folder: Path
) -> None:
    (tmp_path / "好.txt").write_text("春播开始\n\n清河镇春播三万亩，农机下田，农民忙着整地备种。\n", "utf-8")
    (tmp_path / "坏.rtf").write_bytes(b"{\\rtf1 ")
    done = lanmu("--lang", "zh", "score", "好.txt", "坏.rtf", "没有.txt", "--model", small_model_folder, "--out", "out")
    assert done.returncode == 1, done.stderr
    page = (tmp_path / "out" / "summary.html").read_text("utf-8")
    for name, why in (("坏.rtf", "没有文字"), ("没有.txt", "请检查路径和权限")):
        (said,) = {line for line in done.stderr.splitlines() if f" {name}: " in line}
        assert why in said
        assert name in page and why in page
    refused = [json.loads(line) for line in (tmp_path / "out" / "refused.jsonl").read_text("utf-8").splitlines()]
    assert {one["source"]: one["said"]["code"] for one in refused} == {
        "坏.rtf": "word.no_text", "没有.txt": "reading.cannot_be_read"
    }  # fmt: skip
    assert all(one["reason"].isascii() for one in refused)


def test_a_folder_that_is_no_run_is_left_alone(tmp_path: Path, small_model_folder: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", articles(5))
    (tmp_path / "家").mkdir()
    (tmp_path / "家" / "信.txt").write_text("勿动", "utf-8")
    for work in (Work(), Work(restart=True)):
        with pytest.raises(LanmuError, match="家"):
            scored([tmp_path / "a.jsonl"], tmp_path / "家", small_model_folder, work)
    assert [p.name for p in (tmp_path / "家").iterdir() if not p.name.startswith(".")] == ["信.txt"]


def test_the_plan_alone_then_the_rest(main: Main, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", articles(300))
    code, said = main("score", "a.jsonl", "--out", "out", "--shard-size", "8KB", "--plan-only")
    assert code == 0 and "1 file, " in said and "without --plan-only" in said
    assert not (tmp_path / "out" / "parts").exists()
    assert main("score", "--out", "out")[0] == 0
    assert len(rows_of(tmp_path / "out")) == 300


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("a.jsonl",), "--out"),
        (("-", "--out", "o"), "standard input"),
        (("nichts", "--out", "o"), "nichts"),
        (("a.jsonl", "--out", "o", "--shard-size", "many"), "64MB"),
        (("a.jsonl", "--out", "o.csv", "--format", "jsonl"), "o.csv"),
        (("a.jsonl", "--out", "memory://o.db"), "SQLite"),
        (("a.jsonl", "--out", "o", "--kind", "scroll"), "scroll"),
        (("a.jsonl", "--out", "o", "--cluster", "local:x"), "local:4"),
        (("a.jsonl", "--out", "o", "--take", "1/2"), "--take"),
        (("a.jsonl", "--out", "o", "--text-field", "正文"), "正文"),
        ((".", "--out", "o", "--model", "nichts"), "nichts"),
    ],
)
def test_wrong_usage_is_told(main: Main, arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", articles(5))
    code, err = main("score", *arguments)
    assert code == 2
    assert said in err and "Traceback" not in err


def test_articles_of_several_archives_have_ids_of_their_own(tmp_path: Path, small_model_folder: Path) -> None:
    (tmp_path / "news").mkdir()
    news = list(articles(8))
    for name, start in (("2024.zip", 0), ("2025.zip", 3)):
        with zipfile.ZipFile(tmp_path / "news" / name, "w") as archive:
            for i, article in enumerate(news[start : start + 3]):
                archive.writestr(f"版/{i:02}.txt", f"{article['title']}\n\n{article['text']}")
    (tmp_path / "news" / "01.txt").write_text(news[7]["text"], "utf-8")
    scored([tmp_path / "news"], tmp_path / "out", small_model_folder)
    assert [row["id"] for row in rows_of(tmp_path / "out")] == [
        "01", "2024/00", "2024/01", "2024/02", "2025/00", "2025/01", "2025/02",
    ]  # fmt: skip
    scored([tmp_path / "news" / "2025.zip"], tmp_path / "alone", small_model_folder)
    assert [row["id"] for row in rows_of(tmp_path / "alone")] == ["00", "01", "02"]
