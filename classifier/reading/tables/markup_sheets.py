"""Spreadsheets that are markup inside: tables of a web page, and Excel's XML of 2003; systems name both .xls."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.documents.web.parsing import parse_page, split_scripts
from classifier.reading.documents.web_page import decode_page
from classifier.reading.documents.word import parse_part
from classifier.reading.reading_options import ReadingOptions
from classifier.reading.tables.fields import HEADING_ROWS, find_heading
from classifier.reading.tables.sheet_process import Sheet, SheetRows

_MOST_CELLS = 8_000_000
"""Empty ones as well, of which a few bytes can ask for thousands."""
_DEEPEST = 8
"""Tables that lie deeper in tables are text of the cell."""
_MOST_COLUMNS = 4_096
_MOST_ROWS = 1 << 20
_LOOKED_AT = 4_096
_HEADING_WITHIN = 50
_XML_SHEET: Final = "urn:schemas-microsoft-com:office:spreadsheet"
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_BREAKS = re.compile(r" *\n[ \n]*")
_LINES: Final = frozenset({"br", "p", "div", "li", "h1", "h2", "h3"})


class _Budget:
    """How many cells all tables of a file may still have."""

    def __init__(self, name: str) -> None:
        self.name, self.left = name, _MOST_CELLS

    def take(self, cells: int) -> None:
        self.left -= cells
        if self.left < 0:
            raise InputRefused(self.name, say("sheet.cells", most=f"{_MOST_CELLS:,}"))


@dataclass(slots=True)
class _Table:
    """The rows of a table so far: ``tall`` says for a column up to which row its last cell reaches."""

    budget: _Budget
    rows: list[list[str]] = field(default_factory=list)
    row: list[str] = field(default_factory=list)
    pieces: list[str] | None = None
    span: tuple[int, int] = (1, 1)
    tall: dict[int, int] = field(default_factory=dict)
    merged: list[tuple[int, int, int]] = field(default_factory=list)

    def write(self, text: str | None) -> None:
        if text and self.pieces is not None:
            self.pieces.append(_BLANKS.sub(" ", text))

    def end_cell(self) -> None:
        if self.pieces is None:
            return
        text = _BREAKS.sub("\n", "".join(self.pieces)).strip()
        self.pieces = None
        self.skip_tall()
        columns, rows = self.span
        if rows > 1:
            place, number = len(self.row), len(self.rows) + 1
            self.tall[place] = number + rows - 1
            self.merged.append((place, number, number + rows - 1))
        self.row += [text, *[""] * (columns - 1)][: _MOST_COLUMNS - len(self.row)]

    def skip_tall(self) -> None:
        """Leave room for cells that reach down from above."""
        while len(self.row) < _MOST_COLUMNS and self.tall.get(len(self.row), 0) > len(self.rows):
            self.row.append("")

    def end_row(self) -> None:
        self.end_cell()
        if self.row:
            self.add_row()

    def add_row(self) -> None:
        self.budget.take(len(self.row) + 1)
        self.rows.append(self.row)
        self.row = []

    def has_heading(self, options: ReadingOptions) -> bool:
        filled = [row for row in self.rows[:_HEADING_WITHIN] if any(row)]
        return find_heading(filled[:HEADING_ROWS], options) is not None


def markup_sheets(data: bytes, name: str, options: ReadingOptions) -> Iterator[Sheet | SheetRows]:
    """The tables of a file that is no workbook, each as a sheet followed by its rows.

    Of tables in tables the outermost with a heading counts.  Raises InputRefused where there is none.
    """
    if _XML_SHEET.encode() in data[:_LOOKED_AT]:
        found = _xml_sheets(data, name)
    else:
        found = [(f"{number}", table) for number, table in enumerate(_page_tables(data, name, options), 1)]
    if not found:
        raise InputRefused(name, say("sheet.other_format"))
    for number, (title, table) in enumerate(found, 1):
        yield Sheet(number, title, len(found), tuple(table.merged))
        yield SheetRows(1, table.rows)


def _xml_sheets(data: bytes, name: str) -> list[tuple[str, _Table]]:
    reader = _XmlSheets(_Budget(name))
    try:
        parse_part(data, name, reader.start, reader.end, reader.data)
    except InputRefused as error:
        if error.__cause__ is None:
            raise
        raise InputRefused(name, say("sheet.damaged", error=error.__cause__)) from error
    return reader.sheets


def _page_tables(data: bytes, name: str, options: ReadingOptions) -> Sequence[_Table]:
    from lxml import etree

    limits = options.limits
    if len(data) > limits.html_bytes or b"<" not in data:
        raise InputRefused(name, say("sheet.other_format"))
    markup = split_scripts(decode_page(data, name, options.encoding).text).markup
    found: list[_Table] = []
    others: list[_Table] = []
    budget = _Budget(name)
    open_tables: list[_Table] = []
    ignored = 0
    for event, element in etree.iterwalk(parse_page(markup, name, limits), events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if tag == "table" and len(open_tables) < _DEEPEST:
                open_tables.append(_Table(budget))
            elif tag == "table":
                ignored += 1
            elif open_tables and not ignored:
                _open(open_tables[-1], tag, element.get("colspan"), element.get("rowspan"))
            if open_tables:
                open_tables[-1].write(element.text)
            continue
        if tag == "table" and ignored:
            ignored -= 1
        elif tag == "table" and open_tables:
            table = open_tables.pop()
            table.end_row()
            if table.has_heading(options):
                found.append(table)
                if open_tables:
                    open_tables[-1].write(element.tail)
                continue
            if not found and table.rows:
                others = max([table], others, key=lambda tables: sum(len(one.rows) for one in tables))
            if open_tables and open_tables[-1].pieces is not None:
                open_tables[-1].pieces.append("\n" + "\n".join(" ".join(row) for row in table.rows) + "\n")
        elif open_tables and not ignored and tag in ("td", "th"):
            open_tables[-1].end_cell()
        elif open_tables and not ignored and tag == "tr":
            open_tables[-1].end_row()
        if open_tables:
            open_tables[-1].write(element.tail)
    # Where none has the usual heading, the longest is named, so that its fields can be told.
    return found or others


def _open(table: _Table, tag: str, columns: str | None, rows: str | None) -> None:
    if tag == "tr":
        table.end_row()
    elif tag in ("td", "th"):
        table.end_cell()
        table.pieces = []
        table.span = _number(columns, _MOST_COLUMNS), _number(rows, _MOST_ROWS)
    elif tag in _LINES and table.pieces is not None:
        table.pieces.append("\n")


class _XmlSheets:
    """Excel's XML of 2003: worksheets with rows and cells, which may say their numbers."""

    def __init__(self, budget: _Budget) -> None:
        self.budget = budget
        self.sheets: list[tuple[str, _Table]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        space, _, local = tag.rpartition("}")
        if space != _XML_SHEET:
            return
        told = {key.rpartition("}")[2]: value for key, value in attributes.items()}
        if local == "Worksheet":
            self.sheets.append((told.get("Name", ""), _Table(self.budget)))
            return
        if not self.sheets:
            return
        table = self.sheets[-1][1]
        if local == "Row":
            missing = _number(told.get("Index"), _MOST_ROWS) - 1 - len(table.rows)
            self.budget.take(max(missing, 0))
            table.rows += [[] for _ in range(missing)]
        elif local == "Cell":
            table.skip_tall()
            missing = _number(told.get("Index"), _MOST_COLUMNS) - 1 - len(table.row)
            table.row += [""] * missing
            table.pieces = []
            more = [_number(told.get(name), most) for name, most in (("MergeAcross", 4_095), ("MergeDown", 65_535))]
            table.span = more[0] + 1 if "MergeAcross" in told else 1, more[1] + 1 if "MergeDown" in told else 1

    def data(self, text: str) -> None:
        if self.sheets and (pieces := self.sheets[-1][1].pieces) is not None:
            pieces.append(text)

    def end(self, tag: str) -> None:
        space, _, local = tag.rpartition("}")
        if space != _XML_SHEET or not self.sheets:
            return
        table = self.sheets[-1][1]
        if local == "Cell":
            table.end_cell()
        elif local == "Row":
            table.add_row()


def _number(told: str | None, most: int) -> int:
    return min(max(int(told), 1), most) if told and told.isascii() and told.isdigit() and len(told) < 10 else 1
