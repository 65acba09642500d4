"""How far a run has come: a bar on a terminal, otherwise a line of JSON a minute."""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import IO, Any

from classifier.messages import Message, find_language, join, say, text_of

LINE_EVERY = 60.0
REDRAWN_EVERY = 0.25
ALMOST_ALL = 0.99


class Progress:
    """Counts articles, shards and refusals as they are done, and shows them on ``stream`` (stderr).

    ``cost_before`` and ``shards_before`` are what an earlier run has done.
    """

    def __init__(
        self,
        total_cost: int,
        shards: int,
        cost_before: int = 0,
        shards_before: int = 0,
        stream: IO[str] | None = None,
    ) -> None:
        self.stream = stream or sys.stderr
        self.total_cost, self.shards = max(total_cost, 1), shards
        self.cost_before = self.cost_done = cost_before
        self.shards_done = shards_before
        self.articles = self.refused = self.bytes_read = 0
        self.begin = time.monotonic()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._bar: Any = None
        self.language = find_language()  # here, since a thread does not know what was chosen

    def advance(self, articles: int, size: int = 0) -> None:
        """Count articles that were decided, and the bytes of their text."""
        with self._lock:
            self.articles += articles
            self.bytes_read += size

    def shard_done(self, cost: int, refused: int) -> None:
        with self._lock:
            self.shards_done += 1
            self.cost_done += cost
            self.refused += refused

    @property
    def share(self) -> float:
        """How much is done: by the shards, and in those at work by the text read, where that is known."""
        read = min(self.cost_before + self.bytes_read, ALMOST_ALL * self.total_cost)
        return max(self.cost_done, read) / self.total_cost

    def record(self) -> dict[str, Any]:
        """The state as one JSON object."""
        seconds = time.monotonic() - self.begin
        here = self.cost_done - self.cost_before
        left = (self.total_cost - self.cost_done) * seconds / here if here else None
        return {
            "seconds": round(seconds, 1),
            "share_done": round(self.cost_done / self.total_cost, 4),
            "shards_done": self.shards_done,
            "shards": self.shards,
            "articles": self.articles,
            "articles_per_second": round(self.articles / seconds) if seconds > 0 else 0,
            "seconds_left": None if left is None else round(left),
            "refused": self.refused,
        }

    def __enter__(self) -> Progress:
        if self.stream.isatty():
            self._start_bar()
        self._thread = threading.Thread(target=self._show, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        if self._bar is not None:
            self._redraw()
            self._bar.stop()
        elif failure is None:
            print(json.dumps(self.record()), file=self.stream, flush=True)

    def say(self, message: str) -> None:
        """A line for people, above the bar where there is one."""
        if self._bar is not None:
            self._bar.console.print(message, markup=False, highlight=False)
        else:
            print(message, file=self.stream, flush=True)

    def _show(self) -> None:
        while not self._ended.wait(REDRAWN_EVERY if self._bar is not None else LINE_EVERY):
            if self._bar is not None:
                self._redraw()
            else:
                print(json.dumps(self.record()), file=self.stream, flush=True)

    def _start_bar(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            BarColumn(bar_width=None),
            TextColumn("{task.percentage:>3.0f} %  {task.fields[said]}"),
            console=Console(file=self.stream),
            transient=False,
            auto_refresh=False,
        )
        self._bar.start()
        self._task = self._bar.add_task("", total=1.0, said="")

    def _redraw(self) -> None:
        state = self.record()
        said = [say("score.rate", articles=state["articles"], rate=state["articles_per_second"])]
        if state["seconds_left"] and state["share_done"] < 1:
            said.append(say("score.left", time=tell_time(state["seconds_left"])))
        if state["refused"]:
            said.append(say("score.not_read", count=state["refused"]))
        self._bar.update(self._task, completed=self.share, said=text_of(join(said, "and"), self.language))
        self._bar.refresh()


def tell_time(seconds: float) -> Message:
    """``42 s``, ``3 min``, ``5 h 20 min``."""
    if seconds < 90:
        return say("score.seconds", seconds=round(seconds))
    minutes = round(seconds / 60)
    if minutes < 90:
        return say("score.minutes", minutes=minutes)
    return say("score.hours", hours=minutes // 60, minutes=minutes % 60)
