"""Plan, Shard and Piece: what is to be read, cut into shards, before anything is scored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from itertools import islice
from typing import Any, Literal

from classifier.errors import LanmuError
from classifier.messages import Message, Said, record_of, said_of, say, text_of
from classifier.reading.file_names import printable
from classifier.reading.reading_options import TOLD, ReadingOptions
from lanmu.archive.folder import PartFormat, RunFolder
from lanmu.language import find_language, speak

FORMAT = 1
PLAN = "plan.json"
SHARDS = "shards.jsonl"
SHOWN_REFUSALS = 10
"""Refusals named on stderr; all are in ``refused.jsonl``."""
Cut = Literal["whole", "lines", "rows", "groups", "members", "blocks"]


def as_json(record: Mapping[str, Any], indent: int | None = None) -> str:
    """JSON that UTF-8 can hold: where the bytes of a file's name are no text, its characters are escapes."""
    text = json.dumps(record, ensure_ascii=False, indent=indent)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(record, indent=indent)
    return text


@dataclass(frozen=True, slots=True)
class Piece:
    """A file, or a stretch of one, that is read in one go.

    ``start`` and ``end`` are bytes (``lines`` of JSONL, ``rows`` of CSV, ``blocks`` of a tar), row
    groups of Parquet, or members of a zip; ``first`` is the number of the first line or row;
    ``encoding`` is that of the whole file where the stretch alone would not show it; ``heading`` is
    where the header line of a CSV ends; ``stem`` stands in ids instead of the file's own, which another
    file of the run has been given; ``taken`` are stems that members of the same tar before the stretch have.
    """

    path: str
    size: int
    stamp: str
    cut: Cut = "whole"
    start: int = 0
    end: int = 0
    first: int = 1
    encoding: str = ""
    heading: int = 0
    stem: str = ""
    taken: tuple[str, ...] = ()

    def record(self) -> dict[str, Any]:
        given = {"path": self.path, "size": self.size, "stamp": self.stamp}
        if self.cut != "whole":
            given |= {"cut": self.cut, "start": self.start, "end": self.end, "first": self.first}
        further = {"encoding": self.encoding, "heading": self.heading, "stem": self.stem, "taken": list(self.taken)}
        return given | {name: value for name, value in further.items() if value}


@dataclass(frozen=True, slots=True)
class Shard:
    """What becomes one part: pieces read one after the other.

    ``cost`` is about how much work it is, in bytes of plain text; ``documents`` whether its reading
    is Python's work (pages, HTML, Word, PDF) and not Arrow's.
    """

    index: int
    cost: int
    documents: bool
    pieces: tuple[Piece, ...]

    def line(self) -> str:
        record: dict[str, Any] = {"shard": self.index, "cost": self.cost, "documents": self.documents}
        record["pieces"] = [p.record() for p in self.pieces]
        return as_json(record) + "\n"

    @classmethod
    def from_line(cls, line: str | bytes) -> Shard:
        record = json.loads(line)
        pieces = tuple(Piece(**{**piece, "taken": tuple(piece.get("taken", ()))}) for piece in record["pieces"])
        return cls(record["shard"], record["cost"], record["documents"], pieces)


@dataclass(frozen=True, slots=True)
class Task:
    """How every shard of a run is scored: all that decides what stands in the parts.

    ``model`` is the checksum of the model; ``ranking`` how many categories an article lists (0: all).
    """

    model: str
    model_name: str
    part_format: PartFormat = "parquet"
    ranking: int = 0
    accept_accuracy: float | None = None
    shard_bytes: int = 64 << 20
    reading: ReadingOptions = field(default_factory=ReadingOptions)

    def record(self) -> dict[str, Any]:
        """As JSON, the reading's options beside the others."""
        own = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "reading"}
        return own | self.reading.record()

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Task:
        told = {name: value for name, value in record.items() if name in TOLD}
        own = {name: value for name, value in record.items() if name not in TOLD}
        return cls(**own, reading=ReadingOptions(**told))

    def differences(self, other: Task) -> list[Message]:
        """What another task has otherwise."""
        ours, theirs = self.record(), other.record()
        return [
            say("plan.difference", name=name.replace("_", " "), before=repr(value), now=repr(theirs[name]))
            for name, value in ours.items()
            if value != theirs[name] and name != "model_name"
        ]


@dataclass(frozen=True, slots=True)
class Plan:
    """The head of a run's plan; the shards themselves are in ``shards.jsonl`` (``shards_checksum``, SHA-256).

    ``base`` is the folder from which relative paths are meant; ``refused`` (name, what is said of it) what could
    not even be listed; ``passed_over`` (ending, count) files in folders whose kind is not read; ``cost`` the
    sum over all shards; ``files_checksum`` the sum of a hash of each file's path, size and stamp, in hex.
    """

    sources: tuple[str, ...]
    base: str
    task: Task
    shards: int
    files: int
    bytes: int
    cost: int
    files_checksum: str
    shards_checksum: str
    refused: tuple[tuple[str, Said], ...] = ()
    passed_over: tuple[tuple[str, int], ...] = ()
    lanmu: str = ""

    @property
    def identity(self) -> str:
        """Hex digest that two runs share only where they do the same."""
        return hashlib.sha256(json.dumps(self.record(), sort_keys=True).encode()).hexdigest()[:16]

    def record(self) -> dict[str, Any]:
        refused = [(name, record_of(said)) for name, said in self.refused]
        return {f.name: getattr(self, f.name) for f in fields(self)} | {"task": self.task.record(), "refused": refused}


def read_refusal(record: Mapping[str, Any]) -> tuple[str, Said]:
    """The name and what is said of it, from a line of ``refused.jsonl``."""
    return record["source"], said_of(record.get("said", record["reason"]))


def refusal_words(refused: Iterable[tuple[str, Said]], count: int) -> list[str]:
    """The first few of ``count`` refused inputs, each with what is said of it, in the language spoken."""
    language = find_language()
    lines = [
        printable(f"lanmu: {speak('command.refused', input=f'{name}: {text_of(said, language)}')}")
        for name, said in islice(refused, SHOWN_REFUSALS)
    ]
    more = speak("command.more", count=f"{count - SHOWN_REFUSALS:,}")
    return [*lines, f"lanmu: {more}"] if count > SHOWN_REFUSALS else lines


def read_plan(folder: RunFolder) -> Plan | None:
    """The plan in a run's folder, or None where none is; LanmuError where it is damaged."""
    content = folder.read(PLAN)
    if content is None:
        return None
    where = folder.name_of(PLAN)
    try:
        record = json.loads(content)
        if record.pop("format") != FORMAT:
            raise LanmuError(say("score.plan_version", file=where))
        identity = record.pop("identity")
        record["task"] = Task.from_record(record["task"])
        record["sources"] = tuple(record["sources"])
        record["refused"] = tuple((name, said_of(said)) for name, said in record["refused"])
        record["passed_over"] = tuple((ending, count) for ending, count in record.get("passed_over", ()))
        plan = Plan(**record)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise LanmuError(say("score.plan_damaged", file=where, error=str(error))) from error
    if plan.identity != identity:
        raise LanmuError(say("score.plan_changed", file=where))
    return plan


def read_shards(folder: RunFolder) -> Iterator[Shard]:
    """The shards of a run, in their order."""
    with folder.opened(SHARDS) as file:
        for line in file:
            yield Shard.from_line(line)


def part_name(index: int, part_format: PartFormat) -> str:
    return f"parts/part-{index:06}.{part_format}"


def report_name(index: int) -> str:
    return f"reports/{index:06}.json"


def refusals_name(index: int) -> str:
    return f"reports/{index:06}.refused.jsonl"
