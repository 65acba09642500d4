"""What a model's manifest says, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from classifier.messages import catalogue, join, text_of, text_of_kept
from lanmu.language import find_language, speak
from training.evaluation.printing import grid, overall_table, source_lines
from training.evaluation.wording import Wording

if TYPE_CHECKING:
    from classifier.model.model_files import Manifest
    from classifier.model.versions import Event

SHOWN_ACCURACIES = (0.9, 0.95, 0.97, 0.98, 0.99)


def print_model(manifest: Manifest, events: Sequence[Event]) -> None:
    """Labels, options, figures by category, the thresholds, and the journal's lines on it."""
    from rich.console import Console

    console = Console(highlight=False)
    training = manifest.training
    console.print(f"[bold]{manifest.name}[/bold]  {manifest.checksum[:12]}")
    if parent := training.get("parent"):
        console.print(speak("summary.parent", parent=str(parent)[:12]))
    console.print(
        speak("summary.categories", count=len(manifest.taxonomy), names="、".join(c.name for c in manifest.taxonomy))
    )
    labels = training.get("labels", {})
    if labels and not labels["count"]:
        console.print(speak("summary.guess"))
        console.print(speak("summary.label_some"))
    elif labels:
        console.print(
            speak(
                "summary.labels",
                count=labels["count"],
                sources=_list_counts(labels.get("sources", {})),
                checksum=labels["sha256"][:12],
            )
        )
    if unlabelled := training.get("unlabelled"):
        console.print(speak("summary.unlabelled", count=unlabelled["count"], checksum=unlabelled["sha256"][:12]))
    console.print(speak("summary.features", settings=_settings(manifest.spec.record())))
    options = {k: v for k, v in training.get("options", {}).items() if k not in ("spec", "user_words")}
    console.print(speak("summary.options", settings=_settings(options)))
    console.print(speak("summary.packages", settings=_settings(training.get("packages", {}))))
    metrics = training.get("metrics", {})
    if metrics:
        _figures(console, manifest, metrics)
    console.print()
    if not manifest.review.thresholds:
        console.print(speak("summary.nothing_accepted"))
    else:
        table = grid((speak("summary.wished"), "right"), (speak("summary.accepted_from"), "right"))
        for wished, threshold in manifest.review.thresholds:
            if wished in SHOWN_ACCURACIES:
                mark = speak("summary.default") if wished == manifest.review.accept_accuracy else ""
                table.add_row(f"{wished:.0%}", f"{threshold:.3f}{mark}")
        console.print(table)
    for event in events:
        console.print(f"{event.time}  {tell_action(event.action)}{tell_reasons(event)}")


def tell_action(action: str) -> str:
    """What the journal says was done, in the language spoken."""
    code = f"action.{action.replace(' ', '_')}"
    return speak(code) if code in catalogue() else action


def tell_reasons(event: Event) -> str:
    """Why, after a colon; empty where the journal does not say."""
    reasons = join([text_of_kept(reason, find_language()) for reason in event.reasons])
    return f": {text_of(reasons, find_language())}" if reasons else ""


def _figures(console: Any, manifest: Manifest, metrics: Mapping[str, Any]) -> None:
    console.print()
    on = metrics.get("on") if metrics.get("on") in ("holdout", "folds") else "otherwise"
    console.print(f"[bold]{speak(f'summary.{on}', count=metrics.get('articles', 0))}[/bold]")
    console.print(overall_table(metrics, Wording(find_language(), "figures")))
    for line in source_lines(metrics, find_language()):
        console.print(line)
    console.print()
    figures = ("precision", "recall", "f1", "articles")
    table = grid((speak("figures.category"), "left"), *((speak(f"figures.{name}"), "right") for name in figures))
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
