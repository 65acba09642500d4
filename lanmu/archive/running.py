"""A whole run: plan it or go on with one, score what is left, put everything together at the end."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Literal

from filelock import FileLock, Timeout

from classifier.errors import LanmuError
from classifier.messages import Said, say
from classifier.model.model_files import read_manifest
from lanmu.archive.finishing import find_finished_file, finish, read_report
from lanmu.archive.folder import RunFolder, Target
from lanmu.archive.local import PROCESS_COST, LocalRun
from lanmu.archive.plan import Plan, Task, part_name, read_shards, refusal_words
from lanmu.archive.planning import open_plan
from lanmu.archive.progress import Progress
from lanmu.archive.scoring import Run
from lanmu.language import speak


@dataclass(frozen=True, slots=True)
class Work:
    """How a run is carried out, which changes nothing in what comes out of it.

    ``workers`` cores of this machine, or a Dask ``cluster``; ``restart`` throws away what an earlier
    run did; ``plan_only`` ends with the plan.
    """

    workers: int = 1
    cluster: str = ""
    restart: bool = False
    plan_only: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to: finished (with its ``summary``), stopped by a signal, or only planned."""

    plan: Plan
    state: Literal["finished", "stopped", "planned"]
    summary: dict[str, Any]


def score_archive(target: Target, sources: Sequence[str], base: str, task: Task, model: Path, work: Work) -> Outcome:
    """Score everything in ``sources`` into ``target``, going on where an earlier run of the same stopped.

    ``base`` is the folder that relative sources are meant from; without sources, those of the run
    that is there.  ``model`` is the model's folder.  Raises LanmuError where nothing can be done:
    sources missing or changed, another model, a folder that is in use or no run's, a full disk.
    """
    with lock_folder(target.folder):
        target.folder.sweep()
        plan = open_plan(target, sources, base, task, restart=work.restart)
        if work.plan_only:
            return Outcome(plan, "planned", {})
        if (summary := find_finished_file(target, plan)) is not None:
            return Outcome(plan, "finished", summary)
        if not _score_left(target.folder, plan, model, work):
            return Outcome(plan, "stopped", {})
        return Outcome(plan, "finished", finish(target, plan, read_manifest(model)))


def _score_left(folder: RunFolder, plan: Plan, model: Path, work: Work) -> bool:
    """Score the shards that are not done; False where a signal stopped it."""
    done, cost = _find_done(folder, plan)
    if len(done) == plan.shards:
        return True
    left = (shard for shard in read_shards(folder) if shard.index not in done)
    stopping = threading.Event()
    with Progress(plan.cost, plan.shards, cost, len(done)) as progress, heed_signals(stopping, progress.say):
        for line in () if done else refusal_words(plan.refused, len(plan.refused)):
            progress.say(line)
        run = Run(folder, plan, model, progress, stopping)
        if work.cluster:
            from lanmu.archive.cluster import score_on_cluster

            score_on_cluster(work.cluster, run, left)
        else:
            count = plan.shards - len(done)
            apart = plan.cost - cost > PROCESS_COST and count > 1
            LocalRun(run, work.workers, count).run(left, apart=apart)
        return progress.shards_done == plan.shards


def _find_done(folder: RunFolder, plan: Plan) -> tuple[set[int], int]:
    """The numbers of the shards whose part is there with the size its report tells, and their cost."""
    done: set[int] = set()
    cost = 0
    if parts := folder.sizes("parts"):
        for shard in read_shards(folder):
            size = parts.get(part_name(shard.index, plan.task.part_format).rpartition("/")[2])
            if size is not None and (report := read_report(folder, shard.index)) and size == report.part_bytes:
                done.add(shard.index)
                cost += shard.cost
    return done, cost


@contextmanager
def heed_signals(stopping: threading.Event, tell: Callable[[str], None]) -> Iterator[None]:
    """Within the block, the first Ctrl-C (or SIGTERM) sets ``stopping``; a second one ends the process at once.

    Nothing is lost either way: what was half-written is swept away by the next run.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked = False

    def stop(number: int, _: FrameType | None) -> None:
        nonlocal asked
        if asked:
            os._exit(128 + number)
        asked = True
        stopping.set()
        tell(speak("score.stopping"))

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def lock_folder(folder: RunFolder) -> Iterator[None]:
    """Hold a local run's folder alone; LanmuError where another run is at work there.

    Folders behind URLs have no locks: two runs of the same plan write the same parts there.
    """
    if not folder.is_local:
        yield
        return
    lock, holder = folder.path / ".lock", folder.path / ".lock.holder"
    held = FileLock(lock)
    try:
        folder.path.mkdir(parents=True, exist_ok=True)
        held.acquire(timeout=0)
        holder.write_text(json.dumps({"host": socket.gethostname()[:80], "pid": os.getpid()}), "utf-8")
    except Timeout:
        raise LanmuError(say("score.in_use", folder=str(folder.path), at=_read_holder(holder))) from None
    except OSError as error:
        held.release()
        raise LanmuError(say("score.no_place", path=str(folder.path), error=str(error.strerror or error))) from error
    try:
        yield
    finally:
        holder.unlink(missing_ok=True)
        held.release()


def _read_holder(file: Path) -> Said:
    """Which process holds the lock, as far as it is told."""
    try:
        record = json.loads(file.read_text("utf-8"))
        return say("score.holder", process=int(record["pid"]), host=str(record["host"]))
    except (OSError, ValueError, TypeError, KeyError):
        return ""
