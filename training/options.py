"""Options that commands on labels share, and what they stand for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from classifier.taxonomy import Taxonomy

LabelsOption = Annotated[
    Path | None, typer.Option("--labels", help="A labels file (default: ./labels.csv, else the shipped one).")
]
CategoriesOption = Annotated[
    Path | None,
    typer.Option("--categories", help="A categories file; without it ./categories.toml, else the shipped 16."),
]
OwnOption = Annotated[
    bool, typer.Option("--own-categories", help="Take the categories from the labels instead of a file.")
]


def labels_path(labels: Path | None) -> Path:
    """The labels file that commands write to: the one given, or labels.csv here."""
    return labels or Path("labels.csv")


def labels_to_read(labels: Path | None) -> Path:
    """The labels file that commands read: the one given, labels.csv here, or the one that ships."""
    from classifier.files import shipped

    path = labels_path(labels)
    return path if labels is not None or path.exists() else shipped("labels.csv")


def taxonomy_of(categories: Path | None) -> Taxonomy:
    """The categories of the file given, of ./categories.toml, or those that ship."""
    from classifier.taxonomy import read_taxonomy

    here = Path("categories.toml")
    return read_taxonomy(categories or (here if here.exists() else None))
