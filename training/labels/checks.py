"""What is wrong with the rows of a labels file, each finding with its line and what to do."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from classifier.errors import UnknownCategory
from classifier.messages import Message, say
from classifier.reading.dates import normal_date
from classifier.taxonomy import Taxonomy
from training.labels.label import Finding, Label, cell_text
from training.labels.label_table import COLUMNS, MAX_FIELD_CHARACTERS, LabelTable, Row, is_well_quoted

MAX_ID = 400
EXCEL_CELL = 32_767
"""The most characters a cell of Excel holds; it cuts the rest off without a word."""
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_A_NUMBER_NOW = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)


def check_labels(table: LabelTable, taxonomy: Taxonomy | None) -> tuple[tuple[Label, ...], tuple[Finding, ...]]:
    """The usable labels of a file, and every finding in the order of lines."""
    labels: list[Label] = []
    findings: list[Finding] = [_stray(table.heading.first, name) for name in table.stray]
    known = _names(table, taxonomy)
    listed = 0
    for row in table.rows:
        if row.first == table.unclosed:
            findings.append(Finding(row.first, _short(row.cells[0]), say("finding.open_quote")))
            continue
        try:
            outcome = _label(row, table, taxonomy, known)
        except UnknownCategory:
            assert taxonomy is not None
            values = table.values(row)
            outcome = Finding(row.first, _short(values["id"]), _describe_unknown(values["category"], taxonomy, listed))
            listed = listed or row.first
        if isinstance(outcome, Finding):
            findings.append(outcome)
        else:
            labels.append(outcome)
            findings += _doubts(outcome, row)
            if line := _find_swallowed_row(row, table, known):
                problem = say("finding.row_inside", line=line)
                findings.append(Finding(row.first, _short(outcome.id), problem, refused=False))
    kept, repeated = _without_repeats(labels)
    return tuple(kept), tuple(sorted([*findings, *repeated], key=lambda finding: finding.line))


def unwritable(label: Label) -> Message | None:
    """What keeps a label from being read back once it is in a file, if anything."""
    cells = {column: cell_text(getattr(label, column)) for column in COLUMNS}
    if not is_usable_id(cells["id"]):
        return say("finding.bad_id", most=MAX_ID)
    if not cells["category"].strip():
        return say("finding.no_category")
    if not any(cells[column].strip() for column in ("title", "text", "source")):
        return say("finding.no_words")
    for column, cell in cells.items():
        if len(cell) > MAX_FIELD_CHARACTERS:
            return say("finding.long_cell", column=column, most=MAX_FIELD_CHARACTERS)
    return None


def is_usable_id(name: str) -> bool:
    """Whether a labels file can hold this id."""
    return 0 < len(name.strip()) <= MAX_ID and not _A_NUMBER_NOW.fullmatch(name.strip())


def clashes(labels: Sequence[Label]) -> list[Finding]:
    """Near-duplicates with different labels; each is named by line with the other it clashes with."""
    from training.labels.near_duplicates import near_duplicate_groups  # the service checks labels without the extra

    texts = [label for label in labels if label.text or label.title]
    groups = near_duplicate_groups([f"{label.title}\n{label.text}" for label in texts]).tolist()
    members: dict[int, list[Label]] = {}
    for label, group in zip(texts, groups, strict=True):
        members.setdefault(group, []).append(label)
    clashing: list[Finding] = []
    for group in members.values():
        for i, label in enumerate(group):
            other = next((before for before in group[:i] if before.category != label.category), None)
            if other is not None:
                problem = say(
                    "finding.clash", category=label.category, line=other.line, id=other.id, other=other.category
                )
                clashing.append(Finding(label.line, label.id, problem, refused=False))
    return sorted(clashing, key=lambda finding: finding.line)


def _label(row: Row, table: LabelTable, taxonomy: Taxonomy | None, known: frozenset[str]) -> Label | Finding:
    """The row's label, or what is wrong with it; raises UnknownCategory."""
    values = table.values(row)
    name = _short(values["id"])
    if any(cell.strip() for cell in row.cells[len(table.heading.cells) :]):
        return Finding(row.first, name, say("finding.more_cells"))
    if (swallowed := _find_swallowed_row(row, table, known)) and not is_well_quoted(table, row):
        return Finding(row.first, name, say("finding.swallows", line=swallowed))
    if not values["id"]:
        return Finding(row.first, "", say("finding.no_id"))
    if len(values["id"]) > MAX_ID:
        return Finding(row.first, name, say("finding.long_id", most=MAX_ID))
    if _A_NUMBER_NOW.fullmatch(values["id"]):
        return Finding(row.first, name, say("finding.number_id"))
    if not values["category"]:
        return Finding(row.first, name, say("finding.no_category_line"))
    if taxonomy is not None:
        values["category"] = taxonomy.find(values["category"]).id
    if not any(values.get(column) for column in ("title", "text", "source")):
        return Finding(row.first, name, say("finding.no_words"))
    values["date"] = normal_date(values.get("date", ""))
    return Label(**values, line=row.first)


def _doubts(label: Label, row: Row) -> list[Finding]:
    """What a usable label is still worth a look for."""
    doubts: list[Message] = []
    if label.date and not _ISO.fullmatch(label.date):
        doubts.append(say("finding.date", date=label.date))
    if any(len(cell) == EXCEL_CELL for cell in row.cells):
        doubts.append(say("finding.excel", most=EXCEL_CELL))
    if "\ufffd" in label.title + label.text:
        doubts.append(say("finding.broken"))
    return [Finding(label.line, _short(label.id), problem, refused=False) for problem in doubts]


def _describe_unknown(category: str, taxonomy: Taxonomy, listed: int) -> Message:
    """What is wrong with a category; the known ones are named once, for the line ``listed`` (0: not yet)."""
    names = [name for c in taxonomy for name in (c.id, c.name, c.name_en) if name]
    near = difflib.get_close_matches(category, names, 1, 0.5)
    meant = say("finding.meant", near=near[0]) if near else ""
    if listed:
        return say("finding.unknown_again", category=_short(category), meant=meant, listed=listed)
    return say("finding.unknown", category=_short(category), meant=meant, known=", ".join(taxonomy.ids))


def _stray(line: int, name: str) -> Finding:
    near = difflib.get_close_matches(name.lower(), COLUMNS, 1, 0.7)
    meant = (
        say("finding.stray_meant", near=near[0]) if near else say("finding.stray_columns", columns=",".join(COLUMNS))
    )
    return Finding(line, "", say("finding.stray", column=_short(name), meant=meant), refused=False)


def _find_swallowed_row(row: Row, table: LabelTable, known: frozenset[str]) -> int:
    """The line inside this row that looks like a row of its own (0: none)."""
    place = table.columns["category"]
    for line in range(row.first + 1, row.last + 1):
        cells = table.lines[line - 1].split(table.delimiter)
        if len(cells) >= len(table.heading.cells) - 1 and cells[place].strip(' "').casefold() in known:
            return line
    return 0


def _names(table: LabelTable, taxonomy: Taxonomy | None) -> frozenset[str]:
    if taxonomy is not None:
        return frozenset(name.casefold() for c in taxonomy for name in (c.id, c.name, c.name_en, *c.was) if name)
    place = table.columns["category"]
    return frozenset(row.cells[place].strip().casefold() for row in table.rows if len(row.cells) > place) - {""}


def _without_repeats(labels: Sequence[Label]) -> tuple[list[Label], list[Finding]]:
    kept: dict[str, Label] = {}
    findings: list[Finding] = []
    for label in labels:
        first = kept.setdefault(label.id, label)
        if first is not label:
            findings.append(_repeat(first, label))
    return list(kept.values()), findings


def _repeat(first: Label, label: Label) -> Finding:
    name = _short(label.id)
    if first.category != label.category:
        problem = say("finding.two_categories", category=label.category, line=first.line, other=first.category)
        return Finding(label.line, name, problem)
    if first.text.strip() != label.text.strip():
        problem = say("finding.same_id", line=first.line)
        return Finding(label.line, name, problem)
    return Finding(label.line, name, say("finding.repeats", line=first.line), refused=False)


def _short(value: str) -> str:
    return value if len(value) <= 80 else value[:77] + "…"
