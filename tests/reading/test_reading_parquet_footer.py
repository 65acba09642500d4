"""The footer of a Parquet file: what it declares of its columns, and damage in any byte of it."""

from __future__ import annotations

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.errors import InputRefused
from classifier.reading import Limits, ReadingOptions, read_bytes
from classifier.reading.tables.parquet_footer import count_column_bytes

ROWS: dict[str, Any] = {
    "title": [f"清溪镇第{i}期夜校开课" for i in range(30)],
    "text": [f"清溪镇夜校第{i}期昨晚开课，二十四名学员学剪纸。" * (i % 5 + 1) for i in range(30)],
    "图 片": [bytes([i]) * 4_000 for i in range(30)],
    "标签": [["夜校", "剪纸"]] * 30,
    "阅读": list(range(30)),
}


def written(rows: dict[str, Any], **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(rows), out, row_group_size=7, **options)
    return out.getvalue()


@given(st.sets(st.sampled_from(["title", "text", "图 片", "阅读", "没有"])))
def test_what_columns_declare_is_what_arrow_says(wanted: set[str]) -> None:
    data = written(ROWS, use_dictionary=False)
    groups = [pq.read_metadata(io.BytesIO(data)).row_group(i) for i in range(5)]
    columns = [group.column(j) for group in groups for j in range(group.num_columns)]
    expected = sum(column.total_uncompressed_size for column in columns if column.path_in_schema in wanted)
    assert count_column_bytes(io.BytesIO(data), wanted) == expected


def test_columns_that_are_not_read_do_not_count() -> None:
    wide = {**ROWS, "图 片": [b"\0" * 1_000_000] * 30}
    options = ReadingOptions(limits=Limits(unpacked_bytes=1_000_000))
    assert len(read_bytes(written(wide, use_dictionary=False), "a.parquet", options)) == 30
    long_texts = {**ROWS, "text": ["夜校开课。" * 10_000] * 30}
    with pytest.raises(InputRefused, match="1,000,000"):
        read_bytes(written(long_texts, use_dictionary=False), "a.parquet", options)


def test_damage_in_any_byte_of_the_footer_is_refused_or_harmless() -> None:
    whole = written({"text": ROWS["text"][:7]}, store_schema=False)
    size = int.from_bytes(whole[-8:-4], "little")
    refused = 0
    for position in range(len(whole) - 8 - size, len(whole)):
        for change in (0x01, 0x10, 0x80):
            data = bytearray(whole)
            data[position] ^= change
            try:
                read_bytes(bytes(data), "a.parquet", refused=lambda error: None)
                count_column_bytes(io.BytesIO(data), {"text"})
            except InputRefused as error:
                refused += 1
                assert error.name.startswith("a.parquet") and error.reason
            except ValueError as error:
                assert "footer" in str(error)
    assert refused > 100


@given(st.binary(max_size=300))
def test_anything_at_all_as_a_footer_is_read_or_refused(footer: bytes) -> None:
    data = b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1"
    try:
        assert count_column_bytes(io.BytesIO(data), {"text"}) >= 0
    except ValueError as error:
        assert "footer" in str(error)
