"""Labels for other tools and for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Literal

from classifier.spreadsheets import defused
from training.label import Label
from training.label_table import COLUMNS

ExportForm = Literal["csv", "jsonl", "fasttext", "annif"]


def exported(labels: Sequence[Label], form: ExportForm) -> bytes:
    """Labels in a form: ``csv`` with a BOM and defused formulas for Excel, ``jsonl``, ``fasttext``, ``annif`` (TSV)."""
    if form == "csv":
        return _spreadsheet(labels)
    if form == "jsonl":
        rows = [{column: getattr(label, column) for column in COLUMNS} for label in labels]
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    if form == "fasttext":
        from classifier.plain import jieba_cut

        cut = jieba_cut(True)
        lines = (f"__label__{_one_word(x.category)} {' '.join(' '.join(cut(_flat(x))).split())}\n" for x in labels)
        return "".join(lines).encode()
    return "".join(f"{_flat(label)}\t<urn:lanmu:{_one_word(label.category)}>\n" for label in labels).encode()


def _spreadsheet(labels: Sequence[Label]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for label in labels:
        writer.writerow([defused(getattr(label, column)) for column in COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def _flat(label: Label) -> str:
    return " ".join(f"{label.title} {label.text}".split())


def _one_word(category: str) -> str:
    return "_".join(category.split())
