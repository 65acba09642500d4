"""Arrays in one file, in the safetensors form, memory-mapped on reading and checked before use.

The form (https://huggingface.co/docs/safetensors): 8 bytes little-endian header length, a JSON
header of names, dtypes, shapes and data offsets, then the data.  Nothing in it can run.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.errors import ModelError
from classifier.files import write_bytes_whole
from classifier.messages import say

MAX_HEADER_BYTES = 1_000_000
MAX_FILE_BYTES = 4_000_000_000
_DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}  # fmt: skip
_ALIGNMENT = 64


def write_tensors(path: Path, tensors: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays under their names; the same arrays give the same bytes."""
    names = {np.dtype(code): name for name, code in _DTYPES.items()}
    header: dict[str, Any] = {}
    pieces: list[bytes] = []
    position = 0
    for name in sorted(tensors):
        array = np.ascontiguousarray(tensors[name])
        data = array.tobytes()
        header[name] = {
            "dtype": names[array.dtype],
            "shape": list(array.shape),
            "data_offsets": [position, position + len(data)],
        }
        pieces.append(data)
        position += len(data)
        if gap := -position % _ALIGNMENT:  # the form allows no holes, so a named pad fills them
            header[f"{name}.pad"] = {"dtype": "U8", "shape": [gap], "data_offsets": [position, position + gap]}
            pieces.append(bytes(gap))
            position += gap
    encoded = json.dumps(header, separators=(",", ":")).encode()
    encoded += b" " * (-(len(encoded) + 8) % _ALIGNMENT)
    write_bytes_whole(path, len(encoded).to_bytes(8, "little") + encoded + b"".join(pieces))


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """Memory-map the arrays of a file, read-only.

    Raises ModelError naming the file where its header and its size do not agree.
    """
    try:
        with path.open("rb") as file:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise ModelError(say("model.unreadable", path=str(path), error=str(error))) from error
    size = len(content)
    length = int.from_bytes(content[:8], "little")
    if size < 8 or size > MAX_FILE_BYTES or length > MAX_HEADER_BYTES or 8 + length > size:
        raise ModelError(say("model.no_safetensors", path=str(path)))
    tensors: dict[str, NDArray[Any]] = {}
    try:
        header = json.loads(content[8 : 8 + length])
        for name, entry in header.items():
            if name == "__metadata__" or name.endswith(".pad"):
                continue
            dtype = np.dtype(_DTYPES[entry["dtype"]])
            start, stop = (int(offset) for offset in entry["data_offsets"])
            shape = tuple(int(n) for n in entry["shape"])
            items = 1
            for n in shape:
                items *= n
            if min(shape, default=0) < 0 or not 0 <= start <= stop <= size - 8 - length:
                raise ValueError(name)
            if items * dtype.itemsize != stop - start:
                raise ValueError(name)
            tensors[name] = np.frombuffer(content, dtype, items, 8 + length + start).reshape(shape)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(say("model.header", path=str(path), error=str(error))) from error
    return tensors
