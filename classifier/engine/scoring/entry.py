"""The kernel as one function of C's kind, whose only argument is a table of addresses: what becomes machine code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np import arrayobj

from classifier.engine.scoring.article_scores import score_articles
from classifier.engine.scoring.machine_code import ARGUMENTS, dtypes_of
from classifier.engine.words.compiled import OPTIONS


def compile_entry() -> Any:
    """Compile the kernel; a numba CFunc of one ``int64*`` (machine_code.addresses)."""
    places = np.cumsum([0] + [2 * len(kind._fields) for kind in ARGUMENTS]).tolist()
    tables, vocabulary, plan, work, counter, block, batch, results = (
        unpacking(kind, place) for kind, place in zip(ARGUMENTS, places[:-1], strict=True)
    )

    def score(table: Any) -> None:
        score_articles(
            tables(table), vocabulary(table), plan(table), work(table), counter(table), block(table), batch(table),
            results(table),
        )  # fmt: skip

    return c_function(score)


def c_function(function: Callable[[Any], None]) -> Any:
    """A numba CFunc of one ``int64*``."""
    return numba.cfunc(types.void(types.CPointer(types.int64)), **OPTIONS)(function)


def unpacking(kind: type[Any], place: int) -> Any:
    """A function of the compiled code that makes a tuple of arrays from their addresses and lengths in a table."""
    dtypes = dtypes_of(kind)
    arrays = [types.Array(numba.from_dtype(dtype), 1, "C") for dtype in dtypes]
    made = types.NamedTuple(arrays, kind)

    @intrinsic  # type: ignore[misc]
    def unpack(_: Any, table: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            def entry(i: int) -> Any:
                return builder.load(cgutils.gep_inbounds(builder, arguments[0], place + i))

            parts = []
            for i, (array_type, dtype) in enumerate(zip(arrays, dtypes, strict=True)):
                array = context.make_array(array_type)(context, builder)
                item = context.get_constant(types.intp, dtype.itemsize)
                arrayobj.populate_array(
                    array,
                    data=builder.inttoptr(entry(2 * i), array.data.type),
                    shape=[entry(2 * i + 1)],
                    strides=[item],
                    itemsize=item,
                    meminfo=None,
                )
                parts.append(array._getvalue())
            return context.make_tuple(builder, signature.return_type, parts)

        return made(types.CPointer(types.int64)), generate

    return unpack
