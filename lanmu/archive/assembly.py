"""The parts of a finished run → one file: Parquet, JSON Lines, CSV or SQLite."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from classifier.errors import LanmuError
from classifier.files import real_target, sync_folder
from classifier.messages import say
from lanmu.archive.folder import RunFolder, Target
from lanmu.archive.locations import is_url
from lanmu.archive.parts import ParquetPart, json_column
from lanmu.archive.plan import Plan, part_name
from lanmu.archive.rows import SCHEMA

_LISTS = ("secondary", "reasons", "ranking", "uncertain", "box")
_TYPES = {"probability": "REAL", "position": "INTEGER", "page": "INTEGER"}
_INDEXED = ("id", "category", "decision", "date")
_ROWS = 8_192


def assemble(target: Target, plan: Plan, summary: dict[str, Any]) -> None:
    """Write ``target.file`` from the run's parts, whole or not at all, in the order of the shards."""
    # A link stays, and what it points to is written.
    file = target.file if is_url(target.file) else str(real_target(Path(target.file)))
    if target.form == "sqlite":
        _assemble_sqlite(Path(file), target.folder, plan, summary)
        return
    parent, _, name = file.replace(os.sep, "/").rpartition("/")
    place = RunFolder(parent or ("/" if file.startswith("/") else "."))
    with place.writing(name) as out:
        if target.form == "parquet":
            writer = ParquetPart(out)
            for table in _tables(target.folder, plan):
                writer.write(table)
            writer.close()
        else:
            for index in range(plan.shards):
                with target.folder.opened(part_name(index, plan.task.part_format)) as part:
                    if target.form == "csv" and index:
                        part.readline()  # the heading stands above the first part
                    shutil.copyfileobj(part, out, 1 << 20)


def _tables(folder: RunFolder, plan: Plan) -> Iterator[Any]:
    """RecordBatches of all parts; parts written before a column was known have nothing in it."""
    for index in range(plan.shards):
        with folder.opened(part_name(index, "parquet")) as part:
            for batch in pq.ParquetFile(part).iter_batches(_ROWS):
                known = batch.schema.names
                columns = [batch[f.name] if f.name in known else pa.nulls(len(batch), f.type) for f in SCHEMA]
                yield pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def _assemble_sqlite(path: Path, folder: RunFolder, plan: Plan, summary: dict[str, Any]) -> None:
    aside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in (aside, aside.with_name(aside.name + "-journal")):
            left.unlink(missing_ok=True)
        database = sqlite3.connect(aside, isolation_level=None)
        try:
            _fill(database, folder, plan, summary)
        finally:
            database.close()
        with aside.open("rb+") as file:
            os.fsync(file.fileno())
        aside.replace(path)
        sync_folder(path.parent)
    except (OSError, sqlite3.Error) as error:
        aside.unlink(missing_ok=True)
        reason = getattr(error, "strerror", None) or error
        raise LanmuError(
            say("score.not_put_together", path=str(path), reason=str(reason), folder=str(folder.location))
        ) from error


def _fill(database: sqlite3.Connection, folder: RunFolder, plan: Plan, summary: dict[str, Any]) -> None:
    """Tables ``articles``, ``refused`` and ``run`` (its summary), written aside, so that no journal is needed."""
    database.execute("PRAGMA journal_mode = OFF")
    database.execute("PRAGMA synchronous = OFF")
    columns = ", ".join(f'"{name}" {_TYPES.get(name, "TEXT")}' for name in SCHEMA.names)
    database.execute(f"CREATE TABLE articles ({columns})")
    database.execute("CREATE TABLE refused (source TEXT, reason TEXT)")
    database.execute("CREATE TABLE run (name TEXT PRIMARY KEY, value TEXT)")
    database.execute("BEGIN")
    row = f"INSERT INTO articles VALUES ({', '.join('?' * len(SCHEMA.names))})"
    for batch in _tables(folder, plan):
        database.executemany(row, zip(*(_values(batch, name) for name in SCHEMA.names), strict=True))
    with folder.opened("refused.jsonl") as refusals:
        records = map(json.loads, refusals)
        database.executemany("INSERT INTO refused VALUES (?, ?)", ((r["source"], r["reason"]) for r in records))
    values = {name: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for name, v in summary.items()}
    database.executemany("INSERT INTO run VALUES (?, ?)", values.items())
    for name in _INDEXED:
        database.execute(f'CREATE INDEX "articles_{name}" ON articles ("{name}")')
    database.execute("COMMIT")


def _values(batch: Any, name: str) -> list[Any]:
    """A column as SQLite takes it: lists as JSON, probabilities to six places."""
    column = batch.column(name)
    if name in _LISTS:
        return json_column(column).to_pylist()  # type: ignore[no-any-return]
    if name == "probability":
        return [round(value, 6) for value in column.to_pylist()]
    return column.to_pylist()  # type: ignore[no-any-return]
