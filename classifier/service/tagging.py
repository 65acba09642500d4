"""Tagger: requests gathered into batches for the kernel, with a bound on what waits and for how long."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass

from classifier.article import Article, TaggedArticle
from classifier.errors import LanmuError
from classifier.model import TopicModel
from classifier.service.champion import Champion
from classifier.service.settings import ServiceLimits


class Overloaded(LanmuError):
    """Too much waits already, or it waited too long; ``retry_after`` is in seconds."""

    def __init__(self, message: str, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Tags:
    """Tagged articles in the order asked, and the model that tagged them all."""

    model: TopicModel
    articles: tuple[TaggedArticle, ...]


@dataclass(slots=True)
class _Job:
    articles: Sequence[Article]
    explain: bool
    size: int
    deadline: float
    done: Future[Tags]


class Tagger:
    """One thread that takes what waits, up to a batch, and gives it to the model at once.

    Nothing is held back to fill a batch: while one is being scored the next gathers, so batches
    grow with the load.  A job is tagged by one model as a whole.
    """

    def __init__(self, champion: Champion, limits: ServiceLimits) -> None:
        self.champion = champion
        self.limits = limits
        self.batches = 0
        self.tagged = 0
        self._jobs: deque[_Job] = deque()
        self._articles = 0
        self._bytes = 0
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="tagger", daemon=True)

    @property
    def waiting(self) -> int:
        """Articles that wait."""
        return self._articles

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Answer what waits and end."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(self.limits.seconds)

    def submit(self, articles: Sequence[Article], *, explain: bool = False) -> Future[Tags]:
        """Ask for tags; Overloaded where too much waits already, NotReady where there is no model yet."""
        done: Future[Tags] = Future()
        if not articles:
            done.set_result(Tags(self.champion.model, ()))
            return done
        size = sum(len(article.title) + len(article.text) for article in articles) * 3
        job = _Job(articles, explain, size, time.monotonic() + self.limits.seconds, done)
        self.champion.model  # noqa: B018 - refuses at once while there is none
        with self._changed:
            if self._stopping:
                raise Overloaded("the service is stopping; try again soon", 5)
            # A job larger than the bounds is let in alone, since a request's own bounds were met.
            if self._jobs and (
                self._articles + len(articles) > self.limits.waiting_articles
                or self._bytes + size > self.limits.waiting_bytes
            ):
                raise Overloaded(f"{self._articles:,} articles wait already; try again soon")
            self._jobs.append(job)
            self._articles += len(articles)
            self._bytes += size
            self._changed.notify()
        return done

    async def tag(self, articles: Sequence[Article], *, explain: bool = False) -> Tags:
        """Tags for a request of the event loop; Overloaded after the time limit."""
        future = self.submit(articles, explain=explain)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self.limits.seconds)
        except TimeoutError:
            raise self._too_late() from None

    def tag_now(self, articles: Sequence[Article], *, explain: bool = False) -> Tags:
        """Tags for a caller in a thread of its own; waits for them."""
        future = self.submit(articles, explain=explain)
        try:
            return future.result(self.limits.seconds)
        except TimeoutError:
            future.cancel()
            raise self._too_late() from None

    def _too_late(self) -> Overloaded:
        return Overloaded(f"not done within {self.limits.seconds:g} seconds; try again later", 5)

    def _work(self) -> None:
        while jobs := self._next():
            try:
                self._answer(jobs, self.champion.model)
            except BaseException as error:
                for job in jobs:
                    _fail(job, error)

    def _next(self) -> list[_Job]:
        """The jobs of the next batch; empty when stopped and nothing waits."""
        taken: list[_Job] = []
        with self._changed:
            while not self._jobs and not self._stopping:
                self._changed.wait()
            count = size = 0
            while self._jobs and (
                not taken
                or (
                    count + len(self._jobs[0].articles) <= self.limits.batch_articles
                    and size + self._jobs[0].size <= self.limits.batch_bytes
                )
            ):
                job = self._jobs.popleft()
                taken.append(job)
                count += len(job.articles)
                size += job.size
            self._articles -= count
            self._bytes -= size
        return taken

    def _answer(self, jobs: list[_Job], model: TopicModel) -> None:
        now = time.monotonic()
        live: list[_Job] = []
        for job in jobs:
            if job.deadline < now:
                _fail(job, self._too_late())
            elif job.done.set_running_or_notify_cancel():
                live.append(job)
        if not live:
            return
        tagged = model.tag([article for job in live for article in job.articles])
        self.batches += 1
        self.tagged += len(tagged)
        start = 0
        for job in live:
            mine = tagged[start : start + len(job.articles)]
            start += len(job.articles)
            if job.explain:
                mine = [model.explain(article) for article in mine]
            job.done.set_result(Tags(model, tuple(mine)))


def _fail(job: _Job, error: BaseException) -> None:
    try:
        job.done.set_exception(error)
    except InvalidStateError:  # the asker has gone
        pass
