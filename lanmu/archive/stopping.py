"""How a run is stopped from outside: once to end in good order, twice to end at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SAID = "lanmu: stopping once the shards at work are done; a second Ctrl-C stops at once"


@contextmanager
def heed_signals(stopping: threading.Event, say: Callable[[str], None]) -> Iterator[None]:
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
        say(_SAID)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
