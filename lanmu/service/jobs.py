"""Jobs: retraining beside the service, one at a time, in a process of its own; promoting and rolling back."""

from __future__ import annotations

import json
import logging
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import insert, select, update

from classifier.errors import LanmuError
from classifier.messages import say
from classifier.model.versions import Registry
from classifier.processes import python_command
from lanmu.service.champion import Champion
from lanmu.service.settings import Settings
from lanmu.service.store import Store, audit, schema
from lanmu.service.store.records import moment

log = logging.getLogger("lanmu.service")
LOG_BYTES = 200_000
STOP_SECONDS = 10.0


JobKind = Literal["train", "suspects", "next", "report", "drift"]
_NOUNS: dict[JobKind, str] = {
    "train": "training", "suspects": "check of labels", "next": "choice of articles", "report": "report",
    "drift": "look for drift",
}  # fmt: skip


class JobRunning(LanmuError):
    """A job cannot start while another runs."""


class NoSuchJob(LanmuError):
    """There is no job of this number."""


@dataclass(frozen=True)
class Job:
    """One run of training.

    ``status`` is running, done, failed or stopped.  ``result`` of a done one: ``name`` of the new
    version, ``promote`` (the gate's verdict), ``reasons`` in words, ``figures``, ``metrics``.
    """

    number: int
    kind: str
    status: str
    by: str
    started: datetime
    ended: datetime | None
    result: Mapping[str, Any] | None
    error: str


class Jobs:
    """Starts training, follows it, keeps what came of it.

    A job is `lanmu train` on the data folder's labels without promoting; a person promotes after
    reading the gate's report.  A job that a kill of the service cut off is noted as stopped at the
    next start.
    """

    def __init__(self, store: Store, settings: Settings, champion: Champion) -> None:
        self.store = store
        self.settings = settings
        self.champion = champion
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = False

    def start(self) -> None:
        """Note jobs that an earlier run of the service left unfinished."""
        with self.store.writing() as connection:
            values = {"status": "stopped", "ended": time.time(), "error": "the service ended while it ran"}
            connection.execute(update(schema.jobs).where(schema.jobs.c.status == "running").values(values))

    def stop(self) -> None:
        """End a running job."""
        self._stopping = True
        with self._lock:
            process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()

    def begin(self, kind: JobKind, by: str, address: str = "") -> int:
        """Start a job; returns its number.  JobRunning where one is running."""
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                raise JobRunning(say("service.job_running"))
            with self.store.writing() as connection:
                values = {"kind": kind, "status": "running", "by": by, "started": time.time()}
                statement = insert(schema.jobs).values(values).returning(schema.jobs.c.number)
                number = int(connection.execute(statement).scalar_one())
                audit.note(connection, by, f"{_NOUNS[kind]} started", str(number), address=address)
            self.settings.jobs.mkdir(exist_ok=True)
            try:
                with self.log_path(number).open("wb") as output:
                    command = python_command("lanmu.service.job_process", kind, str(self.settings.home), str(number))
                    self._process = subprocess.Popen(
                        command, cwd=self.settings.home, stdin=subprocess.DEVNULL, stdout=output,
                        stderr=subprocess.STDOUT,
                    )  # fmt: skip
            except OSError as error:
                self._note(number, kind, "failed", None, f"training could not be started ({error})")
                raise LanmuError(say("service.job_not_started", error=error)) from error
            process = self._process
        threading.Thread(target=self._follow, args=(number, kind, process), name="job", daemon=True).start()
        return number

    def get(self, number: int) -> Job:
        """A job by its number; NoSuchJob where there is none."""
        with self.store.reading() as connection:
            row = connection.execute(select(schema.jobs).where(schema.jobs.c.number == number)).one_or_none()
        if row is None:
            raise NoSuchJob(say("service.no_job", number=number))
        return _job(row)

    def latest(self, limit: int = 20, kind: JobKind = "train") -> list[Job]:
        """Jobs of a kind, the newest first."""
        query = select(schema.jobs).where(schema.jobs.c.kind == kind).order_by(schema.jobs.c.number.desc()).limit(limit)
        with self.store.reading() as connection:
            return [_job(row) for row in connection.execute(query)]

    def log(self, number: int) -> str:
        """What a job has printed so far (its end, where it is long)."""
        path = self.log_path(number)
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - LOG_BYTES))
            return file.read().decode("utf-8", "replace")

    def promote(self, name: str, by: str, address: str = "") -> None:
        """Make a version current; when this returns, it answers.  ModelError where it cannot be."""
        event = Registry(self.settings.models).promote(name, (say("journal.by", name=by),))
        self._moved(by, "promoted", event.name, event.previous, address)

    def rollback(self, by: str, address: str = "") -> str:
        """Go back to the version before; returns its name.  ModelError where there is none."""
        event = Registry(self.settings.models).rollback((say("journal.by", name=by),))
        self._moved(by, "rolled back", event.name, event.previous, address)
        return event.name

    def log_path(self, number: int) -> Path:
        return self.settings.jobs / f"{number}.log"

    def report_folder(self, number: int) -> Path:
        """Where the report of a job lies."""
        return self.settings.jobs / f"{number}-report"

    def _follow(self, number: int, kind: JobKind, process: subprocess.Popen[bytes]) -> None:
        code = process.wait()
        if self._stopping:
            self._note(number, kind, "stopped", None, "the service was stopped")
            return
        try:
            result = json.loads((self.settings.jobs / f"{number}.json").read_text("utf-8")) if code == 0 else None
        except (OSError, ValueError):
            result = None
        if result is None:
            lines = self.log(number).strip().splitlines()
            self._note(number, kind, "failed", None, lines[-1][:1000] if lines else f"training ended with code {code}")
        else:
            self._note(number, kind, "done", result, "")

    def _note(self, number: int, kind: JobKind, status: str, result: Mapping[str, Any] | None, error: str) -> None:
        try:
            with self.store.writing() as connection:
                values = {"status": status, "ended": time.time(), "result": result, "error": error}
                connection.execute(update(schema.jobs).where(schema.jobs.c.number == number).values(values))
                audit.note(connection, "lanmu", f"{_NOUNS[kind]} {status}", str(number))
        except Exception:
            log.exception("the end of job %d could not be noted", number)

    def _moved(self, by: str, action: str, name: str, previous: str, address: str) -> None:
        with self.store.writing() as connection:
            audit.note(connection, by, action, name, {"previous": previous}, address)
        self.champion.refresh()


def _job(row: Any) -> Job:
    ended = None if row.ended is None else moment(row.ended)
    return Job(row.number, row.kind, row.status, row.by, moment(row.started), ended, row.result, row.error)
