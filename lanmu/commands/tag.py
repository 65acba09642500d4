"""The command ``lanmu tag``: paths in, tagged articles out."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from classifier.errors import LanmuError
from lanmu.commands.refusals import NamedRefusals
from lanmu.commands.streams import data_stream

if TYPE_CHECKING:
    from classifier.article import Article
    from classifier.model.topic_model import TopicModel
    from classifier.reading import ReadingOptions
    from lanmu.commands.output import Printer

PATIENCE = 2.0
"""Seconds of work after which a progress line is shown."""
BATCH = 256


class OutputFormat(StrEnum):
    table = "table"
    jsonl = "jsonl"
    csv = "csv"


class EngineName(StrEnum):
    auto = "auto"
    compiled = "compiled"
    python = "python"


ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model", help="A model's folder or a version's name; without it the current model.", metavar="MODEL"
    ),
]
ModelsOption = Annotated[
    Path | None,
    typer.Option("--models", help="The folder of model versions (default: ./models, else the shipped ones)."),
]
EngineOption = Annotated[
    EngineName, typer.Option("--engine", help="How words are cut and scored; all give the same result.")
]
AcceptOption = Annotated[
    float | None,
    typer.Option(
        "--accept-accuracy",
        help="Wished share of right ones among the accepted, such as 0.97; the rest goes to review.",
        min=0.0,
        max=1.0,
    ),
]


def tag(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files (page, article, .html, .docx, .pdf, .jsonl, .csv …) or folders of them; - is standard input.",
            metavar="PATH...",
        ),
    ] = None,
    format: Annotated[
        OutputFormat | None, typer.Option("--format", help="Default: table on a terminal, else jsonl.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write to this file, whole or not at all.")] = None,
    show: Annotated[
        Path | None,
        typer.Option(
            "--show", help="Draw the printed page with what was read as what: .svg or .png.", metavar="PICTURE"
        ),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Add the words that spoke for and against.")] = False,
    model: ModelOption = None,
    models: ModelsOption = None,
    accept_accuracy: AcceptOption = None,
    sections: Annotated[bool, typer.Option("--sections", help="One article a ### section of a round-up.")] = False,
    kind: Annotated[
        str,
        typer.Option("--kind", help="page, plain, html, docx, pdf, alto, hocr, ocr, jsonl, csv … instead of guessing."),
    ] = "auto",
    encoding: Annotated[str, typer.Option("--encoding", help="Such as gb18030, instead of detecting it.")] = "",
    engine: EngineOption = EngineName.auto,
    threads: Annotated[int, typer.Option("--threads", help="Threads of the compiled engine.", min=1, max=256)] = 1,
) -> None:
    """Read pages or articles and give each article its category.

    Example: lanmu tag samples/page.md
    """
    from classifier.files import check_writable
    from classifier.model.choice import model_path
    from classifier.model.topic_model import TopicModel
    from classifier.reading import ReadingOptions, read_paths

    if not paths:
        if sys.stdin.isatty():
            raise LanmuError("no input: give files or folders, or - for standard input (see lanmu tag --help)")
        paths = ["-"]
    options = ReadingOptions(sections=sections, kind=kind, encoding=encoding)  # type: ignore[arg-type]
    if out is not None:
        check_writable(out)
    loaded = TopicModel.load(
        model_path(model, models), engine=engine.value, threads=threads, accept_accuracy=accept_accuracy
    )
    refusals = NamedRefusals()
    if show is not None:
        _tag_and_show(paths, show, options, loaded, format, out, explain)
        return
    with _printer(format, out, loaded) as printer:
        articles = read_paths(paths, options, refusals, scorer=loaded.probabilities, passed=refusals.pass_over)
        if not _tag_all(articles, loaded, printer, explain) and refusals:
            refusals.tell_passed_over()
            raise typer.Exit(2)  # still inside, so that --out stays as it was
    if refusals.tell_passed_over() or refusals:
        raise typer.Exit(1)


def _tag_and_show(
    paths: list[str],
    target: Path,
    options: ReadingOptions,
    model: TopicModel,
    format: OutputFormat | None,
    out: Path | None,
    explain: bool,
) -> None:
    """Tag one file of printed pages and draw them."""
    from lanmu.commands.show import ShownPages

    if len(paths) != 1:
        raise LanmuError("--show draws one file's pages; give one path")
    shown = ShownPages(paths[0], target, options, model)
    tagged = model.tag(list(shown.articles), explain=explain)
    with _printer(format, out, model) as printer:
        printer.show(tagged)
    for written in shown.draw(tagged):
        print(f"lanmu: drew {written}", file=sys.stderr)


def _tag_all(articles: Iterator[Article], model: TopicModel, printer: Printer, explain: bool) -> int:
    """Tag and print in batches; a progress line on a terminal once it takes long."""
    progress = ProgressLine("articles")
    done = 0
    batch: list[Article] = []

    def flush() -> None:
        nonlocal done, batch
        tagged = model.tag(batch, explain=explain)
        progress.clear()
        printer.show(tagged)
        done += len(batch)
        batch = []
        progress.show(done)

    for article in articles:
        batch.append(article)
        if len(batch) == BATCH:
            flush()
    flush()
    progress.clear()
    return done


class ProgressLine:
    """A line on a terminal's stderr that says how far work has come, from the second second on."""

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self.start = time.monotonic()
        self.shown = False
        self.alive = sys.stderr.isatty()

    def show(self, done: int) -> None:
        seconds = time.monotonic() - self.start
        if self.alive and seconds > PATIENCE:
            print(f"\r{done:,} {self.unit}, {done / seconds:,.0f} a second", end="", file=sys.stderr, flush=True)
            self.shown = True

    def clear(self) -> None:
        if self.shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self.shown = False


@contextmanager
def _printer(format: OutputFormat | None, out: Path | None, model: TopicModel) -> Iterator[Printer]:
    import io

    from classifier.files import written_output

    chosen = format or _default_format(out)
    if out is None:
        yield _printer_to(chosen, sys.stdout if chosen is OutputFormat.table else data_stream(), model)
        return
    with written_output(out) as file:
        text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
        yield _printer_to(chosen, text, model)
        text.detach()


def _default_format(out: Path | None) -> OutputFormat:
    if out is not None:
        return OutputFormat.csv if out.suffix == ".csv" else OutputFormat.jsonl
    return OutputFormat.table if sys.stdout.isatty() else OutputFormat.jsonl


def _printer_to(format: OutputFormat, stream: IO[str], model: TopicModel) -> Printer:
    from lanmu.commands import output

    if format is OutputFormat.jsonl:
        return output.JsonLines(stream)
    if format is OutputFormat.csv:
        return output.SpreadsheetCsv(stream)
    from rich.console import Console

    return output.PeopleTable(Console(file=stream), model.taxonomy)
