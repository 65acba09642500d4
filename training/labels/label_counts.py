"""How many labels there are, of what, from where and when, and where more are needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from classifier.messages import Language, Said, name_some, say, text_of
from classifier.taxonomy import Taxonomy
from training.fitting.splits import holdout_mask
from training.labels.file import examples_of
from training.labels.label import Label

FEW = 40
"""Labels of a category below which more are worth most; see docs/accuracy.md for the learning curves."""
BAR = 20


def count_labels(labels: Sequence[Label], taxonomy: Taxonomy) -> dict[str, Any]:
    """Counts by category (the taxonomy's first), source and year, and of what the holdout keeps apart."""
    counts = Counter(label.category for label in labels)
    names = {category.id: category.name for category in taxonomy}
    out = holdout_mask(examples_of(labels)).tolist()
    held_out = Counter(label.category for label, held in zip(labels, out, strict=True) if held)
    rows = []
    for category in [*taxonomy.ids, *sorted(set(counts) - set(taxonomy.ids))]:
        lengths = [len(label.text) for label in labels if label.category == category and label.text]
        rows.append(
            {
                "category": category,
                "name": names.get(category, category),
                "labels": counts[category],
                "held_out": held_out[category],
                "mean_length": round(sum(lengths) / len(lengths)) if lengths else None,
                "note": _note(category in names, counts[category]),
            }
        )
    return {
        "labels": len(labels),
        "held_out": sum(held_out.values()),
        "categories": rows,
        "sources": dict(Counter(label.source.split("/")[0] or "–" for label in labels).most_common()),
        "years": dict(sorted(Counter(label.date[:4] or "–" for label in labels).items())),
    }


def print_counts(counts: dict[str, Any], language: Language = "en") -> None:
    """The counts as a table on the terminal."""
    console = Console(markup=False)

    def told(code: str, **values: object) -> str:
        return say(code, **values).text(language)

    most = max((row["labels"] for row in counts["categories"]), default=1) or 1
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column(told("counts.category"), no_wrap=True)
    table.add_column(told("counts.labels"), justify="right")
    table.add_column("", width=BAR, no_wrap=True)
    table.add_column(told("counts.held_out"), justify="right")
    table.add_column(told("counts.length"), justify="right")
    table.add_column("", overflow="fold")
    for row in counts["categories"]:
        table.add_row(
            Text(row["name"]),
            f"{row['labels']:,}",
            Text("█" * round(BAR * row["labels"] / most), style="cyan"),
            str(row["held_out"]),
            "–" if row["mean_length"] is None else f"{row['mean_length']:,}",
            Text(text_of(row["note"], language), style="yellow"),
        )
    console.print(table)
    console.print(told("counts.sum", labels=counts["labels"], held_out=counts["held_out"]), highlight=False)
    sources, years = _list_counts(counts["sources"]), _list_counts(counts["years"])
    console.print(told("counts.where", sources=sources, years=years), highlight=False)


def _note(known: bool, count: int) -> Said:
    if not known:
        return say("counts.not_in_file")
    return say("counts.none_yet") if count == 0 else say("counts.few", few=FEW) if count < FEW else ""


def _list_counts(counts: dict[str, int]) -> Said:
    return name_some(", ".join(f"{name} {count:,}" for name, count in list(counts.items())[:12]), len(counts) - 12)
