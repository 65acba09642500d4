"""Review: what a person does to articles, with the label on its way to labels.csv and to other programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from classifier.taxonomy import Taxonomy
from lanmu.service.champion import Champion
from lanmu.service.inbox.outgoing import Outgoing
from lanmu.service.label_writer import LabelWriter
from lanmu.service.store import Store, change_log, colleagues, labelling, second_reading
from lanmu.service.store.labelling import Card, Labelling
from lanmu.service.wished_categories import choosable, read_wished

MOST_LEASED = 5


@dataclass(frozen=True)
class Review:
    """The steps of the desk; each is one transaction.  ``by`` is the person's name.

    ``label`` raises UnknownCategory for a category that neither the current model nor the list
    in ``categories`` (what the next model is to have) knows, and NoSuchArticle, LabelledMeanwhile or AnotherCard
    where the article is not, or no longer, what stood on the card.
    """

    store: Store
    champion: Champion
    categories: Path
    writer: LabelWriter
    outgoing: Outgoing
    lease_seconds: float

    def label(self, card: Card, category: str | None, by: str) -> Labelling:
        """Accept the model's category or choose another; None puts the article aside without one."""
        known = None if category is None else self._taxonomy.find(category).id
        with self.store.writing() as connection:
            done = labelling.label(connection, card, known, by)
            self._tell(connection, [done])
        self._wake()
        return done

    def label_many(self, given: Iterable[tuple[int, str | None]], by: str) -> list[Labelling]:
        """Give many articles (numbers) their categories in one step; those that have it already stay as they are.

        None accepts the model's category; what a person has labelled is left alone then.
        """
        known = [(number, None if name is None else self._taxonomy.find(name).id) for number, name in given]
        with self.store.writing() as connection:
            done = labelling.label_many(connection, known, by)
            self._tell(connection, done)
        self._wake()
        return done

    def read(self, card: Card, category: str, by: str) -> Labelling:
        """Read a label once more, without having been shown it."""
        known = self._taxonomy.find(category).id
        with self.store.writing() as connection:
            return second_reading.read(connection, card, known, by)

    def flag(self, card: Card, by: str, note: str) -> Labelling:
        """Ask colleagues about an article."""
        with self.store.writing() as connection:
            return labelling.flag(connection, card, by, note)

    def undo(self, by: str, *, of: str | None = None, step: str | None = None) -> list[Labelling]:
        """Take back this person's last step, or the one named ``of``; what it was, or nothing.

        What is in review again is with this person first, who is about to judge it otherwise.
        """
        with self.store.writing() as connection:
            reading = second_reading.take_back(connection, by, of) if of is not None else None
            if reading is not None:
                return [reading]
            done = labelling.undo(connection, by, of=of, step=step)
            for one in done[:MOST_LEASED]:
                colleagues.lease_again(connection, one.article, by, self.lease_seconds)
            self._tell(connection, done, action="undo")
        self._wake()
        return done

    @property
    def _taxonomy(self) -> Taxonomy:
        """What people may choose; NotReady where there is no model yet."""
        return choosable(self.champion.model.taxonomy, read_wished(self.categories))

    def _tell(self, connection: Connection, done: Sequence[Labelling], action: str = "") -> None:
        """Note for other programs what these articles have now."""
        taxonomy = self._taxonomy if self.champion.ready else None
        for one in done:
            if not one.again:
                change_log.add_label(
                    connection, one.article, taxonomy, action or one.action, one.by, self.outgoing.wait
                )

    def _wake(self) -> None:
        self.writer.wake()
        self.outgoing.wake()
