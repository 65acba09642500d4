"""Store: the SQLite file opened, checked, brought to the newest schema, and its transactions."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, FromClause, create_engine, event, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from classifier.errors import LanmuError
from classifier.messages import Message, say
from lanmu.service.store.migrations import migrate

log = logging.getLogger("lanmu.service")
BUSY_SECONDS = 5.0
"""How long a transaction waits for another program's; none of ours takes longer than a second."""
CHECK_SECONDS = 10.0
"""How long the check at the start may take; with a larger file it goes on beside the service."""
LOOK_SECONDS = 2.0
PIECE_SECONDS = 0.5
DATABASE = "lanmu.sqlite"
UNFINISHED_RESTORE = "restore.unfinished"
"""Lies beside a database while a backup takes its place."""
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_NO_ROOM = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
Item = TypeVar("Item")


class StoreError(LanmuError):
    """The service's database cannot be used."""


class StoreUnusable(StoreError):
    """The database cannot be used at present; ``retry_after`` says in how many seconds to try again."""

    def __init__(self, said: Message, retry_after: int) -> None:
        super().__init__(said)
        self.retry_after = retry_after


class Store:
    """The database of one data folder; safe to share between threads.

    ``reading`` and ``writing`` give a connection in a transaction: readers see one state
    throughout, writers wait for each other, and what a writer committed survives a power cut
    (write-ahead log, ``synchronous=FULL``).  Where another program holds the database, the disk is
    full or the file is damaged, they raise StoreUnusable, and ``problem`` says so until a
    transaction succeeds again (damage: until the next start).

    Raises StoreError where the file cannot be used at all, or a check finds it damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._problem: Message | None = None
        self._damage: Message | None = None
        self._writer = threading.Lock()
        self._stopped = threading.Event()
        self._watch: threading.Thread | None = None
        if path.with_name(UNFINISHED_RESTORE).exists():
            raise StoreError(say("store.restore_unfinished", folder=path.parent))
        try:
            if path.is_file() and path.stat().st_size == 0:
                log.warning("%s is empty; it is begun afresh", path)
            self.engine = _engine(path)
            damage, self._checked = _find_damage(path, CHECK_SECONDS)
            if damage:
                raise StoreError(say("store.damaged", path=path, error=damage))
            with self.writing() as connection:
                migrate(connection)
            path.chmod(0o600)
        except (StoreUnusable, DBAPIError, OSError, ValueError) as error:
            if self._damage is not None:
                raise StoreError(self._damage) from error
            why = error.strerror if isinstance(error, OSError) else error
            raise StoreError(say("store.unusable", path=path, error=why)) from error

    @property
    def problem(self) -> Message | None:
        """What keeps it from being used at present; None: nothing."""
        return self._damage or self._problem

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database."""
        with self._told(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose changes are all kept at the end, or none of them."""
        with self._told():
            # The threads of this process write one after the other: SQLite only looks again now and then.
            if not self._writer.acquire(timeout=BUSY_SECONDS):
                raise self._unusable(say("store.busy"), 5)
            try:
                with self.engine.connect() as connection:
                    connection = connection.execution_options(lanmu_begin="BEGIN IMMEDIATE")
                    with connection.begin():
                        yield connection
                self._problem = None
            finally:
                self._writer.release()

    def write_in_pieces(self, items: Sequence[Item], write: Callable[[Connection, Sequence[Item]], None]) -> None:
        """Call ``write`` for some items at a time, in transactions of at most about half a second each.

        Others can write in between.  Where one fails, what was written before it stays.
        """
        at = 0
        size = 16
        while at < len(items):
            if at:
                time.sleep(0.01)  # who waits takes his turn
            with self.writing() as connection:
                begun = time.monotonic()
                while at < len(items) and time.monotonic() - begun < PIECE_SECONDS:
                    write(connection, items[at : at + size])
                    at += size

    def start(self) -> None:
        """Look beside the requests whether what did not work works again, and end a long check."""
        self._watch = threading.Thread(target=self._look, name="store", daemon=True)
        self._watch.start()

    def stop(self) -> None:
        self._stopped.set()

    def close(self) -> None:
        self.engine.dispose()

    def _look(self) -> None:
        if not self._checked:
            damage, _ = _find_damage(self.path, None, self._stopped)
            if damage:
                self._damage = say("store.damaged", path=self.path.name, error=damage)
                log.error("%s", self._damage)
        while not self._stopped.wait(LOOK_SECONDS):
            if self._problem is None:
                continue
            try:
                with self.writing() as connection:
                    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
                    connection.exec_driver_sql(f"PRAGMA user_version = {int(version)}")  # a page is written
                log.info("the database can be written again")
            except StoreError:
                pass

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of the database that are nobody's request's fault as StoreUnusable."""
        try:
            yield
        except NoConnection as error:
            raise self._unusable(say("store.busy"), 5) from error
        except DBAPIError as error:
            code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
            if code in _BUSY:
                raise self._unusable(say("store.busy"), 5) from error
            if code in _NO_ROOM:
                raise self._unusable(say("store.no_room", error=error.orig), 30) from error
            if code in _DAMAGED:
                self._damage = say("store.damaged", path=self.path.name, error=error.orig)
                raise self._unusable(self._damage, 600) from error
            raise

    def _unusable(self, said: Message, retry_after: int) -> StoreUnusable:
        if self._problem != said:
            log.error("%s", said)
        self._problem = said
        return StoreUnusable(said, retry_after)


def count_rows(connection: Connection, table: FromClause, *conditions: ColumnElement[bool]) -> int:
    """How many rows of a table meet all conditions."""
    return int(connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one())


def _find_damage(path: Path, seconds: float | None, stopped: threading.Event | None = None) -> tuple[str, bool]:
    """What SQLite's quick check finds wrong, and whether it came to its end."""
    until = None if seconds is None else time.monotonic() + seconds

    def late() -> int:
        return int((until is not None and time.monotonic() > until) or (stopped is not None and stopped.is_set()))

    try:
        with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection:
            connection.set_progress_handler(late, 10_000)
            answers = [str(row[0]) for row in connection.execute("PRAGMA quick_check(1)")]
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_INTERRUPT:
            return "", False
        return (str(error) if code in _DAMAGED else ""), True
    return ("" if answers == ["ok"] else "; ".join(answers)), True


def _engine(path: Path) -> Engine:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    arguments = {"timeout": BUSY_SECONDS, "check_same_thread": False}
    engine = create_engine(
        f"sqlite:///{path}", pool_size=8, max_overflow=32, pool_timeout=BUSY_SECONDS, connect_args=arguments
    )

    @event.listens_for(engine, "connect")
    def opened(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin where ``begun`` says, not where sqlite3 guesses
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("lanmu_begin", "BEGIN"))

    return engine
