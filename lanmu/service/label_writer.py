"""LabelWriter: labels on their way into labels.csv, each once, also across a kill."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from classifier.errors import LanmuError
from classifier.files import sha256_of
from classifier.messages import Message, Said, join, say
from lanmu.service.store import Store, waiting_labels
from lanmu.service.store.waiting_labels import LabelFileState
from training.labels.file import append_labels, ids_of, read_labels, remove_labels, unwritable

log = logging.getLogger("lanmu.service")
RETRY_SECONDS = 5.0
SLOW_SECONDS, REST, MOST_REST_SECONDS = 0.5, 9.0, 60.0
"""A file that takes long to write, as it is large, is written a tenth of the time; labels wait safely in the store."""
LOOK_SECONDS = 60.0
"""How often labels.csv is looked for, in seconds, whether or not there is a label to write."""


class LabelWriter:
    """Brings labels.csv to what the store says, in a thread of its own.

    The store keeps, for each article, what the file should say, what it says, and under which id.  A
    kill between writing the file and noting it repeats the writing, which changes nothing: lines go by
    their id.  So labels.csv can be lost, too: the store has all that was judged here.
    """

    def __init__(self, store: Store, path: Path) -> None:
        self.store = store
        self.path = path
        self.problem: Said = ""
        self._seen: LabelFileState | None = None
        self._left_out: Said = ""
        self._wanted = threading.Event()
        self._stopped = threading.Event()
        self._writing = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="labels", daemon=True)

    def start(self) -> None:
        self._wanted.set()
        self._thread.start()

    def stop(self) -> None:
        """Write what waits and end."""
        self._stopped.set()
        self._wanted.set()
        if self._thread.is_alive():
            self._thread.join(60)

    def wake(self) -> None:
        """Say that a label was given or taken back."""
        self._wanted.set()

    def flush(self) -> int:
        """Write all that waits now; returns how many lines were written.

        Where labels.csv is gone, or an older copy has taken its place, all that the store has is
        written again.  What could not be read back is left out and told as the ``problem``.
        Raises LabelsError where the file refuses.
        """
        total = after = 0
        left_out: list[Message] = []
        with self._writing:
            self._look_at_file()
            while True:
                with self.store.reading() as connection:
                    due = waiting_labels.waiting(connection, after)
                if not due:
                    break
                after = due[-1].article
                if any(not one.label.id for one in due):
                    taken = ids_of(self.path)
                    with self.store.writing() as connection:
                        due = waiting_labels.name_lines(connection, due, taken)
                given = [one for one in due if one.label.category]
                faults = {one.article: fault for one in given if (fault := unwritable(one.label))}
                left_out += [
                    say("queue.label_fault", article=article, fault=fault) for article, fault in faults.items()
                ]
                given = [one for one in given if one.article not in faults]
                if stale := [one.label.id for one in given if one.stale]:
                    remove_labels(self.path, stale)
                if given:
                    append_labels(self.path, [one.label for one in given], replace=True)
                if taken_back := [one.label.id for one in due if not one.label.category]:
                    remove_labels(self.path, taken_back)
                written = [one for one in due if one.article not in faults]
                state = _state(self.path) if self.path.exists() else None
                with self.store.writing() as connection:
                    waiting_labels.mark_written(connection, written, state)
                self._seen = state or self._seen
                total += len(written)
            self._left_out = (
                say("queue.labels_left_out", count=len(left_out), which=join(left_out[:3])) if left_out else ""
            )
        return total

    def _look_at_file(self) -> None:
        """Have all written again that labels.csv lacks, where it is gone or an older copy of it."""
        there = self.path.exists() and self.path.stat().st_size > 0
        if there and self._seen is not None and self.path.stat().st_mtime_ns == self._seen.modified:
            return
        state = _state(self.path) if there else None
        older = False
        if state is not None:
            with self.store.reading() as connection:
                older = waiting_labels.is_older_copy(connection, state)
        if state is None or older:
            says = {label.id: label.category for label in read_labels(self.path).labels} if older else {}
            with self.store.writing() as connection:
                differing = waiting_labels.read_again(connection, says)
            if differing:
                what = "an older copy of it has taken its place" if older else "it is gone"
                log.warning("labels.csv: %s; %d labels are written again", what, differing)
        self._seen = state

    def _work(self) -> None:
        while True:
            self._wanted.wait(LOOK_SECONDS)
            self._wanted.clear()
            ending = self._stopped.is_set()
            try:
                begun = time.monotonic()
                written = self.flush()
                took = time.monotonic() - begun
                if self._left_out and self._left_out != self.problem:
                    log.error("%s", self._left_out)
                self.problem = self._left_out
                if written and took > SLOW_SECONDS:
                    self._stopped.wait(min(REST * took, MOST_REST_SECONDS))
            except (LanmuError, OSError) as error:
                if str(error) != str(self.problem):
                    log.error("labels wait to be written: %s", error)
                self.problem = error.said if isinstance(error, LanmuError) else str(error)
                if not self._stopped.is_set():
                    threading.Timer(RETRY_SECONDS, self._wanted.set).start()
            except Exception:
                log.exception("writing labels failed")
                self.problem = say("queue.labels_failed")
            if ending:
                return


def _state(path: Path) -> LabelFileState:
    return LabelFileState(sha256_of(path), path.stat().st_mtime_ns)
