"""The commands ``lanmu models …``: versions listed, shown, promoted, rolled back, compared, verified, pruned."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from classifier.errors import ModelError
from classifier.messages import say
from lanmu.commands.options import ModelsOption
from lanmu.language import find_language, speak
from lanmu.version_figures import describe_test, summarise

if TYPE_CHECKING:
    from classifier.model.versions import Registry, Version

models = typer.Typer(
    help="Versions of the model: list, show, promote, roll back, compare, prune.", no_args_is_help=True
)

NameArgument = Annotated[str, typer.Argument(help="A version's name, as `lanmu models list` shows it.")]
ReasonOption = Annotated[str, typer.Option(help="Kept in the journal, which else says: by hand.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def _registry(folder: Path | None) -> Registry:
    from classifier.model.versions import Registry, models_folder

    return Registry(models_folder(folder))


@models.command("list")
def list_versions(models: ModelsOption = None, as_json: JsonOption = False) -> None:
    """List the versions; the current one is marked.

    Example: lanmu models list
    """
    registry = _registry(models)
    versions = registry.versions()
    if not versions:
        raise ModelError(say("models.none", folder=str(registry.folder)))
    if as_json:
        for version in versions:
            print(json.dumps(summarise(version), ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    rows = [summarise(version) for version in versions]
    tests: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: not row["current"]):
        tests.setdefault(row.get("test_set") or "", []).append(row)
    for test, same in sorted(tests.items(), key=lambda one: not one[0]):
        if test:
            console.print(speak("models.tested_on", articles=_told_test(versions, same[0]["name"]), test=test))
        elif len(tests) > 1:
            console.print(speak("models.without_figures"))
        table = Table(box=None, padding=(0, 2, 0, 0))
        table.add_column("", no_wrap=True)
        for column in ("version", "categories", "labels", *(("accuracy", "macro_f1") if test else ()), "checksum"):
            table.add_column(speak(f"versions.{column}"), no_wrap=True)
        for row in same:
            mark = "→" if row["current"] else ""
            if "checksum" not in row:
                table.add_row(mark, row["name"], f"[red]{row['problem']}[/red]")
                continue
            labels = f"{row['labels']:,}" if row["labels"] is not None else "–"
            figures = (_percent(row["accuracy"]), _percent(row["macro_f1"])) if test else ()
            table.add_row(mark, row["name"], str(row["categories"]), labels, *figures, str(row["checksum"])[:12])
        console.print(table)


@models.command()
def show(
    name: Annotated[str | None, typer.Argument(help="A version; without it the current one.")] = None,
    models: ModelsOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole manifest.")] = False,
) -> None:
    """Show what a version says of itself: labels, options, figures with intervals, when it is sure, what became of it.

    Example: lanmu models show
    """
    from classifier.model.model_files import MANIFEST, read_manifest
    from classifier.model.versions import current_name
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
    reason: ReasonOption = "",
    models: ModelsOption = None,
) -> None:
    """Make a version the current one; readers change over at once.

    Example: lanmu models promote 2026-04
    """
    event = _registry(models).promote(name, (reason or say("journal.by_hand"),))
    if event.previous:
        print(speak("models.current_after", name=event.name, previous=event.previous))
    else:
        print(speak("models.current", name=event.name))


@models.command()
def rollback(reason: ReasonOption = "", models: ModelsOption = None) -> None:
    """Go back to the version that was current before.

    Example: lanmu models rollback
    """
    event = _registry(models).rollback((reason or say("journal.by_hand"),))
    print(speak("models.current_again", name=event.name, previous=event.previous))


@models.command()
def history(models: ModelsOption = None) -> None:
    """Print the journal: what was added, refused, promoted, rolled back, and why."""
    from lanmu.commands.model_summary import tell_action, tell_reasons

    for event in _registry(models).history():
        print(f"{local_time(event.time)}  {tell_action(event.action):<11} {event.name}{tell_reasons(event)}")


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
    from classifier.model.model_files import read_model
    from classifier.model.versions import current_name
    from training.promotion.comparison import compare_models

    registry = _registry(models)
    before = first or registry.previous
    if before is None:
        raise ModelError(say("models.no_before", folder=str(registry.folder)))
    after = second or current_name(registry.folder)
    print(f"{before} → {after}")
    for line in compare_models(
        read_model(registry.path(before)), read_model(registry.path(after)), words, find_language()
    ):
        print(line)


@models.command()
def prune(
    keep: Annotated[int, typer.Option(help="How many of the latest versions stay.", min=0)] = 5,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which would go.")] = False,
    models: ModelsOption = None,
) -> None:
    """Remove old versions; the current one and the one before it always stay."""
    removed = _registry(models).prune(keep, dry=dry_run)
    names = ", ".join(removed)
    if not removed:
        print(speak("models.nothing_to_remove"))
    else:
        print(speak("models.would_remove", names=names) if dry_run else speak("models.removed", names=names))


def _told_test(versions: Sequence[Version], name: str) -> str:
    manifest = next(version.manifest for version in versions if version.name == name)
    return describe_test(manifest).text(find_language()) if manifest is not None else ""


def local_time(written: str) -> str:
    """A time of the journal, which is UTC, by this machine's clock."""
    try:
        return f"{datetime.fromisoformat(written).astimezone():%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return written


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
