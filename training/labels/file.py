"""labels.csv: people's judgements, read with every finding named by its line, added to under a lock."""

from __future__ import annotations

import csv
import glob
import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from classifier.errors import LabelsError
from classifier.files import write_bytes_whole
from classifier.messages import Message, join, say
from classifier.taxonomy import Taxonomy
from training.labels.checks import check_labels, unwritable
from training.labels.examples import Examples
from training.labels.label import Finding, Label, LabelFile, Merged, cell_text
from training.labels.label_table import COLUMNS, MAX_FILE_BYTES, LabelTable, read_table

__all__ = [
    "Finding",
    "Label",
    "LabelFile",
    "Merged",
    "append_labels",
    "examples_of",
    "hold_labels",
    "ids_of",
    "labels_csv",
    "merge_labels",
    "read_labels",
    "remove_labels",
    "unwritable",
    "usable_labels",
]
LOCK_SECONDS = 60.0


def read_labels(path: Path, taxonomy: Taxonomy | None = None, *, content: bytes | None = None) -> LabelFile:
    """Read and check a labels file (or ``content`` in its place); categories may be given by id or by name.

    Raises LabelsError where the file as a whole cannot be used.  Lines that cannot be used are
    among the findings; the others are kept.
    """
    labels, findings = check_labels(read_table(path, content), taxonomy)
    return LabelFile(path, labels, findings)


def ids_of(path: Path) -> frozenset[str]:
    """The ids of a file's usable labels; none where there is no file."""
    return (
        frozenset(label.id for label in read_labels(path).labels)
        if path.exists() and path.stat().st_size
        else frozenset()
    )


def usable_labels(path: Path, taxonomy: Taxonomy | None = None) -> tuple[Label, ...]:
    """The labels of a file without a fault; LabelsError names the first faults."""
    table = read_labels(path, taxonomy)
    if table.refused:
        shown = join([finding.message for finding in table.refused[:20]], "line")
        if (more := len(table.refused) - 20) > 0:
            shown = say("finding.more", shown=shown, count=more)
        raise LabelsError(say("labels.unusable", path=str(path), count=len(table.refused), lines=shown))
    if not table.labels:
        raise LabelsError(say("labels.none", path=str(path)))
    return table.labels


def append_labels(path: Path, added: Sequence[Label], *, replace: bool = False) -> int:
    """Add labels, all or none; returns how many lines changed.  LabelsError names the first that cannot be added."""
    merged = merge_labels(path, added, replace=replace, all_or_none=True)
    if merged.refused:
        raise LabelsError(say("finding.in_file", path=str(path), problem=merged.refused[0]))
    return len(merged.added) + len(merged.changed)


def merge_labels(path: Path, added: Sequence[Label], *, replace: bool = False, all_or_none: bool = False) -> Merged:
    """Add labels under a lock; the file is written aside and renamed, so none is ever half there.

    An id that is there with the same category is left alone.  With another category, or another
    article's text, it is refused, or with ``replace`` takes the old one's place.  Lines that are
    not touched, stray columns, encoding and delimiter stay as they are.  Raises LabelsError where
    the file cannot be read or written.
    """
    with _changing(path) as whole:
        if not whole.exists() or whole.stat().st_size == 0:
            write_bytes_whole(whole, labels_csv(()))
        table = _read_sound_table(whole)
        plan = _Plan.of(table, added, replace)
        if not (all_or_none and plan.merged.refused) and (plan.replaced or plan.new):
            content = table.edited(plan.replaced, plan.new)
            if len(content) > MAX_FILE_BYTES:
                raise LabelsError(say("labels.would_be_too_large", path=str(path), most=MAX_FILE_BYTES))
            write_bytes_whole(whole, content)
        return plan.merged


def remove_labels(path: Path, ids: Collection[str]) -> int:
    """Take labels out of a file under its lock; returns how many were there."""
    with _changing(path) as whole:
        if not whole.exists():
            return 0
        table = _read_sound_table(whole)
        gone = {place for place, row in enumerate(table.rows) if table.values(row)["id"] in ids}
        if gone:
            write_bytes_whole(whole, table.edited({}, (), gone))
        return len(gone)


def labels_csv(labels: Iterable[Label]) -> bytes:
    """Labels as the bytes of a labels file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for label in labels:
        writer.writerow([cell_text(getattr(label, column)) for column in COLUMNS])
    return text.getvalue().encode()


def examples_of(labels: Sequence[Label]) -> Examples:
    """Labels with their texts as examples."""
    return Examples.of_rows((one.id, one.title, one.text, one.category, one.date, one.source) for one in labels)


@dataclass(frozen=True)
class _Plan:
    """Which rows are replaced and which are added."""

    replaced: dict[int, dict[str, str]]
    new: list[dict[str, str]]
    merged: Merged

    @classmethod
    def of(cls, table: LabelTable, added: Sequence[Label], replace: bool) -> _Plan:
        present: dict[str, tuple[int, dict[str, str]]] = {}
        for place, row in enumerate(table.rows):
            values = table.values(row)
            present.setdefault(values["id"], (place, values))
        replaced: dict[int, dict[str, str]] = {}
        new: dict[str, dict[str, str]] = {}
        outcomes: dict[str, list[str]] = {"added": [], "changed": [], "there": []}
        refused: list[Message] = []
        for label in added:
            if problem := unwritable(label):
                refused.append(say("finding.of_id", id=label.id[:80], problem=problem))
                continue
            values = {name: getattr(label, name) for name in COLUMNS if name in table.columns}
            _refuse_missing_columns(table, label)
            place, before = present.get(label.id, (-1, new.get(label.id, {})))
            if not before:
                new[label.id] = values
                outcomes["added"].append(label.id)
                continue
            problem = _difference(before, values)
            if not problem:
                outcomes["there"].append(label.id)
            elif not replace:
                refused.append(say("finding.of_id", id=label.id, problem=problem))
            else:
                outcomes["changed"].append(label.id)
                if place < 0:
                    new[label.id] = values
                else:
                    replaced[place] = values
                    present[label.id] = (place, values)
        merged = Merged(**{name: tuple(ids) for name, ids in outcomes.items()}, refused=tuple(refused))
        return cls(replaced, list(new.values()), merged)


def _difference(before: dict[str, str], after: dict[str, str]) -> Message | None:
    """What keeps two rows of one id from being the same judgement, if anything."""
    if before["category"] != after["category"]:
        return say("finding.labelled_already", before=before["category"], after=after["category"])
    old, new = before.get("text", "").strip(), after.get("text", "").strip()
    if old and new and old != new:
        return say("finding.id_of_another")
    return None


def _read_sound_table(path: Path) -> LabelTable:
    """A file that can be written back as it was; LabelsError where it cannot."""
    table = read_table(path)
    if table.broken:
        raise LabelsError(say("labels.broken", path=str(path), broken=table.broken))
    if table.unclosed:
        raise LabelsError(say("labels.open_quote", path=str(path), line=table.unclosed))
    return table


def _refuse_missing_columns(table: LabelTable, label: Label) -> None:
    for name in ("title", "text"):
        if getattr(label, name) and name not in table.columns:
            raise LabelsError(say("labels.no_column_for", path=str(table.path), name=name, id=label.id))


@contextmanager
def hold_labels(path: Path) -> Iterator[None]:
    """Keep everybody from changing a labels file.  LabelsError where another program holds it."""
    whole = path.resolve()
    try:
        with FileLock(str(whole.with_name(f".{whole.name}.lock")), timeout=LOCK_SECONDS):
            yield
    except Timeout as error:
        raise LabelsError(say("labels.busy", path=str(path), seconds=LOCK_SECONDS)) from error


@contextmanager
def _changing(path: Path) -> Iterator[Path]:
    """Hold a file's lock; gives the file itself, where the path is a link to it."""
    whole = path.resolve()
    try:
        whole.parent.mkdir(parents=True, exist_ok=True)
        with hold_labels(path):
            for stale in whole.parent.glob(f".{glob.escape(whole.name)}.*.part"):  # of a writer that was killed
                stale.unlink(missing_ok=True)
            yield whole
    except OSError as error:
        raise LabelsError(say("labels.unwritable", path=str(path), error=error.strerror)) from error
