"""Going on with a run, and reading and writing behind URLs."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from classifier.errors import LanmuError
from classifier.messages import text_of
from lanmu.archive.folder import RunFolder
from lanmu.archive.running import Work, lock_folder
from tests.archive.made import articles, rows_of, scored, write_jsonl, write_parquet
from tests.conftest import Lanmu
from tests.small_model import small_model

SIZE = 4 << 10


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    write_jsonl(folder / "a.jsonl", articles(150))
    write_parquet(folder / "b.parquet", articles(150), group=15)
    (folder / "空.txt").write_bytes(b"")
    return folder


@pytest.fixture
def memory() -> Iterator[str]:
    fs = fsspec.filesystem("memory")
    yield "memory://lanmu"
    if fs.exists("/lanmu"):
        fs.rm("/lanmu", recursive=True)


def test_what_is_missing_or_cut_is_done_again_and_the_rest_is_kept(
    source: Path, tmp_path: Path, small_model_folder: Path
) -> None:
    out = tmp_path / "out"
    scored([source], out, small_model_folder, shard_bytes=SIZE)
    rows, refused = rows_of(out), (out / "refused.jsonl").read_bytes()
    kept = {p.name: p.stat().st_mtime_ns for p in (out / "parts").iterdir()}
    first, second, third, *_ = sorted(kept)
    (out / "parts" / first).unlink()
    (out / "parts" / second).write_bytes((out / "parts" / second).read_bytes()[:-10])
    (out / "reports" / f"{int(third[5:11]):06}.json").unlink()
    (out / "parts" / ".part-000001.parquet.x.part").write_bytes(b"half")
    scored([source], out, small_model_folder, shard_bytes=SIZE)
    assert rows_of(out) == rows and (out / "refused.jsonl").read_bytes() == refused
    again = {p.name: p.stat().st_mtime_ns for p in (out / "parts").iterdir()}
    assert {name for name in kept if again[name] != kept[name]} == {first, second, third}
    assert set(again) == set(kept)


def test_without_sources_the_run_goes_on_as_it_was_begun(
    source: Path, tmp_path: Path, small_model_folder: Path
) -> None:
    out = tmp_path / "out"
    scored([source], out, small_model_folder, shard_bytes=SIZE, ranking=1, accept_accuracy=0.9)
    rows = rows_of(out)
    shutil.rmtree(out / "parts")
    scored([], out, small_model_folder)
    assert rows_of(out) == rows
    with pytest.raises(LanmuError, match="no run to go on with"):
        scored([], tmp_path / "new", small_model_folder)


@pytest.mark.slow
def test_a_source_that_is_missing_is_refused_and_the_others_are_scored(
    lanmu: Lanmu, source: Path, tmp_path: Path, small_model_folder: Path
) -> None:
    (tmp_path / "空").mkdir()
    command = ("score", "news", "没有", "空", "--model", small_model_folder, "--out", "out", "--shard-size", "4KB")
    planned = lanmu(*command, "--plan-only")
    assert planned.returncode == 1 and "refused 没有: " in planned.stderr and "refused 空: " in planned.stderr
    first = lanmu(*command)
    assert first.returncode == 1, first.stderr
    assert first.stderr.index("refused 没有: ") < first.stderr.index("300 articles in out"), "said before the work too"
    refused = [json.loads(line)["source"] for line in (tmp_path / "out" / "refused.jsonl").open(encoding="utf-8")]
    assert refused == ["没有", "空", "news/空.txt"]
    rows = rows_of(tmp_path / "out")
    assert len(rows) == 300
    next(iter((tmp_path / "out" / "parts").iterdir())).unlink()
    for again in (command, ("score", "--model", small_model_folder, "--out", "out")):
        assert lanmu(*again).returncode == 1
        assert rows_of(tmp_path / "out") == rows
    (tmp_path / "没有").mkdir()
    write_jsonl(tmp_path / "没有" / "新.jsonl", articles(3))
    late = lanmu(*command)
    assert late.returncode == 2 and "新.jsonl" in late.stderr and "--restart" in late.stderr
    none = lanmu("score", "无", "空", "--model", small_model_folder, "--out", "none")
    assert none.returncode == 2 and "无: " in none.stderr and "空: " in none.stderr
    assert not (tmp_path / "none" / "plan.json").exists()


def test_a_url_that_is_not_there_is_refused_and_the_others_are_scored(
    memory: str, tmp_path: Path, small_model_folder: Path
) -> None:
    with fsspec.open(f"{memory}/a.jsonl", "wb") as file:
        write_jsonl(tmp_path / "a.jsonl", articles(30))
        file.write((tmp_path / "a.jsonl").read_bytes())
    outcome = scored([f"{memory}/a.jsonl", f"{memory}/nowhere"], tmp_path / "out", small_model_folder)
    told = [(name, text_of(said)) for name, said in outcome.plan.refused]
    assert told == [(f"{memory}/nowhere", "is not there; check the address")]
    assert len(rows_of(tmp_path / "out")) == 30


def test_another_model_or_option_is_named(source: Path, tmp_path: Path, small_model_folder: Path) -> None:
    out = tmp_path / "out"
    scored([source], out, small_model_folder)
    other = small_model(tmp_path / "other")
    manifest = json.loads((other / "manifest.json").read_text("utf-8"))
    assert manifest["name"] == "other"
    with pytest.raises(LanmuError, match=r"'small' and is now 'other'.*--restart"):
        scored([source], out, other)
    with pytest.raises(LanmuError, match=r"accept accuracy None is now 0\.97"):
        scored([source], out, small_model_folder, accept_accuracy=0.97)
    with pytest.raises(LanmuError, match="was begun for"):
        scored([source / "a.jsonl"], out, small_model_folder)
    before = rows_of(out)
    scored([source], out, other, Work(restart=True))
    assert [r["id"] for r in rows_of(out)] == [r["id"] for r in before]


def test_new_and_missing_files_are_named(source: Path, tmp_path: Path, small_model_folder: Path) -> None:
    out = tmp_path / "out"
    scored([source], out, small_model_folder)
    write_jsonl(source / "新.jsonl", articles(3))
    (source / "空.txt").unlink()
    with pytest.raises(LanmuError, match=r"new: .*新\.jsonl; gone: .*空\.txt.*--restart"):
        scored([source], out, small_model_folder)


@pytest.mark.parametrize(("name", "said"), [("plan.json", "checksum"), ("shards.jsonl", "checksum")])
def test_a_plan_that_was_touched_is_refused(
    name: str, said: str, source: Path, tmp_path: Path, small_model_folder: Path
) -> None:
    out = tmp_path / "out"
    scored([source], out, small_model_folder)
    text = (out / name).read_text("utf-8")
    (out / name).write_text(text.replace("b.parquet", "c.parquet").replace('"ranking": 0', '"ranking": 1'), "utf-8")
    with pytest.raises(LanmuError, match=said):
        scored([source], out, small_model_folder)
    (out / name).write_text("{", "utf-8")
    with pytest.raises(LanmuError, match=name):
        scored([source], out, small_model_folder)
    scored([source], out, small_model_folder, Work(restart=True))
    assert len(rows_of(out)) == 300


def test_two_runs_do_not_share_a_folder(source: Path, tmp_path: Path, small_model_folder: Path) -> None:
    out = tmp_path / "out"
    with (
        lock_folder(RunFolder(str(out))),
        pytest.raises(LanmuError, match=f"another run is at work there .process {os.getpid()} on "),
    ):
        scored([source], out, small_model_folder)
    scored([source], out, small_model_folder)


def test_several_workers_give_the_same(source: Path, tmp_path: Path, small_model_folder: Path) -> None:
    scored([source], tmp_path / "one", small_model_folder, shard_bytes=SIZE)
    scored([source], tmp_path / "three", small_model_folder, Work(workers=3), shard_bytes=SIZE)
    assert rows_of(tmp_path / "three") == rows_of(tmp_path / "one")


def test_sources_and_output_behind_urls(memory: str, source: Path, tmp_path: Path, small_model_folder: Path) -> None:
    fs = fsspec.filesystem("memory")
    fs.put(str(source), "/lanmu/in", recursive=True)
    scored([source], tmp_path / "local", small_model_folder, shard_bytes=SIZE)
    for _ in range(2):
        scored([f"{memory}/in"], f"{memory}/out", small_model_folder, shard_bytes=SIZE)
    rows = rows_of(f"{memory}/out")
    local = rows_of(tmp_path / "local")
    assert [{**row, "path": ""} for row in rows] == [{**row, "path": ""} for row in local]
    assert {row["path"] for row in rows} == {f"{memory}/in/a.jsonl", f"{memory}/in/b.parquet"}
    assert not [name for name in fs.find("/lanmu/out") if name.endswith(".part")]
    fs.rm(f"/lanmu/out/parts/{sorted(RunFolder(f'{memory}/out').sizes('parts'))[0]}")
    scored([f"{memory}/in"], f"{memory}/out", small_model_folder, shard_bytes=SIZE)
    assert rows_of(f"{memory}/out") == rows
    write_jsonl(source / "a.jsonl", articles(151))
    fs.put(str(source / "a.jsonl"), "/lanmu/in/a.jsonl")
    with pytest.raises(LanmuError, match=r"changed: memory://lanmu/in/a\.jsonl"):
        scored([f"{memory}/in"], f"{memory}/out", small_model_folder, shard_bytes=SIZE)
    scored([f"{memory}/in"], f"{memory}/one.jsonl", small_model_folder)
    assert fs.cat_file("/lanmu/one.jsonl").count(b"\n") == 301


@pytest.mark.parametrize(
    ("url", "said"),
    [("memory://lanmu/none", "memory://lanmu/none"), ("nosuch://x/y", "nosuch"), ("file:///none/a.jsonl", "/none")],
)
def test_urls_that_lead_nowhere(url: str, said: str, tmp_path: Path, small_model_folder: Path) -> None:
    with pytest.raises(LanmuError, match=said):
        scored([url], tmp_path / "out", small_model_folder)


def test_output_that_cannot_be_written(source: Path, tmp_path: Path, small_model_folder: Path) -> None:
    (tmp_path / "文件").write_text("x")
    for out in (tmp_path / "文件", tmp_path / "文件" / "out", tmp_path / "文件" / "out.db"):
        with pytest.raises(LanmuError, match="文件"):
            scored([source], out, small_model_folder)
