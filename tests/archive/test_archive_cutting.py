"""Cut into shards of any size, an input gives the same rows as read in one piece."""

from __future__ import annotations

import csv
import io
import random
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from classifier.reading import read_paths
from lanmu.archive.folder import RunFolder
from lanmu.archive.plan import read_plan
from tests.archive.made import articles, rows_of, scored, write_jsonl, write_parquet

FIELDS = ("id", "date", "title", "text")
ODD = ('他说:"来"', '5" 屏,好', "第一行\n第二行", "", '"', "全,角,逗号", "a\r\nb", '""', '末尾引号"')


def odd_articles(count: int) -> list[dict[str, str]]:
    chance = random.Random(3)
    return [{**a, "title": chance.choice(ODD), "text": a["text"] + chance.choice(ODD)} for a in articles(count)]


def write_csv(path: Path, encoding: str = "utf-8", end: str = "\n", raw: bool = False) -> Path:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, FIELDS, lineterminator=end)
    writer.writeheader()
    for i, article in enumerate(odd_articles(300)):
        writer.writerow(article)
        if raw and i % 7 == 0:
            text.write(end)  # an empty line is no row
        if raw and i % 11 == 0:
            text.write(f'坏行,只有 5" 两栏{end}')
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_zip(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("图/封面.jpg", b"\xff\xd8\xff")
        for article in articles(60):
            archive.writestr(f"{article['date'][:4]}年/{article['id']}.txt", f"{article['title']}\n\n{article['text']}")
    return path


def write_tar(path: Path) -> Path:
    with tarfile.open(path, "w") as archive:
        for i, article in enumerate(articles(60)):
            data = f"{article['title']}\n\n{article['text']}".encode()
            long = "很长的文件夹名" * 20 if i % 5 == 0 else "版"
            info = tarfile.TarInfo(f"{long}/{article['id']}.txt")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


INPUTS: dict[str, Callable[[Path], Path]] = {
    "jsonl": lambda folder: write_jsonl(folder / "a.jsonl", odd_articles(300)),
    "jsonl in GB18030": lambda folder: _recoded(write_jsonl(folder / "a.jsonl", articles(300)), "gb18030"),
    "jsonl in UTF-16": lambda folder: _recoded(write_jsonl(folder / "a.jsonl", articles(300)), "utf-16"),
    "parquet": lambda folder: write_parquet(folder / "a.parquet", articles(300), group=20),
    "csv": lambda folder: write_csv(folder / "a.csv"),
    "csv with a BOM, CRLF, empty lines and bad rows": lambda folder: write_csv(
        folder / "a.csv", "utf-8-sig", "\r\n", raw=True
    ),
    "csv in GB18030": lambda folder: write_csv(folder / "a.csv", "gb18030"),
    "zip": lambda folder: write_zip(folder / "a.zip"),
    "tar": lambda folder: write_tar(folder / "a.tar"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", INPUTS)
def test_cut_or_whole_the_rows_are_the_same(name: str, tmp_path: Path, small_model_folder: Path) -> None:
    source = INPUTS[name](tmp_path)
    whole = scored([source], tmp_path / "whole", small_model_folder, shard_bytes=1 << 30)
    cut = scored([source], tmp_path / "cut", small_model_folder, shard_bytes=4 << 10)
    assert whole.plan.shards == 1
    assert cut.plan.shards > 5 or name == "jsonl in UTF-16"
    rows = rows_of(tmp_path / "cut")
    assert len(rows) >= 60
    assert rows == rows_of(tmp_path / "whole")
    assert _refused(tmp_path / "cut") == _refused(tmp_path / "whole")
    assert bool(_refused(tmp_path / "cut")) == ("bad rows" in name)


@pytest.mark.parametrize("kind", ["tar", "zip", "tar that breaks off"])
def test_members_of_the_same_name_have_ids_of_their_own_however_the_archive_is_cut(
    kind: str, tmp_path: Path, small_model_folder: Path
) -> None:
    """Numbered files in dated folders: each piece gives the ids that reading the whole gives."""
    source = write_dated(tmp_path / f"a.{kind[:3]}")
    if "breaks off" in kind:
        source.write_bytes(source.read_bytes()[: source.stat().st_size * 2 // 3])
    whole = [article.id for article in read_paths([source], refused=lambda error: None)]
    outcome = scored([source], tmp_path / "out", small_model_folder, shard_bytes=60_000)
    ids = [row["id"] for row in rows_of(tmp_path / "out")]
    assert ids == whole and len(set(ids)) == len(ids) >= 20
    assert {"01", "2026-03-02/01", "2026-03-03/02"} <= set(ids)
    assert outcome.plan.shards > 3 or "breaks off" in kind


def write_dated(path: Path) -> Path:
    """An archive of folders named by days, in each the files 01 to 06."""
    texts = [f"{a['title']}\n\n{a['text']}".encode() for a in articles(36)]
    names = [f"2026-03-{1 + i // 6:02}/{1 + i % 6:02}.txt" for i in range(36)]
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in zip(names, texts, strict=True):
                archive.writestr(name, data)
        return path
    with tarfile.open(path, "w") as tar:
        for name, data in zip(names, texts, strict=True):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def test_many_small_files_share_a_shard_and_tables_have_their_own(tmp_path: Path, small_model_folder: Path) -> None:
    for article in articles(40):
        (tmp_path / f"{article['id']}.txt").write_text(article["text"], "utf-8")
    write_jsonl(tmp_path / "n000020.jsonl", articles(10))
    outcome = scored([tmp_path], tmp_path / "out", small_model_folder)
    assert outcome.plan.shards == 2
    assert outcome.summary["articles"] == 50
    assert read_plan(RunFolder(str(tmp_path / "out"))) == outcome.plan


def _recoded(path: Path, encoding: str) -> Path:
    path.write_bytes(path.read_text("utf-8").encode(encoding))
    return path


def _refused(out: Path) -> list[Any]:
    import json

    return [json.loads(line)["source"] for line in (out / "refused.jsonl").read_text("utf-8").splitlines()]
