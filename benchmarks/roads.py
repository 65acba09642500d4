"""How many of our functions and files four roads pass: a measure of how far a reader of the code must walk.

    python -m benchmarks.roads

Functions that run at least once between the command and its end are counted, by name and file, also those that
run while modules are imported (properties made, tables built, decorators); the bodies of modules and classes, lambdas
and comprehensions are not.  The roads: `lanmu tag` of one article,
`lanmu score` of a Parquet file of one row, a label from the API to labels.csv, `lanmu train`.
"""

from __future__ import annotations

import csv
import inspect
import json
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

ROOT = Path(__file__).parents[1]
OURS = tuple(str(ROOT / package) for package in ("classifier", "training", "lanmu"))
ARTICLE = (
    "县篮球联赛落幕\n\n本报讯（记者 王建国）昨天，全县农民篮球联赛决赛在体育馆打满四节，城关队靠最后一记三分夺冠。\n"
)


_seen: set[CodeType] = set()


def _look(frame: FrameType, event: str, _: Any) -> None:
    if event == "call":
        _seen.add(frame.f_code)


def passed(road: Callable[[], None]) -> tuple[int, int]:
    """Functions and files of ours that a road passes, in whatever thread."""
    _seen.clear()
    sys.setprofile(_look)
    try:
        with suppress(SystemExit):
            road()
    finally:
        sys.setprofile(None)
    seen = set(_seen)
    functions = (code for code in seen if code.co_flags & inspect.CO_OPTIMIZED)  # the bodies of classes are not
    ours = {code for code in functions if code.co_filename.startswith(OURS) and not code.co_name.startswith("<")}
    return len(ours), len({code.co_filename for code in ours})


def command(*words: str) -> Callable[[], None]:
    """A command, as it runs when it is typed."""

    def run() -> None:
        from lanmu.__main__ import main

        sys.argv = ["lanmu", *words]
        main()

    return run


def label_road(home: Path) -> tuple[int, int]:
    """What a label given by the API passes until it stands in labels.csv."""
    from starlette.testclient import TestClient

    from lanmu.service.app import create_app
    from lanmu.service.container import build_service
    from lanmu.service.settings import prepare

    settings = prepare(home)
    service = build_service(settings)
    with TestClient(create_app(service), base_url="http://127.0.0.1") as client:
        service.champion.refresh()  # what its thread has begun is done before: compiling is no part of the road
        key = {"Authorization": f"Bearer {settings.token}"}
        given = {"articles": [{"title": "县篮球联赛落幕", "text": ARTICLE}]}
        client.post("/api/v1/articles", json=given, headers=key).raise_for_status()

        def road() -> None:
            answer = client.put("/api/v1/articles/1/label", json={"category": "sports"}, headers=key)
            answer.raise_for_status()
            service.writer.flush()

        return passed(road)


def main() -> None:
    threading.setprofile(_look)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        article, table = folder / "one.txt", folder / "one.parquet"
        article.write_text(ARTICLE, "utf-8")
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.table({"id": ["1"], "title": ["县篮球联赛落幕"], "text": [ARTICLE]}), table)
        with (ROOT / "labels.csv").open(encoding="utf-8", newline="") as source:
            rows = list(csv.DictReader(source))
        rows = [row for kind in ("sports", "health") for row in [r for r in rows if r["category"] == kind][:20]]
        with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        roads: dict[str, Callable[[], None]] = {
            "lanmu tag, one article": command("tag", str(article)),
            "lanmu score, one row of Parquet": command("score", str(table), "--out", str(folder / "out")),
            "lanmu train": command(
                "train", "--labels", str(folder / "labels.csv"), "--own-categories", "--models", str(folder / "mine")
            ),
        }
        counts = {name: passed(road) for name, road in roads.items()}
        counts["a label, from the API to labels.csv"] = label_road(folder / "home")
    for name, (functions, files) in counts.items():
        print(f"{name}: {functions} functions in {files} files")
    print(json.dumps({name: list(count) for name, count in counts.items()}, ensure_ascii=False))


if __name__ == "__main__":
    main()
