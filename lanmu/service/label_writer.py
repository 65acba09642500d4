"""LabelWriter: settled labels on their way into labels.csv, each once, also across a kill."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from classifier.errors import LanmuError
from lanmu.service.store import Store, waiting_labels

log = logging.getLogger("lanmu.service")
RETRY_SECONDS = 5.0


class LabelWriter:
    """Brings labels.csv to what the store says, in a thread of its own.

    The store keeps, for each article, what the file should say, what it says, and under which id.  A
    kill between writing the file and noting it repeats the writing, which changes nothing: lines go by
    their id.
    """

    def __init__(self, store: Store, path: Path) -> None:
        self.store = store
        self.path = path
        self.problem = ""
        self._wanted = threading.Event()
        self._stopped = False
        self._writing = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="labels", daemon=True)

    def start(self) -> None:
        self._wanted.set()
        self._thread.start()

    def stop(self) -> None:
        """Write what waits and end."""
        self._stopped = True
        self._wanted.set()
        if self._thread.is_alive():
            self._thread.join(60)

    def wake(self) -> None:
        """Say that a label was given or taken back."""
        self._wanted.set()

    def flush(self) -> int:
        """Write all that waits now; returns how many lines were due.  Raises LabelsError where the file refuses."""
        from training.labels.file import Label, append_labels, read_labels, remove_labels

        total = 0
        with self._writing:
            while True:
                with self.store.reading() as connection:
                    due = waiting_labels.waiting(connection)
                if not due:
                    return total
                taken = {label.id for label in read_labels(self.path).labels} if self.path.exists() else set()
                with self.store.writing() as connection:
                    due = waiting_labels.name_lines(connection, due, taken)
                given = [
                    Label(label.id or "", label.category, label.source, label.date, label.title, label.text)
                    for label in due
                    if label.category is not None
                ]
                if given:
                    append_labels(self.path, given, replace=True)
                taken_back = [label.id or "" for label in due if label.category is None]
                if taken_back:
                    remove_labels(self.path, taken_back)
                with self.store.writing() as connection:
                    waiting_labels.mark_written(connection, due)
                total += len(due)

    def _work(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            try:
                self.flush()
                self.problem = ""
            except (LanmuError, OSError) as error:
                if str(error) != self.problem:
                    log.error("labels wait to be written: %s", error)
                self.problem = str(error)
                if not self._stopped:
                    threading.Timer(RETRY_SECONDS, self._wanted.set).start()
            except Exception:
                log.exception("writing labels failed")
                self.problem = "writing labels failed; see the log"
            if self._stopped:
                return
