"""Paragraphs of a page → its stories: where each starts, and which headline, column and subtitle it has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from classifier.reading.bylines import closing_reporters, lead_byline, line_byline
from classifier.reading.furniture import (
    furniture_reason,
    is_caption,
    is_column_name,
    is_editors_note,
    is_notice_headline,
    is_turned_from,
    turns_to_another_page,
)
from classifier.reading.joining import Paragraph, is_finished
from classifier.reading.options import Scorer
from classifier.reading.topics import goes_on, pairs_of, starts_in_speech, story_changes

MAX_TITLE_LINES = 3
COLUMN_CHARS = 8
KICKER_CHARS = 14
SHORT_INTRO_CHARS = 120
FRAGMENT_CHARS = 30
_ENUMERATED = re.compile(
    r"[(（]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})\s*[、)）.．](?!\d)|第[一二三四五六七八九十]{1,3}[章节条部]"
)
_JOINS_ON = ("和", "与", "及", "的", "、", "暨", "在", "对", "为")
_BEARERS = ("text", "byline")
_TURNED = "it follows a story that turns to another page, with no headline of its own"
_SIGNED = "it follows a story signed at its end, with no headline of its own"


@dataclass(slots=True)
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

    @property
    def has_text(self) -> bool:
        """Whether its own text has begun: more than headings, captions, bylines and editors' notes."""
        return any(p.kind == "text" and not p.level and not is_editors_note(p.text) for p in self.body)

    @property
    def has_byline(self) -> bool:
        return any(p.kind == "byline" or (p.kind == "text" and lead_byline(p.text)) for p in self.body)


def stories_of(paragraphs: Sequence[Paragraph], *, sections: bool = False) -> list[Story]:
    """Group a page's paragraphs into stories, in reading order.

    A headline or a byline starts a story; a column stands before a headline, a subtitle after it;
    ``###`` heads are sections of one story, or stories of their own with ``sections``.
    """
    _settle_headings(paragraphs)
    grouping = _Grouping([p for p in paragraphs if p.kind != "left_out" or p.reason == "turn note"])
    stories = grouping.run()
    _settle_front(stories)
    for story in stories:
        _take_title_from_body(story)
    if sections:
        stories = [part for story in stories for part in _sections_of(story)]
    return stories


def split_topics(stories: list[Story], scorer: Scorer | None = None) -> list[Story]:
    """Split stories where the subject changes with no mark; the new story says that it is uncertain."""
    everywhere = _pairs_everywhere(stories)
    result: list[Story] = []
    for story in stories:
        result.append(story)
        if any(p.kind == "heading" and p.level >= 3 for p in story.body):
            continue
        units = _units(story)
        texts = ["".join(p.text for p in unit) for unit in units]
        if texts:
            texts[0] = story.title + story.subtitle + texts[0]
        hints = {k: _headline_hint(units, k) for k in range(1, len(units))}
        changes = story_changes(texts, everywhere=everywhere, hints=hints, scorer=scorer)
        for change in reversed(changes):
            start = story.body.index(units[change.index][0])
            new = Story(body=story.body[start:], uncertain=[f"no headline or byline marks its start: {change.why}"])
            del story.body[start:]
            _take_title_from_body(new)
            result.insert(result.index(story) + 1, new)
    return result


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
        self.top = min((p.level for p in paragraphs if p.kind == "heading"), default=1)
        self.stories: list[Story] = []
        self.turned = ""

    def run(self) -> list[Story]:
        i = 0
        while i < len(self.paragraphs):
            p = self.paragraphs[i]
            if p.kind == "heading":
                j = i
                while j < len(self.paragraphs) and self.paragraphs[j].kind == "heading":
                    j += 1
                self._headings(self.paragraphs[i:j], self._after(j - 1))
                i = j
                continue
            if p.kind == "left_out":
                self.turned = _TURNED
            elif p.kind == "byline":
                self._byline(p, i)
            elif p.kind == "text":
                self._text(p, i)
            else:
                self._current().body.append(p)
            i += 1
        return self.stories

    def _after(self, i: int) -> Paragraph | None:
        """The next paragraph that says how the story goes on: captions and rows are looked past."""
        return next((p for p in self.paragraphs[i + 1 :] if p.kind in ("heading", *_BEARERS)), None)

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
                self._start(_headed(run, [len(run) - 1]))
                return
            for p in run:
                p.level = max(p.level, 3) if numbered else p.level
                current.body.append(p)
            return
        if len(tops) > MAX_TITLE_LINES:
            for k in tops[:-1]:
                self._start(_headed(run[k : k + 1], [0]))
            run, tops = run[tops[-1] :], [0]
        story = _headed(run, tops)
        if current is not None:
            _take_kicker(current, story)
        self._start(story)

    def _lower_starts(self, run: list[Paragraph], current: Story, after: Paragraph | None) -> bool:
        """Whether headings below the page's headlines start a story: only where a byline follows."""
        if not current.has_text:
            return False
        bylined = after is not None and (after.kind == "byline" or bool(lead_byline(after.text)))
        if run[0].level >= 3:
            # A round-up's sections may have bylines; a second story has one after a first with its own.
            before = [p for p in current.body if p.kind == "text" and not p.level]
            in_round_up = any(p.kind == "heading" for p in current.body) or len(before) < 3
            return bylined and current.has_byline and not in_round_up
        return bylined or is_notice_headline(run[-1].text)

    def _text(self, p: Paragraph, i: int) -> None:
        current = self._current()
        after = self._after(i)
        if lead_byline(p.text) or is_turned_from(p.text):
            if current.has_text and not _opens_section(current) and not self._is_awaited(current, p):
                current = self._start_from(current)
        elif self.turned and current.has_text and not p.alone and not goes_on(p.text):
            current = self._start(Story(uncertain=[self.turned]))
        elif current.has_text and p.alone and is_notice_headline(p.text) and after is not None and after.kind == "text":
            current = self._start(Story(title=p.text, heads=[p], uncertain=["its headline is known only by its words"]))
            return
        current.body.append(p)
        self.turned = _TURNED if turns_to_another_page(p.text) else ""
        if closing_reporters(p.text) and not lead_byline(p.text):
            self.turned = _SIGNED

    def _byline(self, p: Paragraph, i: int) -> None:
        """A byline in a line of its own: under a headline, at a story's end, or where one starts."""
        current = self._current()
        after = self._after(i)
        if current.has_text and after is not None and after.kind == "text" and not lead_byline(after.text):
            own = [q for q in current.body if q.kind == "text"]
            under_intro = bool(current.title) and not current.has_byline and len(own[0].text) <= SHORT_INTRO_CHARS
            if not (under_intro and len(own) == 1) and not _opens_section(current):
                current = self._start_from(current)
        current.body.append(p)

    @staticmethod
    def _is_awaited(current: Story, p: Paragraph) -> bool:
        """Whether a byline belongs to the headline above although strange paragraphs stand between.

        So it is where the headline shares its words with the byline's paragraph and none with them.
        """
        own = [q for q in current.body if q.kind == "text"]
        wanted = pairs_of(current.title)
        if not wanted or current.has_byline or len(own) > 3:
            return False
        between = frozenset().union(*(pairs_of(q.text) for q in own))
        if len(wanted & pairs_of(p.text)) < 0.34 * len(wanted) or len(wanted & between) > 0.12 * len(wanted):
            return False
        current.uncertain.append("paragraphs of another story stand between its headline and its byline")
        return True

    def _start_from(self, before: Story) -> Story:
        """A new story, with the headline that stands without marks at the end of the one before."""
        story = Story()
        taken: list[Paragraph] = []
        while before.body and len(taken) < 2 and before.body[-1].alone and before.body[-1].kind == "text":
            taken.insert(0, before.body.pop())
        _name_from(story, taken)
        if not before.body and not before.heads:
            self.stories.remove(before)
        return self._start(story)


def _opens_section(story: Story) -> bool:
    """Whether the last thing in a story is a section's head, so that a byline is the section's."""
    last = next((p for p in reversed(story.body) if p.kind not in ("caption", "row")), None)
    return last is not None and last.kind == "heading" and last.level >= 3


def _headed(run: list[Paragraph], tops: list[int]) -> Story:
    """A story under a run of headings, of which ``tops`` are its headline's lines."""
    story = Story()
    titles = [run[k] for k in tops]
    columns = list(run[: tops[0]])
    story.heads += columns
    story.heads += titles
    if len(titles) > 1 and not columns and _names_column(titles[0].text):
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


def _take_kicker(before: Story, story: Story) -> None:
    """A line without marks right above a headline is its column or kicker, not the end of the story before."""
    last = before.body[-1] if before.body else None
    if last is None or not last.alone or last.kind != "text" or not before.has_text or len(before.body) < 2:
        return
    before.body.pop()
    story.heads.insert(0, last)
    if not story.column and len(last.text) <= KICKER_CHARS:
        story.column = last.text
    else:
        story.subtitle = f"{last.text} {story.subtitle}".strip()


def _names_column(heading: str) -> bool:
    return is_column_name(heading) or len(heading) <= COLUMN_CHARS


def _name_from(story: Story, taken: list[Paragraph]) -> None:
    """Take lines that stand like headlines as title, subtitle and column of a story."""
    story.heads += taken
    for p in reversed(taken):
        if p.text.startswith(("—", "-", "–")) and not story.subtitle:
            story.subtitle = p.text
        elif not story.title:
            story.title = p.text
        elif _names_column(p.text) and not story.column:
            story.column = p.text
        else:
            story.subtitle = f"{p.text} {story.subtitle}".strip()


def _take_title_from_body(story: Story) -> None:
    """A story without headline whose first line stands like one takes it as its title."""
    if story.title:
        first = story.body[0] if len(story.body) > 1 else None
        if first is not None and first.alone and first.kind == "text" and first.text.startswith("——"):
            story.heads.append(story.body.pop(0))
            story.subtitle = f"{story.subtitle} {first.text}".strip()
        return
    taken: list[Paragraph] = []
    while len(story.body) > 1 and len(taken) < 2 and story.body[0].alone and story.body[0].kind == "text":
        taken.append(story.body.pop(0))
    _name_from(story, taken)


def _settle_front(stories: list[Story]) -> None:
    """What stands before the first headline: a story cut off, a caption of the next, or furniture."""
    if not stories or stories[0].heads:
        return
    first = stories[0]
    text = "".join(p.text for p in first.body if p.kind in _BEARERS)
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
            first.uncertain.append("its beginning is cut off: it starts with someone speaking")
        elif len(stories) > 1:
            first.uncertain.append("it stands before the first headline or byline; its beginning may be cut off")


def _sections_of(story: Story) -> list[Story]:
    """One story a ``###`` section; the round-up's headline is their column where they have none."""
    starts = [k for k, p in enumerate(story.body) if p.kind == "heading" and p.level >= 3]
    if not starts:
        return [story]
    parts = []
    intro = story.body[: starts[0]]
    if any(p.kind in _BEARERS for p in intro):
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


def _units(story: Story) -> list[list[Paragraph]]:
    """The story's paragraphs, each with the lines above it that stand like headlines."""
    units: list[list[Paragraph]] = []
    waiting: list[Paragraph] = []
    for p in story.body:
        if p.kind == "heading" or (p.kind == "text" and p.alone):
            waiting.append(p)
        elif p.kind in _BEARERS:
            units.append([*waiting, p])
            waiting = []
    if waiting:
        if units:
            units[-1] += waiting
        else:
            units.append(waiting)
    return units


def _headline_hint(units: list[list[Paragraph]], k: int) -> float:
    """How much the lines above a paragraph look like a headline: it says them again, the text before does not."""
    heads, own = units[k][:-1], units[k][-1]
    wanted = pairs_of("".join(p.text for p in heads))
    if not wanted:
        return 0.0
    before = pairs_of("".join(p.text for unit in units[max(0, k - 6) : k] for p in unit))
    if len(wanted & pairs_of(own.text)) >= 0.34 * len(wanted) and len(wanted & before) <= 0.12 * len(wanted):
        return 2.0
    return 0.0


def _pairs_everywhere(stories: list[Story]) -> frozenset[str]:
    """Pairs of characters that at least two fifths of a page's stories use: its place and paper names."""
    if len(stories) < 3:
        return frozenset()
    counts: Counter[str] = Counter()
    for story in stories:
        counts.update(pairs_of("".join(p.text for p in story.body)))
    return frozenset(pair for pair, n in counts.items() if n >= max(3, 0.4 * len(stories)))
