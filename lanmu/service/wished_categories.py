"""The categories that an administrator wishes for: the next model has them, and people may choose them until then."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.errors import TaxonomyError
from classifier.files import write_text_whole
from classifier.taxonomy import Category, Taxonomy, read_taxonomy
from training.labels.file import usable_labels

if TYPE_CHECKING:
    from training.labels.label import Label

CATEGORIES = "categories.toml"
"""The file in the service's folder."""
_FIELDS = ("id", "name", "name_en", "description", "colour", "media_topic", "gbt_20093")


def read_wished(path: Path) -> Taxonomy | None:
    """The categories of the file; None where there is none, or it cannot be read (the desk's page says so)."""
    try:
        state = path.stat()
        return _read(path, state.st_mtime_ns, state.st_size)
    except (OSError, TaxonomyError):
        return None


@lru_cache(8)
def _read(path: Path, changed: int, size: int) -> Taxonomy:
    return read_taxonomy(path)


def write_wished(path: Path, taxonomy: Taxonomy) -> None:
    """Write the file; TaxonomyError where its reader would not take it, and nothing is changed."""
    aside = path.with_name(f".{path.name}.new")
    try:
        write_text_whole(aside, "\n".join(map(_table, taxonomy)))
        read_taxonomy(aside)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _table(category: Category) -> str:
    """A category as a categories file has it (TOML, whose strings are those of JSON)."""
    values: dict[str, object] = {name: value for name in _FIELDS if (value := getattr(category, name))}
    if category.was:
        values["was"] = list(category.was)
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    return "\n".join(["[[category]]", *lines, ""])


def choosable(known: Taxonomy, wished: Taxonomy | None) -> Taxonomy:
    """The model's categories, and those wished for that it does not know: they need labels before a model can."""
    if wished is None:
        return known
    ids = set(known.ids)
    new = tuple(c for c in wished if not ids & {c.id, *c.was})
    return Taxonomy((*known, *new)) if new else known


def labels_known(labels: Path, known: Taxonomy) -> tuple[Label, ...]:
    """The labels of the service's file in categories that the model knows; those only wished for wait."""
    usable = usable_labels(labels, choosable(known, read_wished(labels.with_name(CATEGORIES))))
    return tuple(label for label in usable if label.category in known.ids)
