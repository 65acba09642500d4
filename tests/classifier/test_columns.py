from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from classifier.columns import TextColumn

TEXTS = st.lists(st.text(alphabet=st.characters(), max_size=20), max_size=8)


@given(TEXTS)
def test_strings_come_back(texts: list[str]) -> None:
    column = TextColumn.from_strings(texts)
    assert [column[i] for i in range(len(column))] == texts


@given(TEXTS, st.booleans(), st.integers(0, 3))
def test_arrow_columns_come_back(texts: list[str], large: bool, start: int) -> None:
    clean: list[str | None] = [text.encode("utf-8", "replace").decode() for text in texts]
    if clean:
        clean[0] = None
    array = pa.array(clean, pa.large_string() if large else pa.string()).slice(start)
    column = TextColumn.from_arrow(array)
    assert [column[i] for i in range(len(column))] == [text or "" for text in clean[start:]]


def test_a_slice_shares_the_buffer() -> None:
    column = TextColumn.from_strings(["春耕", "", "双拥", "口岸"])
    part = column.slice(1, 3)
    assert [part[i] for i in range(len(part))] == ["", "双拥"]
    assert part.data is column.data
