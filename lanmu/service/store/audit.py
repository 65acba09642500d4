"""The audit log: who did what that matters, when, from where."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from lanmu.service.store import schema
from lanmu.service.store.database import count_rows
from lanmu.service.store.records import moment


@dataclass(frozen=True)
class Entry:
    """One line of the audit log."""

    number: int
    at: datetime
    by: str
    action: str
    target: str
    details: Mapping[str, Any]
    address: str


def note(
    connection: Connection,
    by: str,
    action: str,
    target: str = "",
    details: Mapping[str, Any] | None = None,
    address: str = "",
) -> None:
    """Write a line: ``action`` such as ``sign-in``, ``sign-in refused``, ``user added``, ``promoted``."""
    values = {
        "at": time.time(),
        "by": by[:200],
        "action": action,
        "target": target[:500],
        "details": dict(details or {}),
        "address": address[:100],
    }
    connection.execute(insert(schema.audit).values(values))


def entries(connection: Connection, *, offset: int = 0, limit: int = 100) -> list[Entry]:
    """The log, the newest first."""
    query = select(schema.audit).order_by(schema.audit.c.number.desc()).offset(offset).limit(min(limit, 500))
    return [
        Entry(row.number, moment(row.at), row.by, row.action, row.target, row.details, row.address)
        for row in connection.execute(query)
    ]


def count(connection: Connection) -> int:
    """How many lines the log has."""
    return count_rows(connection, schema.audit)
