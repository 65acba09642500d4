"""One shard → one part, its report and its refusals."""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from classifier.article import Article
from classifier.columns import TextColumn
from classifier.errors import InputRefused, LanmuError, Refused
from classifier.messages import Message, Said, say, text_of
from classifier.model.decisions import Decisions
from classifier.model.topic_model import TopicModel
from classifier.reading.documents.documents import read_document
from classifier.reading.file_names import GivenStems, show_name, split_name
from classifier.reading.origin import Origin
from classifier.reading.packed_streams import stretch
from classifier.reading.reading_options import ReadingOptions, ReadingRun, chosen_kind
from classifier.reading.sources import Pieces, read_pieces
from classifier.reading.tables.chunk import TableSource
from lanmu.archive.ahead import ahead
from lanmu.archive.folder import RunFolder
from lanmu.archive.locations import find_source, open_source
from lanmu.archive.parts import PART_WRITERS
from lanmu.archive.plan import Piece, Plan, Shard, Task, part_name, refusals_name, report_name
from lanmu.archive.progress import Progress
from lanmu.archive.reports import SLOWEST, Report
from lanmu.archive.rows import Batch, RowMaker, batches
from lanmu.archive.small_files import group_small, read_small

if TYPE_CHECKING:
    from classifier.reading.documents.clean_files import FileChunk

_SPOOLED = 1 << 20

Advance = Callable[[int, int], None]
"""Hears of articles that were decided, and how many bytes of text they had."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run at work: the ``plan`` in its ``folder``, its ``model``, who hears of progress, and what stops it."""

    folder: RunFolder
    plan: Plan
    model: Path
    progress: Progress
    stopping: threading.Event


class ShardScorer:
    """Scores shards of one run, one after the other or in several threads at once."""

    def __init__(self, folder: RunFolder, base: str, task: Task, model: TopicModel) -> None:
        self.folder = folder
        self.base = base
        self.task = task
        self.model = model
        self.options = task.reading
        self.maker = RowMaker(model, task.ranking)

    def score(self, shard: Shard, advance: Advance = lambda *_: None, *, overlapping: bool = False) -> Report:
        """Write the shard's refusals and report, then its part, each whole or not at all.

        The part comes last: where it is, the shard is done.  ``advance`` hears of each batch's
        articles.  ``overlapping`` reads, scores and writes at once, in threads, at most one
        batch ahead of each other; that pays where cores would stand idle, and costs where none does.
        Raises LanmuError where a file cannot be written.
        """
        report = Report()
        refusals = _Refusals(shard.index)
        start = time.perf_counter()
        with self.folder.writing(part_name(shard.index, self.task.part_format)) as file:
            writer = PART_WRITERS[self.task.part_format](file)
            with ExitStack() as stack:
                read = batches(self._read(shard, report, refusals))
                decided = self._decided(stack.enter_context(ahead(read)) if overlapping else read)
                for batch, decisions, size in stack.enter_context(ahead(decided)) if overlapping else decided:
                    writer.write(self.maker.rows(batch, decisions))
                    report.count(batch, decisions, self.model.taxonomy.ids)
                    advance(len(batch), size)
            writer.close()
            refusals.write(self.folder)
            report.refused = refusals.count
            report.seconds = time.perf_counter() - start
            report.part_bytes = file.tell()
            self.folder.write(report_name(shard.index), report.content())
        return report

    def _decided(self, read: Iterator[Batch]) -> Iterator[tuple[Batch, Decisions, int]]:
        for batch in read:
            yield replace(batch, texts=None), self.maker.decide(batch), batch.texts.nbytes  # the texts are most of it

    def _read(self, shard: Shard, report: Report, refusals: _Refusals) -> Pieces:
        for pieces in group_small(shard.pieces, self.options):
            if len(pieces) == 1:
                yield from self._read_one(pieces[0], report, refusals)
            else:
                yield self._read_small(pieces, report, refusals)

    def _read_one(self, piece: Piece, report: Report, refusals: _Refusals, content: bytes = b"") -> Pieces:
        start = time.perf_counter()
        waited = 0.0
        articles, before = 0, refusals.count
        try:
            run = ReadingRun(self.options, refusals.add, report.pass_over, self.model.probabilities, together=True)
            pieces = read_content(piece, content, run) if content else read_piece(piece, self.base, run)
            for read in pieces:
                articles += len(read)
                paused = time.perf_counter()
                yield read
                waited += time.perf_counter() - paused
        except InputRefused as error:
            refusals.add(error)
        seconds = time.perf_counter() - start - waited
        report.add_source(show_name(piece.path), seconds, articles, refusals.count - before)

    def _read_small(self, pieces: list[Piece], report: Report, refusals: _Refusals) -> FileChunk:
        """Read small files of text together; each counts as having taken its share of the time."""
        start = time.perf_counter()
        alone: dict[str, float] = {}

        def read_alone(piece: Piece, content: bytes) -> list[Article]:
            begun = time.perf_counter()
            found: list[Article] = []
            for read in self._read_one(piece, report, refusals, content):
                found += read if isinstance(read, list) else read.articles()
            alone[piece.path] = time.perf_counter() - begun
            return found

        batch = read_small(pieces, self.base, self.options, read_alone)
        share = (time.perf_counter() - start - sum(alone.values())) / len(pieces)
        together = (piece for piece in pieces if piece.path not in alone)
        for piece in islice(together, SLOWEST):  # all have the same share, and no more are told of
            report.add_source(show_name(piece.path), share, 1, 0)
        return batch


def load_scorer(folder: RunFolder, base: str, task: Task, model: Path, threads: int) -> ShardScorer:
    """A scorer with the model the task names; LanmuError where the folder now holds another."""
    loaded = TopicModel.load(model, engine="compiled", threads=threads, accept_accuracy=task.accept_accuracy)
    if loaded.manifest.checksum != task.model:
        raise LanmuError(say("score.model_changed", model=str(model)))
    empty = TextColumn.from_strings([""])
    loaded.decide(empty, empty)  # so that the kernel is compiled before several threads ask for it
    return ShardScorer(folder, base, task, loaded)


def read_piece(piece: Piece, base: str, run: ReadingRun) -> Pieces:
    """The articles of one piece; what cannot be read goes to ``run.refused`` or raises InputRefused.

    Ids have the stems that the plan has given, whatever those of the run are.
    """
    name = show_name(piece.path)
    try:
        now = find_source(piece.path, base, piece.stamp)
        if (now.size, now.stamp) != (piece.size, piece.stamp):
            raise InputRefused(name, say("score.source_changed"))
        with open_source(piece.path, base) as file:
            if piece.cut in ("whole", "members", "blocks"):
                members = range(piece.start, piece.end) if piece.cut == "members" else None
                part = stretch(file, piece.start, piece.end) if piece.cut == "blocks" else file
                own = replace(run, stems=GivenStems(piece.stem, piece.taken))
                yield from read_pieces(part, Origin(name, stem=piece.stem), own, members)
            else:
                yield from _table_chunks(piece, file, run.options, run.refused)
    except (InputRefused, GeneratorExit):
        raise
    except Exception as error:  # a reader's own mistake must not stop a run of millions
        raise _mistake(name, error) from error


def read_content(piece: Piece, content: bytes, run: ReadingRun) -> Pieces:
    """The articles of a file of text that is read already, and that is no clean text."""
    name = show_name(piece.path)
    stem, kind, _ = split_name(name)
    try:
        origin = Origin(name, stem=piece.stem or stem)
        yield read_document(content, chosen_kind(kind, run.options), origin, run, may_be_clean=False)
    except (InputRefused, GeneratorExit):
        raise
    except Exception as error:
        raise _mistake(name, error) from error


def _mistake(name: str, error: Exception) -> InputRefused:
    return InputRefused(name, say("score.could_not_be_read", kind=type(error).__name__, error=str(error)))


def _table_chunks(piece: Piece, file: BinaryIO, options: ReadingOptions, refused: Refused) -> Pieces:
    if piece.encoding:
        options = replace(options, encoding=piece.encoding)
    name = show_name(piece.path)
    stem, kind, _ = split_name(name)
    source = TableSource(Origin(name, stem=piece.stem or stem), options, refused)
    if piece.cut == "lines":
        from classifier.reading.tables.jsonl import LineRange, jsonl_chunks

        lines = LineRange(piece.start, piece.end, piece.first)
        yield from jsonl_chunks(file, source, lines, check_fields=piece.first == 1)
    elif piece.cut == "rows":
        from classifier.reading.tables.csv import RowRange, csv_chunks

        rows = RowRange(piece.start, piece.end, piece.first, piece.heading)
        yield from csv_chunks(file, source, "\t" if kind == "tsv" else "", rows)
    else:
        from classifier.reading.tables.parquet import parquet_chunks

        yield from parquet_chunks(file, source, range(piece.start, piece.end))


class _Refusals:
    """Refusals of a shard, kept aside as they come, so that no number of them fills the memory."""

    def __init__(self, shard: int) -> None:
        self.shard = shard
        self.count = 0
        self._aside = tempfile.SpooledTemporaryFile(_SPOOLED)  # noqa: SIM115  # closed by write or with the shard

    def add(self, error: InputRefused) -> None:
        self.count += 1
        self._aside.write(refusal_line(error.name, error.said, self.shard))

    def write(self, folder: RunFolder) -> None:
        if self.count:
            self._aside.seek(0)
            with folder.writing(refusals_name(self.shard)) as file:
                shutil.copyfileobj(self._aside, file)
        self._aside.close()


def refusal_line(name: str, said: Said, shard: int | None = None) -> bytes:
    """A line of ``refused.jsonl``: the reason in English, and as a code with values where it has one."""
    record: dict[str, object] = {"source": name, "reason": text_of(said)}
    if isinstance(said, Message):
        record["said"] = said.record()
    if shard is not None:
        record["shard"] = shard
    return (json.dumps(record, ensure_ascii=False) + "\n").encode("utf-8", "replace")
