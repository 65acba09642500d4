"""Paragraphs of a page → its stories: where each starts, and which headline, column and subtitle it has."""

from __future__ import annotations

from collections.abc import Sequence

from classifier.reading.doubts import doubt
from classifier.reading.page.bylines import closing_byline, lead_byline, line_byline, names_at_end, signature
from classifier.reading.page.furniture import (
    furniture_reason,
    is_caption,
    is_column_name,
    is_notice_headline,
    is_turned_from,
    turns_to_another_page,
)
from classifier.reading.page.joining import Paragraph
from classifier.reading.page.sections import with_flat_sections
from classifier.reading.page.sentences import is_finished
from classifier.reading.page.story import BEARERS, Story, make_story, name_from, take_kicker, take_title_from_body
from classifier.reading.page.topics import goes_on, pairs_of, starts_in_speech
from classifier.reading.patterns import pattern

MAX_TITLE_LINES = 3
SHORT_INTRO_CHARS = 120
FRAGMENT_CHARS = 30
SCRAP_CHARS = 40
_ENUMERATED = pattern(
    r"[(（]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})\s*[、)）.．](?!\d)|第[一二三四五六七八九十]{1,3}[章节条部]"
)
_BULLETS = "●○◆◇■▲△★☆※◎▶►➤"
_TURNED = doubt("follows_turned")
_SIGNED = doubt("follows_signed")
_NAMED = "a name alone stands at the end of the story before"


def stories_of(paragraphs: Sequence[Paragraph], *, sections: bool = False) -> list[Story]:
    """Group a page's paragraphs into stories, in reading order.

    A headline or a byline starts a story; a column stands before a headline, a subtitle after it;
    ``###`` heads are sections of one story, or stories of their own with ``sections``.
    """
    _settle_headings(paragraphs)
    grouping = _Grouping([p for p in paragraphs if p.kind != "left_out" or p.reason == "turn note"])
    stories = grouping.run()
    if grouping.levels == 1:
        stories = with_flat_sections(stories)
    _settle_front(stories)
    for story in stories:
        take_title_from_body(story)
    if sections:
        stories = [part for story in stories for part in _sections_of(story)]
    return stories


def _settle_headings(paragraphs: Sequence[Paragraph]) -> None:
    """Headings that are none: furniture, bylines, captions and sentences set as headings by mistake."""
    for p in paragraphs:
        if p.kind != "heading":
            continue
        if reason := furniture_reason(p.text):
            p.kind, p.reason = "left_out", reason
        elif lead_byline(p.text) or is_turned_from(p.text) or (len(p.text) > 70 and is_finished(p.text)):
            p.kind, p.level = "text", 0
        elif line_byline(p.text):
            p.kind, p.level = "byline", 0
        elif is_caption(p.text):
            p.kind, p.level = "caption", 0


class _Grouping:
    """One pass over a page's paragraphs."""

    def __init__(self, paragraphs: list[Paragraph]) -> None:
        self.paragraphs = paragraphs
        levels = {p.level for p in paragraphs if p.kind == "heading"}
        self.top, self.levels = min(levels, default=1), len(levels)
        self.stories: list[Story] = []
        self.turned = ""

    def run(self) -> list[Story]:
        i = 0
        while i < len(self.paragraphs):
            p, j = self.paragraphs[i], i + 1
            if p.kind in ("heading", "byline"):
                while j < len(self.paragraphs) and self.paragraphs[j].kind == p.kind:
                    j += 1
                take = self._headings if p.kind == "heading" else self._bylines
                take(self.paragraphs[i:j], self._after(j - 1))
            elif p.kind == "left_out":
                self.turned = _TURNED
            elif p.kind == "text":
                self._text(p, i)
            else:
                self._current().body.append(p)
            i = j
        return self.stories

    def _after(self, i: int) -> Paragraph | None:
        """The next paragraph that says how the story goes on: captions and rows are looked past."""
        following = (self.paragraphs[j] for j in range(i + 1, len(self.paragraphs)))
        return next((p for p in following if p.kind in ("heading", *BEARERS)), None)

    def _current(self) -> Story:
        if not self.stories:
            self.stories.append(Story())
        return self.stories[-1]

    def _start(self, story: Story) -> Story:
        self.stories.append(story)
        self.turned = ""
        return story

    def _headings(self, run: list[Paragraph], after: Paragraph | None) -> None:
        current = self.stories[-1] if self.stories else None
        numbered = current is not None and current.title and all(_ENUMERATED.match(p.text) for p in run)
        tops = [k for k, p in enumerate(run) if p.level == self.top]
        if not tops or numbered:
            if current is None or (not numbered and self._lower_starts(run, current, after)):
                self._start(make_story(run, [len(run) - 1]))
                return
            for p in run:
                p.level = max(p.level, 3) if numbered else p.level
                current.body.append(p)
            return
        if len(tops) > MAX_TITLE_LINES:
            for k in tops[:-1]:
                self._start(make_story(run[k : k + 1], [0]))
            run, tops = run[tops[-1] :], [0]
        story = make_story(run, tops)
        if current is not None:
            take_kicker(current, story)
        self._start(story)

    def _lower_starts(self, run: list[Paragraph], current: Story, after: Paragraph | None) -> bool:
        """Whether headings below the page's headlines start a story: only where a byline follows."""
        if not current.has_text:
            return False
        bylined = after is not None and (after.kind == "byline" or bool(lead_byline(after.text)))
        if run[0].level >= 3:
            # A round-up's sections may have bylines; a second story has one after a first with its own.
            in_round_up = current.has_heading or current.text_count < 3
            return bylined and current.has_byline and not in_round_up
        return bylined or is_notice_headline(run[-1].text)

    def _text(self, p: Paragraph, i: int) -> None:
        current = self._current()
        after = self._after(i)
        lead = lead_byline(p.text)
        if lead or is_turned_from(p.text):
            cited = lead is not None and lead.cited and bool(current.body) and not current.body[-1].alone
            if current.has_text and not cited and not _opens_section(current) and not self._awaits(current, p):
                current = self._start_from(current)
        elif (
            self.turned
            and self.turned != _NAMED
            and current.has_text
            and not p.alone
            and self._may_follow_an_end(p, current)
        ):
            current = self._start(Story(uncertain=[self.turned]))
        elif self._may_be_headline(p, after, current):
            self._start(Story(title=p.text, heads=[p], uncertain=[doubt("headline_by_place")]))
            return
        elif current.has_text and p.alone and is_notice_headline(p.text) and after is not None and after.kind == "text":
            current = self._start(Story(title=p.text, heads=[p], uncertain=[doubt("headline_by_words")]))
            return
        current.body.append(p)
        self.turned = _TURNED if turns_to_another_page(p.text) else ""
        if closing_byline(p.text) and not lead:
            self.turned = _SIGNED
        elif p.signed or names_at_end(p.text):
            self.turned = _NAMED

    def _bylines(self, lines: list[Paragraph], after: Paragraph | None) -> None:
        """Bylines in lines of their own: under a headline, at a story's end, or where one starts."""
        current = self._current()
        while current.has_text and lines and signature(lines[0].text) and not current.has_byline:
            current.body.append(lines.pop(0))
            self.turned = _SIGNED
        if not lines:
            return
        if current.has_text:
            if self._start_one(lines, after, current):
                current = self._start_from(current)
            else:
                self.turned = _SIGNED
        current.body += lines

    @staticmethod
    def _start_one(lines: list[Paragraph], after: Paragraph | None, current: Story) -> bool:
        """Whether bylines below a story's text start the next story, rather than sign this one or head its section."""
        if after is None or after.kind != "text" or after.alone or _opens_section(current):
            return False
        if lead := lead_byline(after.text):
            # □记者 张宁 / 本报讯 …: two lines of one byline, where the second names nobody
            return not lead.reporters and not signature(lines[-1].text)
        own = [q for q in current.body if q.kind == "text"]
        under_intro = bool(current.title) and not current.has_byline and len(own[0].text) <= SHORT_INTRO_CHARS
        return not (under_intro and len(own) == 1)

    def _may_be_headline(self, p: Paragraph, after: Paragraph | None, current: Story) -> bool:
        """Whether a line without marks below a signed story is the next one's headline."""
        if self.turned not in (_SIGNED, _NAMED) or not current.has_text or not p.alone or p.signed or after is None:
            return False
        return after.kind == "text" and not after.alone and self._may_follow_an_end(after, current)

    @staticmethod
    def _may_follow_an_end(p: Paragraph, current: Story) -> bool:
        """Whether a paragraph after a story's end may start one: it neither leans on that story nor is its item."""
        return not (goes_on(p.text) or p.text[0] in _BULLETS or is_column_name(current.title))

    @staticmethod
    def _awaits(current: Story, p: Paragraph) -> bool:
        """Whether a byline belongs to the headline above although something stands between.

        So it is where that is only a line that ends no sentence, such as a byline misread beyond
        knowing; or where the headline shares its words with the byline's paragraph and none with
        strange paragraphs between.
        """
        own = [q for q in current.body if q.kind == "text"]
        if current.title and not current.has_byline and len(own) == 1 and _is_scrap(own[0]):
            return True
        wanted = pairs_of(current.title)
        if not wanted or current.has_byline or len(own) > 3:
            return False
        between = frozenset().union(*(pairs_of(q.text) for q in own))
        if len(wanted & pairs_of(p.text)) < 0.34 * len(wanted) or len(wanted & between) > 0.12 * len(wanted):
            return False
        current.uncertain.append(doubt("headline_apart"))
        return True

    def _start_from(self, before: Story) -> Story:
        """A new story, with the headline that stands without marks at the end of the one before."""
        story = Story()
        taken: list[Paragraph] = []
        while before.body and len(taken) < 2 and before.body[-1].may_head:
            taken.insert(0, before.body.pop())
        name_from(story, taken)
        if not before.body and not before.heads:
            self.stories.remove(before)
        return self._start(story)


def _is_scrap(p: Paragraph) -> bool:
    """Whether a paragraph is a short line that ends no sentence and is no headline either."""
    return len(p.text) <= SCRAP_CHARS and not p.alone and not is_finished(p.text)


def _opens_section(story: Story) -> bool:
    """Whether the last thing in a story is a section's head, so that a byline is the section's."""
    last = next((p for p in reversed(story.body) if p.kind not in ("caption", "row")), None)
    return last is not None and last.kind == "heading" and last.level >= 3


def _settle_front(stories: list[Story]) -> None:
    """What stands before the first headline: a story cut off, a caption of the next, or furniture."""
    if not stories or stories[0].heads:
        return
    first = stories[0]
    text = "".join(p.text for p in first.body if p.kind in BEARERS)
    if len(stories) > 1 and len(text) < FRAGMENT_CHARS and not is_finished(text or "。"):
        for p in first.body:
            p.kind, p.reason = "left_out", "fragment before the first headline"
        stories.pop(0)
    elif len(stories) > 1 and not text:
        stories[1].body[:0] = first.body
        stories.pop(0)
    elif not first.has_byline:
        opening = next((p.text for p in first.body if p.kind == "text" and not p.alone), "")
        if starts_in_speech(opening):
            first.uncertain.append(doubt("starts_in_speech"))
        elif len(stories) > 1:
            first.uncertain.append(doubt("before_first_headline"))


def _sections_of(story: Story) -> list[Story]:
    """One story a ``###`` section; the round-up's headline is their column where they have none."""
    starts = [k for k, p in enumerate(story.body) if p.kind == "heading" and p.level >= 3]
    if not starts:
        return [story]
    parts = []
    intro = story.body[: starts[0]]
    if any(p.kind in BEARERS for p in intro):
        parts.append(Story(story.title, story.column, story.subtitle, story.heads, intro, story.uncertain))
        heads: list[Paragraph] = []
    else:
        heads = story.heads + intro
    for k, start in enumerate(starts):
        stop = starts[k + 1] if k + 1 < len(starts) else len(story.body)
        head = story.body[start]
        part = Story(head.text, story.column or story.title, "", [*heads, head], story.body[start + 1 : stop])
        parts.append(part)
        heads = []
    return parts
