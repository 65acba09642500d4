"""Steps from each schema version to the next; SQLite's ``user_version`` says which the file has.

A new table: add it to ``schema`` and a step here that makes it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Column, Connection, Table, select, update
from sqlalchemy.schema import CreateColumn

from classifier.errors import LanmuError
from classifier.messages import say
from classifier.reading.dates import is_iso, normal_date
from lanmu.service.store import schema

Step = Callable[[Connection], None]


def _make(*tables: Table) -> Step:
    """A step that makes new tables."""
    return lambda connection: schema.metadata.create_all(connection, tables=tables)


def _third(connection: Connection) -> None:
    """The printed day apart from the date as it was given, which may be none."""
    _add_column(connection, schema.articles.c.printed_day)
    c = schema.articles.c
    for number, given in list(connection.execute(select(c.number, c.date).where(c.date != ""))):
        date = normal_date(given)
        values = {"date": date, "printed_day": date if is_iso(date) else ""}
        connection.execute(update(schema.articles).where(c.number == number).values(values))


def _fourth(connection: Connection) -> None:
    """The desk's names of its steps."""
    for column in (schema.label_steps.c.step, schema.label_steps.c.undone_step):
        _add_column(connection, column)
    _add_indexes(connection, schema.label_steps)


def _fifth(connection: Connection) -> None:
    """Labels go out as well as tags: the results become changes; a label in labels.csv keeps the id it has there."""
    _add_column(connection, schema.labels.c.id)
    old = "SELECT substr(fingerprint, 1, 20) FROM articles WHERE articles.number = labels.article"
    connection.exec_driver_sql(f"UPDATE labels SET id = 'desk-' || ({old}) WHERE written IS NOT NULL AND id IS NULL")
    _add_indexes(connection, schema.labels)
    if not connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'results'").first():
        return
    sent = [tuple(row) for row in connection.exec_driver_sql("SELECT * FROM deliveries")]
    connection.exec_driver_sql("DROP TABLE deliveries")
    schema.metadata.create_all(connection, tables=(schema.changes, schema.deliveries))
    names = "number, article, at, day, record, written"
    connection.exec_driver_sql(
        f"INSERT INTO changes ({names}, kind) SELECT {names}, 'article.tagged' FROM results ORDER BY number"
    )
    connection.exec_driver_sql("DROP TABLE results")
    if sent:
        connection.exec_driver_sql("INSERT INTO deliveries VALUES (?, ?, ?, ?, ?, ?)", sent)


def _tenth(connection: Connection) -> None:
    """Articles that went into others."""
    _add_column(connection, schema.articles.c["into"])


def _twelfth(connection: Connection) -> None:
    """Where an article stands on its printed page."""
    for column in (schema.articles.c.source_page, schema.articles.c.source_box):
        _add_column(connection, column)
    schema.metadata.create_all(connection, tables=(schema.printed,))


def _add_indexes(connection: Connection, table: Table) -> None:
    """Make the indexes that a table lacks."""
    for index in table.indexes:
        index.create(connection, checkfirst=True)


def _add_column(connection: Connection, column: Column[Any]) -> None:
    """Add a column to its table, where an older lanmu has made that without it."""
    table = column.table.name
    known = {row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")}
    if column.name not in known:
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {CreateColumn(column).compile(connection)}")


STEPS: tuple[Step, ...] = (
    _make(schema.articles, schema.label_steps, schema.labels, schema.users, schema.sessions, schema.audit, schema.jobs),
    _make(schema.changes, schema.result_files, schema.deliveries),
    _third,
    _fourth,
    _fifth,
    _make(schema.label_files),
    _make(schema.refusals),
    _make(schema.leases, schema.flags, schema.readings),
    _make(schema.choices),
    _tenth,
    _make(schema.tokens),
    _twelfth,
    _make(schema.mendings),
)


def migrate(connection: Connection) -> None:
    """Bring the file to the newest schema, in the caller's transaction.

    Raises LanmuError where a newer lanmu has written it.
    """
    version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if version > len(STEPS):
        raise LanmuError(say("store.newer", version=version, known=len(STEPS)))
    for number, step in enumerate(STEPS[version:], version + 1):
        step(connection)
        connection.exec_driver_sql(f"PRAGMA user_version = {number}")
