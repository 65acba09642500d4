"""The commands ``lanmu models …``: versions listed, shown, promoted, rolled back, compared, verified, pruned."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from classifier.errors import ModelError
from classifier.messages import Message, say
from lanmu.commands.options import ModelsOption
from lanmu.language import find_language, speak

if TYPE_CHECKING:
    from classifier.model.model_files import Manifest
    from classifier.model.versions import Registry, Version

models = typer.Typer(
    help="Versions of the model: list, show, promote, roll back, compare, prune.", no_args_is_help=True
)

FEWEST_TESTED = 30
"""Articles: shares of fewer say nothing and are left out."""
NameArgument = Annotated[str, typer.Argument(help="A version's name, as `lanmu models list` shows it.")]
ReasonOption = Annotated[str, typer.Option(help="Kept in the journal, which else says: by hand.")]
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
        raise ModelError(say("models.none", folder=str(registry.folder)))
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

    console = Console(highlight=False)
    rows = [summary(version.name, version.current, version.manifest, version.problem) for version in versions]
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
    from classifier.model.choice import current_name
    from classifier.model.model_files import MANIFEST, read_manifest
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
    from classifier.model.choice import current_name
    from classifier.model.model_files import read_model
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


def summary(name: str, current: bool, manifest: Manifest | None, problem: str) -> dict[str, Any]:
    """A version in a few figures, as JSON values."""
    if manifest is None:
        return {"name": name, "current": current, "problem": problem}
    metrics = manifest.training.get("metrics", {})
    articles = metrics.get("articles") or 0
    told = articles >= FEWEST_TESTED
    return {
        "name": name,
        "current": current,
        "categories": len(manifest.taxonomy),
        "labels": manifest.training.get("labels", {}).get("count"),
        "tested_on": describe_test(manifest).text() if told else None,
        "test_set": test_set(manifest) if told else None,
        "accuracy": metrics.get("accuracy") if told else None,
        "macro_f1": metrics.get("macro_f1") if told else None,
        "checksum": manifest.checksum,
    }


def describe_test(manifest: Manifest) -> Message:
    """On how many articles a version was tested, and how."""
    metrics = manifest.training.get("metrics", {})
    on = str(metrics.get("on"))
    return say(f"tested.{on if on in ('holdout', 'folds') else 'otherwise'}", count=metrics.get("articles") or 0)


def _told_test(versions: Sequence[Version], name: str) -> str:
    manifest = next(version.manifest for version in versions if version.name == name)
    return describe_test(manifest).text(find_language()) if manifest is not None else ""


def local_time(written: str) -> str:
    """A time of the journal, which is UTC, by this machine's clock."""
    try:
        return f"{datetime.fromisoformat(written).astimezone():%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return written


def test_set(manifest: Manifest) -> str:
    """A short name of the articles a version was tested on: figures of the same set can be compared, others cannot."""
    tested = sorted(manifest.training.get("answers", {}))
    return hashlib.blake2b("\n".join(tested).encode("utf-8", "replace"), digest_size=3).hexdigest()


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
