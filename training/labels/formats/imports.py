"""Labels from other tools: Annif, fastText, Label Studio, doccano, spreadsheets, folders named by category (THUCTC)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

from classifier.errors import LabelsError
from classifier.messages import Said, say
from training.labels.formats.json_labels import annif_lines, doccano, label_studio
from training.labels.formats.text_labels import annif, fasttext, folders, spreadsheet, text_of
from training.labels.label import Label

Form = Literal["annif", "fasttext", "label-studio", "doccano", "folders", "csv"]
FORMS: tuple[Form, ...] = get_args(Form)
Skipped = Callable[[Said], None]
Reader = Callable[[Path, Skipped], Iterator[Label]]
_HEAD = 20_000


def import_labels(path: Path, form: Form | None, skipped: Skipped) -> Iterator[Label]:
    """Labels of a file or folder in another tool's form (None: the one its content speaks for).

    Items without one clear category go to ``skipped``, each by its place and reason.  Categories
    stay as the tool wrote them.  Raises LabelsError where the whole is not of this form.
    """
    form = form or form_of(path)
    readers: Mapping[Form, Reader] = {
        "annif": annif_lines if path.suffix == ".jsonl" else annif,
        "fasttext": fasttext,
        "label-studio": label_studio,
        "doccano": doccano,
        "folders": folders,
        "csv": spreadsheet,
    }
    seen: dict[str, str] = {}
    for label in readers[form](path, skipped):
        if label.id in seen and seen[label.id] != label.category:
            skipped(say("skipped.two_categories", id=label.id, first=seen[label.id], second=label.category))
        if label.id not in seen:
            seen[label.id] = label.category
            yield label
    if not seen:
        raise LabelsError(say("labels.none_of_form", path=str(path), form=form))


def form_of(path: Path) -> Form:
    """The form that a path's kind and first characters speak for; LabelsError where none does."""
    if path.is_dir():
        return "folders"
    head = text_of(path)[:_HEAD]
    if head.lstrip().startswith(("{", "[")):
        if '"annotations"' in head or '"completions"' in head or '"annotation_id"' in head:
            return "label-studio"
        return "annif" if '"subjects"' in head else "doccano"
    first = next((line for line in head.splitlines() if line.strip()), "")
    if "__label__" in first:
        return "fasttext"
    if re.search(r"\t<[^>]+>\s*$", first) or "subject_uris" in first or re.search(r"\thttps?://\S+\s*$", first):
        return "annif"
    if re.search(r"category|label|类别|分类", first, re.IGNORECASE):
        return "csv"
    raise LabelsError(say("labels.unknown_form", path=str(path), known=", ".join(FORMS)))


def rename_categories(labels: Iterator[Label], names: Mapping[str, str]) -> Iterator[Label]:
    """Labels with the other tool's category names replaced by those given."""
    for label in labels:
        yield replace(label, category=names.get(label.category, label.category))
