"""An iterator that runs in a thread of its own, a bounded number of items ahead of who takes them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, Full, Queue
from typing import TypeVar

T = TypeVar("T")
_PATIENCE = 0.1


@contextmanager
def ahead(items: Iterator[T], depth: int = 1) -> Iterator[Iterator[T]]:
    """Items of ``items`` in order, made in another thread, of which at most ``depth`` wait to be taken.

    An exception in there is raised where the item was due.  At the end of the block the thread has
    ended and ``items`` is closed, however many were taken.
    """
    waiting: Queue[tuple[bool, T | BaseException | None]] = Queue(depth)
    unwanted = threading.Event()

    def put(more: bool, item: T | BaseException | None) -> bool:
        while not unwanted.is_set():
            try:
                waiting.put((more, item), timeout=_PATIENCE)
                return True
            except Full:
                continue
        return False

    def make() -> None:
        try:
            for item in items:
                if not put(True, item):
                    break
            put(False, None)
        except BaseException as error:
            put(False, error)
        finally:
            if close := getattr(items, "close", None):
                close()

    def taken() -> Iterator[T]:
        while True:
            more, item = waiting.get()
            if more:
                yield item  # type: ignore[misc]
            elif item is not None:
                raise item  # type: ignore[misc]
            else:
                return

    thread = threading.Thread(target=make, name="ahead", daemon=True)
    thread.start()
    try:
        yield taken()
    finally:
        unwanted.set()
        while thread.is_alive():
            try:
                waiting.get(timeout=_PATIENCE)
            except Empty:
                pass
        thread.join()
