"""How many articles a second each kind of input is read at, on one thread.

``python -m benchmarks.reading_speed [ARTICLES]``.  The news is ``xwlb-2022-2025.jsonl.xz`` in
LANMU_CORPUS (default ``../shared/data``); the best of three runs after one to warm up.
"""

from __future__ import annotations

import csv
import io
import json
import lzma
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from classifier.reading import ReadingOptions, TableSource, read_bytes, read_path, table_chunks
from classifier.reading.origin import Origin

CORPUS = Path(os.environ.get("LANMU_CORPUS", "../shared/data")) / "xwlb-2022-2025.jsonl.xz"
FIELDS = ("id", "date", "title", "text")


def best(run: Callable[[], int]) -> float:
    """Articles a second, the best of three after one to warm up."""
    rates = []
    for _ in range(4):
        start = time.perf_counter()
        n = run()
        rates.append(n / (time.perf_counter() - start))
    return max(rates[1:])


def main() -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with lzma.open(CORPUS, "rt", encoding="utf-8") as file:
        rows = [{f: row[f] for f in FIELDS} for row, _ in zip(map(json.loads, file), range(count), strict=False)]
    jsonl = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
    table, lines = io.BytesIO(), io.StringIO(newline="")
    pq.write_table(pa.Table.from_pylist(rows), table)
    writer = csv.DictWriter(lines, FIELDS)
    writer.writeheader()
    writer.writerows(rows)
    source = TableSource(Origin("news", stem="news"), ReadingOptions(), lambda refusal: None)
    inputs = {"parquet": table.getvalue(), "csv": lines.getvalue().encode(), "jsonl": jsonl}

    def chunks(kind: str, data: bytes) -> int:
        return sum(len(chunk) for chunk in table_chunks(io.BytesIO(data), kind, source))

    print(
        f"{len(rows)} articles, {sum(len(r['text']) for r in rows) / len(rows):.0f} characters each; articles a second"
    )
    for kind, data in inputs.items():
        print(f"{kind:28}{best(lambda kind=kind, data=data: chunks(kind, data)):10,.0f}")  # type: ignore[misc]
    with tempfile.TemporaryDirectory() as folder:
        for i, row in enumerate(rows[:3_000]):
            (Path(folder) / f"{i:05}.txt").write_text(f"{row['title']}\n\n{row['text']}\n", "utf-8")
        print(f"{'folder of txt files':28}{best(lambda: sum(1 for _ in read_path(folder))):10,.0f}")
    page = "\n\n".join(
        f"# {row['title']}\n\n{row['text'].replace(chr(10), chr(10) * 2)}" for row in rows[:300]
    ).encode()
    print(f"{'page of 300 articles':28}{best(lambda: len(read_bytes(page, 'page.md'))):10,.0f}")


if __name__ == "__main__":
    main()
