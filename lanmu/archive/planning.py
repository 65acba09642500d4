"""Sources → a written plan; and whether a plan still fits them."""

from __future__ import annotations

import hashlib
import os
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from itertools import chain, islice

from classifier.errors import LanmuError
from classifier.messages import Said, join, name_some, say
from classifier.reading.file_names import show_name, split_name, unread_ending
from lanmu.archive.folder import RunFolder, Target
from lanmu.archive.locations import Found, IsOutput, is_url, list_sources, size_of
from lanmu.archive.pieces import Costed, is_archive, is_document, pieces_of
from lanmu.archive.plan import FORMAT, PLAN, SHARDS, Piece, Plan, Shard, Task, as_json, read_plan, read_shards
from lanmu.archive.stems import SeenStems

MAX_PIECES = 20_000
"""Pieces of one shard at most."""
LOOKS = 16
"""Files behind URLs that are looked into at once."""
OF_A_RUN = ("summary.json", "summary.html", "refused.jsonl", "parts", "reports", PLAN, SHARDS)
"""All that a run writes into its folder, in the order in which it is thrown away."""
_NAMED = 3
_SUM = 1 << 128


def open_plan(target: Target, sources: Sequence[str], base: str, task: Task, *, restart: bool) -> Plan:
    """The plan in the folder where it fits, else a new one; LanmuError where the folder holds anything else.

    Without ``sources``, the plan that is there counts as it is, with the model of ``task``.
    """
    folder = target.folder
    is_output = _outputs(target)
    is_run = SHARDS in folder.sizes("")
    if not is_run and not folder.is_empty():
        raise LanmuError(say("score.no_run_folder", folder=folder.location))
    if restart:
        for name in OF_A_RUN:
            folder.remove(name)
    plan = read_plan(folder)
    if plan is not None:
        if not sources:
            sources, base = plan.sources, plan.base
            task = replace(plan.task, model=task.model, model_name=task.model_name)
        check_plan(folder, plan, sources, base, task, is_output)
        return plan
    if not sources:
        raise LanmuError(say("score.no_run", folder=folder.location))
    if target.file and not is_run and size_of(target.file) >= 0:
        raise LanmuError(say("score.file_is_there", file=target.file))
    return make_plan(folder, sources, base, task, is_output)


def make_plan(folder: RunFolder, sources: Sequence[str], base: str, task: Task, is_output: IsOutput) -> Plan:
    """List the sources, cut them into shards, and write both before anything is scored.

    Sources that are not there are among the plan's ``refused``.  Raises LanmuError where nothing can be read.
    """
    refused: list[tuple[str, Said]] = []
    options = task.reading
    files = total = checksum = 0
    endings = Counter[str]()
    stems = SeenStems()

    def passed(name: str) -> None:
        endings[unread_ending(name)] += 1

    def found() -> Iterator[Found]:
        nonlocal files, total, checksum
        for file in list_sources(sources, base, options, lambda e: refused.append((e.name, e.said)), is_output, passed):
            files += 1
            total += file.size
            checksum = (checksum + _number(file, base)) % _SUM
            yield file

    digest = hashlib.sha256()
    shards = cost = 0
    with folder.writing(SHARDS) as out:
        for shard in _pack(_cut(found(), base, task, stems), task):
            line = shard.line().encode()
            digest.update(line)
            out.write(line)
            shards += 1
            cost += shard.cost
    plan = Plan(
        sources=tuple(sources),
        base=base,
        task=task,
        shards=shards,
        files=files,
        bytes=total,
        cost=cost,
        files_checksum=f"{checksum:032x}",
        shards_checksum=digest.hexdigest(),
        refused=tuple(refused),
        passed_over=tuple(endings.most_common()),
        lanmu=lanmu_version(),
    )
    record = {"format": FORMAT, "identity": plan.identity, **plan.record()}
    folder.write(PLAN, (as_json(record, indent=1) + "\n").encode())
    return plan


def check_plan(
    folder: RunFolder, plan: Plan, sources: Sequence[str], base: str, task: Task, is_output: IsOutput
) -> None:
    """LanmuError, saying what changed and what to do, unless the plan is what would be planned now."""
    where = folder.location
    if plan.lanmu != lanmu_version():
        raise LanmuError(say("score.other_version", folder=where, begun=plan.lanmu, this=lanmu_version()))
    if differences := plan.task.differences(task):
        if plan.task.model != task.model:
            more = join(["", *differences[1:]])
            raise LanmuError(
                say("score.other_model", folder=where, begun=plan.task.model_name, this=task.model_name, more=more)
            )
        raise LanmuError(say("score.other_settings", folder=where, differences=join(differences)))
    if [_whole(s, plan.base) for s in plan.sources] != [_whole(s, base) for s in sources]:
        raise LanmuError(say("score.other_sources", folder=where, sources=", ".join(plan.sources)))
    checksum = 0
    for file in list_sources(plan.sources, plan.base, task.reading, lambda _: None, is_output):
        checksum = (checksum + _number(file, plan.base)) % _SUM
    if f"{checksum:032x}" != plan.files_checksum:
        raise LanmuError(say("plan.sources_changed", folder=where, changes=_changes(folder, plan, is_output)))
    digest = hashlib.sha256()
    with folder.opened(SHARDS) as lines:
        while block := lines.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != plan.shards_checksum:
        raise LanmuError(say("score.shards_changed", file=folder.name_of(SHARDS), plan=PLAN))


def lanmu_version() -> str:
    try:
        return version("lanmu")
    except PackageNotFoundError:
        return ""


def _outputs(target: Target) -> IsOutput:
    """What tells the run's own files, should they lie among the sources."""
    if not target.folder.is_local:
        return lambda _path, _is_link: False
    own = {os.path.realpath(out) for out in (target.folder.location, target.file) if out}

    @lru_cache(64)
    def look_into(folder: str) -> tuple[str, bool]:
        real = os.path.realpath(folder)
        return real, any(real == out or real.startswith(out + os.sep) for out in own)

    def is_output(path: str, is_link: bool) -> bool:
        before, separator, name = path.rpartition(os.sep)
        real, inside = look_into(before or separator)
        if inside or not target.file:
            return inside
        return (os.path.realpath(path) if is_link else os.path.join(real, name)) in own  # noqa: PTH118

    return is_output


def _cut(files: Iterator[Found], base: str, task: Task, stems: SeenStems) -> Iterator[Costed]:
    """The pieces of all files in order; files behind URLs are looked into several at once, as each look takes time.

    Members of an archive that is not the only file have its name before theirs in their ids.
    """

    def cut(file: Found, stem: str) -> Iterable[Costed]:
        for piece, cost in pieces_of(file, base, task.reading, task.shard_bytes):
            yield (replace(piece, stem=stem) if stem else piece), cost

    first = list(islice(files, 2))
    alone = len(first) < 2
    files = chain(first, files)
    with ThreadPoolExecutor(LOOKS) as pool:
        waiting: deque[Future[list[Costed]]] = deque()
        for file in files:
            stem = stems.other_stem(show_name(file.path))
            if not stem and not alone and is_archive(file.path):
                stem = split_name(show_name(file.path))[0]
            if is_url(file.path):
                waiting.append(pool.submit(lambda file, stem: list(cut(file, stem)), file, stem))
            while waiting and (len(waiting) > 4 * LOOKS or not is_url(file.path)):
                yield from waiting.popleft().result()
            if not is_url(file.path):
                yield from cut(file, stem)
        while waiting:
            yield from waiting.popleft().result()


def _pack(pieces: Iterable[Costed], task: Task) -> Iterator[Shard]:
    """Pieces put together to shards; documents apart from tables, as different workers take them."""
    waiting: dict[bool, list[Piece]] = {False: [], True: []}
    costs = {False: 0, True: 0}
    options = task.reading
    count = 0

    def shard(documents: bool) -> Shard:
        nonlocal count
        made = Shard(count, costs[documents], documents, tuple(waiting[documents]))
        count += 1
        waiting[documents], costs[documents] = [], 0
        return made

    for piece, cost in pieces:
        documents = is_document(piece.path, options)
        full = costs[documents] + cost > task.shard_bytes or len(waiting[documents]) >= MAX_PIECES
        if waiting[documents] and full:
            yield shard(documents)
        waiting[documents].append(piece)
        costs[documents] += cost
    for documents in (False, True):
        if waiting[documents]:
            yield shard(documents)


def _changes(folder: RunFolder, plan: Plan, is_output: IsOutput) -> Said:
    planned = {p.path: (p.size, p.stamp) for shard in read_shards(folder) for p in shard.pieces}
    changed, new = [], []
    for file in list_sources(plan.sources, plan.base, plan.task.reading, lambda _: None, is_output):
        state = planned.pop(file.path, None)
        if state is None:
            new.append(file.path)
        elif state != (file.size, file.stamp):
            changed.append(file.path)
    states = (("plan.changed", changed), ("plan.new", new), ("plan.gone", list(planned)))
    return join([say(code, names=name_some(", ".join(n[:_NAMED]), len(n) - _NAMED)) for code, n in states if n])


def _number(file: Found, base: str) -> int:
    state = f"{_whole(file.path, base)}\0{file.size}\0{file.stamp}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(state).digest()[:16], "big")


def _whole(path: str, base: str) -> str:
    if is_url(path):
        return path
    before, _, name = path.rpartition(os.sep)
    if name in ("", ".", "..") or not before:
        return os.path.normpath(os.path.join(base, path))  # noqa: PTH118
    return _whole_folder(before, base) + name


@lru_cache(64)
def _whole_folder(folder: str, base: str) -> str:
    """What stands before the names of its files."""
    whole = os.path.normpath(os.path.join(base, folder))  # noqa: PTH118
    return "" if whole == "." else os.path.join(whole, "")  # noqa: PTH118
