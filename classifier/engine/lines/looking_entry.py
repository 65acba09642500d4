"""The looks at files as one function of C's kind, whose only argument is a table of addresses."""

from __future__ import annotations

from typing import Any

import numpy as np

from classifier.engine.lines.line_marks import ARGUMENTS
from classifier.engine.lines.looking import look_at_files
from classifier.engine.scoring.entry import c_function, unpacking


def compile_entry() -> Any:
    """Compile the looks; a numba CFunc of one ``int64*`` (machine_code.addresses)."""
    places = np.cumsum([0] + [2 * len(kind._fields) for kind in ARGUMENTS]).tolist()
    marks, files, work, read = (unpacking(kind, place) for kind, place in zip(ARGUMENTS, places[:-1], strict=True))

    def look(table: Any) -> None:
        look_at_files(marks(table), files(table), work(table), read(table))

    return c_function(look)
