"""Service: the parts of one running service, put together once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Protocol, cast

from fastapi import Depends, Request

from classifier.files import find_shipped, write_bytes_whole
from classifier.messages import Said, say
from classifier.model.versions import CURRENT, Registry, current_name, models_folder
from lanmu.service.champion import Champion
from lanmu.service.inbox.outgoing import Outgoing
from lanmu.service.inbox.watching import WatchedFolder
from lanmu.service.intake import Intake
from lanmu.service.jobs import Jobs
from lanmu.service.label_writer import LabelWriter
from lanmu.service.mending import Mending, Retention
from lanmu.service.prometheus import Metrics
from lanmu.service.reading_pool import ReadingPool
from lanmu.service.reviewing import Review
from lanmu.service.security.sign_in import SignIns
from lanmu.service.settings import Settings
from lanmu.service.similar import SimilarLabels
from lanmu.service.store import Store, choices
from lanmu.service.tagger import Tagger


class Background(Protocol):
    """Something that runs beside the requests, in threads of its own."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(frozen=True)
class Service:
    """What the routes and pages work with; ``service_of(request)`` gives it.

    ``background`` is started in its order and stopped in the reverse.
    """

    settings: Settings
    store: Store
    champion: Champion
    tagger: Tagger
    reading: ReadingPool
    intake: Intake
    review: Review
    mending: Mending
    retention: Retention
    writer: LabelWriter
    sign_ins: SignIns
    jobs: Jobs
    similar: SimilarLabels
    metrics: Metrics
    outgoing: Outgoing
    inbox: WatchedFolder | None = None

    @property
    def background(self) -> tuple[Background, ...]:
        parts: tuple[Background, ...] = (
            self.store, self.champion, self.tagger, self.reading, self.writer, self.jobs, self.outgoing,
            self.retention,
        )  # fmt: skip
        return parts if self.inbox is None else (*parts, self.inbox)

    @property
    def problems(self) -> list[Said]:
        """What does not work though the service answers, in words that anyone may read."""
        problems: list[Said] = [self.store.problem] if self.store.problem is not None else []
        problems += [problem for problem in (self.champion.problem, self.writer.problem) if problem]
        if self.inbox is None and self.outgoing.problems:
            problems.append(say("service.outgoing_problems"))
        if self.inbox is not None and self.inbox.problems:
            problems.append(say("service.inbox_problems"))
        return problems

    def start(self) -> None:
        for part in self.background:
            part.start()

    def stop(self) -> None:
        for part in reversed(self.background):
            part.stop()
        self.store.close()


def build_service(settings: Settings) -> Service:
    """A service over a data folder, not started yet; a new folder gets the shipped model, labels and an admin."""
    seed(settings)
    store = Store(settings.database)
    with store.reading() as connection:
        strict = choices.read_strict_categories(connection)
        accuracy = choices.read_accept_accuracy(connection)
    champion = Champion(
        settings.models,
        threads=settings.threads,
        accept_accuracy=accuracy if settings.accept_accuracy is None else settings.accept_accuracy,
        strict=strict,
    )
    tagger = Tagger(champion, settings.limits)
    writer = LabelWriter(store, settings.labels)
    sign_ins = SignIns(store, settings)
    sign_ins.ensure_admin()
    reading = ReadingPool(champion, settings.limits, settings.reading)
    outgoing = Outgoing(settings, store)
    inbox = None
    if settings.watch is not None:
        inbox = WatchedFolder(settings, store, tagger, reading, outgoing)
    mending = Mending(store, tagger, writer, outgoing)
    return Service(
        settings=settings,
        store=store,
        champion=champion,
        tagger=tagger,
        reading=reading,
        intake=Intake(store, tagger, outgoing),
        review=Review(store, champion, settings.categories, writer, outgoing, settings.limits.lease_seconds),
        mending=mending,
        retention=Retention(mending, settings.limits),
        writer=writer,
        sign_ins=sign_ins,
        jobs=Jobs(store, settings, champion),
        similar=SimilarLabels(find_shipped("labels.csv"), settings.labels),
        metrics=Metrics(champion, tagger, writer, store, inbox),
        outgoing=outgoing,
        inbox=inbox,
    )


def seed(settings: Settings) -> None:
    """Copy the current model ($LANMU_MODELS, ./models or the shipped one) into a folder that has none.

    With a model of one's own comes ./labels.csv, if there is one.  The shipped model comes without
    labels: training on the desk's own starts from it.
    """
    if (settings.models / CURRENT).is_file():
        return
    source = models_folder()
    Registry(settings.models).seed(source / current_name(source), say("journal.service_began"))
    own = Path("labels.csv")
    if source.resolve() != find_shipped("models").resolve() and own.is_file() and not settings.labels.exists():
        write_bytes_whole(settings.labels, own.read_bytes())


def service_of(request: Request) -> Service:
    """The service a request belongs to."""
    return cast(Service, request.app.state.service)


async def _of_request(request: Request) -> Service:
    return service_of(request)


TheService = Annotated[Service, Depends(_of_request)]
"""What a route declares that works with the service."""
