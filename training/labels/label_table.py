"""A labels file as a table: any encoding and delimiter a spreadsheet writes, edited row by row."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from classifier.errors import InputRefused, LabelsError
from classifier.messages import say
from classifier.reading.encoding import decode
from classifier.reading.reading_options import LIMITS
from training.labels.label import cell_text

COLUMNS = ("id", "category", "source", "date", "title", "text")
OTHER_NAMES = {
    "编号": "id", "类别": "category", "分类": "category", "label": "category", "来源": "source", "日期": "date",
    "标题": "title", "正文": "text", "内容": "text",
}  # fmt: skip
"""What people call the columns in their own headings."""
DELIMITERS = ",;\t|"
MAX_FILE_BYTES = 2_000_000_000
MAX_FIELD_CHARACTERS = 4 * LIMITS.article_chars
"""As much as readers let an article be (they count bytes, four a character), so that each can be labelled."""
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells, and the lines of the file it stands on (from 1; both belong to it)."""

    cells: tuple[str, ...]
    first: int
    last: int


@dataclass(frozen=True)
class LabelTable:
    """A labels file taken apart, so that what is not touched is written back as it was.

    ``lines`` keep their ends; ``columns`` says where each known column stands; ``stray`` are the
    names of the others; ``broken`` is how many characters could not be read; ``unclosed`` is the
    line of a quote that is never closed (0: none).
    """

    path: Path
    lines: tuple[str, ...]
    bom: bytes
    encoding: str
    delimiter: str
    heading: Row
    columns: Mapping[str, int]
    stray: tuple[str, ...]
    rows: tuple[Row, ...]
    broken: int = 0
    unclosed: int = 0

    def values(self, row: Row) -> dict[str, str]:
        """A row's cells by column."""
        return {name: row.cells[i].strip() if i < len(row.cells) else "" for name, i in self.columns.items()}

    def edited(
        self,
        replaced: Mapping[int, Mapping[str, str]],
        added: Sequence[Mapping[str, str]],
        removed: Collection[int] = (),
    ) -> bytes:
        """The file's bytes with some rows replaced or removed (by their place in ``rows``), others added at the end.

        Values come by column; a replaced row keeps its stray cells.
        """
        lines: list[str] = list(self.lines)
        for place in sorted({*replaced, *removed}, reverse=True):
            row = self.rows[place]
            cells = [*row.cells, *[""] * (len(self.heading.cells) - len(row.cells))]
            new = [] if place in removed else [self._line(cells, replaced[place])]
            lines[row.first - 1 : row.last] = new
        if lines and added and not lines[-1].endswith(("\n", "\r")):
            lines[-1] += self._end
        lines += [self._line([""] * len(self.heading.cells), values) for values in added]
        text = "".join(lines)
        try:
            return self.bom + text.encode(self.encoding)
        except UnicodeEncodeError:  # Big5 has no room for every character
            return codecs.BOM_UTF8 + text.encode()

    @property
    def _end(self) -> str:
        return "\r\n" if self.lines[self.heading.last - 1].endswith("\r\n") else "\n"

    def _line(self, cells: list[str], values: Mapping[str, str]) -> str:
        filled = list(cells)
        for name, value in values.items():
            filled[self.columns[name]] = cell_text(value)
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.delimiter, lineterminator=self._end).writerow(filled)
        return text.getvalue()


def read_table(path: Path, content: bytes | None = None) -> LabelTable:
    """Take a labels file apart.  LabelsError where it is not a table with an id and a category column.

    ``content`` is what counts as the file's, where it is not the file's own.
    """
    content = _content(path) if content is None else content
    try:
        decoded = decode(content, str(path))
    except InputRefused as error:
        raise LabelsError(say("labels.no_csv", path=error.name, wrong=error.said)) from error
    lines = tuple(io.StringIO(decoded.text.removeprefix("\ufeff"), newline=""))
    told = _read_delimiter(lines[0])
    delimiter = told or max(DELIMITERS, key=lambda d: (lines[0].count(d), d == ","))
    rows = tuple(_rows(path, lines, delimiter, start=1 if told else 0))
    if not rows:
        raise LabelsError(say("labels.empty", path=str(path), heading=",".join(COLUMNS)))
    heading, body = rows[0], rows[1:]
    columns, stray = _columns(path, heading, body)
    return LabelTable(
        path=path,
        lines=lines,
        bom=next((bom for bom in _BOMS if content.startswith(bom)), b""),
        encoding=decoded.encoding,
        delimiter=delimiter,
        heading=heading,
        columns=columns,
        stray=stray,
        rows=body,
        broken=decoded.broken,
        unclosed=rows[-1].first if _is_unclosed(lines, rows[-1], delimiter) else 0,
    )


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise LabelsError(say("labels.too_large", path=str(path), most=f"{MAX_FILE_BYTES:,}"))
        return path.read_bytes()
    except OSError as error:
        raise LabelsError(say("labels.unreadable", path=str(path), error=str(error.strerror))) from error


def _read_delimiter(line: str) -> str:
    """The delimiter of a ``sep=;`` line, which Excel puts and reads before the heading."""
    told = line.strip()
    return told[4:] if told.lower().startswith("sep=") and len(told) == 5 else ""


def _rows(path: Path, lines: Sequence[str], delimiter: str, start: int) -> Iterator[Row]:
    with _long_fields():
        reader = csv.reader(lines[start:], delimiter=delimiter)
        before = start
        try:
            for cells in reader:
                first, before = before + 1, start + reader.line_num
                if any(cell.strip() for cell in cells):
                    yield Row(tuple(cells), first, before)
        except csv.Error as error:
            raise LabelsError(
                say("labels.no_csv_line", path=str(path), line=start + reader.line_num, error=str(error))
            ) from error


def is_well_quoted(table: LabelTable, row: Row) -> bool:
    """Whether each quote of a row begins or ends a cell, or stands doubled within one."""
    return not _quoting_fault(table.lines, row, table.delimiter)


def _is_unclosed(lines: Sequence[str], row: Row, delimiter: str) -> bool:
    return "unexpected end" in _quoting_fault(lines, row, delimiter)


def _quoting_fault(lines: Sequence[str], row: Row, delimiter: str) -> str:
    with _long_fields():
        try:
            list(csv.reader(lines[row.first - 1 : row.last], delimiter=delimiter, strict=True))
        except csv.Error as error:
            return str(error)
    return ""


@contextmanager
def _long_fields() -> Iterator[None]:
    before = csv.field_size_limit(MAX_FIELD_CHARACTERS)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _columns(path: Path, heading: Row, rows: Sequence[Row]) -> tuple[dict[str, int], tuple[str, ...]]:
    names = [cell.strip().lower() for cell in heading.cells]
    names = [name if name in COLUMNS else OTHER_NAMES.get(name, name) for name in names]
    for needed in ("id", "category"):
        if needed not in names:
            raise LabelsError(
                say("labels.no_column", path=str(path), line=heading.first, column=needed, heading=",".join(COLUMNS))
            )
    twice = [name for name in COLUMNS if names.count(name) > 1]
    if twice:
        raise LabelsError(say("labels.column_twice", path=str(path), line=heading.first, column=twice[0]))
    stray = [i for i, name in enumerate(names) if name not in COLUMNS]
    filled = [i for i in stray if names[i] or any(len(row.cells) > i and row.cells[i].strip() for row in rows)]
    return (
        {name: i for i, name in enumerate(names) if name in COLUMNS},
        tuple(heading.cells[i].strip() or f"number {i + 1}" for i in filled),
    )
