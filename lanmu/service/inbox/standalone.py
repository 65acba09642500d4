"""Run a watched folder on its own until told to stop, or until all that is there is taken."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from classifier.errors import LanmuError
from lanmu.language import speak
from lanmu.service.container import Service, build_service
from lanmu.service.inbox.watching import WatchedFolder
from lanmu.service.logs import log_to_stderr
from lanmu.service.settings import Settings

LOOK_SECONDS = 0.1


def run(settings: Settings, *, once: bool = False) -> int:
    """Watch until SIGINT or SIGTERM; with ``once``, until the folder is empty.

    Returns the exit code: 0, or 1 where ``once`` met files that it refused or could not move, or results
    that the webhook did not take.  Raises LanmuError where nothing can be done.
    """
    log_to_stderr()
    service = build_service(settings)
    inbox = service.inbox
    assert inbox is not None
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: ended.set())
    with _running(service, inbox):
        if not once:
            print(speak("watch.watching", folder=str(settings.watch), results=str(settings.results)), flush=True)
        while not ended.wait(LOOK_SECONDS):
            if once and (inbox.idle or _hopeless(service, inbox)):
                break
    state = inbox.state
    if once:
        print(speak("watch.sums", done=state.done, refused=state.refused, new=state.new), flush=True)
        return int(state.refused > 0 or bool(state.problems))
    return 0


@contextmanager
def _running(service: Service, inbox: WatchedFolder) -> Iterator[None]:
    parts = (service.champion, service.tagger, service.reading, service.outgoing, inbox)
    for part in parts:
        part.start()
    try:
        yield
    finally:
        for part in reversed(parts):
            part.stop()
        service.store.close()


def _hopeless(service: Service, inbox: WatchedFolder) -> bool:
    """Whether waiting is of no use; raises LanmuError where it is for want of a model or a lock."""
    champion = service.champion
    if champion.problem and not champion.ready:
        raise LanmuError(champion.problem)
    if not inbox.holds and inbox.problems:
        raise LanmuError(inbox.problems[0])
    return False
