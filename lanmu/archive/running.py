"""A whole run: plan it or go on with one, score what is left, put everything together at the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from classifier.errors import LanmuError
from classifier.messages import say
from classifier.model.model_files import read_manifest
from lanmu.archive.finishing import find_finished_file, finish, read_report
from lanmu.archive.folder import RunFolder
from lanmu.archive.local import PROCESS_COST, LocalRun
from lanmu.archive.lock import InUse, Take, lock_folder, share_locked
from lanmu.archive.plan import Plan, Shard, Task, part_name, read_shards
from lanmu.archive.planning import open_plan
from lanmu.archive.progress import Progress
from lanmu.archive.reports import Report
from lanmu.archive.stopping import heed_signals
from lanmu.archive.target import Target


@dataclass(frozen=True, slots=True)
class Work:
    """How a run is carried out, which changes nothing in what comes out of it.

    ``workers`` cores of this machine, or a Dask ``cluster``; ``take`` only this machine's share;
    ``restart`` throws away what an earlier run did; ``plan_only`` ends with the plan.
    """

    workers: int = 1
    cluster: str = ""
    take: Take | None = None
    restart: bool = False
    plan_only: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to: finished, stopped by a signal, waiting for other machines' shares, or only planned.

    ``summary`` is that of a finished run.
    """

    plan: Plan
    state: Literal["finished", "stopped", "waiting", "planned"]
    summary: dict[str, Any]


def score_archive(target: Target, sources: Sequence[str], base: str, task: Task, model: Path, work: Work) -> Outcome:
    """Score everything in ``sources`` into ``target``, going on where an earlier run of the same stopped.

    ``base`` is the folder that relative sources are meant from; without sources, those of the run
    that is there.  ``model`` is the model's folder.  Raises LanmuError where nothing can be done:
    sources missing or changed, another model, a folder that is in use or no run's, a full disk.
    """
    if work.take is not None:
        return _score_share(target, sources, base, task, model, work, work.take)
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


def _score_share(
    target: Target, sources: Sequence[str], base: str, task: Task, model: Path, work: Work, take: Take
) -> Outcome:
    """Score one machine's share; who ends last puts everything together."""
    if work.restart:
        raise LanmuError(say("score.restart_with_take"))
    if work.cluster:
        raise LanmuError(say("score.take_with_cluster"))
    with ExitStack() as held:
        with lock_folder(target.folder, brief=True):
            plan = open_plan(target, sources, base, task, restart=False)
            held.enter_context(share_locked(target.folder, take))
        if not _score_left(target.folder, plan, model, work):
            return Outcome(plan, "stopped", {})
    try:
        with lock_folder(target.folder):
            if (summary := find_finished_file(target, plan)) is not None:
                return Outcome(plan, "finished", summary)
            if shards_left(target.folder, plan)[0] == plan.shards:
                return Outcome(plan, "finished", finish(target, plan, read_manifest(model)))
    except InUse:
        pass
    return Outcome(plan, "waiting", {})


def shards_left(folder: RunFolder, plan: Plan, take: Take | None = None) -> tuple[int, int, Iterator[Shard]]:
    """How many shards are done, their cost, and those still to do (of one share, where it is given).

    A shard is done when its part is there with the size its report tells.
    """
    parts = folder.sizes("parts")
    if not parts:
        return 0, 0, _share(read_shards(folder), take)
    done: set[int] = set()
    cost = 0
    for shard in _share(read_shards(folder), take):
        size = parts.get(part_name(shard.index, plan.task.part_format).rpartition("/")[2])
        if size is not None and (report := read_report(folder, shard.index)) and size == report.part_bytes:
            done.add(shard.index)
            cost += shard.cost
    return len(done), cost, (s for s in _share(read_shards(folder), take) if s.index not in done)


def _score_left(folder: RunFolder, plan: Plan, model: Path, work: Work) -> bool:
    """Score what is left of the run or of a share; False where a signal stopped it."""
    shards, total = plan.shards, plan.cost
    if work.take is not None:
        costs = [shard.cost for shard in _share(read_shards(folder), work.take)]
        shards, total = len(costs), sum(costs)
    done, cost, left = shards_left(folder, plan, work.take)
    if done == shards:
        return True
    stopping = threading.Event()
    with Progress(total, shards) as progress, heed_signals(stopping, progress.say):
        progress.done_before(cost, done)
        if done == 0:
            for line in plan.refusals():
                progress.say(line)

        def shard_done(shard: Shard, report: Report) -> None:
            progress.shard_done(shard.cost, report.refused)

        if work.cluster:
            from lanmu.archive.cluster import ClusterRun

            ClusterRun(work.cluster, folder, plan, model, stopping).run(left, shard_done, progress.advance)
        else:
            apart = total - cost > PROCESS_COST and shards - done > 1
            run = LocalRun(folder, plan, model, work.workers, shards - done, stopping)
            run.run(left, shard_done, progress.advance, apart=apart)
        return progress.shards_done == shards


def _share(shards: Iterator[Shard], take: Take | None) -> Iterator[Shard]:
    return shards if take is None else (s for s in shards if s.index % take[1] == take[0] - 1)
