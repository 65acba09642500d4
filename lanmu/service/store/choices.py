"""What is kept for the whole service, each by its name: what an admin has chosen, and up to where changes have gone."""

from __future__ import annotations

import time

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from classifier.model.decisions import NEVER
from lanmu.service.store.schema import choices

ACCEPT_ACCURACY = "accept_accuracy"
"""The wished share of right ones among the accepted (0-1)."""
STRICT_CATEGORIES = "strict_categories"
"""By category id the least probability at which the category is accepted (0: as all; NEVER: it never is)."""
PRUNED_CHANGES = "pruned_changes"
"""The number up to which changes are no longer kept."""


def read_accept_accuracy(connection: Connection) -> float | None:
    """The wished share of right ones among the accepted; None where nobody has chosen."""
    value = _get(connection, ACCEPT_ACCURACY)
    return float(value) if isinstance(value, int | float) and 0.0 <= value <= 1.0 else None


def read_strict_categories(connection: Connection) -> dict[str, float]:
    """By category id the least probability at which it is accepted; only those for which one was chosen."""
    value = _get(connection, STRICT_CATEGORIES)
    given = value if isinstance(value, dict) else {}
    return {str(name): float(least) for name, least in given.items() if _is_least(least)}


def _is_least(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= NEVER


def read_pruned_changes(connection: Connection) -> int:
    """The number up to which changes are no longer kept; 0 where all are."""
    value = _get(connection, PRUNED_CHANGES)
    return value if isinstance(value, int) else 0


def _get(connection: Connection, name: str) -> object:
    return connection.execute(select(choices.c.value).where(choices.c.name == name)).scalar_one_or_none()


def choose(connection: Connection, name: str, value: object, by: str) -> None:
    """Keep a choice under its name."""
    row = {"name": name, "value": value, "by": by, "at": time.time()}
    again = {column: row[column] for column in ("value", "by", "at")}
    connection.execute(insert(choices).values(row).on_conflict_do_update(index_elements=["name"], set_=again))
