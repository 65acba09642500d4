"""Store: the SQLite file opened, brought to the newest schema, and its transactions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError

from classifier.errors import LanmuError
from classifier.messages import say
from lanmu.service.store.migrations import migrate

BUSY_SECONDS = 30
DATABASE = "lanmu.sqlite"
UNFINISHED_RESTORE = "restore.unfinished"
"""Lies beside a database while a backup takes its place."""


class StoreError(LanmuError):
    """The service's database cannot be used."""


class Store:
    """The database of one data folder; safe to share between threads.

    ``reading`` and ``writing`` give a connection in a transaction: readers see one state
    throughout, writers wait for each other, and what a writer committed survives a power cut
    (write-ahead log, ``synchronous=FULL``).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.with_name(UNFINISHED_RESTORE).exists():
            raise StoreError(say("store.restore_unfinished", folder=path.parent))
        self.engine = _engine(path)
        try:
            with self.writing() as connection:
                migrate(connection)
            path.chmod(0o600)
        except (DatabaseError, OSError) as error:
            raise StoreError(
                f"{path}: cannot be used as the service's database ({error.__cause__ or error}); "
                "check its rights, or move it away to start afresh"
            ) from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose changes are all kept at the end, or none of them."""
        with self.engine.connect() as connection:
            connection = connection.execution_options(lanmu_begin="BEGIN IMMEDIATE")
            with connection.begin():
                yield connection

    def close(self) -> None:
        self.engine.dispose()


def _engine(path: Path) -> Engine:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    arguments = {"timeout": BUSY_SECONDS, "check_same_thread": False}
    engine = create_engine(f"sqlite:///{path}", pool_size=8, max_overflow=32, connect_args=arguments)

    @event.listens_for(engine, "connect")
    def opened(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin where ``begun`` says, not where sqlite3 guesses
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("lanmu_begin", "BEGIN"))

    return engine
