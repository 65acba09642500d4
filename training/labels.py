"""labels.csv: people's judgements, read with every finding named by its line, appended under a lock."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from classifier.errors import LabelsError, UnknownCategory
from classifier.files import write_bytes_whole
from classifier.taxonomy import Taxonomy
from training.examples import Examples

COLUMNS = ("id", "category", "source", "date", "title", "text")
MAX_FILE_BYTES = 2_000_000_000
MAX_FIELD_CHARACTERS = 2_000_000
LOCK_SECONDS = 60.0
_ENCODINGS = ("utf-8-sig", "utf-16", "gb18030")


@dataclass(frozen=True, slots=True)
class Label:
    """One person's judgement: the article ``id`` belongs to ``category`` (an id of the taxonomy).

    ``text`` may be empty where ``source`` and ``id`` point into a corpus; ``line`` is where it
    stands in its file (0: nowhere yet).
    """

    id: str
    category: str
    source: str = ""
    date: str = ""
    title: str = ""
    text: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a line of labels.csv, and what to do.  ``refused``: the line cannot be used."""

    line: int
    id: str
    problem: str
    refused: bool = True

    def __str__(self) -> str:
        name = f" ({self.id})" if self.id else ""
        return f"line {self.line}{name}: {self.problem}"


@dataclass(frozen=True)
class LabelFile:
    """A labels file as read: usable labels, and what was found wrong."""

    path: Path
    labels: tuple[Label, ...]
    findings: tuple[Finding, ...]

    @property
    def refused(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.refused)


def read_labels(path: Path, taxonomy: Taxonomy | None = None) -> LabelFile:
    """Read and check a labels file; categories may be given by id or by name.

    Raises LabelsError where the file as a whole cannot be used.  Lines that cannot be used are
    among the findings; the others are kept.
    """
    rows = csv.reader(io.StringIO(_decoded(path), newline=""), strict=False)
    previous = csv.field_size_limit(MAX_FIELD_CHARACTERS)
    try:
        first = next(rows, [])
        heading = _heading(path, first)
        labels: list[Label] = []
        findings: list[Finding] = []
        end = rows.line_num
        for row in rows:
            line, end = end + 1, rows.line_num
            if not any(cell.strip() for cell in row):
                continue
            found = _label(row, heading, len(first), line, taxonomy)
            if isinstance(found, Finding):
                findings.append(found)
            else:
                labels.append(found)
    except csv.Error as error:
        raise LabelsError(f"{path}, line {rows.line_num}: not readable as CSV ({error}); mend that line") from error
    finally:
        csv.field_size_limit(previous)
    kept, repeated = _without_repeats(labels)
    return LabelFile(path, tuple(kept), tuple(sorted([*findings, *repeated], key=lambda f: f.line)))


def usable_labels(path: Path, taxonomy: Taxonomy | None = None) -> tuple[Label, ...]:
    """The labels of a file without a fault; LabelsError names the first faults."""
    found = read_labels(path, taxonomy)
    if found.refused:
        shown = "\n  ".join(str(finding) for finding in found.refused[:20])
        more = f"\n  … and {len(found.refused) - 20} more" if len(found.refused) > 20 else ""
        raise LabelsError(f"{path}: {len(found.refused)} lines cannot be used; mend or remove them:\n  {shown}{more}")
    if not found.labels:
        raise LabelsError(f"{path}: holds no label; add some with `lanmu labels add` or `lanmu labels import`")
    return found.labels


def append_labels(path: Path, added: Sequence[Label], *, replace: bool = False) -> int:
    """Add labels to a file under a lock; the file is written aside and renamed, so none is ever half there.

    An id that is there already with the same category is left alone; with another category it is
    an error, or with ``replace`` the new one takes its place.  Returns how many lines changed.
    """
    with _locked(path):
        present = {label.id: label for label in read_labels(path).labels} if path.exists() else {}
        changed = 0
        for label in added:
            before = present.get(label.id)
            if before is not None and before.category == label.category:
                continue
            if before is not None and not replace:
                raise LabelsError(
                    f"{path}: {label.id} is labelled {before.category} already, not {label.category}; "
                    "say which is right with --replace or leave it out"
                )
            present[label.id] = label
            changed += 1
        if changed:
            write_bytes_whole(path, labels_csv(present.values()))
        return changed


def remove_labels(path: Path, ids: Collection[str]) -> int:
    """Take labels out of a file under its lock; returns how many were there."""
    with _locked(path):
        present = read_labels(path).labels if path.exists() else ()
        kept = [label for label in present if label.id not in ids]
        if len(kept) < len(present):
            write_bytes_whole(path, labels_csv(kept))
        return len(present) - len(kept)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(str(path.with_name(f".{path.name}.lock")), timeout=LOCK_SECONDS):
            yield
    except Timeout as error:
        raise LabelsError(f"{path}: another program holds it for {LOCK_SECONDS:.0f} s; try again") from error


def labels_csv(labels: Iterable[Label]) -> bytes:
    """Labels as the bytes of a labels file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for label in labels:
        writer.writerow([getattr(label, column).replace("\0", "") for column in COLUMNS])
    return text.getvalue().encode()


def examples_of(labels: Sequence[Label]) -> Examples:
    """Labels with their texts as examples."""
    return Examples(
        tuple(label.id for label in labels),
        tuple(label.title for label in labels),
        tuple(label.text for label in labels),
        tuple(label.category for label in labels),
        tuple(label.date for label in labels),
        tuple(label.source for label in labels),
    )


def _decoded(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise LabelsError(f"{path}: larger than {MAX_FILE_BYTES:,} bytes; split it")
        content = path.read_bytes()
    except OSError as error:
        raise LabelsError(f"{path}: cannot be read ({error.strerror}); give the path of a labels file") from error
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise LabelsError(f"{path}: is not a text file; save it as CSV in UTF-8")
    encodings = _ENCODINGS if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise LabelsError(f"{path}: neither UTF-8 nor GB18030; save it as CSV in UTF-8")


def _heading(path: Path, row: list[str]) -> Mapping[str, int]:
    names = [cell.strip().lower() for cell in row]
    if len(row) == 1 and row[0].count("\t") + row[0].count(";") >= 2:
        raise LabelsError(f"{path}: columns are not parted by commas; save it as CSV with commas")
    for needed in ("id", "category"):
        if names.count(needed) != 1:
            raise LabelsError(f"{path}, line 1: needs one column {needed!r}; the heading is {','.join(COLUMNS)}")
    repeated = {name for name in names if name in COLUMNS and names.count(name) > 1}
    if repeated:
        raise LabelsError(f"{path}, line 1: column {sorted(repeated)[0]!r} stands twice; remove one")
    return {name: i for i, name in enumerate(names) if name in COLUMNS}


def _label(
    row: list[str], heading: Mapping[str, int], width: int, line: int, taxonomy: Taxonomy | None
) -> Label | Finding:
    values = {name: row[i].strip() if i < len(row) else "" for name, i in heading.items()}
    name = values["id"][:80]
    if any(cell.strip() for cell in row[width:]):
        return Finding(line, name, "has more cells than the heading; a text with commas needs quotes around it")
    if not values["id"]:
        return Finding(line, "", "has no id; give each article its own")
    if not values["category"]:
        return Finding(line, name, "has no category; give one or remove the line")
    if taxonomy is not None:
        try:
            values["category"] = taxonomy.find(values["category"]).id
        except UnknownCategory as error:
            return Finding(line, name, f"{error}; mend it, or give your own categories file with --categories")
    if not values.get("title") and not values.get("text") and not values.get("source"):
        return Finding(line, name, "has neither title nor text, nor a source to find them in; add the text")
    return Label(**values, line=line)


def _without_repeats(labels: list[Label]) -> tuple[list[Label], list[Finding]]:
    kept: dict[str, Label] = {}
    findings: list[Finding] = []
    for label in labels:
        first = kept.setdefault(label.id, label)
        if first is label:
            continue
        same = first.category == label.category
        problem = (
            f"repeats line {first.line}; remove one of them"
            if same
            else f"is labelled {label.category}, but line {first.line} says {first.category}; keep the right one"
        )
        findings.append(Finding(label.line, label.id, problem, refused=not same))
    return list(kept.values()), findings
