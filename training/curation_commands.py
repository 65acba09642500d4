"""The commands ``lanmu labels suspects`` and ``lanmu labels next``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from classifier.commands import ModelOption, ModelsOption
from classifier.errors import InputRefused, LanmuError
from training.options import CategoriesOption, LabelsOption, labels_path, labels_to_read, taxonomy_of

if TYPE_CHECKING:
    from classifier.article import TaggedArticle


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
    from training.fitting import fit_model
    from training.labels import examples_of, usable_labels
    from training.presets import default_options

    taxonomy = taxonomy_of(categories)
    usable = joined(usable_labels(labels_to_read(file), taxonomy))
    examples = examples_of(usable)
    fitted = fit_model(examples, taxonomy, default_options(examples, taxonomy))
    found = found_suspects(examples, fitted.held_out, taxonomy)[:count]
    for suspect in found:
        if as_json:
            print(json.dumps(asdict(suspect) | {"line": usable[suspect.index].line}, ensure_ascii=False))
        else:
            print(f"line {usable[suspect.index].line}  {suspect.id}  {examples.titles[suspect.index]}")
            print(f"    {suspect.reason}")
    if not found and not as_json:
        print("no label is suspect")


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
    from classifier.model import TopicModel
    from classifier.model_choice import model_path
    from classifier.reading import ReadingOptions, read_paths
    from training.curation import to_label_next
    from training.labels import read_labels

    refusals: list[InputRefused] = []

    def refused(refusal: InputRefused) -> None:
        refusals.append(refusal)
        print(f"lanmu: refused {refusal}", file=sys.stderr)

    known = labels_path(file)
    labelled = {label.id for label in read_labels(known).labels} if known.exists() else set()
    pool = [article for article in read_paths(paths, ReadingOptions(), refused) if article.id not in labelled]
    if not pool:
        raise LanmuError("no unlabelled article among the inputs")
    loaded = TopicModel.load(model_path(model, models))
    chosen = loaded.tag([pool[i] for i in to_label_next(loaded, pool, count)])
    names = {category.id: category.name for category in loaded.taxonomy}
    for tagged in chosen:
        print(f"{tagged.article.source}  {tagged.article.title or tagged.article.text[:30]}")
        print(f"    {_guess(tagged, names)}")
    if out is not None:
        _write(out, chosen, names)
        print(f"{len(chosen):,} articles written to {out}; fill in the category, then: lanmu labels import {out}")
    if refusals:
        raise typer.Exit(1)


def _guess(tagged: TaggedArticle, names: dict[str, str]) -> str:
    return ", ".join(f"{names[category]} {probability:.0%}" for category, probability in tagged.ranking[:2])


def _write(out: Path, chosen: list[TaggedArticle], names: dict[str, str]) -> None:
    """A sheet to fill in: the category is left empty, so that nothing counts as a label before a person has decided."""
    from classifier.files import write_bytes_whole
    from training.label import Label
    from training.label_exports import spreadsheet

    rows = [
        Label(t.article.id, "", str(t.article.source), t.article.date, t.article.title, t.article.text) for t in chosen
    ]
    write_bytes_whole(out, spreadsheet(rows, {"guess": [_guess(t, names) for t in chosen]}))
