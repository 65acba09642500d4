"""What a model's manifest says, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from training.evaluation.printing import OVERALL, grid, interval_words, source_lines

if TYPE_CHECKING:
    from classifier.model.files import Manifest
    from classifier.model.versions import Event

SHOWN_ACCURACIES = (0.9, 0.95, 0.97, 0.98, 0.99)


def print_model(manifest: Manifest, events: Sequence[Event]) -> None:
    """Labels, options, figures by category, the thresholds, and the journal's lines on it."""
    from rich.console import Console

    console = Console(highlight=False)
    training = manifest.training
    console.print(f"[bold]{manifest.name}[/bold]  {manifest.checksum[:12]}")
    if parent := training.get("parent"):
        console.print(f"fitted while {str(parent)[:12]} was current")
    console.print(f"{len(manifest.taxonomy)} categories: {'、'.join(c.name for c in manifest.taxonomy)}")
    labels = training.get("labels", {})
    if labels and not labels["count"]:
        console.print("a guess from the categories' names and descriptions, without labels; all it tags goes to review")
        console.print("label some articles (`lanmu labels next` chooses which), then `lanmu train` on the labels")
    elif labels:
        console.print(
            f"{labels['count']:,} labels ({_list_counts(labels.get('sources', {}))}), {labels['sha256'][:12]}"
        )
    if unlabelled := training.get("unlabelled"):
        console.print(f"{unlabelled['count']:,} unlabelled articles took part, {unlabelled['sha256'][:12]}")
    console.print(f"features: {_settings(manifest.spec.record())}")
    options = {k: v for k, v in training.get("options", {}).items() if k not in ("spec", "user_words")}
    console.print(f"options: {_settings(options)}")
    console.print(f"packages: {_settings(training.get('packages', {}))}")
    metrics = training.get("metrics", {})
    if metrics:
        _figures(console, manifest, metrics)
    console.print()
    if not manifest.review.thresholds:
        console.print("nothing is accepted: no accuracy was measured that a threshold could promise")
    else:
        table = grid(("wished accuracy", "right"), ("accepted from", "right"))
        for wished, threshold in manifest.review.thresholds:
            if wished in SHOWN_ACCURACIES:
                mark = "  ← default" if wished == manifest.review.accept_accuracy else ""
                table.add_row(f"{wished:.0%}", f"{threshold:.3f}{mark}")
        console.print(table)
    for event in events:
        reasons = f": {'; '.join(event.reasons)}" if event.reasons else ""
        console.print(f"{event.time}  {event.action}{reasons}")


def _figures(console: Any, manifest: Manifest, metrics: Mapping[str, Any]) -> None:
    console.print()
    on = {"holdout": "held-out articles", "folds": "articles, cross-validated"}.get(metrics.get("on", ""), "articles")
    console.print(f"[bold]on {metrics.get('articles', 0):,} {on}[/bold]")
    table = grid(("", "left"), ("", "right"), ("95 %", "left"))
    for name, label in OVERALL:
        if metrics.get(name) is not None:
            bounds = metrics.get(f"{name}_95")
            table.add_row(label, f"{metrics[name]:.3f}", interval_words(bounds) if bounds else "")
    console.print(table)
    for line in source_lines(metrics):
        console.print(line)
    console.print()
    figures = ("precision", "recall", "F1", "articles")
    table = grid(("category", "left"), *((name, "right") for name in figures))
    names = {category.id: category.name for category in manifest.taxonomy}
    for category, row in metrics.get("categories", {}).items():
        table.add_row(
            names.get(category, category), f"{row['precision']:.3f}", f"{row['recall']:.3f}", f"{row['f1']:.3f}",
            str(row["support"]),
        )  # fmt: skip
    console.print(table)


def _settings(record: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in record.items())


def _list_counts(counts: Mapping[str, int]) -> str:
    shown = ", ".join(f"{name} {count:,}" for name, count in list(counts.items())[:6])
    return shown + (" …" if len(counts) > 6 else "")
