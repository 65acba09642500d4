"""The command ``lanmu tag``: paths in, tagged articles out."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from classifier.errors import LanmuError
from classifier.messages import say
from lanmu.commands.options import (
    EXPERT,
    AcceptOption,
    DateFieldOption,
    EncodingOption,
    EngineName,
    EngineOption,
    IdFieldOption,
    KindOption,
    ModelOption,
    ModelsOption,
    QuietOption,
    SectionsOption,
    TextFieldOption,
    TitleFieldOption,
)
from lanmu.commands.standard_output import clear_passing, data_stream, show_passing
from lanmu.commands.unread import NamedRefusals
from lanmu.language import speak, speak_count

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
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="Write to this file (.jsonl, .csv, .txt), whole or not at all.", metavar="FILE"
        ),
    ] = None,
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
    sections: SectionsOption = False,
    kind: KindOption = "auto",
    encoding: EncodingOption = "",
    id_field: IdFieldOption = "id",
    title_field: TitleFieldOption = "title",
    text_field: TextFieldOption = "text",
    date_field: DateFieldOption = "date",
    engine: EngineOption = EngineName.auto,
    threads: Annotated[
        int, typer.Option("--threads", help="Threads of the compiled engine.", min=1, max=256, rich_help_panel=EXPERT)
    ] = 1,
    quiet: QuietOption = False,
) -> None:
    """Read pages or articles and give each article its category.

    Example: lanmu tag samples/page.md
    """
    from classifier.files import check_writable
    from classifier.model.topic_model import TopicModel
    from classifier.model.versions import model_path
    from classifier.reading import ReadingOptions, read_paths

    if not paths:
        if sys.stdin.isatty():
            raise LanmuError(say("tag.no_input"))
        paths = ["-"]
    for path in paths:
        if not path.strip():  # an empty variable of a shell
            raise LanmuError(say("command.empty_path"))
        if "://" in path:
            raise LanmuError(say("command.no_address", address=path))
    out = None if out == Path("-") else out
    chosen = format or _choose_format(out)
    if explain and chosen is OutputFormat.csv:
        raise LanmuError(say("command.no_evidence_in_csv"))
    options = ReadingOptions(
        sections=sections,
        kind=kind,  # type: ignore[arg-type]
        encoding=encoding,
        id_field=id_field,
        title_field=title_field,
        text_field=text_field,
        date_field=date_field,
    )
    if out is not None:
        check_writable(out)
    loaded = TopicModel.load(
        model_path(model, models), engine=engine.value, threads=threads, accept_accuracy=accept_accuracy
    )
    refusals = NamedRefusals()
    if show is not None:
        _tag_and_show(paths, show, options, loaded, _printer(chosen, out, loaded), explain)
        return
    several = len(paths) > 1 or Path(paths[0]).is_dir()
    with _printer(chosen, out, loaded, several) as printer:
        articles = read_paths(paths, options, refusals, scorer=loaded.probabilities, passed=refusals.pass_over)
        counts = _tag_all(articles, loaded, printer, explain, quiet)
        if not counts.total() and refusals.count:
            refusals.tell_rest()
            raise typer.Exit(2)  # still inside, so that --out stays as it was
    if not quiet and (out is not None or sys.stderr.isatty()):
        sums = speak(
            "command.sums", articles=speak_count("article", counts.total()), accepted=f"{counts['accepted']:,}",
            review=f"{counts['review']:,}", refused=speak_count("input", refusals.count),
        )  # fmt: skip
        print(sums, file=sys.stderr)
    if refusals.tell_rest():
        raise typer.Exit(1)


def _tag_and_show(
    paths: list[str],
    target: Path,
    options: ReadingOptions,
    model: TopicModel,
    printing: AbstractContextManager[Printer],
    explain: bool,
) -> None:
    """Tag one file of printed pages and draw them."""
    from lanmu.commands.show import ShownPages

    if len(paths) != 1:
        raise LanmuError(say("show.one_file"))
    refusals = NamedRefusals()
    shown = ShownPages(paths[0], target, options, model, refusals)
    tagged = model.tag(list(shown.articles), explain=explain)
    with printing as printer:
        printer.show(tagged)
    for written in shown.draw(tagged):
        print(speak("tag.drew", written=written), file=sys.stderr)
    if refusals.tell_rest():
        raise typer.Exit(1)


def _tag_all(
    articles: Iterator[Article], model: TopicModel, printer: Printer, explain: bool, quiet: bool
) -> Counter[str]:
    """Tag and print in batches; returns how many articles there were by decision.

    On a terminal a passing line says how far work has come, once it has taken two seconds.
    """
    counts: Counter[str] = Counter()
    start = time.monotonic()
    shown = False
    while batch := list(islice(articles, BATCH)):
        tagged = model.tag(batch, explain=explain)
        if shown:
            clear_passing()
        printer.show(tagged)
        counts.update(article.decision for article in tagged)
        seconds = time.monotonic() - start
        if shown := not quiet and seconds > PATIENCE:
            show_passing(say("passing.articles", done=counts.total(), speed=counts.total() / seconds))
    if shown:
        clear_passing()
    return counts


@contextmanager
def _printer(format: OutputFormat, out: Path | None, model: TopicModel, several: bool = False) -> Iterator[Printer]:
    """What prints to ``out``, whole or not at all, or to standard output."""
    import io

    from classifier.files import written_output
    from lanmu.commands import output

    def printer_to(stream: IO[str]) -> Printer:
        if format is OutputFormat.jsonl:
            return output.JsonLines(stream)
        if format is OutputFormat.csv:
            return output.SpreadsheetCsv(stream, bom=out is not None)  # a pipe has another program behind it
        from rich.console import Console

        return output.PeopleTable(Console(file=stream), model.taxonomy, sources=several)

    if out is None:
        yield printer_to(sys.stdout if format is OutputFormat.table else data_stream())
        return
    with written_output(out) as file:
        text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
        yield printer_to(text)
        text.detach()


def _choose_format(out: Path | None) -> OutputFormat:
    """The format that a file's ending stands for, or that suits standard output."""
    if out is None:
        return OutputFormat.table if sys.stdout.isatty() else OutputFormat.jsonl
    ending = out.suffix.lower()
    if ending not in _ENDINGS:
        raise LanmuError(say("command.unknown_ending", file=str(out), ending=ending or "–"))
    return _ENDINGS[ending]


_ENDINGS = {
    ".jsonl": OutputFormat.jsonl, ".ndjson": OutputFormat.jsonl, ".csv": OutputFormat.csv, ".txt": OutputFormat.table,
    "": OutputFormat.jsonl,
}  # fmt: skip
