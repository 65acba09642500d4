"""The commands ``lanmu labels suspects`` and ``lanmu labels next``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from classifier.errors import LanmuError
from classifier.files import check_writable, write_output
from classifier.messages import say
from lanmu.commands.label_options import (
    CategoriesOption,
    LabelsOption,
    OwnOption,
    labels_path,
    labels_to_read,
    taxonomy_and_labels,
    taxonomy_of,
)
from lanmu.commands.options import ModelOption, ModelsOption
from lanmu.commands.standard_output import clear_passing, json_line, show_passing
from lanmu.commands.unread import NamedRefusals
from lanmu.language import find_language, speak

if TYPE_CHECKING:
    from classifier.article import Article, TaggedArticle
    from training.labels.label import Label


def suspects(
    file: LabelsOption = None,
    categories: CategoriesOption = None,
    own_categories: OwnOption = False,
    count: Annotated[int, typer.Option(help="How many at most.", min=1)] = 20,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write them to this CSV, to mend and give to `labels import --replace`."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List labels that are likely wrong, the likeliest first, with the reason.

    Example: lanmu labels suspects --count 20
    """
    from training.curation.curate import suspects as found_suspects
    from training.labels.corpora import join_corpora
    from training.labels.file import examples_of

    if out is not None:
        check_writable(out)
    path = labels_to_read(file)
    taxonomy, usable = taxonomy_and_labels(path, categories, own_categories)
    usable = join_corpora(usable)
    show_passing(speak("passing.suspects", count=f"{len(usable):,}"))
    suspected = found_suspects(examples_of(usable), taxonomy, count)
    clear_passing()
    for suspect in suspected:
        label = usable[suspect.index]
        if as_json:
            print(json_line(suspect.record() | {"line": label.line}))
        else:
            place = speak("suspects.line", path=path, line=label.line)
            print(f"{place}  {label.id}  {label.title or label.text[:24]}")
            print(f"    {suspect.said.text(find_language())}")
    if not suspected and not as_json:
        print(speak("suspects.none"))
    if out is not None:
        names = {category.id: category.name for category in taxonomy}
        more = {
            "instead": [names[s.instead] for s in suspected],
            "reason": [s.said.text(find_language()) for s in suspected],
        }
        _write(out, [usable[suspect.index] for suspect in suspected], more)
        print(speak("suspects.written", count=len(suspected), file=out))


def next_(
    paths: Annotated[list[str], typer.Argument(help="Unlabelled articles: files or folders.", metavar="PATH...")],
    count: Annotated[int, typer.Option(help="How many to choose.", min=1, max=10_000)] = 20,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write them to this CSV, to fill in the category and give to `labels import`."),
    ] = None,
    file: LabelsOption = None,
    model: ModelOption = None,
    models: ModelsOption = None,
) -> None:
    """Choose the articles whose labels would teach most: unsure, unlike each other, of rare categories.

    Example: lanmu labels next archive/ --count 20 --out to-label.csv
    """
    from classifier.model.topic_model import TopicModel
    from classifier.model.versions import model_path
    from classifier.reading import ReadingOptions, read_paths
    from training.curation.curate import to_label_next
    from training.labels.file import read_labels
    from training.labels.label import DOUBTFUL, Label

    if out is not None:
        check_writable(out)
    refusals = NamedRefusals()
    known = labels_path(file)
    labels = read_labels(known).labels if known.exists() else ()
    labelled = {label.id: label.text for label in labels}
    read = read_paths(paths, ReadingOptions(), refusals, passed=refusals.pass_over)
    pool = [article for article in read if not _is_labelled(article, labelled)]
    if not pool:
        raise LanmuError(say("labels.no_unlabelled", paths=", ".join(paths)))
    loaded = TopicModel.load(model_path(model, models))
    counts = Counter(label.category for label in labels)
    chosen = loaded.tag([pool[i] for i in to_label_next(loaded, pool, count, labelled=counts)])
    names = {category.id: category.name for category in loaded.taxonomy}
    for tagged in chosen:
        print(f"{tagged.article.source}  {tagged.article.title or tagged.article.text[:30]}")
        print(f"    {_guess(tagged, names)}")
    if out is not None:
        rows = [
            Label(t.article.id, "", f"{t.article.source}{DOUBTFUL}", t.article.date, t.article.title, t.article.text)
            for t in chosen
        ]
        # The category is left empty, so that nothing counts as a label before a person has decided.
        _write(out, rows, {"guess": [_guess(t, names) for t in chosen]})
        own = "" if loaded.taxonomy.ids == taxonomy_of(None).ids else " --categories YOURS.toml"
        print(speak("next.written", count=len(chosen), file=out, own=own))
    if refusals.tell_rest():
        raise typer.Exit(1)


def _is_labelled(article: Article, labelled: dict[str, str]) -> bool:
    """Whether a label is this article's: of its id, and not of another text that has the same."""
    text = labelled.get(article.id)
    return text is not None and (not text.strip() or _bare(text) == _bare(article.text))


def _bare(text: str) -> str:
    return "".join(text.split())


def _guess(tagged: TaggedArticle, names: dict[str, str]) -> str:
    return ", ".join(f"{names[category]} {probability:.0%}" for category, probability in tagged.ranking[:2])


def _write(out: Path, labels: list[Label], more: dict[str, list[str]]) -> None:
    from training.labels.formats.label_exports import spreadsheet

    write_output(out, spreadsheet(labels, more))
