"""Steps from each schema version to the next; SQLite's ``user_version`` says which the file has.

A new table: add it to ``schema`` and a step here that makes it.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from classifier.errors import LanmuError
from lanmu.service.store import schema

Step = Callable[[Connection], None]


def _first(connection: Connection) -> None:
    """Articles, settlements, labels, accounts, audit, jobs."""
    tables = (
        schema.articles,
        schema.settlements,
        schema.labels,
        schema.users,
        schema.sessions,
        schema.audit,
        schema.jobs,
    )
    schema.metadata.create_all(connection, tables=tables)


def _second(connection: Connection) -> None:
    """Results of the watched folder, and their way to the webhook."""
    schema.metadata.create_all(connection, tables=(schema.results, schema.result_files, schema.deliveries))


STEPS: tuple[Step, ...] = (_first, _second)


def migrate(connection: Connection) -> None:
    """Bring the file to the newest schema, in the caller's transaction.

    Raises LanmuError where a newer lanmu has written it.
    """
    version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if version > len(STEPS):
        raise LanmuError(
            f"the database has schema {version}, this lanmu knows up to {len(STEPS)}; use the lanmu that wrote it"
        )
    for number, step in enumerate(STEPS[version:], version + 1):
        step(connection)
        connection.exec_driver_sql(f"PRAGMA user_version = {number}")
