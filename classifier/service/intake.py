"""Intake: articles tagged and put into the queue, each once by its content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from classifier.article import Article, TaggedArticle
from classifier.service.store import Store, queue
from classifier.service.tagging import Tagger, Tags


@dataclass(frozen=True, slots=True)
class TakenIn:
    """One article that came in: its number, whether it is new in the queue, and its tags."""

    number: int
    new: bool
    tagged: TaggedArticle


@dataclass(frozen=True)
class Intake:
    """Where articles come into the queue, whatever way they come.

    ``origin`` says which way: ``api``, ``inbox``, ``upload`` or ``annif``.
    """

    store: Store
    tagger: Tagger

    def take_in(self, articles: Sequence[Article], origin: str) -> list[TakenIn]:
        """Tag articles and put them into the queue in one transaction; waits, so call it from a thread.

        Raises Overloaded, NotReady.
        """
        return self.keep(self.tagger.tag_now(articles), origin)

    def keep(self, tags: Tags, origin: str) -> list[TakenIn]:
        """Put articles that are tagged already into the queue."""
        with self.store.writing() as connection:
            added = queue.add(connection, tags.articles, origin=origin, model=tags.model.manifest.name)
        return [TakenIn(one.number, one.new, tagged) for one, tagged in zip(added, tags.articles, strict=True)]
