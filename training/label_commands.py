"""The commands ``lanmu labels …``: check, add, import, export, count, find likely mistakes, choose what is next."""

from __future__ import annotations

import json
import sys
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from classifier.commands import ModelOption, ModelsOption
from classifier.errors import InputRefused, LabelsError, LanmuError
from training.commands import CategoriesOption, LabelsOption

if TYPE_CHECKING:
    from classifier.taxonomy import Taxonomy

labels = typer.Typer(
    help="labels.csv: check, add, import, export, count, find likely mistakes, choose what to label next.",
    no_args_is_help=True,
)


class ImportForm(StrEnum):
    annif = "annif"
    fasttext = "fasttext"
    label_studio = "label-studio"
    doccano = "doccano"
    folders = "folders"
    csv = "csv"


class ExportForm(StrEnum):
    csv = "csv"
    jsonl = "jsonl"
    fasttext = "fasttext"
    annif = "annif"


def _path(path: Path | None) -> Path:
    return path or Path("labels.csv")


def _taxonomy(categories: Path | None) -> Taxonomy:
    from classifier.taxonomy import read_taxonomy

    here = Path("categories.toml")
    return read_taxonomy(categories or (here if here.exists() else None))


@labels.command()
def check(
    file: LabelsOption = None,
    categories: CategoriesOption = None,
    duplicates: Annotated[bool, typer.Option(help="Look for near-duplicates with different labels.")] = True,
) -> None:
    """Check a labels file; every finding is named by its line.  Exit code 1 where lines cannot be used.

    Example: lanmu labels check --labels labels.csv
    """
    from training.labels import read_labels

    path = _path(file)
    found = read_labels(path, _taxonomy(categories))
    for finding in found.findings:
        print(f"{path}, {finding}")
    clashes = _clashes(found.labels) if duplicates else []
    for line in clashes:
        print(f"{path}, {line}")
    print(
        f"{len(found.labels):,} labels can be used, {len(found.refused):,} lines cannot, "
        f"{len(clashes):,} near-duplicates are labelled differently"
    )
    if found.refused or not found.labels:
        raise typer.Exit(1)


def _clashes(found: tuple[object, ...]) -> list[str]:
    from training.labels import Label
    from training.splits import near_duplicate_groups

    texts = [label for label in found if isinstance(label, Label) and (label.text or label.title)]
    first: dict[int, Label] = {}
    lines: list[str] = []
    for label, group in zip(
        texts, near_duplicate_groups([f"{label.title}\n{label.text}" for label in texts]).tolist(), strict=True
    ):
        other = first.setdefault(group, label)
        if other.category != label.category:
            lines.append(
                f"line {label.line} ({label.id}): is {label.category}, but nearly the same text on line {other.line} "
                f"is {other.category}; keep the right one"
            )
    return lines


@labels.command()
def add(
    category: Annotated[str, typer.Argument(help="A category's id or name.")],
    path: Annotated[Path, typer.Argument(help="A file with one article.", metavar="ARTICLE")],
    file: LabelsOption = None,
    categories: CategoriesOption = None,
    position: Annotated[int, typer.Option(help="Which article, where a page has several (1 is the first).", min=1)] = 1,
    replace: Annotated[bool, typer.Option("--replace", help="Change the label if the article has another.")] = False,
) -> None:
    """Label one article: its text goes into the labels file.

    Example: lanmu labels add 文化 article.txt
    """
    from classifier.reading import ReadingOptions, read_path
    from training.labels import Label, append_labels

    chosen = _taxonomy(categories).find(category)
    articles = list(read_path(path, ReadingOptions()))
    if position > len(articles):
        raise InputRefused(str(path), f"holds {len(articles)} articles; there is no number {position}")
    article = articles[position - 1]
    label = Label(article.id, chosen.id, str(path), article.date, article.title, article.text)
    changed = append_labels(_path(file), [label], replace=replace)
    print(f"{article.id}: {chosen.name}" + ("" if changed else " (was so already)"))


@labels.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="A file or folder in the other tool's form.")],
    form: Annotated[ImportForm, typer.Option("--form", help="Which tool's form.")],
    file: LabelsOption = None,
    categories: CategoriesOption = None,
    any_category: Annotated[
        bool, typer.Option("--own-categories", help="Take categories as they are, not those of a categories file.")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Imported labels win over those that are there.")] = False,
) -> None:
    """Import labels from another tool.  Exit code 1 where items had to be left out.

    Example: lanmu labels import export.json --form label-studio
    """
    from dataclasses import replace as changed_to

    from training.label_imports import import_labels
    from training.labels import append_labels

    left_out: list[str] = []

    def skipped(reason: str) -> None:
        left_out.append(reason)
        print(f"lanmu: left out {reason}", file=sys.stderr)

    taxonomy = None if any_category else _taxonomy(categories)
    found = []
    for label in import_labels(path, form.value, skipped):
        if taxonomy is None:
            found.append(label)
            continue
        try:
            found.append(changed_to(label, category=taxonomy.find(label.category).id))
        except LanmuError as error:
            skipped(f"{label.id}: {error}")
    if not found:
        raise LabelsError(f"{path}: no label could be taken; with categories of its own use --own-categories")
    changed = append_labels(_path(file), found, replace=replace)
    print(f"{changed:,} labels added to {_path(file)}, {len(found) - changed:,} were there, {len(left_out):,} left out")
    if left_out:
        raise typer.Exit(1)


@labels.command()
def export(
    out: Annotated[Path, typer.Argument(help="The file to write.")],
    form: Annotated[
        ExportForm, typer.Option("--form", help="csv is for spreadsheets: formulas are defused.")
    ] = ExportForm.csv,
    file: LabelsOption = None,
) -> None:
    """Export labels for a spreadsheet, fastText, Annif, or as JSON lines.

    Example: lanmu labels export labels-for-excel.csv
    """
    from classifier.files import write_bytes_whole
    from training.label_exports import exported
    from training.labels import usable_labels

    found = usable_labels(_path(file))
    write_bytes_whole(out, exported(found, form.value))
    print(f"{len(found):,} labels written to {out}")


@labels.command()
def stats(file: LabelsOption = None, categories: CategoriesOption = None) -> None:
    """Count labels by category, source and year, and say where more are needed.

    Example: lanmu labels stats
    """
    from rich.console import Console
    from rich.table import Table

    from training.labels import read_labels

    found = read_labels(_path(file)).labels
    counts = Counter(label.category for label in found)
    taxonomy = _taxonomy(categories)
    names = {category.id: category.name for category in taxonomy}
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("category", "labels", "mean length", ""):
        table.add_column(column, justify="left" if column in ("category", "") else "right")
    for category in [*taxonomy.ids, *sorted(set(counts) - set(taxonomy.ids))]:
        lengths = [len(label.text) for label in found if label.category == category and label.text]
        note = "fewer than 40: label more of it" if counts[category] < 40 else ""
        note = note if category in names else "not in the categories file"
        mean = f"{sum(lengths) / len(lengths):.0f}" if lengths else "–"
        table.add_row(names.get(category, category), str(counts[category]), mean, note)
    Console().print(table)
    sources = Counter(label.source.split("/")[0] or "–" for label in found)
    years = Counter(label.date[:4] or "–" for label in found)
    print(f"{len(found):,} labels; sources: {_listed(sources)}; years: {_listed(years)}")


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())[:12])


@labels.command()
def suspects(
    file: LabelsOption = None,
    categories: CategoriesOption = None,
    count: Annotated[int, typer.Option(help="How many at most.", min=1)] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List labels that are likely wrong, the likeliest first, with the reason.

    Example: lanmu labels suspects --count 20
    """
    from dataclasses import asdict

    from training.corpora import joined
    from training.curation import suspects as found_suspects
    from training.fitting import default_options, fit_model
    from training.labels import examples_of, usable_labels

    taxonomy = _taxonomy(categories)
    usable = joined(usable_labels(_path(file), taxonomy))
    examples = examples_of(usable)
    fitted = fit_model(examples, taxonomy, default_options(examples))
    found = found_suspects(examples, fitted.held_out, taxonomy)[:count]
    for suspect in found:
        if as_json:
            print(json.dumps(asdict(suspect) | {"line": usable[suspect.index].line}, ensure_ascii=False))
        else:
            print(f"line {usable[suspect.index].line}  {suspect.id}  {examples.titles[suspect.index]}")
            print(f"    {suspect.reason}")
    if not found and not as_json:
        print("no label is suspect")


@labels.command("next")
def next_(
    paths: Annotated[list[str], typer.Argument(help="Unlabelled articles: files or folders.", metavar="PATH...")],
    count: Annotated[int, typer.Option(help="How many to choose.", min=1, max=10_000)] = 20,
    file: LabelsOption = None,
    model: ModelOption = None,
    models: ModelsOption = None,
) -> None:
    """Choose the articles whose labels would teach most: unsure, unlike each other, of rare categories.

    Example: lanmu labels next archive/ --count 20
    """
    from classifier.model import TopicModel
    from classifier.model_choice import model_path
    from classifier.reading import ReadingOptions, read_paths
    from training.curation import to_label_next
    from training.labels import read_labels

    refusals: list[InputRefused] = []

    def refused(refusal: InputRefused) -> None:
        refusals.append(refusal)
        print(f"lanmu: refused {refusal}", file=sys.stderr)

    labelled = {label.id for label in read_labels(_path(file)).labels} if _path(file).exists() else set()
    pool = [article for article in read_paths(paths, ReadingOptions(), refused) if article.id not in labelled]
    if not pool:
        raise LanmuError("no unlabelled article among the inputs")
    loaded = TopicModel.load(model_path(model, models))
    chosen = to_label_next(loaded, pool, count)
    for tagged in loaded.tag([pool[i] for i in chosen]):
        (_, first), (second, other) = tagged.ranking[:2]
        print(f"{tagged.article.source}  {tagged.article.title or tagged.article.text[:30]}")
        print(f"    {tagged.category_name} {first:.0%}, {loaded.taxonomy[second].name} {other:.0%}")
    if refusals:
        raise typer.Exit(1)
