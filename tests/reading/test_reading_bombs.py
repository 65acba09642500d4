"""Small files that become large: refused by name, soon, and without the memory."""

from __future__ import annotations

import io
import random
import tarfile
import time
import tracemalloc

import pyarrow as pa
import pytest

from classifier.errors import InputRefused
from classifier.reading import read_bytes
from tests.reading.hostile_files import TEXT, long_name, packed, parquet, repeated

BOMBS = {
    "one text for many rows.parquet": lambda: repeated(300_000, 3_000),
    "short texts for very many rows.parquet": lambda: repeated(3_000, 400_000),
    "long texts of a large dictionary.parquet": lambda: parquet(
        pa.table({"text": [f"{'县里开会' * 25_000}{row}" for row in range(400)]})
    ),
    "nothing in two million rows.parquet": lambda: parquet(pa.table({"text": pa.nulls(2_000_000, pa.string())})),
    "wide.zip": lambda: packed(
        {f"{i}.zip": packed({f"{j}.txt": b"1" * (3 << 20) for j in range(15)}) for i in range(3)}
    ),
    "long name.tar": long_name,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_by_name_and_soon(name: str) -> None:
    data = BOMBS[name]()
    refused: list[InputRefused] = []
    start = time.monotonic()
    tracemalloc.start()
    try:
        try:
            read_bytes(data, name, refused=refused.append)
        except InputRefused as error:
            refused.append(error)
        highest = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert any(error.name == name and "as a bomb does" in str(error) for error in refused), refused[:3]
    assert len(refused) < 100
    assert highest < 400 << 20
    assert time.monotonic() - start < 40


def test_what_is_merely_repetitive_is_read() -> None:
    assert len(read_bytes(repeated(500, 2_000), "a.parquet")) == 2_000
    members = {f"{i}.txt": TEXT.encode() * 40 for i in range(200)}
    assert len(read_bytes(packed(members), "a.zip")) == 200


@pytest.mark.slow
@pytest.mark.parametrize(
    "ending", ["csv", "tsv", "jsonl", "json", "txt", "parquet", "zip", "tar", "tar.gz", "noending"]
)
def test_damaged_files_are_read_or_refused(ending: str) -> None:
    chance = random.Random(ending)
    rows = [{"id": f"r{i}", "title": "渔船归港", "text": TEXT * (i % 5 + 1)} for i in range(40)]
    whole = _file(ending, rows)
    for _ in range(200):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(data))
            what = chance.random()
            if what < 0.4:
                data[at] = chance.choice((0, 10, 13, 34, 44, 92, 123, 0x81, 0xFF, chance.randrange(256)))
            elif what < 0.7:
                del data[at : at + chance.randint(1, 60)]
            else:
                data[at:at] = data[at // 2 : at // 2 + chance.randint(1, 60)]
        start = time.monotonic()
        try:
            read_bytes(bytes(data), f"x.{ending}" if ending != "noending" else "x", refused=lambda error: None)
        except InputRefused:
            pass
        assert time.monotonic() - start < 20


def _file(ending: str, rows: list[dict[str, str]]) -> bytes:
    import csv
    import json

    if ending in ("csv", "tsv", "noending"):
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter="\t" if ending == "tsv" else ",")
        writer.writerows([["id", "title", "text"], *(list(row.values()) for row in rows)])
        return out.getvalue().encode()
    if ending == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    if ending == "json":
        return json.dumps({"items": rows}, ensure_ascii=False, indent=1).encode()
    if ending == "txt":
        return "\n\n".join(f"# {row['title']}\n\n{row['text']}" for row in rows).encode()
    if ending == "parquet":
        return parquet(pa.Table.from_pylist(rows))
    members = {f"{row['id']}.txt": row["text"].encode() for row in rows}
    if ending == "zip":
        return packed(members)
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz" if ending == "tar.gz" else "w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return raw.getvalue()
