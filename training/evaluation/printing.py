"""An evaluation on a terminal, made for 80 columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from training.evaluation.answers import KINDS
from training.evaluation.curves import confusion
from training.evaluation.metrics import FEWEST_OF_SOURCE
from training.evaluation.wording import Wording, curve_sentences

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from training.evaluation.evaluate import Evaluation
    from training.evaluation.learning_curve import LearningCurve

LARGEST_CONFUSIONS = 8
BAR = 12
OVERALL = (
    ("accuracy", "accuracy"),
    ("macro_f1", "macro-F1"),
    ("weighted_f1", "weighted F1"),
    ("top2_accuracy", "right among the first two"),
    ("log_loss", "log loss"),
    ("calibration_error", "calibration error"),
    ("accepted_share", "share accepted"),
    ("accepted_accuracy", "accuracy of the accepted"),
)


def print_evaluation(evaluation: Evaluation) -> None:
    """Overall figures, categories, confusions, slices, rivals and the learning curve."""
    from rich.console import Console

    console = Console(highlight=False)
    answers = evaluation.answers
    console.print(f"[bold]{len(answers):,} articles, {KINDS[answers.kind]}[/bold]")
    for key, values in evaluation.notes:
        console.print(f"[dim]{Wording('en')(key, **values)}[/dim]")
    console.print(_overall(evaluation.metrics))
    _section(console, "by category")
    console.print(_categories(evaluation))
    _confusions(console, evaluation)
    for name, parts in evaluation.slices.items():
        if len(parts) > 1:
            _section(console, f"by {name}")
            console.print(_slices(name, parts))
    if evaluation.latest:
        told = evaluation.latest
        console.print(
            f"ahead in time: a model of the labels before {told['since']} is right on "
            f"{told['accuracy']:.1%} {interval_words(told['accuracy_95'])} of the {told['articles']:,} since"
        )
    if evaluation.versus:
        _section(console, "against")
        console.print(_versus(evaluation))
    if evaluation.curve:
        _section(console, "learning curve")
        _curve(console, evaluation.curve, {c.id: c.name for c in answers.taxonomy})


def with_interval(metrics: Mapping[str, Any], name: str) -> str:
    """``0.911 (0.890-0.933)``."""
    return f"{metrics[name]:.3f} {interval_words(metrics[f'{name}_95'])}"


def source_lines(metrics: Mapping[str, Any]) -> list[str]:
    """A line for each source that has figures of its own: how right, how much is accepted, how right that is."""
    lines = []
    for source, its in metrics.get("sources", {}).items():
        line = f"{source}: {its['articles']:,} articles, accuracy {with_interval(its, 'accuracy')}"
        line += f", macro-F1 {its['macro_f1']:.3f}"
        if its["accepted_accuracy"] is not None and its["accepted_share"] * its["articles"] >= FEWEST_OF_SOURCE:
            line += f"; accepted {its['accepted_share']:.1%}, of them {its['accepted_accuracy']:.1%} right"
        lines.append(line)
    return lines


def _section(console: Console, title: str) -> None:
    console.print()
    console.print(f"[bold]{title}[/bold]")


def grid(*columns: tuple[str, str]) -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name, justify in columns:
        table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    return table


def _overall(metrics: dict[str, Any]) -> Table:
    table = grid(("", "left"), ("", "right"), ("95 %", "left"))
    for name, label in OVERALL:
        if metrics[name] is not None:
            table.add_row(label, f"{metrics[name]:.3f}", interval_words(metrics[f"{name}_95"]))
    return table


def _categories(evaluation: Evaluation) -> Table:
    table = grid(
        ("category", "left"), ("precision", "right"), ("recall", "right"), ("F1", "right"), ("95 %", "left"),
        ("", "left"), ("labels", "right"),
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


def _confusions(console: Console, evaluation: Evaluation) -> None:
    names = {category.id: category.name for category in evaluation.answers.taxonomy}
    wrong = [row for row in confusion(evaluation.answers) if row["right"] != row["given"]]
    if not wrong:
        return
    _section(console, "commonest confusions")
    table = grid(("right", "left"), ("given", "left"), ("articles", "right"))
    for row in sorted(wrong, key=lambda row: -row["count"])[:LARGEST_CONFUSIONS]:
        table.add_row(names[row["right"]], names[row["given"]], str(row["count"]))
    console.print(table)


def _slices(name: str, parts: Sequence[Any]) -> Table:
    table = grid(
        (name, "left"), ("articles", "right"), ("accuracy", "right"), ("95 %", "left"), ("macro-F1", "right"),
        ("accepted", "right"), ("of them right", "right"),
    )  # fmt: skip
    for part in parts:
        table.add_row(
            part.name, f"{part.articles:,}", f"{part.accuracy:.3f}", interval_words(part.accuracy_95),
            f"{part.macro_f1:.3f}", f"{part.accepted_share:.0%}",
            "–" if part.accepted_accuracy is None else f"{part.accepted_accuracy:.1%}",
        )  # fmt: skip
    return table


def _versus(evaluation: Evaluation) -> Table:
    table = grid(
        ("", "left"), ("articles", "right"), ("theirs", "right"), ("ours less theirs", "left"), ("won:lost", "right"),
        ("p", "right"),
    )  # fmt: skip
    for other in evaluation.versus:
        low, high = other.difference_95
        table.add_row(
            other.other, f"{other.articles:,}", f"{other.theirs:.3f}",
            f"{other.difference:+.3f} ({low:+.3f} {high:+.3f})", f"{other.won}:{other.lost}", f"{other.p:.3f}",
        )  # fmt: skip
    return table


def _curve(console: Console, curve: LearningCurve, names: dict[str, str]) -> None:
    table = grid(("labels", "right"), ("accuracy", "right"), ("", "left"), ("macro-F1", "right"), ("", "left"))
    for point in curve.points:
        table.add_row(
            f"{point.labels:,}", f"{point.accuracy:.3f}", _bar(point.accuracy), f"{point.macro_f1:.3f}",
            _bar(point.macro_f1),
        )  # fmt: skip
    console.print(table)
    for sentence in curve_sentences(curve, Wording("en"), names):
        console.print(sentence)


def interval_words(bounds: Sequence[float | None]) -> str:
    low, high = bounds
    return "" if low is None or high is None else f"({low:.3f}-{high:.3f})"


def _bar(share: float) -> Text:
    from rich.text import Text

    full = round(share * BAR)
    return Text("█" * full, style="cyan").append("░" * (BAR - full), style="dim")
