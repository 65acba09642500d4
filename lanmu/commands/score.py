"""The command ``lanmu score``: archives of any size in, tagged articles as files out."""

from __future__ import annotations

import json
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from classifier.errors import LanmuError
from classifier.messages import say
from classifier.reading.reading_options import ReadingOptions
from lanmu.archive.locations import plain_path
from lanmu.commands.options import (
    EXPERT,
    AcceptOption,
    DateFieldOption,
    EncodingOption,
    IdFieldOption,
    KindOption,
    ModelOption,
    ModelsOption,
    SectionsOption,
    TextFieldOption,
    TitleFieldOption,
)
from lanmu.commands.unread import tell_passed_over
from lanmu.language import speak, speak_count

if TYPE_CHECKING:
    from lanmu.archive.folder import RunFolder


class ArchiveFormat(StrEnum):
    parquet = "parquet"
    jsonl = "jsonl"
    csv = "csv"
    sqlite = "sqlite"


def score(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            help="Folders, files, zip and tar archives, JSONL, CSV, Parquet, or URLs such as s3://news/2025. "
            "Without any, the run in --out goes on.",
            metavar="SOURCE...",
        ),
    ] = None,
    out: Annotated[
        str,
        typer.Option(
            "--out",
            help="A folder for the parts, or one file: .parquet, .jsonl, .csv or .db (SQLite). A path or a URL.",
            metavar="OUT",
        ),
    ] = "",
    format: Annotated[
        ArchiveFormat | None, typer.Option("--format", help="Default: by the ending of --out, else parquet.")
    ] = None,
    model: ModelOption = None,
    models: ModelsOption = None,
    accept_accuracy: AcceptOption = None,
    restart: Annotated[bool, typer.Option("--restart", help="Throw away the run in --out and begin again.")] = False,
    ranking: Annotated[
        int, typer.Option("--ranking", help="How many categories to list with each article (0: all).", min=0)
    ] = 0,
    kind: KindOption = "auto",
    encoding: EncodingOption = "",
    sections: SectionsOption = False,
    id_field: IdFieldOption = "id",
    title_field: TitleFieldOption = "title",
    text_field: TextFieldOption = "text",
    date_field: DateFieldOption = "date",
    shard_size: Annotated[
        str,
        typer.Option(
            "--shard-size", help="About how much text becomes one part.", metavar="SIZE", rich_help_panel=EXPERT
        ),
    ] = "64MB",
    workers: Annotated[
        int | None,
        typer.Option("--workers", help="Cores to use (default: all).", min=1, max=1024, rich_help_panel=EXPERT),
    ] = (None),
    cluster: Annotated[
        str,
        typer.Option(
            "--cluster",
            help="A Dask scheduler (tcp://host:8786), or local:4 for four processes here.",
            rich_help_panel=EXPERT,
        ),
    ] = "",
    plan_only: Annotated[
        bool,
        typer.Option(
            "--plan-only", help="Only write the plan, and say how much there is to do.", rich_help_panel=EXPERT
        ),
    ] = False,
) -> None:
    """Score whole archives. A run may be stopped at any moment; the same command goes on where it was.

    Example: lanmu score archive/ --out tagged
    """
    from classifier.model.model_files import read_manifest
    from classifier.model.versions import model_path
    from lanmu.archive.folder import choose_target
    from lanmu.archive.plan import Task, refusal_words
    from lanmu.archive.running import Work, score_archive

    if not out:
        raise LanmuError(say("score.no_out"))
    if "-" in (sources or []):
        raise LanmuError(say("score.no_standard_input"))
    chosen = choose_target(out, format.value if format else None)
    path = model_path(model, models)
    manifest = read_manifest(path)
    reading = ReadingOptions(
        sections=sections,
        kind=kind,  # type: ignore[arg-type]
        encoding=encoding,
        id_field=id_field,
        title_field=title_field,
        text_field=text_field,
        date_field=date_field,
    )
    shard_bytes = size_in_bytes(shard_size)
    task = Task(manifest.checksum, manifest.name, chosen.part_format, ranking, accept_accuracy, shard_bytes, reading)
    work = Work(workers or available_cores(), cluster, restart, plan_only)
    given = [plain_path(source) for source in sources or []]
    outcome = score_archive(chosen, given, str(Path.cwd()), task, path, work)
    if outcome.state == "stopped":
        print(f"lanmu: {speak('score.stopped')}", file=sys.stderr)
        raise typer.Exit(130)
    if outcome.state == "planned":
        plan = outcome.plan
        for line in refusal_words(plan.refused, len(plan.refused)):
            print(line, file=sys.stderr)
        size = f"{plan.bytes / 1e9:,.2f} GB" if plan.bytes >= 1e7 else f"{plan.bytes / 1e3:,.0f} kB"
        where = chosen.folder.name_of("shards.jsonl")
        said = speak("score.planned", files=speak_count("file", plan.files), size=size,
                     shards=speak_count("shard", plan.shards), where=where)  # fmt: skip
        print(said, file=sys.stderr)
        if plan.refused:
            raise typer.Exit(1)
        return
    tell(chosen.output, chosen.folder, outcome.summary)


def tell(output: str, folder: RunFolder, summary: dict[str, Any]) -> None:
    """Say what came of a finished run; exit 1 where inputs were refused, 2 where nothing was scored."""
    from lanmu.archive.plan import read_refusal, refusal_words

    refused = summary["refused"]
    is_text_passed_over = tell_passed_over(summary.get("passed_over", {}))
    said = speak(
        "score.done",
        articles=speak_count("article", summary["articles"]),
        output=output,
        accepted=f"{summary['accepted']:,}",
        review=f"{summary['review']:,}",
        charts=folder.name_of("summary.html"),
    )
    print(said, file=sys.stderr)
    if refused:
        where = folder.name_of("refused.jsonl")
        print(f"lanmu: {speak('score.refused', inputs=speak_count('input', refused), where=where)}", file=sys.stderr)
        with folder.opened("refused.jsonl") as file:
            for line in refusal_words(map(read_refusal, map(json.loads, file)), refused):
                print(line, file=sys.stderr)
        raise typer.Exit(1 if summary["articles"] else 2)
    if is_text_passed_over:
        raise typer.Exit(1)


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
        raise LanmuError(say("score.no_size", size=size))
    return value
