"""Archives written for the tests: short news in Chinese, in every form that is read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from classifier.model.model_files import read_manifest
from lanmu.archive.folder import RunFolder, choose_target
from lanmu.archive.plan import Task, part_name, read_plan
from lanmu.archive.running import Outcome, Work, score_archive

PLACES = ("河湾村", "城关镇", "北山乡", "临河镇", "新桥社区", "柳林村")
NEWS = (
    ("{p}棉田开镰", "{p}的棉花熟了,合作社的采棉机昼夜不停,农户说今年亩产比去年高出{n}公斤,收购价也好。"),
    ("{p}篮球队夺冠", "决赛打满四节,{p}队以{n}分的优势夺得冠军,教练和球迷在体育馆里欢呼。"),
    ("义诊队来到{p}", "县医院的医生走进{p},为{n}位老人量血压、测血糖,还给患者开了药方。"),
    ("{p}冬小麦播种收尾", "农技员下到{p}的地头查墒情,提醒种粮大户浇好越冬水,已播{n}亩。"),
)


def articles(count: int) -> Iterator[dict[str, str]]:
    """Articles with an id, a date, a title and a text, no two alike."""
    for i in range(count):
        title, text = NEWS[i % len(NEWS)]
        place = PLACES[i % len(PLACES)]
        yield {
            "id": f"n{i:06}",
            "date": f"{2023 + i % 3}-{1 + i % 12:02}-{1 + i % 28:02}",
            "title": title.format(p=place),
            "text": text.format(p=place, n=i + 10),
        }


def write_jsonl(path: Path, news: Iterable[dict[str, str]]) -> Path:
    path.write_text("".join(json.dumps(a, ensure_ascii=False) + "\n" for a in news), "utf-8")
    return path


def write_parquet(path: Path, news: Iterable[dict[str, str]], group: int = 1_000) -> Path:
    pq.write_table(pa.Table.from_pylist(list(news)), path, row_group_size=group)
    return path


def rows_of(out: Path | str) -> list[dict[str, Any]]:
    """All rows of a run with Parquet parts, part after part."""
    folder = RunFolder(str(out))
    plan = read_plan(folder)
    assert plan is not None
    rows: list[dict[str, Any]] = []
    for index in range(plan.shards):
        with folder.opened(part_name(index, "parquet")) as file:
            rows += pq.read_table(file).to_pylist()
    return rows


def scored(
    sources: Sequence[Path | str], out: Path | str, model: Path, work: Work | None = None, **task: Any
) -> Outcome:
    """A run in this process."""
    manifest = read_manifest(model)
    chosen = choose_target(str(out))
    wished = Task(manifest.checksum, manifest.name, chosen.part_format, **task)
    return score_archive(chosen, [str(s) for s in sources], str(Path.cwd()), wished, model, work or Work())
