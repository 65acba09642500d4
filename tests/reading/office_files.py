"""Spreadsheets made by hand: the XML of an .xlsx's parts, packed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

OFFICE = Path(__file__).parent / "office"
"""Files of other programs."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PARTS = "http://schemas.openxmlformats.org/package/2006/relationships"

Cell = str | float | None
Rows = Sequence[Sequence[Cell]]


def workbook(
    sheets: Mapping[str, Rows],
    *,
    merged: str = "",
    hidden: Sequence[str] = (),
    first: str = "",
    shared: Sequence[str] = (),
) -> bytes:
    """An .xlsx; ``merged`` (``A2:A4``) is of its first sheet, ``first`` stands in its XML before all rows.

    ``shared`` are texts that cells may point to.
    """
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{i}" r:id="r{i}" state="{"hidden" if name in hidden else "visible"}"/>'
        for i, name in enumerate(sheets, 1)
    )
    told = "".join(
        f'<Relationship Id="r{i}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    if shared:
        told += f'<Relationship Id="s" Type="{_RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PARTS}"><Relationship Id="r" Type="{_RELATIONS}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PARTS}">{told}</Relationships>',
    }
    if shared:
        texts = "".join(f"<si><t>{escape(text)}</t></si>" for text in shared)
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}">{texts}</sst>'
    for i, rows in enumerate(sheets.values(), 1):
        cells = "".join(map(_row, range(1, len(rows) + 1), rows))
        merge = f'<mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>' if merged and i == 1 else ""
        data = f"<sheetData>{first if i == 1 else ''}{cells}</sheetData>"
        parts[f"xl/worksheets/sheet{i}.xml"] = f'<worksheet xmlns="{_MAIN}">{data}{merge}</worksheet>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def _row(number: int, cells: Sequence[Cell]) -> str:
    made = ""
    for column, cell in enumerate(cells):
        place = f"{chr(65 + column)}{number}"
        if isinstance(cell, str):
            made += f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
        elif cell is not None:
            made += f'<c r="{place}"><v>{cell}</v></c>'
    return f'<row r="{number}">{made}</row>'
