"""Stories of a page split where the subject changes with no mark."""

from __future__ import annotations

from collections import Counter

from classifier.reading.page.joining import Paragraph
from classifier.reading.page.story import BEARERS, Story, take_title_from_body
from classifier.reading.page.topics import pairs_of, story_changes
from classifier.reading.reading_options import Scorer


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
        at = len(result)
        for change in reversed(changes):
            start = story.body.index(units[change.index][0])
            new = Story(body=story.body[start:], uncertain=[change.why])
            del story.body[start:]
            take_title_from_body(new)
            result.insert(at, new)
    return result


def _units(story: Story) -> list[list[Paragraph]]:
    """The story's paragraphs, each with the lines above it that stand like headlines."""
    units: list[list[Paragraph]] = []
    waiting: list[Paragraph] = []
    for p in story.body:
        if p.kind == "heading" or (p.kind == "text" and p.alone):
            waiting.append(p)
        elif p.kind in BEARERS:
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
