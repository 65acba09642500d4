"""Headings all of one level, as some OCR tools set them: which are headlines, and which only a story's sub-heads."""

from __future__ import annotations

from classifier.reading.doubts import doubt
from classifier.reading.page.bylines import closing_byline
from classifier.reading.page.story import Story
from classifier.reading.page.topics import goes_on

SUBHEAD_CHARS, LONG_SUBHEAD_CHARS = 14, 24


def with_flat_sections(stories: list[Story]) -> list[Story]:
    """Stories of a page whose headings are all of one level, with those that are parts of a story put into it.

    Stories without a byline under short headings that follow one with a byline, or with a longer headline,
    may be its parts.  Where most of them begin with words that lean on what stands before (``据了解``,
    ``下一步``), they are; else each of them says that it may be.
    """
    result: list[Story] = []
    at = 0
    while at < len(stories):
        first, stop = stories[at], at + 1
        while stop < len(stories) and _may_be_part(stories[stop], first):
            stop += 1
        parts = stories[at + 1 : stop]
        result.append(first)
        short = all(len(part.title) <= SUBHEAD_CHARS for part in parts)
        if parts and short and 2 * sum(map(_leaning, parts)) >= len(parts):
            for part in parts:
                _put_into(first, part)
        elif parts:
            first.uncertain.append(doubt("may_go_on"))
            for part in parts:
                part.uncertain.append(doubt("may_be_part"))
            result += parts
        at = stop
    return result


def _may_be_part(story: Story, first: Story) -> bool:
    if story.has_byline or story.column or not story.has_text or not (first.title and first.has_text):
        return False
    if not any(p.kind == "heading" for p in story.heads) or any(closing_byline(p.text) for p in story.body[-2:]):
        return False
    return len(story.title) <= LONG_SUBHEAD_CHARS and (first.has_byline or len(story.title) < len(first.title))


def _leaning(story: Story) -> float:
    """How much a story's first words lean on text before it; a quotation may open a story, too."""
    opening = next((p.text for p in story.body if p.kind == "text"), "")
    return 0.0 if not goes_on(opening) else 0.5 if opening.startswith("“") else 1.0


def _put_into(story: Story, part: Story) -> None:
    for head in part.heads:
        head.level = max(head.level, 3)
    story.body += part.heads + part.body
    story.uncertain += part.uncertain
