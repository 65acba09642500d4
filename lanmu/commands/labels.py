"""The commands ``lanmu labels …``: check, add, import, export, count; suspects and next are in curation_commands."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from classifier.errors import InputRefused, LabelsError, LanmuError, UnknownCategory
from classifier.files import check_writable, write_output
from classifier.messages import Said, say
from lanmu.commands import curation as curation_commands
from lanmu.commands.label_options import CategoriesOption, LabelsOption, labels_path, labels_to_read, taxonomy_of
from lanmu.commands.standard_output import json_line
from lanmu.language import find_language, speak, speak_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from classifier.article import Article
    from classifier.taxonomy import Taxonomy
    from training.labels.label import Label

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
    doccano = "doccano"
    label_studio = "label-studio"


@labels.command()
def check(
    file: LabelsOption = None,
    categories: CategoriesOption = None,
    duplicates: Annotated[bool, typer.Option(help="Look for near-duplicates with different labels.")] = True,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 for any finding.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a finding.")] = False,
) -> None:
    """Check a labels file; every finding is named by its line.  Exit code 1 where lines cannot be used.

    Example: lanmu labels check --labels labels.csv
    """
    from training.labels.checks import clashes
    from training.labels.file import read_labels

    path = labels_to_read(file)
    table = read_labels(path, taxonomy_of(categories))
    clashing = clashes(table.labels) if duplicates else []
    findings = sorted([*table.findings, *clashing], key=lambda finding: finding.line)
    for finding in findings:
        print(
            json_line(finding.record())
            if as_json
            else speak("finding.at_line", path=path, finding=finding.text(find_language()))
        )
    if not as_json:
        usable, unusable = speak_count("label", len(table.labels)), speak_count("line", len(table.refused))
        alike = speak_count("alike", len(clashing))
        print(speak("labels.sums", usable=usable, unusable=unusable, alike=alike))
    if table.refused or not table.labels or (strict and findings):
        raise typer.Exit(1)


@labels.command()
def add(
    category: Annotated[str, typer.Argument(help="A category's id or name.")],
    paths: Annotated[list[Path], typer.Argument(help="Files with one article each.", metavar="ARTICLE...")],
    file: LabelsOption = None,
    categories: CategoriesOption = None,
    position: Annotated[
        int | None, typer.Option(help="Which article, where a page has several (1 is the first).", min=1)
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Change the label if the article has another.")] = False,
) -> None:
    """Label articles: their texts go into the labels file.  Exit code 1 where some could not be added.

    Example: lanmu labels add 文化 article.txt
    """
    from training.labels.file import merge_labels, read_labels
    from training.labels.label import Label

    chosen = taxonomy_of(categories).find(category)
    target = labels_path(file)
    texts = {label.id: label.text for label in read_labels(target).labels} if target.exists() else {}
    new: list[Label] = []
    problems: list[str] = []
    for path in paths:
        try:
            article = _article(path, position)
        except LanmuError as error:
            problems.append(error.text(find_language()))
            continue
        name = _make_own_id(article, texts)
        texts[name] = article.text
        new.append(Label(name, chosen.id, str(path), article.date, article.title, article.text))
    merged = merge_labels(target, new, replace=replace) if new else None
    for name in (*merged.added, *merged.changed) if merged else ():
        print(f"{name}: {chosen.name}")
    for name in merged.there if merged else ():
        print(speak("labels.was_so", name=name, category=chosen.name))
    problems += [
        speak("finding.in_file", path=target, problem=problem) for problem in (merged.refused if merged else ())
    ]
    for problem in problems:
        print(f"lanmu: {problem}", file=sys.stderr)
    if problems:
        raise typer.Exit(1 if merged and len(merged.refused) < len(new) else 2)


def _article(path: Path, position: int | None) -> Article:
    from classifier.reading import ReadingOptions, read_path

    articles = list(read_path(path, ReadingOptions()))
    if not articles:
        raise InputRefused(str(path), say("labels.no_article"))
    if position is None and len(articles) > 1:
        heads = "; ".join(f"{i} {a.title or a.text[:12]}" for i, a in enumerate(articles[:9], 1))
        raise InputRefused(str(path), say("labels.which_position", count=len(articles), heads=heads))
    if position is not None and position > len(articles):
        raise InputRefused(str(path), say("labels.no_position", count=len(articles), position=position))
    return articles[(position or 1) - 1]


def _make_own_id(article: Article, texts: dict[str, str]) -> str:
    """The article's id; where another text has it (two files of one name), with the content's mark."""
    from training.labels.formats.text_labels import content_id

    if texts.get(article.id, article.text).strip() == article.text.strip():
        return article.id
    return f"{article.id}-{content_id(article.title + article.text)[2:10]}"


@labels.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="A file or folder in the other tool's form.")],
    form: Annotated[
        ImportForm | None, typer.Option("--form", help="Which tool's form; without it, told by the content.")
    ] = None,
    file: LabelsOption = None,
    categories: CategoriesOption = None,
    any_category: Annotated[
        bool, typer.Option("--own-categories", help="Take categories as they are, not those of a categories file.")
    ] = False,
    named: Annotated[
        list[str] | None,
        typer.Option(
            "--as", help="The other tool's name and ours, such as 时政=会议; repeat it.", metavar="NAME=CATEGORY"
        ),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Imported labels win over those that are there.")] = False,
) -> None:
    """Import labels from another tool.  Exit code 1 where items had to be left out.

    Example: lanmu labels import export.json
    """
    from training.labels.file import merge_labels
    from training.labels.formats.imports import import_labels, rename_categories

    left_out: list[Said] = []

    def skipped(reason: Said) -> None:
        left_out.append(reason)
        print(f"lanmu: {speak('labels.left_out', reason=reason)}", file=sys.stderr)

    taxonomy = None if any_category else taxonomy_of(categories)
    given = import_labels(path, form.value if form else None, skipped)
    known = list(_keep_known(rename_categories(given, _pairs(named or ())), taxonomy, skipped))
    if not known:
        raise LabelsError(say("labels.none_taken", path=str(path)))
    target = labels_path(file)
    merged = merge_labels(target, known, replace=replace)
    for reason in merged.refused:
        skipped(reason)
    changed = speak("labels.changed", count=len(merged.changed)) if merged.changed else ""
    added, there, out = len(merged.added), len(merged.there), len(left_out)
    print(speak("labels.imported", added=added, there=there, left_out=out, file=target, changed=changed))
    if left_out:
        raise typer.Exit(1)


def _keep_known(given: Iterator[Label], taxonomy: Taxonomy | None, skipped: Callable[[Said], None]) -> Iterator[Label]:
    """The labels whose categories are known, by their ids; of the others the first is told which there are."""
    from dataclasses import replace as changed_to

    listed = False
    for label in given:
        try:
            yield label if taxonomy is None else changed_to(label, category=taxonomy.find(label.category).id)
        except UnknownCategory as error:
            said = say("labels.unknown_category", category=label.category) if listed else error.said
            skipped(say("labels.unknown_skipped", id=label.id, said=said))
            listed = True


def _pairs(named: tuple[str, ...] | list[str]) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in named]
    for other, equals, ours in pairs:
        if not (other.strip() and equals and ours.strip()):
            raise LabelsError(say("labels.as_pair", other=other))
    return {other.strip(): ours.strip() for other, _, ours in pairs}


@labels.command()
def export(
    out: Annotated[Path, typer.Argument(help="The file to write.")],
    form: Annotated[
        ExportForm, typer.Option("--form", help="csv is for spreadsheets: formulas are defused.")
    ] = ExportForm.csv,
    file: LabelsOption = None,
) -> None:
    """Export labels for a spreadsheet, fastText, Annif, doccano, Label Studio, or as JSON lines.

    Example: lanmu labels export labels-for-excel.csv
    """
    from training.labels.file import usable_labels
    from training.labels.formats.label_exports import export_labels

    check_writable(out)
    path = labels_to_read(file)
    if out.resolve() == path.resolve():
        raise LabelsError(say("labels.same_file", out=str(out)))
    usable = usable_labels(path)
    write_output(out, export_labels(usable, form.value))
    print(speak("labels.written", count=len(usable), file=out))


@labels.command()
def stats(
    file: LabelsOption = None,
    categories: CategoriesOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Count labels by category, source and year, and say where more are needed.

    Example: lanmu labels stats
    """
    from training.labels.file import read_labels
    from training.labels.label_counts import count_labels, print_counts

    taxonomy = taxonomy_of(categories)
    path = labels_to_read(file)
    table = read_labels(path, taxonomy)
    if table.refused:
        print(f"lanmu: {speak('labels.not_counted', file=path, count=len(table.refused))}", file=sys.stderr)
    counts = count_labels(table.labels, taxonomy)
    if as_json:
        print(json.dumps(counts, ensure_ascii=False, indent=1, default=str))
    else:
        print_counts(counts, find_language())


labels.command("suspects")(curation_commands.suspects)
labels.command("next")(curation_commands.next_)
