"""Spreadsheets (.xlsx, .xls, .xlsb, .ods) → rows of text, by calamine in a process of its own.

calamine is Rust and lays a sheet out as a rectangle: two cells far apart ask for all the memory there is, and
Rust then ends the process.
"""

from __future__ import annotations

import datetime
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.guarded import CannotRead, GuardedReader, Messages, answer_inputs
from classifier.reading.kinds import OLE, is_locked
from classifier.reading.packed_streams import check_parts
from classifier.reading.reading_options import Limits

SHEET_SECONDS = 15
"""How long opening a workbook, or one sheet of it, may take."""
READER = GuardedReader(
    "classifier.reading.tables.sheet_process", "python-calamine", "python_calamine", SHEET_SECONDS, patience=2
)
_BATCH_ROWS = 2_000
_BATCH_CHARS = 1 << 20
_MOST_MERGED = 100_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook: its number and name, how many there are, and which cells of a column are one.

    ``merged``: (column, first row, last row), rows from 1.  ``late``: reading it took too much and it was left out.
    """

    number: int
    name: str
    count: int
    merged: tuple[tuple[int, int, int], ...] = ()
    late: bool = False


@dataclass(frozen=True, slots=True)
class SheetRows:
    """Rows of the sheet last named; the first has number ``row`` (from 1).  Cells are text, without empty ones at the
    end."""

    row: int
    rows: list[list[str]]


def read_sheets_in_process(data: bytes, name: str, limits: Limits) -> Iterator[Sheet | SheetRows]:
    """The sheets of a workbook, each followed by its rows, read in the other process.

    Raises InputRefused where it is damaged, locked, unpacks to too much, calamine is not installed, or where
    opening it, or more than MOST_LATE of its sheets, take too much time or memory.
    """
    _check_parts(data, name, limits)
    names: list[str] = []
    with READER.lock:
        for told, body in READER.ask_for_parts(data, name, {}, say("sheet.late", seconds=SHEET_SECONDS)):
            if "names" in told:
                names = told["names"]
            elif "part" in told:
                merged = tuple((column, start, end) for column, start, end in told["merged"])
                yield Sheet(told["part"] + 1, names[told["part"]], len(names), merged)
            elif "late" in told:
                yield Sheet(told["late"] + 1, names[told["late"]], len(names), late=True)
            else:
                yield SheetRows(told["row"], json.loads(body))


def _check_parts(data: bytes, name: str, limits: Limits) -> None:
    if data.startswith(OLE):
        if is_locked(data):
            raise InputRefused(name, say("sheet.locked"))
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            check_parts(parts, len(data), name, limits, say("sheet.too_large"), say("sheet.bomb"))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputRefused(name, say("sheet.damaged", error=error)) from error


# The other process ------------------------------------------------------------------------------------


def main() -> None:
    """Answer workbooks with their rows until there are no more."""
    answer_inputs(_answer, SHEET_SECONDS, say("sheet.late", seconds=SHEET_SECONDS))


def _answer(head: dict[str, Any], data: bytes) -> Messages:
    import python_calamine as calamine

    try:
        workbook = calamine.load_workbook(io.BytesIO(data))
        names = workbook.sheet_names
        kinds = [str(sheet.typ) for sheet in workbook.sheets_metadata]
        yield {"names": names, "count": len(names)}, b""
        for number in range(head["first"], len(names)):
            if not kinds[number].endswith(("WorkSheet", "MacroSheet")):
                continue
            sheet = workbook.get_sheet_by_index(number)
            yield {"part": number, "merged": _merged(sheet)}, b""
            yield from _rows(sheet)
    except calamine.PasswordError as error:
        raise CannotRead(say("sheet.locked")) from error
    except (MemoryError, GeneratorExit, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a fault of Rust is no Exception
        raise CannotRead(say("sheet.damaged", error=str(error)[:200])) from error


def _merged(sheet: Any) -> list[tuple[int, int, int]]:
    ranges = sheet.merged_cell_ranges or []
    tall = [(start[1], start[0] + 1, end[0] + 1) for start, end in ranges if start[1] == end[1] and start[0] < end[0]]
    return tall[:_MOST_MERGED]


def _rows(sheet: Any) -> Messages:
    batch: list[list[str]] = []
    chars = 0
    first = 1
    for number, cells in enumerate(sheet.iter_rows(), 1):
        row = [_text_of(cell) for cell in cells]
        while row and not row[-1]:
            row.pop()
        batch.append(row)
        chars += sum(map(len, row))
        if len(batch) >= _BATCH_ROWS or chars >= _BATCH_CHARS:
            yield {"row": first}, json.dumps(batch).encode()
            batch, chars, first = [], 0, number + 1
    if batch:
        yield {"row": first}, json.dumps(batch).encode()


def _text_of(cell: Any) -> str:
    """A cell as people see it: 20260305 and no 20260305.0, days without midnight."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    if isinstance(cell, datetime.datetime):
        day = cell.isoformat(" ", "seconds")
        return day.removesuffix(" 00:00:00")
    return "" if cell is None else str(cell)


if __name__ == "__main__":
    main()
