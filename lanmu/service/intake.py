"""Intake: articles that are tagged put into the queue, each once by its content; those that wait judged again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from classifier.article import TaggedArticle
from lanmu.service.inbox.outgoing import Outgoing
from lanmu.service.store import Store, change_log, queue
from lanmu.service.tagger import Tagger, Tags

AT_ONCE = 256


@dataclass(frozen=True)
class Intake:
    """Where articles come into the queue, whatever way they come.

    ``origin`` says which way: ``api``, ``inbox``, ``upload`` or ``annif``.
    """

    store: Store
    tagger: Tagger
    outgoing: Outgoing

    def keep(self, tags: Tags, origin: str) -> list[queue.Added]:
        """Put tagged articles into the queue, in pieces; given again, none is there twice."""
        added: list[queue.Added] = []

        def add(connection: Connection, piece: Sequence[TaggedArticle]) -> None:
            added.extend(queue.add(connection, piece, origin=origin, model=tags.model.manifest.name))

        self.store.write_in_pieces(tags.articles, add)
        return added

    def judge_again(self) -> tuple[int, int]:
        """Tag again, with the current model, what waits for review and another model tagged.

        Returns how many articles that were, and how many of them need no review any more.  In batches,
        each a transaction; waits, so call it from a thread.  Raises Overloaded, NotReady.
        """
        count = accepted = 0
        while True:
            name = self.tagger.champion.model.manifest.name
            with self.store.reading() as connection:
                waiting = queue.stale(connection, name, limit=AT_ONCE)
            if not waiting:
                return count, accepted
            tags = self.tagger.tag_now([article for _, article in waiting])
            name = tags.model.manifest.name
            with self.store.writing() as connection:
                for (number, _), tagged in zip(waiting, tags.articles, strict=True):
                    before = queue.judge_again(connection, number, tagged, name)
                    if before is not None and (tagged.decision == "accepted" or before != tagged.category):
                        change_log.add_label(
                            connection, number, tags.model.taxonomy, "rejudge", name, self.outgoing.wait
                        )
                    accepted += before is not None and tagged.decision == "accepted"
            self.outgoing.wake()
            count += len(waiting)
