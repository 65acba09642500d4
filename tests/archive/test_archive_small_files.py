"""Small files of text are read together, and what comes out is what reading them one by one gives."""

from __future__ import annotations

import json
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from classifier.errors import InputRefused
from classifier.reading.documents.clean import FEWEST_FILES as FEWEST
from classifier.reading.file_names import split_name
from classifier.reading.sources import read_paths
from lanmu.archive.folder import RunFolder
from lanmu.archive.plan import read_shards
from lanmu.archive.running import Work
from lanmu.archive.scoring import load_scorer
from tests.archive.made import articles, rows_of, scored

PAGE = "# 城关镇义诊\n\n本报讯(记者 张宁)县医院的医生走进城关镇,为老人量血压、测血糖。\n\n# 棉田开镰\n\n{}\n"
STORY = "河湾村的棉花熟了,合作社的采棉机昼夜不停,农户说今年亩产比去年高,收购价也好。"
OTHERS = {
    "2026-03-05/01.txt": f"义诊队来到北山乡\n\n本报讯(记者 张宁){STORY}\n",
    "2026-03-05/02.md": PAGE.format(STORY),
    "2026-03-05/03.txt": f"棉田开镰\n\n  {STORY}\n  合作社\n  {STORY}\n",
    "2026-03-05/04.txt": " \n",
    "2026-03-05/05.txt": "",
    "2026-03-06/01.txt": f"---\ntitle: 棉田开镰\ndate: 2026-03-01\n---\n{STORY}\n",
    "2026-03-06/02.text": f"棉田开镰\n\n{STORY}\n青石县\xa0\n责任编辑:张宁\n",
    "2026-03-06/03.csv": f'id,title,text\nx,棉田开镰,"{STORY}"\n',
    "2026-03-06/04.txt": f"棉田开镰\n\n{STORY}\n相关阅读\n城关镇义诊\n",
}


def write_news(folder: Path) -> list[Path]:
    files = {f"{i % 3}/{a['id']}.txt": f"{a['title']}\n\n{a['text']}\n" for i, a in enumerate(articles(2 * FEWEST))}
    for name, text in (files | OTHERS).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8", newline="")
    (folder / "1" / "旧.txt").write_bytes(f"棉田开镰\n\n{STORY}\n".encode("gb18030"))
    (folder / "1" / "坏.txt").write_bytes(b"\x00\x01\x02" * 900)
    if hasattr(os, "symlink"):
        (folder / "2" / "链接.txt").symlink_to(folder / "2026-03-05" / "01.txt")
    return [path for path in folder.rglob("*") if path.is_file()]


def test_small_files_come_out_as_they_are_read_alone(tmp_path: Path, small_model_folder: Path) -> None:
    write_news(tmp_path / "news")
    refused: list[InputRefused] = []
    alone = list(read_paths([tmp_path / "news"], refused=refused.append))
    outcome = scored([tmp_path / "news"], tmp_path / "out", small_model_folder)
    rows = rows_of(tmp_path / "out")
    key = ("id", "title", "path", "position", "date", "byline", "column", "subtitle", "uncertain")
    tables = [row for row in rows if row["path"].endswith(".csv")]
    found = [tuple(row[name] for name in key) for row in rows if not row["path"].endswith(".csv")]
    assert found == [
        (a.id, a.title, a.source.path, a.source.position, a.date or None, a.byline or None, a.column or None,
         a.subtitle or None, list(a.uncertain) or None)
        for a in alone if not a.source.path.endswith(".csv")
    ]  # fmt: skip
    assert len(tables) == 1
    assert outcome.summary["articles"] == len(alone)
    assert outcome.summary["refused"] == len(refused) == 3


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tar that breaks off", "zip in a zip", "zip with damage"])
def test_small_members_come_out_as_they_are_read_alone(tmp_path: Path, small_model_folder: Path, kind: str) -> None:
    write_news(tmp_path / "news")
    source = pack(tmp_path, kind)
    refused: list[InputRefused] = []
    alone = []
    try:
        alone += read_paths([source], refused=refused.append)
    except InputRefused as error:
        refused.append(error)
    scored([source], tmp_path / "out", small_model_folder)
    rows = rows_of(tmp_path / "out")
    assert [(r["id"], r["title"], r["member"], r["position"], r["date"], r["byline"]) for r in rows] == [
        (a.id, a.title, a.source.member, a.source.position, a.date or None, a.byline or None) for a in alone
    ]
    assert len(rows) >= 2 * FEWEST
    lines = (tmp_path / "out" / "refused.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["source"] for line in lines] == [error.name for error in refused]
    assert len(refused) >= 2


def pack(folder: Path, kind: str) -> Path:
    """The news of ``write_news`` in one file."""
    source = folder / f"news.{kind.split()[0]}"
    if kind.startswith("tar"):
        with tarfile.open(source, "w:gz" if kind == "tar.gz" else "w") as tar:
            for path in sorted((folder / "news").rglob("*.*")):
                tar.add(path.resolve(), path.relative_to(folder / "news"))
        if "breaks off" in kind:
            source.write_bytes(source.read_bytes()[: source.stat().st_size * 9 // 10])
        return source
    with zipfile.ZipFile(source, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted((folder / "news").rglob("*.*")):
            archive.write(path, path.relative_to(folder / "news"))
    if "damage" in kind:
        content = bytearray(source.read_bytes())
        at = content.find("采棉机".encode())
        content[at : at + 3] = "收".encode()
        source.write_bytes(content)
    if " in " in kind:
        inner = source.rename(folder / "inner.zip")
        with zipfile.ZipFile(source, "w") as archive:
            archive.write(folder / "news" / "0" / "n000000.txt", "a.txt")
            archive.write(inner, "b.zip")
            archive.write(folder / "news" / "0" / "n000003.txt", "c.txt")
    return source


def test_texts_of_small_files_are_scored_as_they_are_read_alone(tmp_path: Path, small_model_folder: Path) -> None:
    write_news(tmp_path / "news")
    scored([tmp_path / "news"], tmp_path / "together", small_model_folder)
    together = {row["path"]: row for row in rows_of(tmp_path / "together")}
    for name in ("2026-03-05/01.txt", "2026-03-05/03.txt", "2026-03-06/02.text", "1/旧.txt", "0/n000003.txt"):
        path = str(tmp_path / "news" / name)
        scored([path], tmp_path / "alone", small_model_folder, Work(restart=True))
        assert rows_of(tmp_path / "alone") == [together[path] | {"id": split_name(path)[0]}]


@pytest.mark.parametrize("change", ["text", "time", "gone", "folder", "pipe"])
def test_a_file_that_changed_since_the_plan_is_refused(tmp_path: Path, small_model_folder: Path, change: str) -> None:
    news = tmp_path / "news"
    write_news(news)
    outcome = scored([news], tmp_path / "out", small_model_folder, Work(plan_only=True))
    path = news / "0" / "n000003.txt"
    text = path.read_text("utf-8")
    path.unlink()
    if change == "text":
        path.write_text(f"{text}另有三十人到场。", "utf-8")
    elif change == "time":
        path.write_text(text, "utf-8")
        os.utime(path, (1, 1))
    elif change == "folder":
        path.mkdir()
    elif change == "pipe":
        if not hasattr(os, "mkfifo"):
            pytest.skip("no pipes here")
        os.mkfifo(path)
    folder = RunFolder(str(tmp_path / "out"))
    scorer = load_scorer(folder, outcome.plan.base, outcome.plan.task, small_model_folder, threads=1)
    reports = [scorer.score(shard) for shard in read_shards(folder)]
    assert sum(report.refused for report in reports) == 4
    refused = "".join(file.read_text("utf-8") for file in (tmp_path / "out" / "reports").glob("*.refused.jsonl"))
    assert str(path) in refused
    assert "n000003" not in {row["id"] for row in rows_of(tmp_path / "out")}


def test_as_many_articles_come_out_in_two_processes(tmp_path: Path, small_model_folder: Path) -> None:
    write_news(tmp_path / "news")
    scored([tmp_path / "news"], tmp_path / "one", small_model_folder)
    scored([tmp_path / "news"], tmp_path / "two", small_model_folder, Work(workers=2), shard_bytes=64 << 10)
    one, two = (
        sorted(rows_of(tmp_path / name), key=lambda row: (row["path"], row["position"])) for name in ("one", "two")
    )
    assert one == two
