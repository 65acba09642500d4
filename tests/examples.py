"""How many made-up inputs a test tries: a few at every change, many among the heavy tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings

ALL = os.environ.get("LANMU_EXAMPLES") == "all"
"""Set by ``make slow``, which runs every test marked ``thorough`` again."""


def examples(few: int, many: int, **others: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Hypothesis tries ``few`` inputs under ``make test``, ``many`` under ``make slow``; ``others``: its settings."""
    setting = settings(max_examples=many if ALL else few, **others)
    return lambda test: pytest.mark.thorough(setting(test))
