"""What a Parquet file says of its columns, read without Arrow: asking Arrow for a damaged column can end the process.

The footer is a Thrift structure in the compact protocol (https://github.com/apache/thrift, doc/specs/
thrift-compact-protocol.md); its fields are those of parquet.thrift (https://github.com/apache/parquet-format).
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from typing import BinaryIO

MOST_FOOTER_BYTES = 64 << 20
"""The footer of a file with a million column chunks is smaller."""
_MOST_DEPTH = 16
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_INTEGERS = (4, 5, 6)
_ROW_GROUPS, _COLUMNS, _META_DATA, _PATH, _UNCOMPRESSED_SIZE = 4, 1, 3, 3, 6

Value = int | bytes | list["Value"] | dict[int, "Value"]


def count_column_bytes(file: BinaryIO, columns: Collection[str]) -> int:
    """How many bytes the pages of some columns unpack to in all row groups, as the file says itself.

    Raises ValueError where the footer is damaged or too large to look at.
    """
    wanted = {name.encode() for name in columns}
    total = 0
    for group in _rows(_read_footer(file), _ROW_GROUPS):
        for column in _rows(group, _COLUMNS):
            described = column.get(_META_DATA)
            if not isinstance(described, dict):
                continue
            path, size = described.get(_PATH), described.get(_UNCOMPRESSED_SIZE)
            if isinstance(path, list) and path[:1] and path[0] in wanted and isinstance(size, int):
                total += max(0, size)
    return total


def _rows(structure: dict[int, Value], field: int) -> Iterator[dict[int, Value]]:
    values = structure.get(field)
    return (value for value in (values if isinstance(values, list) else ()) if isinstance(value, dict))


def _read_footer(file: BinaryIO) -> dict[int, Value]:
    end = file.seek(0, io.SEEK_END)
    file.seek(max(0, end - 8))
    size = int.from_bytes(file.read(4), "little")
    if not 0 < size <= min(end - 8, MOST_FOOTER_BYTES):
        raise ValueError(f"the footer has {size:,} bytes")
    file.seek(end - 8 - size)
    return _Compact(file.read(size)).read_structure(0)


class _Compact:
    """Reads values of the compact protocol one after another."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def read_structure(self, depth: int) -> dict[int, Value]:
        if depth > _MOST_DEPTH:
            raise ValueError("the footer's structures lie too deep")
        fields: dict[int, Value] = {}
        field = 0
        while head := self._take(1)[0]:
            field = field + (head >> 4) if head >> 4 else self._read_signed()
            kind = head & 15
            fields[field] = int(kind == _TRUE) if kind in (_TRUE, _FALSE) else self._read(kind, depth)
        return fields

    def _read(self, kind: int, depth: int) -> Value:
        if kind in _INTEGERS:
            return self._read_signed()
        if kind in (_TRUE, _FALSE, _BYTE):
            return self._take(1)[0]
        if kind == _BINARY:
            return self._take(self._read_unsigned())
        if kind == _STRUCT:
            return self.read_structure(depth + 1)
        if kind in (_LIST, _SET):
            head = self._take(1)[0]
            count = head >> 4 if head >> 4 < 15 else self._read_unsigned()
            return [self._read(head & 15, depth + 1) for _ in self._counted(count)]
        if kind == _DOUBLE:
            return self._take(8)
        if kind == _MAP:
            count = self._read_unsigned()
            kinds = self._take(1)[0] if count else 0
            return [self._read(one, depth + 1) for _ in self._counted(count) for one in (kinds >> 4, kinds & 15)]
        raise ValueError(f"the footer has a value of the unknown kind {kind}")

    def _counted(self, count: int) -> range:
        if count > len(self.data) - self.position:
            raise ValueError("the footer ends before its lists do")
        return range(count)

    def _take(self, count: int) -> bytes:
        start, self.position = self.position, self.position + count
        if self.position > len(self.data):
            raise ValueError("the footer ends too soon")
        return self.data[start : self.position]

    def _read_unsigned(self) -> int:
        value = shift = 0
        while True:
            byte = self._take(1)[0]
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
            if shift > 63:
                raise ValueError("the footer has a number that is too long")

    def _read_signed(self) -> int:
        value = self._read_unsigned()
        return (value >> 1) ^ -(value & 1)
