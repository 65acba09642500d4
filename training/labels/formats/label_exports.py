"""Labels for other tools and for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from classifier.engine.words.jieba_tables import segmentation_tables
from classifier.engine.words.python_cutting import PythonCutter
from classifier.spreadsheets import defuse
from training.labels.label import Label
from training.labels.label_table import COLUMNS

ExportForm = Literal["csv", "jsonl", "fasttext", "annif", "doccano", "label-studio"]


def export_labels(labels: Sequence[Label], form: ExportForm) -> bytes:
    """Labels as a file of that form.

    ``csv`` has a BOM, so that Excel takes it for UTF-8, and formulas are defused; ``annif`` is its
    TSV; ``fasttext`` has words cut and parted by spaces, as fastText wants them.
    """
    writers: Mapping[ExportForm, Callable[[Sequence[Label]], bytes]] = {
        "csv": spreadsheet,
        "jsonl": lambda given: _lines({column: getattr(label, column) for column in COLUMNS} for label in given),
        "doccano": lambda given: _lines(_doccano(label) for label in given),
        "label-studio": _label_studio,
        "fasttext": _fasttext,
        "annif": _annif,
    }
    return writers[form](labels)


def spreadsheet(labels: Sequence[Label], more: Mapping[str, Sequence[str]] | None = None) -> bytes:
    """CSV for people: a BOM, lines ended as Excel does, formulas defused; ``more`` are columns put after category."""
    more = more or {}
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*COLUMNS[:2], *more, *COLUMNS[2:]])
    for i, label in enumerate(labels):
        cells = [getattr(label, column) for column in COLUMNS]
        writer.writerow([defuse(cell) for cell in [*cells[:2], *(column[i] for column in more.values()), *cells[2:]]])
    return text.getvalue().encode("utf-8-sig")


def _lines(records: Iterable[Mapping[str, Any]]) -> bytes:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def _doccano(label: Label) -> dict[str, Any]:
    return _label_as_json(label) | {"id": label.id, "text": label.text, "label": [label.category]}


def _label_studio(labels: Sequence[Label]) -> bytes:
    tasks = [
        {
            "data": _label_as_json(label) | {"id": label.id, "text": label.text},
            "annotations": [
                {
                    "result": [
                        {
                            "from_name": "category",
                            "to_name": "text",
                            "type": "choices",
                            "value": {"choices": [label.category]},
                        }
                    ]
                }
            ],
        }
        for label in labels
    ]
    return (json.dumps(tasks, ensure_ascii=False, indent=1) + "\n").encode()


def _label_as_json(label: Label) -> dict[str, Any]:
    return {name: value for name in ("title", "date", "source") if (value := getattr(label, name))}


def _fasttext(labels: Sequence[Label]) -> bytes:
    cut = PythonCutter(segmentation_tables(), hmm=True)
    lines = (f"__label__{_one_word(x.category)} {' '.join(' '.join(cut(_flat(x))).split())}\n" for x in labels)
    return "".join(lines).encode()


def _annif(labels: Sequence[Label]) -> bytes:
    return "".join(f"{_flat(label)}\t<urn:lanmu:{_one_word(label.category)}>\n" for label in labels).encode()


def _flat(label: Label) -> str:
    return " ".join(f"{label.title} {label.text}".split())


def _one_word(category: str) -> str:
    return "_".join(category.split())
