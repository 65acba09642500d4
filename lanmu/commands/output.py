"""Tagged articles as JSON lines, as CSV, or as a table for people."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Protocol

from classifier.article import TaggedArticle, WordEvidence
from classifier.model.decisions import explain_reason
from classifier.reading.doubts import explain_doubt
from classifier.reading.file_names import printable
from classifier.spreadsheets import defuse
from classifier.taxonomy import Taxonomy
from lanmu.commands.standard_output import json_line
from lanmu.language import find_language, speak

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

BAR = 8
CSV_COLUMNS = (
    "id", "title", "category", "category_name", "probability", "decision", "secondary", "reasons",
    "path", "member", "position",
)  # fmt: skip


class Printer(Protocol):
    """Takes tagged articles a batch at a time."""

    def show(self, tagged: Iterable[TaggedArticle]) -> None: ...


class JsonLines:
    """One JSON object a line: the tag contract."""

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream

    def show(self, tagged: Iterable[TaggedArticle]) -> None:
        for article in tagged:
            self.stream.write(json_line(article.record()) + "\n")


class SpreadsheetCsv:
    """CSV with a heading line; formulas in titles are defused.  ``bom``: a mark by which Excel knows UTF-8."""

    def __init__(self, stream: IO[str], *, bom: bool = False) -> None:
        if bom:
            stream.write("\ufeff")
        self.writer = csv.writer(stream, lineterminator="\n")
        self.writer.writerow(CSV_COLUMNS)

    def show(self, tagged: Iterable[TaggedArticle]) -> None:
        for t in tagged:
            source = t.article.source
            row = [
                t.article.id, t.article.title, t.category, t.category_name, f"{t.probability:.6f}", t.decision,
                " ".join(t.secondary), _reasons(t), source.path, source.member, str(source.position),
            ]  # fmt: skip
            self.writer.writerow([defuse(cell) for cell in row])


class PeopleTable:
    """A table for a terminal: category, probability as a bar, decision, title; with evidence below when asked.

    With ``sources`` a line says which file the articles below it come from.
    """

    def __init__(self, console: Console, taxonomy: Taxonomy, *, sources: bool = False) -> None:
        from rich.cells import cell_len

        self.sources = sources
        self.source = ""

        self.console = console
        self.colours = {category.id: category.colour for category in taxonomy}
        self.width = max(cell_len(category.name) for category in taxonomy)
        self.signs = _signs_of(console.encoding)
        self.started = False

    def show(self, tagged: Iterable[TaggedArticle]) -> None:
        from rich.markup import escape
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, show_header=not self.started, padding=(0, 1, 0, 0), expand=True)
        table.add_column(speak("table.category"), width=max(self.width, 8), no_wrap=True)
        table.add_column(speak("table.probability"), width=BAR + 5, no_wrap=True)
        table.add_column(speak("table.decision"), width=8, no_wrap=True)
        table.add_column(speak("table.title"), ratio=1, no_wrap=True, overflow="ellipsis")
        rows = 0
        for article in tagged:
            rows += 1
            accepted = article.decision == "accepted"
            if self.sources and (source := _file_of(article)) != self.source:
                self.source = source
                table.add_row("", "", "", Text(printable(source, lines=False), style="bold"))
            table.add_row(
                Text(article.category_name, style=self.colours.get(article.category, "")),
                _bar(article.probability, self.signs[:2]),
                Text(speak(f"table.{article.decision}"), style="green" if accepted else "yellow"),
                Text(printable(_show_title(article), lines=False)),
            )
            if article.reasons:
                table.add_row("", "", "", Text(f"{self.signs[2]} {_reasons(article)}", style="dim"))
            if article.evidence:
                table.add_row("", "", "", _evidence(article.evidence, self.signs[2]))
            for told in article.article.uncertain:
                doubt = printable(explain_doubt(told, find_language()), lines=False)
                table.add_row("", "", "", f"[dim]{self.signs[2]} {escape(doubt)}[/dim]")
        if rows:
            self.console.print(table)
            self.started = True


def _reasons(tagged: TaggedArticle) -> str:
    return "; ".join(explain_reason(code, find_language()) for code in tagged.reasons)


def _file_of(tagged: TaggedArticle) -> str:
    source = tagged.article.source
    return f"{source.path}!{source.member}" if source.member else source.path


def _show_title(tagged: TaggedArticle) -> str:
    article = tagged.article
    if article.title:
        return " ".join(article.title.split())
    text = " ".join(article.text[:200].split())
    return f"〔{text[:30]}…〕" if text else f"〔{speak('table.empty')}〕"


def _signs_of(encoding: str) -> str:
    """Two signs for bars and one for notes, as the console can show them."""
    try:
        "█░└".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return "#.-"
    return "█░└"


def _bar(probability: float, signs: str = "█░") -> Text:
    from rich.text import Text

    full = round(probability * BAR)
    text = Text(signs[0] * full, style="cyan")
    text.append(signs[1] * (BAR - full), style="dim")
    shown = f"{probability:4.0%}" if probability < 0.995 or probability == 1.0 else ">99%"
    return text.append(f" {shown}")


def _evidence(evidence: tuple[WordEvidence, ...], sign: str) -> Text:
    from rich.text import Text

    text = Text(f"{sign} ", style="dim")
    for piece in evidence:
        style = "green" if piece.weight > 0 else "red"
        field = speak("table.in_title") if piece.field == "title" else ""
        text.append(f"{printable(piece.word).replace(' ', '+')}{field}\u00a0{piece.weight:+.2f}", style=style)
        text.append("  ")
    text.no_wrap = False
    text.overflow = "fold"
    return text
