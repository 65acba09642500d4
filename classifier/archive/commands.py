"""The command ``lanmu score``: archives of any size in, tagged articles as files out."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from classifier.commands import AcceptOption, ModelOption, ModelsOption
from classifier.errors import LanmuError


class ArchiveFormat(StrEnum):
    parquet = "parquet"
    jsonl = "jsonl"
    csv = "csv"


def score(
    sources: Annotated[
        list[str],
        typer.Argument(
            help="Folders, files, zip and tar archives, JSONL, CSV, Parquet, or fsspec URLs such as s3://news/2025.",
            metavar="SOURCE...",
        ),
    ],
    out: Annotated[str, typer.Option("--out", help="The folder of the run (or its URL); must be new or empty.")],
    format: Annotated[ArchiveFormat | None, typer.Option("--format", help="Form of the parts.")] = None,
    model: ModelOption = None,
    models: ModelsOption = None,
    accept_accuracy: AcceptOption = None,
    restart: Annotated[bool, typer.Option("--restart", help="Throw away what is in --out and begin again.")] = False,
    ranking: Annotated[
        int, typer.Option("--ranking", help="How many categories each article lists, best first (0: all).", min=0)
    ] = 0,
    kind: Annotated[
        str, typer.Option("--kind", help="page, plain, html, docx, pdf, jsonl, csv … instead of guessing.")
    ] = "auto",
    encoding: Annotated[str, typer.Option("--encoding", help="Such as gb18030, instead of detecting it.")] = "",
    sections: Annotated[bool, typer.Option("--sections", help="One article a ### section of a round-up.")] = False,
    id_field: Annotated[str, typer.Option("--id-field", help="Name of the field of ids in tables.")] = "id",
    title_field: Annotated[str, typer.Option("--title-field", help="Name of the field of titles.")] = "title",
    text_field: Annotated[str, typer.Option("--text-field", help="Name of the field of texts.")] = "text",
    date_field: Annotated[str, typer.Option("--date-field", help="Name of the field of dates.")] = "date",
    shard_size: Annotated[
        str, typer.Option("--shard-size", help="About how much text becomes one part, such as 64MB.", metavar="SIZE")
    ] = "64MB",
    workers: Annotated[
        int | None, typer.Option("--workers", help="Cores to use (default: all).", min=1, max=1024)
    ] = None,
) -> None:
    """Score whole archives: a run that can be stopped at any moment and goes on when it is called again.

    Example: lanmu score archive/ --out tagged
    """
    from classifier.archive.folder import RunFolder
    from classifier.archive.locations import plain_path
    from classifier.archive.plan import Task
    from classifier.archive.running import score_archive
    from classifier.model import TopicModel
    from classifier.model_choice import model_path

    cores = workers or available_cores()
    loaded = TopicModel.load(model_path(model, models), engine="kernel", threads=cores, accept_accuracy=accept_accuracy)
    task = Task(
        model=loaded.manifest.checksum,
        model_name=loaded.manifest.name,
        part_format=(format or ArchiveFormat.parquet).value,
        ranking=ranking,
        accept_accuracy=accept_accuracy,
        shard_bytes=size_in_bytes(shard_size),
        sections=sections,
        kind=kind,  # type: ignore[arg-type]
        encoding=encoding,
        id_field=id_field,
        title_field=title_field,
        text_field=text_field,
        date_field=date_field,
    )
    if "-" in sources:
        raise LanmuError("score reads its input again when it goes on, so it takes no standard input; give a file")
    folder = RunFolder(plain_path(out))
    outcome = score_archive(
        folder,
        [plain_path(source) for source in sources],
        str(Path.cwd()),
        task,
        loaded,
        workers=cores,
        restart=restart,
    )
    if not outcome.finished:
        print("lanmu: stopped; the same command goes on from here", file=sys.stderr)
        raise typer.Exit(130)
    report = outcome.report
    print(
        f"{report.articles:,} articles: {report.articles - report.in_review:,} accepted, "
        f"{report.in_review:,} to review; {report.refused:,} inputs refused. See {folder.name_of('summary.json')}",
        file=sys.stderr,
    )
    if report.refused:
        print(f"lanmu: what was refused and why: {folder.name_of('refused.jsonl')}", file=sys.stderr)
        raise typer.Exit(1 if report.articles else 2)


def available_cores() -> int:
    """The processor cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        return os.cpu_count() or 1


_UNITS = {"": 1, "b": 1, "k": 1 << 10, "kb": 1 << 10, "m": 1 << 20, "mb": 1 << 20, "g": 1 << 30, "gb": 1 << 30}


def size_in_bytes(size: str) -> int:
    """``64MB`` → 67108864; LanmuError where it is no size between 1 KB and 64 GB."""
    text = size.strip().lower()
    number = text.rstrip("bkmg")
    try:
        value = int(float(number) * _UNITS[text[len(number) :]])
    except (ValueError, KeyError, OverflowError):
        value = 0
    if not 1 << 10 <= value <= 64 << 30:
        raise LanmuError(f"--shard-size {size!r} is no size between 1KB and 64GB; give one such as 64MB")
    return value
