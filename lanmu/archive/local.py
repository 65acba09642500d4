"""Shards on this machine: threads over the kernel for tables, processes for documents."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from classifier.errors import LanmuError
from classifier.messages import say
from lanmu.archive.folder import RunFolder
from lanmu.archive.plan import Shard, Task
from lanmu.archive.reports import Report
from lanmu.archive.scoring import Run, ShardScorer, load_scorer

FEW = 2
"""With fewer shards a core than this, each is worked on by several threads."""
PROCESS_COST = 96 << 20
"""Documents of less work than this in all are read here: starting processes would take longer."""


class LocalRun:
    """Scores ``count`` shards on ``workers`` cores.

    A table's shard is read, scored and written by one thread, as Arrow and the kernel hold no
    interpreter lock; where there are too few shards to keep all cores busy, the three steps of each
    overlap and the kernel's own threads share its batches.  Documents are read by Python code, so
    each of their shards goes to a process of its own.
    """

    def __init__(self, run: Run, workers: int, count: int) -> None:
        self.few = count < FEW * workers
        plan = run.plan
        self.scorer = load_scorer(run.folder, plan.base, plan.task, run.model, threads=workers if self.few else 1)
        self.workers = workers
        self.progress = run.progress
        self.stopping = run.stopping
        self.error: BaseException | None = None
        self._lock = threading.Lock()
        self._processes: ProcessPoolExecutor | None = None

    def run(self, shards: Iterator[Shard], *, apart: bool) -> None:
        """Score all shards, or until ``stopping`` is set; raises the first error once the running ones have ended.

        ``apart``: whether documents go to processes.
        """
        self._apart = apart and self.workers > 1
        threads = [
            threading.Thread(target=self._lane, args=(shards,), name=f"lane-{i}", daemon=True)
            for i in range(self.workers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(0.2)  # short, so that a signal is heard
        if self._processes is not None:
            self._processes.shutdown()
        if self.error is not None:
            raise self.error

    def _lane(self, shards: Iterator[Shard]) -> None:
        try:
            while not self.stopping.is_set():
                with self._lock:
                    shard = next(shards, None)
                if shard is None:
                    return
                report = self._score(shard)
                self.progress.shard_done(shard.cost, report.refused)
        except BaseException as error:
            self.stopping.set()
            with self._lock:
                self.error = self.error or error

    def _score(self, shard: Shard) -> Report:
        if not (shard.documents and self._apart):
            return self.scorer.score(shard, self.progress.advance, overlapping=self.few and self.workers > 1)
        with self._lock:
            if self._processes is None:
                s = self.scorer
                self._processes = ProcessPoolExecutor(
                    self.workers,
                    mp_context=multiprocessing.get_context("spawn"),
                    initializer=_start_here,
                    initargs=(s.folder, s.base, s.task, s.model.path),
                )
        try:
            report = self._processes.submit(_score_here, shard).result()
        except BrokenProcessPool as error:
            raise LanmuError(say("score.process_ended")) from error
        self.progress.advance(report.articles)
        return report


_scorer: ShardScorer | None = None


def _start_here(folder: RunFolder, base: str, task: Task, model: Path) -> None:
    """Load the model in a new process, which ends with the one that started it."""
    global _scorer
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _scorer = load_scorer(folder, base, task, model, threads=1)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _score_here(shard: Shard) -> Report:
    assert _scorer is not None
    return _scorer.score(shard)
