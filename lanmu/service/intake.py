"""Intake: articles tagged and put into the queue, each once by its content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from classifier.article import Article, TaggedArticle
from lanmu.service.inbox.outgoing import Outgoing
from lanmu.service.store import Store, change_log, queue, rejudging
from lanmu.service.tagger import Tagger, Tags


@dataclass(frozen=True, slots=True)
class TakenIn:
    """One article that came in: its number, whether it is new in the queue, and its tags."""

    number: int
    new: bool
    tagged: TaggedArticle


AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Rejudged:
    """How many waiting articles were judged again, and how many of them need no review any more."""

    articles: int
    accepted: int


@dataclass(frozen=True)
class Intake:
    """Where articles come into the queue, whatever way they come.

    ``origin`` says which way: ``api``, ``inbox``, ``upload`` or ``annif``.
    """

    store: Store
    tagger: Tagger
    outgoing: Outgoing

    def take_in(self, articles: Sequence[Article], origin: str) -> list[TakenIn]:
        """Tag articles and put them into the queue; waits, so call it from a thread.

        Raises Overloaded, NotReady.
        """
        return self.keep(self.tagger.tag_now(articles), origin)

    def keep(self, tags: Tags, origin: str) -> list[TakenIn]:
        """Put articles that are tagged already into the queue, in pieces; given again, none is there twice."""
        added: list[queue.Added] = []

        def add(connection: Connection, piece: Sequence[TaggedArticle]) -> None:
            added.extend(queue.add(connection, piece, origin=origin, model=tags.model.manifest.name))

        self.store.write_in_pieces(tags.articles, add)
        return [TakenIn(one.number, one.new, tagged) for one, tagged in zip(added, tags.articles, strict=True)]

    def judge_again(self) -> Rejudged:
        """Tag again, with the current model, what waits for review and another model tagged.

        In batches, each a transaction; waits, so call it from a thread.  Raises Overloaded, NotReady.
        """
        count = accepted = 0
        while True:
            name = self.tagger.champion.model.manifest.name
            with self.store.reading() as connection:
                waiting = rejudging.stale(connection, name, limit=AT_ONCE)
            if not waiting:
                return Rejudged(count, accepted)
            tags = self.tagger.tag_now([article for _, article in waiting])
            judged = [(number, tagged) for (number, _), tagged in zip(waiting, tags.articles, strict=True)]
            with self.store.writing() as connection:
                done = rejudging.judge_again(connection, judged, tags.model.manifest.name)
                for number in done.changed:
                    change_log.add_label(
                        connection, number, tags.model.taxonomy, action="rejudge", by=tags.model.manifest.name,
                        deliver=self.outgoing.deliver, wait=self.outgoing.label_seconds,
                    )  # fmt: skip
            self.outgoing.wake()
            accepted += done.accepted
            count += len(judged)
