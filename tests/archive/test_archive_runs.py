"""`lanmu score` as users call it: what goes in comes out once, whatever happens in between."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.archive.made import articles, rows_of, write_jsonl, write_parquet
from tests.conftest import Lanmu


@pytest.fixture(autouse=True)
def small(small_model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANMU_MODEL", str(small_model_folder))


def test_a_folder_of_everything_is_scored_once(lanmu: Lanmu, tmp_path: Path) -> None:
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
    again = lanmu("score", "news", "--out", "out", "--shard-size", "16KB")
    assert again.returncode == 1
    assert rows_of(tmp_path / "out") == rows


def test_what_changed_is_said_and_nothing_is_mixed(lanmu: Lanmu, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", articles(50))
    assert lanmu("score", "a.jsonl", "--out", "out").returncode == 0
    write_jsonl(tmp_path / "a.jsonl", articles(60))
    changed = lanmu("score", "a.jsonl", "--out", "out")
    assert changed.returncode == 2
    assert "changed: a.jsonl" in changed.stderr and "--restart" in changed.stderr
    other = lanmu("score", "a.jsonl", "--out", "out", "--text-field", "正文")
    assert other.returncode == 2 and "正文" in other.stderr
    assert len(rows_of(tmp_path / "out")) == 50
    assert lanmu("score", "a.jsonl", "--out", "out", "--restart").returncode == 0
    assert len(rows_of(tmp_path / "out")) == 60


def test_a_folder_that_is_no_run_is_left_alone(lanmu: Lanmu, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", articles(5))
    (tmp_path / "家").mkdir()
    (tmp_path / "家" / "信.txt").write_text("勿动", "utf-8")
    for extra in ((), ("--restart",)):
        done = lanmu("score", "a.jsonl", "--out", "家", *extra)
        assert done.returncode == 2 and "家" in done.stderr
    assert [p.name for p in (tmp_path / "家").iterdir() if not p.name.startswith(".")] == ["信.txt"]
