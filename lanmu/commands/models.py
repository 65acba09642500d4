"""The commands ``lanmu models …``: versions listed, shown, promoted, rolled back, compared, verified, pruned."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from classifier.errors import ModelError
from lanmu.commands.tag import ModelsOption

if TYPE_CHECKING:
    from classifier.model.files import Manifest
    from classifier.model.versions import Registry

models = typer.Typer(
    help="Versions of the model: list, show, promote, roll back, compare, verify, prune.", no_args_is_help=True
)

NameArgument = Annotated[str, typer.Argument(help="A version's name, as `lanmu models list` shows it.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def _registry(folder: Path | None) -> Registry:
    from classifier.model.choice import models_folder
    from classifier.model.versions import Registry

    return Registry(models_folder(folder))


@models.command("list")
def list_versions(models: ModelsOption = None, as_json: JsonOption = False) -> None:
    """List the versions; the current one is marked.

    Example: lanmu models list
    """
    registry = _registry(models)
    versions = registry.versions()
    if not versions:
        raise ModelError(f"{registry.folder}: holds no model; train one with `lanmu train`")
    if as_json:
        for version in versions:
            print(
                json.dumps(
                    summary(version.name, version.current, version.manifest, version.problem), ensure_ascii=False
                )
            )
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("", "version", "categories", "labels", "accuracy", "macro-F1", "checksum"):
        table.add_column(column, no_wrap=True)
    for version in versions:
        mark = "→" if version.current else ""
        if version.manifest is None:
            table.add_row(mark, version.name, f"[red]{version.problem}[/red]")
            continue
        row = summary(version.name, version.current, version.manifest, "")
        table.add_row(
            mark,
            version.name,
            str(row["categories"]),
            f"{row['labels']:,}" if row["labels"] is not None else "–",
            _percent(row["accuracy"]),
            _percent(row["macro_f1"]),
            str(row["checksum"])[:12],
        )
    Console().print(table)


@models.command()
def show(
    name: Annotated[str | None, typer.Argument(help="A version; without it the current one.")] = None,
    models: ModelsOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole manifest.")] = False,
) -> None:
    """Show what a version says of itself: labels, options, figures with intervals, when it is sure, what became of it.

    Example: lanmu models show
    """
    from classifier.model.choice import current_name
    from classifier.model.files import MANIFEST, read_manifest
    from lanmu.commands.model_summary import print_model

    registry = _registry(models)
    chosen = name or current_name(registry.folder)
    path = registry.path(chosen)
    manifest = read_manifest(path)
    if as_json:
        print((path / MANIFEST).read_text("utf-8"), end="")
    else:
        print_model(manifest, [event for event in registry.history() if event.name == chosen])


@models.command()
def promote(
    name: NameArgument,
    reason: Annotated[str, typer.Option(help="Kept in the journal.")] = "by hand",
    models: ModelsOption = None,
) -> None:
    """Make a version the current one; readers change over at once.

    Example: lanmu models promote 2026-04
    """
    event = _registry(models).promote(name, (reason,))
    print(f"{event.name} is current" + (f", before it {event.previous}" if event.previous else ""))


@models.command()
def rollback(
    reason: Annotated[str, typer.Option(help="Kept in the journal.")] = "by hand", models: ModelsOption = None
) -> None:
    """Go back to the version that was current before.

    Example: lanmu models rollback
    """
    event = _registry(models).rollback((reason,))
    print(f"{event.name} is current again, {event.previous} is not")


@models.command()
def history(models: ModelsOption = None) -> None:
    """Print the journal: what was added, refused, promoted, rolled back, and why."""
    for event in _registry(models).history():
        reasons = f": {'; '.join(event.reasons)}" if event.reasons else ""
        print(f"{local_time(event.time)}  {event.action:<11} {event.name}{reasons}")


@models.command()
def diff(
    first: Annotated[str | None, typer.Argument(help="A version; without it the one before the current one.")] = None,
    second: Annotated[str | None, typer.Argument(help="A version; without it the current one.")] = None,
    models: ModelsOption = None,
    words: Annotated[int, typer.Option(help="How many words a category.", min=0, max=100)] = 5,
) -> None:
    """Compare two versions: options, metrics, and the words whose weight changed most.

    Example: lanmu models diff lanmu-1 model
    """
    from classifier.model.choice import current_name
    from classifier.model.files import read_model
    from training.promotion.comparison import compared

    registry = _registry(models)
    before = first or registry.previous
    if before is None:
        raise ModelError(f"{registry.folder}: no version before the current one; name two, see `lanmu models list`")
    after = second or current_name(registry.folder)
    print(f"{before} → {after}")
    for line in compared(read_model(registry.path(before)), read_model(registry.path(after)), words):
        print(line)


@models.command()
def prune(
    keep: Annotated[int, typer.Option(help="How many of the latest versions stay.", min=0)] = 5,
    models: ModelsOption = None,
) -> None:
    """Remove old versions; the current one and the one before it always stay."""
    removed = _registry(models).prune(keep)
    print(f"removed {', '.join(removed)}" if removed else "nothing to remove")


def summary(name: str, current: bool, manifest: Manifest | None, problem: str) -> dict[str, Any]:
    """A version in a few figures, as JSON values."""
    if manifest is None:
        return {"name": name, "current": current, "problem": problem}
    metrics = manifest.training.get("metrics", {})
    return {
        "name": name,
        "current": current,
        "categories": len(manifest.taxonomy),
        "labels": manifest.training.get("labels", {}).get("count"),
        "accuracy": metrics.get("accuracy"),
        "macro_f1": metrics.get("macro_f1"),
        "checksum": manifest.checksum,
    }


def local_time(written: str) -> str:
    """A time of the journal, which is UTC, by this machine's clock."""
    try:
        return f"{datetime.fromisoformat(written).astimezone():%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return written


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
