"""Lists of the queue as files to take away: CSV for Excel, JSON Lines and Parquet for programs."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, Literal, get_args

from classifier.spreadsheets import defuse
from lanmu.service.store.records import QueuedArticle

ExportForm = Literal["csv", "jsonl", "parquet"]
EXPORT_FORMS: Final[tuple[ExportForm, ...]] = get_args(ExportForm)
MEDIA: Final[Mapping[ExportForm, str]] = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}
COLUMNS: Final = (
    "number", "id", "date", "title", "category", "state", "labelled_by", "labelled_at", "model_category", "probability",
    "reasons", "column", "byline", "source", "origin", "arrived", "model", "text",
)  # fmt: skip
EXCEL_CELL: Final = 32_767
"""How many characters a cell of Excel holds; a longer text is cut, and ends in an ellipsis."""
BOM: Final = "\ufeff"
_PIECE = 500
_MEMORY = 8 << 20


def spreadsheet_rows(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Rows as CSV that Excel opens: UTF-8 with a BOM, formulas defused, lines ended its way."""
    start = BOM
    cells = iter(rows)
    while piece := list(islice(cells, _PIECE)):
        text = io.StringIO(newline="")
        text.write(start)
        csv.writer(text, lineterminator="\r\n").writerows([[_cell(cell) for cell in row] for row in piece])
        start = ""
        yield text.getvalue().encode("utf-8", "replace")


def json_rows(articles: Iterable[QueuedArticle]) -> Iterator[bytes]:
    """One object a line, as the API gives it."""
    waiting = iter(articles)
    while piece := list(islice(waiting, _PIECE)):
        lines = [json.dumps(one.record(), ensure_ascii=False, allow_nan=False) for one in piece]
        yield ("\n".join(lines) + "\n").encode("utf-8", "replace")


def parquet_bytes(articles: Iterable[QueuedArticle]) -> Iterator[bytes]:
    """A Parquet file of COLUMNS; it is put together on disk where it is large."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"number": pa.int64(), "probability": pa.float64(), "reasons": pa.list_(pa.string())}
    schema = pa.schema([pa.field(name, kinds.get(name, pa.string())) for name in COLUMNS])
    waiting = iter(articles)
    with tempfile.SpooledTemporaryFile(_MEMORY) as file:
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            while piece := list(islice(waiting, _PIECE)):
                writer.write_table(pa.Table.from_pylist([article_values(one) for one in piece], schema))
        file.seek(0)
        while block := file.read(1 << 20):
            yield block


def article_values(queued: QueuedArticle) -> dict[str, Any]:
    """An article's COLUMNS; ``category`` is the one that counts, a person's before the model's."""
    article, tagged = queued.article, queued.tagged
    return {
        "number": queued.number,
        "id": article.id,
        "date": article.date,
        "title": article.title,
        "category": queued.category,
        "state": queued.state,
        "labelled_by": queued.labelled_by,
        "labelled_at": queued.labelled_at.isoformat(timespec="seconds") if queued.labelled_at else None,
        "model_category": tagged.category,
        "probability": round(tagged.probability, 6),
        "reasons": list(tagged.reasons),
        "column": article.column,
        "byline": article.byline,
        "source": str(article.source),
        "origin": queued.origin,
        "arrived": queued.arrived.isoformat(timespec="seconds"),
        "model": queued.model,
        "text": article.text,
    }


def _cell(cell: str) -> str:
    shown = "".join(c if c.isprintable() or c in "\n\t" else "�" for c in cell)
    return defuse(shown if len(shown) < EXCEL_CELL else shown[: EXCEL_CELL - 2] + "…")
