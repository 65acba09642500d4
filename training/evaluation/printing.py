"""An evaluation on a terminal, made for 80 columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from classifier.messages import Language, Said, join, say, text_of
from training.evaluation.curves import confusion
from training.evaluation.metrics import FEWEST_OF_SOURCE, OVERALL
from training.evaluation.wording import Wording, curve_sentences

if TYPE_CHECKING:
    from training.evaluation.evaluation import Evaluation
    from training.evaluation.learning_curve import LearningCurve

LARGEST_CONFUSIONS = 8
BAR = 12


def print_evaluation(evaluation: Evaluation, language: Language = "en") -> None:
    """Overall figures, categories, confusions, slices, rivals and the learning curve."""
    console = Console(highlight=False)
    answers = evaluation.answers
    figure = Wording(language, "figures")
    how = say(f"how.{answers.kind}").text(language)
    console.print(f"[bold]{figure('articles_how', count=len(answers), how=how)}[/bold]")
    for key, values in evaluation.notes:
        console.print(f"[dim]{Wording(language)(key, **values)}[/dim]")
    console.print(overall_table(evaluation.metrics, figure))
    _section(console, figure("by_category"))
    console.print(_categories(evaluation, figure))
    _confusions(console, evaluation, figure)
    for name, parts in evaluation.slices.items():
        if len(parts) > 1:
            _section(console, figure(f"by_{name}"))
            console.print(_slices(name, parts, figure))
    if evaluation.latest:
        told = evaluation.latest
        spread = interval_words(told["accuracy_95"])
        accuracy, articles = told["accuracy"], told["articles"]
        console.print(figure("ahead", since=told["since"], accuracy=accuracy, interval=spread, articles=articles))
    if evaluation.versus:
        _section(console, figure("against"))
        console.print(_versus(evaluation, figure))
    if evaluation.curve:
        _section(console, figure("learning_curve"))
        _curve(console, evaluation.curve, {c.id: c.name for c in answers.taxonomy}, figure)


def with_interval(metrics: Mapping[str, Any], name: str) -> str:
    """``0.911 (0.890-0.933)``."""
    return f"{metrics[name]:.3f} {interval_words(metrics[f'{name}_95'])}"


def source_lines(metrics: Mapping[str, Any], language: Language = "en") -> list[str]:
    """A line for each source that has figures of its own: how right, how much is accepted, how right that is."""
    lines = []
    for source, its in metrics.get("sources", {}).items():
        accuracy, count = with_interval(its, "accuracy"), its["articles"]
        said: Said = say("figures.source", source=source, count=count, accuracy=accuracy, macro_f1=its["macro_f1"])
        if its["accepted_accuracy"] is not None and its["accepted_share"] * its["articles"] >= FEWEST_OF_SOURCE:
            share, right = its["accepted_share"], its["accepted_accuracy"]
            said = join([said, say("figures.source_accepted", share=share, accuracy=right)])
        lines.append(text_of(said, language))
    return lines


def _section(console: Console, title: str) -> None:
    console.print()
    console.print(f"[bold]{title}[/bold]")


def grid(*columns: tuple[str, str]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name, justify in columns:
        table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    return table


def overall_table(metrics: Mapping[str, Any], figure: Wording) -> Table:
    """The figures of the whole, each with its interval."""
    table = grid(("", "left"), ("", "right"), ("95 %", "left"))
    for name in OVERALL:
        if metrics.get(name) is not None:
            bounds = metrics.get(f"{name}_95")
            table.add_row(figure(name), f"{metrics[name]:.3f}", interval_words(bounds) if bounds else "")
    return table


def _categories(evaluation: Evaluation, figure: Wording) -> Table:
    table = grid(
        (figure("category"), "left"), (figure("precision"), "right"), (figure("recall"), "right"),
        (figure("f1"), "right"), ("95 %", "left"), ("", "left"), (figure("labels"), "right"),
    )  # fmt: skip
    names = {category.id: category.name for category in evaluation.answers.taxonomy}
    for category, row in evaluation.metrics["categories"].items():
        table.add_row(
            names[category],
            f"{row['precision']:.3f}",
            f"{row['recall']:.3f}",
            f"{row['f1']:.3f}",
            interval_words(row["f1_95"]),
            _bar(row["f1"]),
            f"{row['support']:,}",
        )
    return table


def _confusions(console: Console, evaluation: Evaluation, figure: Wording) -> None:
    names = {category.id: category.name for category in evaluation.answers.taxonomy}
    wrong = [row for row in confusion(evaluation.answers) if row["right"] != row["given"]]
    if not wrong:
        return
    _section(console, figure("confusions"))
    table = grid((figure("right"), "left"), (figure("given"), "left"), (figure("articles"), "right"))
    for row in sorted(wrong, key=lambda row: -row["count"])[:LARGEST_CONFUSIONS]:
        table.add_row(names[row["right"]], names[row["given"]], str(row["count"]))
    console.print(table)


def _slices(name: str, parts: Sequence[Any], figure: Wording) -> Table:
    table = grid(
        (figure("source_name" if name == "source" else name), "left"), (figure("articles"), "right"),
        (figure("accuracy"), "right"), ("95 %", "left"),
        (figure("macro_f1"), "right"), (figure("accepted"), "right"), (figure("of_them_right"), "right"),
    )  # fmt: skip
    for part in parts:
        table.add_row(
            part.name, f"{part.articles:,}", f"{part.accuracy:.3f}", interval_words(part.accuracy_95),
            f"{part.macro_f1:.3f}", f"{part.accepted_share:.0%}",
            "–" if part.accepted_accuracy is None else f"{part.accepted_accuracy:.1%}",
        )  # fmt: skip
    return table


def _versus(evaluation: Evaluation, figure: Wording) -> Table:
    table = grid(
        ("", "left"), (figure("articles"), "right"), (figure("theirs"), "right"), (figure("less"), "left"),
        (figure("won_lost"), "right"), ("p", "right"),
    )  # fmt: skip
    for other in evaluation.versus:
        low, high = other.difference_95
        table.add_row(
            other.other, f"{other.articles:,}", f"{other.theirs:.3f}",
            f"{other.difference:+.3f} ({low:+.3f} {high:+.3f})", f"{other.won}:{other.lost}", f"{other.p:.3f}",
        )  # fmt: skip
    return table


def _curve(console: Console, curve: LearningCurve, names: dict[str, str], figure: Wording) -> None:
    table = grid(
        (figure("labels"), "right"), (figure("accuracy"), "right"), ("", "left"), (figure("macro_f1"), "right"),
        ("", "left"),
    )  # fmt: skip
    for point in curve.points:
        table.add_row(
            f"{point.labels:,}", f"{point.accuracy:.3f}", _bar(point.accuracy), f"{point.macro_f1:.3f}",
            _bar(point.macro_f1),
        )  # fmt: skip
    console.print(table)
    for sentence in curve_sentences(curve, Wording(figure.language), names):
        console.print(sentence)


def interval_words(bounds: Sequence[float | None]) -> str:
    low, high = bounds
    return "" if low is None or high is None else f"({low:.3f}-{high:.3f})"


def _bar(share: float) -> Text:
    full = round(share * BAR)
    return Text("█" * full, style="cyan").append("░" * (BAR - full), style="dim")
