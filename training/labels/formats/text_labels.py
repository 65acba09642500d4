"""Readers of labels in text: Annif's short texts, fastText lines, spreadsheets, folders named by category."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from classifier.errors import InputRefused, LabelsError, LanmuError
from classifier.messages import Message, Said, say
from classifier.reading.encoding import decode
from classifier.reading.kinds import is_workbook
from classifier.reading.tables.workbooks import first_rows
from classifier.spreadsheets import undo_defuse
from training.labels.file import read_labels
from training.labels.label import Label

MAX_FILE_BYTES = 2_000_000_000
LONGEST_TITLE = 60
WORKBOOKS = (".xlsx", ".xls", ".et", ".ods")
Skipped = Callable[[Said], None]


def content_id(text: str) -> str:
    """An id from the content, for items that have none."""
    return "t-" + hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def text_of(path: Path) -> str:
    """A file's text in whatever encoding, unpacked where it is .gz; LabelsError where it cannot be read."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise LabelsError(say("labels.unreadable_import", path=str(path), reason=str(reason))) from error
    if len(content) > MAX_FILE_BYTES:
        raise LabelsError(say("labels.too_large", path=str(path), most=f"{MAX_FILE_BYTES:,}"))
    try:
        return _workbook_csv(content, str(path)) if is_workbook(content) else decode(content, str(path)).text
    except InputRefused as error:
        raise LabelsError(error.whole) from error


def _workbook_csv(content: bytes, name: str) -> str:
    """The first sheet of a workbook as CSV: what was written as CSV to be filled in often comes back as one."""
    rows = [row for row in first_rows(content, name) if any(row)]
    wide = len(rows[0]) if rows else 0
    text = io.StringIO(newline="")
    csv.writer(text).writerows([*row, *[""] * (wide - len(row))] for row in rows)
    return text.getvalue()


def annif(path: Path, skipped: Skipped) -> Iterator[Label]:
    """Annif's short texts, ``text<TAB><uri> <uri>`` or CSV with text and subject_uris; one subject an item."""
    content = text_of(path)
    if path.suffix == ".csv":
        rows = csv.DictReader(io.StringIO(content, newline=""))
        items = [(row.get("document_id"), row.get("text"), row.get("subject_uris")) for row in rows]
    else:
        lines = (line.rpartition("\t") for line in content.splitlines() if line.strip())
        items = [(None, text, subjects) for text, _, subjects in lines]
    for number, (name, text, subjects) in enumerate(items, 1):
        categories = [last_part(subject) for subject in (subjects or "").split()]
        text = (text or "").strip()
        if len(categories) != 1 or not text:
            skipped(say("skipped.at", path=str(path), number=number, lack=lack(text, categories, "subjects")))
            continue
        yield Label(name or content_id(text), categories[0], path.name, "", "", text)


def fasttext(path: Path, skipped: Skipped) -> Iterator[Label]:
    """``__label__category words …`` a line; spaces between Han words are taken out again."""
    for number, line in enumerate(text_of(path).splitlines(), 1):
        pieces = line.split()
        categories = [piece.removeprefix("__label__") for piece in pieces if piece.startswith("__label__")]
        words = [piece for piece in pieces if not piece.startswith("__label__")]
        if not pieces:
            continue
        if len(categories) != 1 or not words:
            skipped(say("skipped.at", path=str(path), number=number, lack=lack("".join(words), categories, "labels")))
            continue
        text = _join_words(words)
        yield Label(content_id(text), categories[0], path.name, "", "", text)


def folders(path: Path, skipped: Skipped) -> Iterator[Label]:
    """One folder a category, one text file an article (the form of THUCTC and THUCNews)."""
    if not path.is_dir():
        raise LabelsError(say("labels.no_folder", path=str(path)))
    for folder in sorted(p for p in path.iterdir() if p.is_dir() and not p.name.startswith(".")):
        for file in sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".")):
            try:
                content = text_of(file).strip()
            except LanmuError as error:
                skipped(error.whole)
                continue
            title, _, text = content.partition("\n")
            if len(title) > LONGEST_TITLE or not text.strip():
                title, text = "", content
            name = f"{folder.name}/{file.relative_to(folder).with_suffix('').as_posix()}"
            yield Label(name, folder.name, path.name, "", title.strip(), text.strip())


def spreadsheet(path: Path, skipped: Skipped) -> Iterator[Label]:
    """A labels file, perhaps back from a spreadsheet: formulas are undone, rows without a category wait."""
    content = text_of(path).encode() if path.suffix.lower() in WORKBOOKS else None
    table = read_labels(path, content=content)
    waiting = [finding for finding in table.refused if finding.said.code == "finding.no_category_line"]
    for finding in table.refused:
        if finding not in waiting:
            skipped(say("finding.at_line", path=str(path), finding=finding.message))
    if not table.labels and waiting:
        raise LabelsError(say("labels.none_filled", path=str(path), rows=len(waiting)))
    for label in table.labels:
        yield replace(
            label,
            id=undo_defuse(label.id),
            category=undo_defuse(label.category),
            source=undo_defuse(label.source),
            title=undo_defuse(label.title),
            text=undo_defuse(label.text),
        )


def last_part(uri: str) -> str:
    """``meetings`` of ``<https://example.org/categories/meetings>`` or ``<urn:lanmu:meetings>``."""
    return re.split(r"[/#:]", uri.strip("<>"))[-1]


def lack(text: str, categories: Sequence[str], what: str) -> Message:
    """What an item that is left out lacks: a text, or exactly one category."""
    if not text:
        return say("skipped.no_text")
    named = f" ({', '.join(categories[:3])})"
    if not categories:
        return say("skipped.none_given", what=what)
    return say("skipped.one_needed", count=len(categories), what=what, named=named)


def _join_words(words: list[str]) -> str:
    text = words[0]
    for word in words[1:]:
        text += (" " if text[-1].isascii() and word[0].isascii() else "") + word
    return text
