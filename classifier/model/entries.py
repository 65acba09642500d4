"""Entries of a model's manifest, which anybody may have written, as values of the types that we count on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from classifier.errors import ModelError
from classifier.messages import say

LARGEST = 1e12


def plain_values(kind: type[Any], record: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The entries of a record that have a field in a dataclass, each of the type of the field's default.

    ModelError where one is of another type, or a number is not finite or absurdly large: compiled code
    and arrays take them as they are.
    """
    values: dict[str, Any] = {}
    for field in fields(kind):
        if field.name not in record or field.default is MISSING:
            continue
        value = record[field.name]
        if not _fits(value, field.default):
            told = repr(value)
            shown = told if len(told) <= 40 else f"{told[:40]}…"
            raise ModelError(say("model.no_value", where=where, name=field.name, shown=shown))
        values[field.name] = float(value) if isinstance(field.default, float) else value
    return values


def _fits(value: object, usual: object) -> bool:
    if isinstance(usual, bool) or isinstance(value, bool):
        return isinstance(usual, bool) and isinstance(value, bool)
    if isinstance(usual, float):
        return is_number(value)
    if isinstance(usual, int):
        return isinstance(value, int) and is_number(value)
    return isinstance(value, type(usual))


def is_number(value: object) -> bool:
    """Whether it is a finite number of ordinary size."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and -LARGEST <= value <= LARGEST
        and math.isfinite(value)
    )
