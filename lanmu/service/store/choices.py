"""What an admin has chosen for the whole desk: each by its name, with who chose it."""

from __future__ import annotations

import time

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from lanmu.service.store.schema import choices

ACCEPT_ACCURACY = "accept_accuracy"
"""The wished share of right ones among the accepted (0-1)."""


def read_accept_accuracy(connection: Connection) -> float | None:
    """The wished share of right ones among the accepted; None where nobody has chosen."""
    value = connection.execute(select(choices.c.value).where(choices.c.name == ACCEPT_ACCURACY)).scalar_one_or_none()
    return float(value) if isinstance(value, int | float) and 0.0 <= value <= 1.0 else None


def choose_accept_accuracy(connection: Connection, value: float, by: str) -> None:
    """Keep the choice."""
    row = {"name": ACCEPT_ACCURACY, "value": value, "by": by, "at": time.time()}
    statement = insert(choices).values(row)
    again = {name: row[name] for name in ("value", "by", "at")}
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=again))
