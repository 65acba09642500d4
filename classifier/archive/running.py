"""A whole run: plan it or go on with one, score what is left, put refusals and summary together."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from classifier.archive.folder import RunFolder
from classifier.archive.local import PROCESS_COST, LocalRun
from classifier.archive.lock import locked
from classifier.archive.plan import (
    PLAN,
    SHARDS,
    Plan,
    Shard,
    Task,
    part_name,
    read_plan,
    read_shards,
    refusals_name,
    report_name,
)
from classifier.archive.planning import check_plan, make_plan
from classifier.archive.progress import Progress
from classifier.archive.reports import Report
from classifier.archive.scoring import ShardScorer, refusal_line
from classifier.archive.summary import SUMMARY, SUMMARY_PAGE, write_summary
from classifier.errors import LanmuError
from classifier.model import TopicModel

REFUSED = "refused.jsonl"
_OURS = (PLAN, SHARDS, REFUSED, SUMMARY, SUMMARY_PAGE, "parts", "reports")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to; ``finished`` is False where it was stopped before its end."""

    plan: Plan
    report: Report
    finished: bool


def score_archive(
    folder: RunFolder,
    sources: Sequence[str],
    base: str,
    task: Task,
    model: TopicModel,
    *,
    workers: int,
    restart: bool = False,
) -> Outcome:
    """Score everything in ``sources`` into ``folder``, going on where an earlier run of the same stopped.

    Raises LanmuError where nothing can be done: sources missing or changed, another model, a folder
    that is in use or not a run's, a disk that is full.
    """
    with locked(folder):
        folder.sweep()
        plan = planned(folder, sources, base, task, restart)
        scorer = ShardScorer(folder, plan.base, plan.task, model)
        finished = _score_left(folder, plan, scorer, workers)
        return Outcome(plan, finish(folder, plan) if finished else Report(), finished)


def planned(folder: RunFolder, sources: Sequence[str], base: str, task: Task, restart: bool) -> Plan:
    """The plan in the folder where it fits, else a new one; LanmuError where the folder holds anything else."""
    mine = folder.path.resolve() if folder.is_local else None

    def is_output(path: Path) -> bool:
        return mine is not None and path.resolve().is_relative_to(mine)

    is_run = SHARDS in folder.sizes("")
    if not is_run and not folder.is_empty():
        raise LanmuError(f"{folder.location}: holds something else than a run; give a new or empty folder as --out")
    if restart:
        for name in _OURS:
            folder.remove(name)
    plan = read_plan(folder)
    if plan is None:
        return make_plan(folder, sources, base, task, is_output)
    check_plan(folder, plan, sources, base, task, is_output)
    return plan


def shards_left(folder: RunFolder, plan: Plan) -> tuple[list[int], Iterator[Shard]]:
    """The costs of the shards that are done, and those still to do.

    A shard is done when its part is there with the size its report tells.
    """
    parts = folder.sizes("parts")
    done: set[int] = set()
    costs = []
    for shard in read_shards(folder):
        size = parts.get(part_name(shard.index, plan.task.part_format).rpartition("/")[2])
        if size is not None and size == _report(folder, shard.index).part_bytes:
            done.add(shard.index)
            costs.append(shard.cost)
    return costs, (shard for shard in read_shards(folder) if shard.index not in done)


def finish(folder: RunFolder, plan: Plan) -> Report:
    """Put the refusals and the summary of all shards together."""
    total = Report(refused=len(plan.refused))
    with folder.writing(REFUSED) as file:
        for name, reason in plan.refused:
            file.write(refusal_line(name, reason))
        for index in range(plan.shards):
            report = _report(folder, index)
            total.add(report)
            if report.refused:
                with folder.opened(refusals_name(index)) as refusals:
                    shutil.copyfileobj(refusals, file)
    write_summary(folder, plan, total)
    return total


def _score_left(folder: RunFolder, plan: Plan, scorer: ShardScorer, workers: int) -> bool:
    done, left = shards_left(folder, plan)
    if len(done) == plan.shards:
        return True
    stopping = threading.Event()
    run = LocalRun(scorer, workers, stopping)
    with Progress(plan.cost, plan.shards) as progress, heeded_signals(stopping, progress):
        progress.done_before(sum(done), len(done))
        run.run(
            left,
            lambda shard, report: progress.shard_done(shard.cost, report.refused),
            progress.advance,
            apart=plan.cost - sum(done) > PROCESS_COST,
        )
        return progress.shards_done == plan.shards


def _report(folder: RunFolder, index: int) -> Report:
    content = folder.read(report_name(index))
    if content is None:
        raise LanmuError(f"{folder.name_of(report_name(index))}: is missing; restore it, or --restart")
    try:
        return Report.from_content(content)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise LanmuError(f"{folder.name_of(report_name(index))}: is damaged ({error}); --restart") from error


@contextmanager
def heeded_signals(stopping: threading.Event, progress: Progress) -> Iterator[None]:
    """The first Ctrl-C (or SIGTERM) sets ``stopping``; a second one ends the process at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _: FrameType | None) -> None:
        if stopping.is_set():
            os._exit(128 + number)
        stopping.set()
        progress.say(
            "lanmu: stopping once the shards at work are done (a second Ctrl-C stops at once); "
            "the same command goes on from there"
        )

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
