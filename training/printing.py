"""Figures of an evaluation as tables on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from training.retraining import Answers

LARGEST_CONFUSIONS = 10


def print_metrics(answers: Answers, metrics: dict[str, Any]) -> None:
    """Overall figures, a table by category, and the commonest confusions."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    names = {category.id: category.name for category in answers.taxonomy}
    console.print(f"{len(answers.ids):,} articles, {_KINDS[answers.kind]}")
    for name, label in (("accuracy", "accuracy"), ("macro_f1", "macro-F1")):
        low, high = metrics[f"{name}_95"]
        console.print(f"{label} {metrics[name]:.3f} (95 %: {low:.3f}-{high:.3f})", highlight=False)
    console.print(
        f"top-2 accuracy {metrics['top2_accuracy']:.3f}, log loss {metrics['log_loss']:.3f}, "
        f"calibration error {metrics['calibration_error']:.3f}",
        highlight=False,
    )
    if metrics["accepted_accuracy"] is not None:
        console.print(
            f"accepted {metrics['accepted_share']:.1%}, of them {metrics['accepted_accuracy']:.1%} right",
            highlight=False,
        )
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("category", no_wrap=True)
    for column in ("precision", "recall", "F1", "support"):
        table.add_column(column, justify="right")
    for category, row in metrics["categories"].items():
        table.add_row(
            names[category], f"{row['precision']:.3f}", f"{row['recall']:.3f}", f"{row['f1']:.3f}", str(row["support"])
        )
    console.print(table)
    confusions = _confusions(answers)
    if confusions:
        console.print("commonest confusions (right → given):")
        for (right, given), count in confusions[:LARGEST_CONFUSIONS]:
            console.print(f"  {names[right]} → {names[given]}: {count}", highlight=False)


_KINDS = {"holdout": "held out", "folds": "cross-validated", "model": "as the model tags them"}


def _confusions(answers: Answers) -> list[tuple[tuple[str, str], int]]:
    pairs = [(a, b) for a, b in zip(answers.right, answers.given, strict=True) if a != b]
    unique, counts = np.unique(np.array(pairs or [("", "")]), axis=0, return_counts=True)
    found = [((str(a), str(b)), int(n)) for (a, b), n in zip(unique, counts, strict=True) if a]
    return sorted(found, key=lambda item: (-item[1], item[0]))
