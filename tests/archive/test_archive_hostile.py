"""Inputs that are broken, huge or meant to harm: each is named with its reason, and all others are scored."""

from __future__ import annotations

import io
import json
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from classifier.model.model_files import read_manifest
from lanmu.archive.folder import RunFolder
from lanmu.archive.plan import Task, read_shards
from lanmu.archive.planning import make_plan
from lanmu.archive.scoring import load_scorer
from tests.archive.made import articles, rows_of, scored, write_jsonl

NEWS = list(articles(3))


def refusals(out: Path) -> dict[str, str]:
    lines = (out / "refused.jsonl").read_text("utf-8").splitlines()
    return {record["source"]: record["reason"] for record in map(json.loads, lines)}


def test_bombs_broken_members_and_paths_that_lead_out(tmp_path: Path, small_model_folder: Path) -> None:
    path = tmp_path / "报.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a.txt", "../../../外.txt", "/etc/passwd.txt", "断.txt"):
            archive.writestr(name, f"{NEWS[0]['title']}\n\n{NEWS[0]['text']}")
        archive.writestr("弹.txt", b"\0" * (60 << 20))
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        broken = archive.getinfo("断.txt").header_offset + 60
    path.write_bytes(data[:broken] + b"\xff\xff\xff\xff" + data[broken + 4 :])
    for size in (1 << 10, 64 << 20):
        out = tmp_path / f"out-{size}"
        scored([path], out, small_model_folder, shard_bytes=size)
        assert [row["member"] for row in rows_of(out)] == ["a.txt", "../../../外.txt", "/etc/passwd.txt"]
        assert list(refusals(out)) == [f"{path}!断.txt", f"{path}!弹.txt"]
        assert "bomb" in refusals(out)[f"{path}!弹.txt"]
    assert not list(tmp_path.parent.rglob("外.txt"))


def test_archives_that_are_none_or_break_off(tmp_path: Path, small_model_folder: Path) -> None:
    (tmp_path / "假.zip").write_bytes(b"PK\x03\x04" + bytes(range(256)) * 10)
    with tarfile.open(tmp_path / "断.tar", "w") as archive:
        for i in range(20):
            data = f"{NEWS[1]['title']}\n\n{NEWS[1]['text']}".encode()
            info = tarfile.TarInfo(f"{i}.txt")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    whole = (tmp_path / "断.tar").read_bytes()
    (tmp_path / "断.tar").write_bytes(whole[: len(whole) // 2 - 100])
    (tmp_path / "断.parquet").write_bytes(b"PAR1" + b"x" * 5_000)
    write_jsonl(tmp_path / "好.jsonl", NEWS)
    scored([tmp_path], tmp_path / "out", small_model_folder, shard_bytes=1 << 10)
    named = {Path(name).name for name in refusals(tmp_path / "out")}
    assert {"假.zip", "断.tar", "断.parquet"} <= named
    ids = [row["id"] for row in rows_of(tmp_path / "out")]
    assert {article["id"] for article in NEWS} <= set(ids)
    assert len(ids) == len(set(ids))


def test_a_huge_line_and_wrong_bytes_cost_only_themselves(tmp_path: Path, small_model_folder: Path) -> None:
    lines = [json.dumps(article, ensure_ascii=False).encode() for article in articles(400)]
    lines[100] = b'{"id": "long", "text": "' + b"x" * (33 << 20) + b'"}'
    lines[200] = '{"id": "国标", "text": "字节不对的一行"}'.encode("gb18030")
    lines[300] = b'{"id": "nested", "text": ' + b"[" * 50_000
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(lines))
    scored([tmp_path / "a.jsonl"], tmp_path / "out", small_model_folder, shard_bytes=16 << 10)
    path = str(tmp_path / "a.jsonl")
    assert list(refusals(tmp_path / "out")) == [f"{path}:101", f"{path}:201", f"{path}:301"]
    assert [r["position"] for r in rows_of(tmp_path / "out")] == [n for n in range(1, 401) if n not in (101, 201, 301)]


def test_names_that_are_no_text(tmp_path: Path, small_model_folder: Path) -> None:
    folder = os.fsencode(tmp_path / "n")
    os.mkdir(folder)  # noqa: PTH102
    with open(folder + b"/\xd6\xd0.txt", "wb") as file:  # noqa: PTH123
        file.write(NEWS[0]["text"].encode())
    with open(folder + b"/\xb1\xa8.txt", "wb") as file:  # noqa: PTH123
        file.write(b"\0\1\2" * 500)
    for _ in range(2):
        scored([tmp_path / "n"], tmp_path / "out", small_model_folder)
        assert len(rows_of(tmp_path / "out")) == 1
        assert len(refusals(tmp_path / "out")) == 1
    for written in (tmp_path / "out").rglob("*.json*"):
        assert written.read_text("utf-8"), written


def test_a_file_whose_name_looks_like_a_chain_of_addresses_is_a_file(tmp_path: Path, small_model_folder: Path) -> None:
    folder = tmp_path / "稿"
    folder.mkdir()
    source = write_jsonl(folder / "zip::晚报::a.jsonl", NEWS)
    scored([source], tmp_path / "one", small_model_folder)
    scored([folder], tmp_path / "all", small_model_folder)
    for out in ("one", "all"):
        assert [row["id"] for row in rows_of(tmp_path / out)] == [article["id"] for article in NEWS]


def test_a_file_that_changes_during_the_run_is_refused(tmp_path: Path, small_model_folder: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", NEWS)
    write_jsonl(tmp_path / "b.jsonl", NEWS)
    (tmp_path / "c.jsonl").write_text("")
    manifest = read_manifest(small_model_folder)
    folder = RunFolder(str(tmp_path / "out"))
    task = Task(manifest.checksum, manifest.name)
    plan = make_plan(folder, [str(tmp_path)], ".", task, lambda path, _: "out" in Path(path).parts)
    write_jsonl(tmp_path / "a.jsonl", articles(9))
    (tmp_path / "c.jsonl").unlink()
    scorer = load_scorer(folder, plan.base, task, small_model_folder, threads=1)
    report = scorer.score(next(read_shards(folder)))
    assert (report.articles, report.refused) == (len(NEWS), 2)
    said = (tmp_path / "out" / "reports" / "000000.refused.jsonl").read_text("utf-8").splitlines()
    assert "has changed" in said[0] and "a.jsonl" in said[0]
    assert "cannot be read" in said[1] and "c.jsonl" in said[1]


def test_nothing_but_broken_inputs(tmp_path: Path, small_model_folder: Path) -> None:
    (tmp_path / "空.jsonl").write_bytes(b"")
    (tmp_path / "栏.csv").write_text("标,文\n好,文章\n", "utf-8")
    outcome = scored([tmp_path], tmp_path / "out", small_model_folder)
    assert (outcome.summary["articles"], outcome.summary["refused"]) == (0, 2)
    assert "--text-field" in refusals(tmp_path / "out")[str(tmp_path / "栏.csv")]
    assert "归档标注小结" in (tmp_path / "out" / "summary.html").read_text("utf-8")


@pytest.mark.parametrize("name", ["<script>alert(1)</script>.txt", "=1+1.txt", "'\"&.txt"])
def test_names_do_no_harm_in_the_summary(name: str, tmp_path: Path, small_model_folder: Path) -> None:
    source = tmp_path / "n"
    source.mkdir()
    if "/" in name:
        (source / "<script>alert(1)<").mkdir()
    (source / name).write_bytes(b"")
    write_jsonl(source / "a.jsonl", NEWS)
    scored([source], tmp_path / "out", small_model_folder)
    page = (tmp_path / "out" / "summary.html").read_text("utf-8")
    assert "<script>alert(1)" not in page
    assert "default-src 'none'" in page
