"""Readers made by others, run in a process of their own: what loops, grows or crashes in them costs one input.

C++, Rust and deep parsers cannot be stopped from Python, and a fault in them would end the program.  The
process is bounded by the system in time and memory and is kept for the next input.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.util import find_spec
from typing import Any, BinaryIO, cast

from classifier.errors import InputRefused
from classifier.messages import Message, say
from classifier.processes import has_grown, python_command

Messages = Iterator[tuple[dict[str, Any], bytes]]
"""JSON values and bytes, one after the other."""
MEMORY_BYTES = 640 << 20
"""With the process that waits for it and the service it stays under 1 GB; a broadsheet's scan takes 200 MB."""
KEPT_BYTES = 100 << 20
"""A process that took more ends with its input: what it has not given back would stay taken."""

MOST_LATE = 2
"""How many parts (pages, sheets) of an input may take too much and be left out; after these nothing further is read."""


class CannotRead(Exception):
    """An input that a reader in the other process cannot read; says why and what to do."""

    def __init__(self, said: Message) -> None:
        super().__init__(said.text())
        self.said = said


class ReaderEnded(Exception):
    """The other process has ended before its answer was whole: at its bounds, or by a fault."""


class GuardedReader:
    """A module of ours that answers inputs in a process of its own (``answer_inputs``).

    ``package``, of which ``imported`` is a module, must be installed for it.  A message of its answer may take
    ``seconds`` of the processor (``answer_inputs`` sees to it), and by the clock as many, or ``patience`` times as
    many where the machine may have others to serve.  ``lock`` is held while an input is read: there is one process,
    and a copy of this program by fork gets its own.
    """

    def __init__(self, module: str, package: str, imported: str, seconds: int, patience: int = 1) -> None:
        self.module, self.package, self.imported = module, package, imported
        self.seconds = seconds * patience
        self.lock = threading.Lock()
        self._kept: dict[int, subprocess.Popen[bytes]] = {}
        atexit.register(self._end_kept)

    def ask(self, data: bytes, name: str, head: dict[str, Any]) -> Messages:
        """Give the other process an input, and what to do in ``head``; the messages that it answers.

        Raises InputRefused with ``name`` where it cannot read the input, ReaderEnded where it ended.
        """
        if find_spec(self.imported) is None:
            raise InputRefused(name, say("reading.no_package", package=self.package))
        process = self.process()
        goes_on = False
        try:
            try:
                target = cast(BinaryIO, process.stdin)
                target.write(json.dumps({**head, "bytes": len(data)}).encode() + b"\n" + data)
                target.flush()
            except OSError as error:
                raise ReaderEnded from error
            while True:
                told, body = self._receive(process)
                if "large" in told:
                    goes_on = not told["large"]
                    break
                yield told, body
        finally:
            # Where it is left before its end, what stands in its pipe belongs to this input.
            if not goes_on:
                self.end(process)
        if "refused" in told:
            raise InputRefused(name, Message.of_record(told["refused"]))

    def ask_for_parts(self, data: bytes, name: str, head: dict[str, Any], late: Message) -> Messages:
        """As ``ask``, of an input that has parts; one that takes too much is left out, and ``late`` tells its number.

        The first message tells how many parts there are (``count``), those with which parts begin their numbers
        (``part``, from 0); ``head`` is given the number to go on with (``first``).  Raises InputRefused with ``late``
        where it takes too much before its first part or in its last, and where more than MOST_LATE parts do.
        """
        first = 0
        for left in range(MOST_LATE, -1, -1):
            count = 0
            try:
                for told, body in self.ask(data, name, {**head, "first": first}):
                    count = told.get("count", count)
                    first = told.get("part", first - 1) + 1
                    yield told, body
                return
            except ReaderEnded as ended:
                if first >= count or not left:
                    raise InputRefused(name, late) from ended
                yield {"late": first}, b""
                first += 1

    def _receive(self, process: subprocess.Popen[bytes]) -> tuple[dict[str, Any], bytes]:
        source = cast(BinaryIO, process.stdout)
        watch = threading.Timer(self.seconds + 1, process.kill)
        watch.start()
        try:
            told: dict[str, Any] = json.loads(source.readline())
            body = source.read(told["bytes"])
        except (OSError, ValueError) as error:
            raise ReaderEnded from error
        finally:
            watch.cancel()
        if len(body) < told["bytes"]:
            raise ReaderEnded
        return told, body

    def process(self) -> subprocess.Popen[bytes]:
        """The process that is kept, or a new one."""
        process = self._kept.get(os.getpid())
        if process is not None and process.poll() is None:
            return process
        self._kept.clear()
        command = python_command(self.module)
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self._kept[os.getpid()] = process
        return process

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """End the process; the next input gets a new one."""
        self._kept.pop(os.getpid(), None)
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def _end_kept(self) -> None:
        process = self._kept.pop(os.getpid(), None)
        if process is not None:
            process.kill()


# The other process ------------------------------------------------------------------------------------


def answer_inputs(
    answer: Callable[[dict[str, Any], bytes], Messages], seconds: int, memory: Message, kept_bytes: int = KEPT_BYTES
) -> None:
    """In the other process: answer inputs until there are no more; each message may take ``seconds``.

    ``memory`` is said of an input that takes too much of it; a process that took ``kept_bytes`` ends with its input.
    """
    source, target = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    _bound_memory()
    while line := source.readline():
        head = json.loads(line)
        data = source.read(head["bytes"])
        last: dict[str, Any] = {}
        _bound_seconds(seconds)
        try:
            for told, body in answer(head, data):
                _send(target, told, body)
                _bound_seconds(seconds)
        except CannotRead as error:
            last = {"refused": error.said.record()}
        except MemoryError:
            last = {"refused": memory.record()}
        _send(target, {**last, "large": has_grown(kept_bytes)})


def _send(target: BinaryIO, told: dict[str, Any], body: bytes = b"") -> None:
    target.write(json.dumps({**told, "bytes": len(body)}).encode() + b"\n" + body)
    target.flush()


def _bound_memory() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _bound_seconds(seconds: int) -> None:
    """Let the system end this process where the next message takes too long, even when nobody waits for it any more."""
    if sys.platform != "win32":
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(used.ru_utime + used.ru_stime) + seconds + 1
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))
