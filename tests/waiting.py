"""Waiting for what another thread or process does; a deadline that passes fails the test and says so."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import pytest

T = TypeVar("T")


def eventually(look: Callable[[], T], what: str | Callable[[], str] = "it", seconds: float = 120) -> T:
    """What ``look`` gives once that is true; the test fails where it is not within ``seconds``.

    ``what`` names it in the message of the failure; where it is a function, it is asked only then.
    """
    deadline = time.monotonic() + seconds
    while not (value := look()):
        if time.monotonic() > deadline:
            pytest.fail(f"{what if isinstance(what, str) else what()} did not come about in {seconds:g} seconds")
        time.sleep(0.02)
    return value
