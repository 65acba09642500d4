"""Mending: an editor puts right what reading did; each step tags anew, is told to programs, and is in the audit log."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from classifier.errors import LanmuError
from classifier.messages import say
from lanmu.service.inbox.outgoing import Outgoing
from lanmu.service.label_writer import LabelWriter
from lanmu.service.settings import ServiceLimits
from lanmu.service.store import Store, audit, change_log, line_places, mendings, queue
from lanmu.service.store.labelling import Card, seen_article
from lanmu.service.store.mendings import MendedSince
from lanmu.service.store.records import QueuedArticle
from lanmu.service.tagger import Tagger, Tags

log = logging.getLogger("lanmu.service")
AT_ONCE = 500
LONGEST_TITLE = 500
DAY_SECONDS = 86_400.0


@dataclass(frozen=True)
class Mending:
    """Steps upon articles; ``card`` is what the person had before them.

    Each raises NoSuchArticle, LabelledMeanwhile or AnotherCard where that is no longer so, and
    Overloaded or NotReady where nothing can be tagged at present; it returns its number, by which it can be taken back.
    """

    store: Store
    tagger: Tagger
    writer: LabelWriter
    outgoing: Outgoing

    def edit(self, card: Card, title: str, column: str, by: str) -> int:
        """Change an article's headline and printed column."""
        if len(title) > LONGEST_TITLE or len(column) > LONGEST_TITLE:
            raise LanmuError(say("mending.title_long", count=LONGEST_TITLE))
        before = self._seen(card)
        if not title.strip() and not before.article.text.strip():
            raise LanmuError(say("mending.title_needed"))
        tags = self.tagger.tag_now([replace(before.article, title=title.strip(), column=column.strip())])
        with self.store.writing() as connection:
            seen_article(connection, card)
            copies = mendings.copy_articles(connection, [card.number])
            self._rewrite(connection, card.number, tags, by)
            audit.note(connection, by, "article edited", str(card.number), {"title": before.article.title})
            step = mendings.note(connection, "edit", by, card.number, copies)
        self._wake()
        return step

    def merge(self, card: Card, other: int, by: str) -> int:
        """Add another article's text to this one and take the other out of the queue."""
        number = card.number
        if number == other:
            raise LanmuError(say("mending.itself", number=number))
        first, second = self._seen(card), self._seen(Card(other))
        parts = (first.article.text, second.article.title, second.article.text)
        text = "\n".join(part for part in parts if part.strip())
        tags = self.tagger.tag_now([replace(first.article, text=text)])
        with self.store.writing() as connection:
            seen_article(connection, card)
            seen_article(connection, Card(other, second.version, second.token))
            copies = mendings.copy_articles(connection, [number, other])
            self._rewrite(connection, number, tags, by)
            line_places.join(connection, number, other)
            self._remove(connection, second, by, into=number)
            audit.note(connection, by, "articles merged", str(number), {"other": other})
            step = mendings.note(connection, "merge", by, number, copies)
        self._wake()
        return step

    def split(self, card: Card, paragraph: int, title: str, by: str) -> tuple[int, int]:
        """Make a new article of the paragraphs from one on; returns its number, and the step's."""
        number = card.number
        before = self._seen(card)
        try:
            first, second = mendings.cut(before.article, paragraph, title)
        except ValueError as error:
            raise LanmuError(say("mending.empty")) from error
        tags = self.tagger.tag_now([first, second])
        with self.store.writing() as connection:
            seen_article(connection, card)
            copies = mendings.copy_articles(connection, [number])
            self._rewrite(connection, number, tags, by)
            (added,) = queue.add(
                connection, tags.articles[1:], origin=before.origin, model=tags.model.manifest.name,
                at=before.arrived.timestamp(),
            )  # fmt: skip
            new = added.number
            line_places.cut(connection, number, new, before.article.text.split("\n")[paragraph])
            change_log.add_label(connection, new, tags.model.taxonomy, "edit", by, self.outgoing.wait)
            audit.note(connection, by, "article split", str(number), {"new": new})
            step = mendings.note(connection, "split", by, number, copies, [new] if added.new else [])
        self._wake()
        return new, step

    def delete(self, card: Card, by: str) -> int:
        """Take an article out of the queue and its label out of labels.csv; it may come again."""
        with self.store.writing() as connection:
            article = seen_article(connection, card)
            copies = mendings.copy_articles(connection, [card.number])
            self._remove(connection, article, by)
            audit.note(connection, by, "article deleted", str(card.number), {"title": article.article.title[:200]})
            step = mendings.note(connection, "delete", by, card.number, copies)
        self._wake()
        return step

    def take_back(self, step: int, by: str) -> int:
        """Take back a step (edit, merge, split or delete), whoever did it; returns the article it was done to.

        Raises MendedSince where it is no longer kept, or something has been done to the articles since.
        """
        taxonomy = self.tagger.champion.model.taxonomy
        with self.store.writing() as connection:
            mend = mendings.get(connection, step)
            if mend is None:
                raise MendedSince(say("mending.gone"))
            if not mendings.is_as_left(connection, mend):
                raise MendedSince(say("mending.changed_since"))
            for number in mend.created:
                self._remove(connection, seen_article(connection, Card(number)), by, into=mend.article)
            mendings.take_back(connection, mend)
            for copy in mend.copies:
                change_log.add_label(connection, copy["row"]["number"], taxonomy, "undo", by, self.outgoing.wait)
            audit.note(connection, by, "mending taken back", str(mend.article), {"action": mend.action, "of": mend.by})
        self._wake()
        return mend.article

    def forget(self, days: int) -> int:
        """Take out what arrived more than ``days`` days ago, and return how many; the labels in labels.csv stay."""
        before = (date.today() - timedelta(days)).isoformat()
        count = 0
        while True:
            with self.store.writing() as connection:
                numbers = mendings.older_than(connection, before, AT_ONCE)
                mendings.prune(connection, datetime.fromisoformat(before).timestamp() if numbers else None)
                for number in numbers:
                    mendings.remove(connection, number, keep_label=True)
                if numbers:
                    audit.note(connection, "lanmu", "articles forgotten", before, {"count": len(numbers)})
            count += len(numbers)
            if len(numbers) < AT_ONCE:
                return count

    def prune_changes(self, days: int) -> int:
        """Forget what programs were told more than ``days`` days ago, and return how many changes that was."""
        before = time.time() - days * DAY_SECONDS
        count = 0
        while True:
            with self.store.writing() as connection:
                pruned = change_log.prune(connection, before)
            count += pruned
            if not pruned:
                return count

    def _seen(self, card: Card) -> QueuedArticle:
        with self.store.reading() as connection:
            return seen_article(connection, card)

    def _rewrite(self, connection: Connection, number: int, tags: Tags, by: str) -> None:
        mendings.rewrite(connection, number, tags.articles[0], tags.model.manifest.name)
        change_log.add_label(connection, number, tags.model.taxonomy, "edit", by, self.outgoing.wait)

    def _remove(self, connection: Connection, article: QueuedArticle, by: str, into: int | None = None) -> None:
        change_log.add_removal(connection, article, by, into, self.outgoing.wait)
        mendings.remove(connection, article.number, into=into)

    def _wake(self) -> None:
        self.writer.wake()
        self.outgoing.wake()


class Retention:
    """Forgets old articles and old changes once a day, in a thread of its own."""

    def __init__(self, mending: Mending, limits: ServiceLimits) -> None:
        self.mending = mending
        self.limits = limits
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="retention", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(60)

    def _work(self) -> None:
        while True:
            began = time.monotonic()
            try:
                if count := self.mending.forget(self.limits.keep_days):
                    log.info("%d articles older than %d days were forgotten", count, self.limits.keep_days)
                self.mending.prune_changes(self.limits.keep_changes_days)
            except Exception:
                log.exception("forgetting old articles failed")
            if self._stopped.wait(max(1.0, DAY_SECONDS - (time.monotonic() - began))):
                return
