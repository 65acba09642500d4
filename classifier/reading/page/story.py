"""A story while its page is being split, and how headings and lines become its title, column and subtitle."""

from __future__ import annotations

from dataclasses import dataclass, field

from classifier.reading.page.bylines import lead_byline
from classifier.reading.page.furniture import is_column_name, is_editors_note
from classifier.reading.page.joining import Paragraph

COLUMN_CHARS = 8
KICKER_CHARS = 14
BEARERS = ("text", "byline")
"""Kinds of paragraphs that carry a story's text."""
_JOINS_ON = ("和", "与", "及", "的", "、", "暨", "在", "对", "为")


@dataclass(slots=True, eq=False)
class Story:
    """One story while the page is being split: headings, body and what was not sure about its start."""

    title: str = ""
    column: str = ""
    subtitle: str = ""
    heads: list[Paragraph] = field(default_factory=list)
    body: list[Paragraph] = field(default_factory=list)
    uncertain: list[str] = field(default_factory=list)

    def paragraphs(self) -> list[Paragraph]:
        return self.heads + self.body

    _looked_at: int = field(default=0, repr=False)
    _texts: int = field(default=0, repr=False)
    _headings: int = field(default=0, repr=False)
    _opened: bool = field(default=False, repr=False)
    _bylined: bool = field(default=False, repr=False)

    @property
    def has_text(self) -> bool:
        """Whether its own text has begun: more than headings, captions, bylines and editors' notes."""
        self._look()
        return self._opened

    @property
    def has_byline(self) -> bool:
        self._look()
        return self._bylined

    @property
    def has_heading(self) -> bool:
        self._look()
        return self._headings > 0

    @property
    def text_count(self) -> int:
        """How many paragraphs of text it has."""
        self._look()
        return self._texts

    def _look(self) -> None:
        """Look at what the body has got since the last look, so that a long story costs no more than its length."""
        if self._looked_at > len(self.body):
            self._looked_at = self._texts = self._headings = 0
            self._opened = self._bylined = False
        for k in range(self._looked_at, len(self.body)):
            p = self.body[k]
            is_text = p.kind == "text" and not p.level
            self._texts += is_text
            self._headings += p.kind == "heading"
            self._opened = self._opened or (is_text and not is_editors_note(p.text))
            self._bylined = self._bylined or p.kind == "byline" or (p.kind == "text" and bool(lead_byline(p.text)))
        self._looked_at = len(self.body)


def make_story(run: list[Paragraph], tops: list[int]) -> Story:
    """A story under a run of headings, of which ``tops`` are its headline's lines."""
    story = Story()
    titles = [run[k] for k in tops]
    columns = list(run[: tops[0]])
    story.heads += columns
    story.heads += titles
    if len(titles) > 1 and not columns and names_column(titles[0].text):
        columns = [titles.pop(0)]
    subtitles = columns[1:]
    for k, p in enumerate(run):
        if k > tops[0] and k not in tops:
            if p.level >= 3 and p.level > run[tops[0]].level + 1:
                story.body.append(p)
            else:
                subtitles.append(p)
                story.heads.append(p)
    story.column = columns[0].text if columns else ""
    for p in titles:
        apart = " " if story.title and not story.title.endswith(_JOINS_ON) else ""
        story.title += apart + p.text
    story.subtitle = " ".join(p.text for p in subtitles)
    return story


def take_kicker(before: Story, story: Story) -> None:
    """A line without marks right above a headline is its column or kicker, not the end of the story before."""
    last = before.body[-1] if before.body else None
    if last is None or not last.may_head or not before.has_text or len(before.body) < 2:
        return
    before.body.pop()
    story.heads.insert(0, last)
    if not story.column and len(last.text) <= KICKER_CHARS:
        story.column = last.text
    else:
        story.subtitle = f"{last.text} {story.subtitle}".strip()


def name_from(story: Story, taken: list[Paragraph]) -> None:
    """Take lines that stand like headlines as title, subtitle and column of a story."""
    story.heads += taken
    for p in reversed(taken):
        if p.text.startswith(("—", "-", "–")) and not story.subtitle:
            story.subtitle = p.text
        elif not story.title:
            story.title = p.text
        elif names_column(p.text) and not story.column:
            story.column = p.text
        else:
            story.subtitle = f"{p.text} {story.subtitle}".strip()


def take_title_from_body(story: Story) -> None:
    """A story without headline whose first line stands like one takes it as its title."""
    if story.title:
        first = story.body[0] if len(story.body) > 1 else None
        if first is not None and first.alone and first.kind == "text" and first.text.startswith("——"):
            story.heads.append(story.body.pop(0))
            story.subtitle = f"{story.subtitle} {first.text}".strip()
        return
    taken: list[Paragraph] = []
    while len(story.body) > 1 and len(taken) < 2 and story.body[0].may_head:
        taken.append(story.body.pop(0))
    name_from(story, taken)


def names_column(heading: str) -> bool:
    return is_column_name(heading) or len(heading) <= COLUMN_CHARS
