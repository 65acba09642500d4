"""The same shards on a Dask cluster: the model goes once to each worker, a lost worker's shards to others.

A shard's part shows up whole or not at all under a name of its own, so that a shard which two
workers did, or one did twice, is still there once.
"""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from classifier.errors import LanmuError
from classifier.files import write_bytes_whole
from classifier.messages import name_some, say
from classifier.model.model_files import MANIFEST, WEIGHTS
from lanmu.archive.folder import RunFolder
from lanmu.archive.plan import PLAN, Plan, Shard, part_name, read_plan
from lanmu.archive.reports import Report
from lanmu.archive.scoring import Run, ShardScorer, load_scorer

try:
    import distributed
except ImportError as error:
    raise LanmuError(say("cluster.no_dask")) from error
_dask: Any = distributed  # its types are not complete

RETRIES = 3
"""How often a shard that failed is tried again."""
AHEAD = 2
"""Shards handed out for each thread of the cluster."""
_NAMED = 3


class ModelOnWorker(distributed.WorkerPlugin):
    """Brings the model to a worker, and to each one that joins or comes back later; loads it at the first shard."""

    idempotent = True

    def __init__(self, folder: RunFolder, plan: Plan, model: Path) -> None:
        self.name = plugin_name(plan)
        self.folder = RunFolder(str(folder.path.resolve())) if folder.is_local else folder
        self.base, self.task, self.identity = plan.base, plan.task, plan.identity
        self.files = {name: (model / name).read_bytes() for name in (MANIFEST, WEIGHTS)}

    def setup(self, worker: Any) -> None:
        self.model = Path(worker.local_directory) / f"lanmu-{self.task.model[:16]}"
        for name, content in self.files.items():
            write_bytes_whole(self.model / name, content)
        self.files = {}
        self.address = str(worker.address)
        self.lock = threading.Lock()
        self.loaded: ShardScorer | None = None

    def teardown(self, worker: Any) -> None:
        shutil.rmtree(self.model, ignore_errors=True)

    def scorer(self) -> ShardScorer:
        """The scorer that all threads of this worker share."""
        with self.lock:
            if self.loaded is None:
                plan = read_plan(self.folder)
                if plan is None or plan.identity != self.identity:
                    raise LanmuError(say("cluster.not_seen", plan=self.folder.name_of(PLAN), address=self.address))
                self.loaded = load_scorer(self.folder, self.base, self.task, self.model, threads=1)
            return self.loaded


def score_on_worker(plugin: str, line: str) -> Report:
    """Score one shard, on the worker this is called on."""
    brought: ModelOnWorker = _dask.get_worker().plugins[plugin]
    return brought.scorer().score(Shard.from_line(line))


def plugin_name(plan: Plan) -> str:
    return f"lanmu-{plan.identity}"


def score_on_cluster(address: str, run: Run, shards: Iterator[Shard]) -> None:
    """Score all shards on the cluster at ``address`` (see ``connect``), or until the run is to stop.

    A shard whose worker is lost, or that fails, is tried again; one that keeps failing is named
    in the LanmuError raised once the others are done.
    """
    folder, plan, progress, stopping = run.folder, run.plan, run.progress, run.stopping
    failed: dict[int, BaseException] = {}
    handed: dict[str, Shard] = {}

    def hand_out() -> None:
        most = AHEAD * max(1, sum(client.nthreads().values()))
        while len(handed) < most and not stopping.is_set() and (shard := next(shards, None)):
            key = f"{plugin_name(plan)}-{shard.index}"
            future = client.submit(
                score_on_worker, plugin_name(plan), shard.line(), key=key, retries=RETRIES, pure=False
            )
            handed[key] = shard
            waiting.add(future)

    try:
        with connect(address) as client, _model_brought(client, run):
            waiting = _dask.as_completed(raise_errors=False)
            hand_out()
            while handed:
                future = next(waiting)
                shard = handed.pop(future.key)
                if future.status == "finished":
                    report: Report = future.result()
                    part = part_name(shard.index, plan.task.part_format)
                    if folder.is_local and not (folder.path / part).exists():
                        raise LanmuError(say("cluster.not_shared", folder=folder.location, name=part))
                    progress.advance(report.articles)
                    progress.shard_done(shard.cost, report.refused)
                else:
                    cause = LanmuError(say("cluster.dropped")) if future.status == "cancelled" else future.exception()
                    failed[shard.index] = cause if isinstance(cause, BaseException) else RuntimeError(str(cause))
                    if isinstance(cause, LanmuError):
                        stopping.set()
                future.release()
                hand_out()
    except OSError as error:
        raise LanmuError(say("cluster.gone", address=address, error=str(error))) from error
    if failed:
        raise _failure(failed)


@contextmanager
def connect(address: str) -> Iterator[Any]:
    """A client of the cluster at ``address``: ``tcp://host:8786``, or ``local:4`` for four processes here.

    LanmuError where there is none.
    """
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    kind, _, number = address.partition(":")
    if kind == "local":
        if not number.isdigit() or not 1 <= int(number) <= 1024:
            raise LanmuError(say("cluster.local", address=address))
        with (
            _dask.LocalCluster(
                n_workers=int(number), threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
            ) as cluster,
            _dask.Client(cluster) as client,
        ):
            yield client
        return
    try:
        client = _dask.Client(address, timeout="20s")
    except (OSError, ValueError) as error:
        raise LanmuError(say("cluster.no_scheduler", address=address, error=str(error))) from error
    with client:
        yield client


@contextmanager
def _model_brought(client: Any, run: Run) -> Iterator[None]:
    """Every worker, and each that joins within the block, has the model."""
    try:
        client.register_plugin(ModelOnWorker(run.folder, run.plan, run.model))
    except Exception as error:  # what a worker's unpickling raises
        raise LanmuError(say("cluster.no_model", kind=type(error).__name__, error=str(error))) from error
    try:
        yield
    finally:
        with suppress(OSError):  # where the cluster is gone
            client.unregister_worker_plugin(plugin_name(run.plan))


def _failure(failed: dict[int, BaseException]) -> LanmuError:
    first = min(failed)
    error = failed[first]
    if isinstance(error, LanmuError):
        return error
    named = ", ".join(str(index) for index in sorted(failed)[:_NAMED])
    killed = isinstance(error, distributed.KilledWorker)
    reason = say("cluster.ended_workers") if killed else repr(error)
    return LanmuError(say("cluster.shards_failed", named=name_some(named, len(failed) - _NAMED), reason=reason))
