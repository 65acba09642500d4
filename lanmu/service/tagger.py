"""Tagger: requests gathered into batches for the kernel, with a bound on what waits and for how long."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass
from typing import NoReturn

from classifier.article import Article, TaggedArticle
from classifier.errors import LanmuError
from classifier.messages import Said, say
from classifier.model.topic_model import TopicModel
from lanmu.service.champion import Champion
from lanmu.service.settings import ServiceLimits

log = logging.getLogger("lanmu.service")
BYTES_A_CHARACTER = 3
FEW = 8
FEW_BYTES = 60_000
"""Jobs with at most this many articles and this much text are small: under a millisecond of the kernel."""
PIECE = 64


class Overloaded(LanmuError):
    """Too much waits already, or it waited too long; ``retry_after`` is in seconds."""

    def __init__(self, said: Said, retry_after: int = 1) -> None:
        super().__init__(said)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Tags:
    """Tagged articles in the order asked, and the model that tagged them all."""

    model: TopicModel
    articles: tuple[TaggedArticle, ...]


@dataclass(slots=True)
class _Job:
    """Articles to tag by ``deadline``; ``done`` is set in ``loop``, or by the tagger's thread where that is None."""

    articles: Sequence[Article]
    size: int
    deadline: float
    done: Future[Tags] | asyncio.Future[Tags]
    loop: asyncio.AbstractEventLoop | None


_Outcome = tuple[_Job, "Tags | BaseException"]


class Tagger:
    """Gives the model what waits, up to a batch at once.

    Small jobs of an event loop gather while the loop reads what its connections have sent, and are
    tagged by the loop itself: for them, handing a batch to a thread and back costs more than the
    kernel does.  All others wait for the tagger's own thread.  Nothing is held back to fill a batch,
    so batches grow with the load.  A job is tagged by one model as a whole.
    """

    def __init__(self, champion: Champion, limits: ServiceLimits) -> None:
        self.champion = champion
        self.limits = limits
        self.batches = 0
        self.tagged = 0
        self.refused = 0
        self._gathered: dict[asyncio.AbstractEventLoop, deque[_Job]] = {}
        self._jobs: deque[_Job] = deque()
        self._articles = 0
        self._bytes = 0
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="tagger", daemon=True)

    @property
    def waiting(self) -> int:
        """Articles that wait."""
        return self._articles + sum(len(jobs) for jobs in list(self._gathered.values()))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Answer what waits and end."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(self.limits.seconds)

    async def tag(self, articles: Sequence[Article]) -> Tags:
        """Tags for a request of the event loop.

        Raises Overloaded where too much waits already or after the time limit, NotReady where there
        is no model yet.
        """
        if not articles:
            return Tags(self.champion.model, ())
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Tags] = loop.create_future()
        job = self._job(articles, done, loop)
        if len(articles) <= FEW and job.size <= FEW_BYTES and self.champion.model.engine == "compiled":
            self._gather(job, loop)
            return await done
        self._submit(job)
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await done
        except TimeoutError:
            raise self._too_late() from None

    def tag_now(self, articles: Sequence[Article]) -> Tags:
        """Tags for a caller in a thread of its own, which waits for them; raises as ``tag``."""
        if not articles:
            return Tags(self.champion.model, ())
        done: Future[Tags] = Future()
        self._submit(self._job(articles, done, None))
        try:
            return done.result(self.limits.seconds)
        except TimeoutError:
            done.cancel()
            raise self._too_late() from None

    def _job(
        self,
        articles: Sequence[Article],
        done: Future[Tags] | asyncio.Future[Tags],
        loop: asyncio.AbstractEventLoop | None,
    ) -> _Job:
        self.champion.model  # noqa: B018 - refuses at once while there is none
        size = sum(len(article.title) + len(article.text) for article in articles) * BYTES_A_CHARACTER
        return _Job(articles, size, time.monotonic() + self.limits.seconds, done, loop)

    def _gather(self, job: _Job, loop: asyncio.AbstractEventLoop) -> None:
        jobs = self._gathered.get(loop)
        if jobs is None:
            jobs = self._gathered[loop] = deque()
            loop.call_soon(self._answer_gathered, loop)
        if len(jobs) >= self.limits.waiting_articles:
            self._refuse(len(jobs))
        jobs.append(job)

    def _answer_gathered(self, loop: asyncio.AbstractEventLoop) -> None:
        """Tag what has gathered, in pieces between which the loop does its other work."""
        jobs = self._gathered[loop]
        piece = [jobs.popleft() for _ in range(min(len(jobs), PIECE))]
        if jobs:
            loop.call_soon(self._answer_gathered, loop)
        else:
            del self._gathered[loop]
        _finish_all(self._outcomes(piece, self.champion.model))

    def _refuse(self, waiting: int) -> NoReturn:
        self.refused += 1
        raise Overloaded(say("service.busy", count=f"{waiting:,}"))

    def _submit(self, job: _Job) -> None:
        with self._changed:
            if self._stopping:
                raise Overloaded(say("service.stopping"), 5)
            # A job larger than the bounds is let in alone, since a request's own bounds were met.
            if self._jobs and (
                self._articles + len(job.articles) > self.limits.waiting_articles
                or self._bytes + job.size > self.limits.waiting_bytes
            ):
                self._refuse(self._articles)
            self._jobs.append(job)
            self._articles += len(job.articles)
            self._bytes += job.size
            self._changed.notify()

    def _too_late(self) -> Overloaded:
        return Overloaded(say("service.too_late", seconds=f"{self.limits.seconds:g}"), 5)

    def _work(self) -> None:
        while jobs := self._next():
            try:
                outcomes = self._outcomes(jobs, self.champion.model)
            except BaseException as error:
                log.exception("a batch of %d requests failed", len(jobs))
                outcomes = [(job, error) for job in jobs]
            _deliver(outcomes)

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

    def _outcomes(self, jobs: list[_Job], model: TopicModel) -> list[_Outcome]:
        now = time.monotonic()
        outcomes: list[_Outcome] = [(job, self._too_late()) for job in jobs if job.deadline < now]
        live = [job for job in jobs if job.deadline >= now and not job.done.cancelled()]
        try:
            tagged = model.tag([article for job in live for article in job.articles])
        except Exception as error:
            if len(live) == 1:
                return [*outcomes, (live[0], error)]
            for job in live:  # one request's article must not fail the others'
                outcomes.extend(self._outcomes([job], model))
            return outcomes
        self.batches += 1
        self.tagged += len(tagged)
        start = 0
        for job in live:
            mine = tagged[start : start + len(job.articles)]
            start += len(job.articles)
            outcomes.append((job, Tags(model, tuple(mine))))
        return outcomes


def _deliver(outcomes: Sequence[_Outcome]) -> None:
    """Tell the askers; those of an event loop all at one call, which is what waking a loop costs."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Outcome]] = {}
    for job, outcome in outcomes:
        if job.loop is None:
            _finish(job, outcome)
        else:
            by_loop.setdefault(job.loop, []).append((job, outcome))
    for loop, mine in by_loop.items():
        try:
            loop.call_soon_threadsafe(_finish_all, mine)
        except RuntimeError:  # the loop has ended, and the askers with it
            pass


def _finish_all(outcomes: Sequence[_Outcome]) -> None:
    for job, outcome in outcomes:
        _finish(job, outcome)


def _finish(job: _Job, outcome: Tags | BaseException) -> None:
    done = job.done
    if done.done():  # the asker has gone
        return
    try:
        if isinstance(outcome, BaseException):
            done.set_exception(outcome)
        else:
            done.set_result(outcome)
    except (InvalidStateError, asyncio.InvalidStateError):  # gone just now
        pass
