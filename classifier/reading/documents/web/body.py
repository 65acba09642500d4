"""Which blocks of a page are its article.

Each block is given a value by how much it reads like a paragraph: its characters outside links, when
sentence marks say that they are sentences; links, furniture and shapes of comments count against it.
Paragraphs that follow each other closely make a run; the run of most value, and the earlier of two,
is the article.  That text is dense where links are few is the idea of Boilerpipe (Kohlschütter,
Fankhauser, Nejdl, "Boilerplate detection using shallow text features", WSDM 2010); that Chinese
sentence marks tell text from furniture is that of GeneralNewsExtractor (after Hong, Lu, Wu, 2019, "Web page
text extraction based on text and symbol density").  Written anew from the ideas.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from classifier.reading.documents.web import phrases
from classifier.reading.doubts import doubt
from classifier.reading.patterns import pattern

if TYPE_CHECKING:
    from classifier.reading.documents.web.blocks import Block, Node, Page

MOST_OF_A_BLOCK = 400
"""A block counts for at most so many characters, so that one long notice does not outweigh an article."""
ASIDE_SHARE = 0.1
"""What is left of a paragraph's worth in an element that is named as comments, links or notes."""
LEAST_ASIDE = 40.0
"""From this value on, a text is an article though its element has a name such as ``side``."""
BEFORE_TITLE_SHARE = 0.3
"""What is left of its worth above the headline."""
LEAST_SENTENCE = 12
"""Characters of the shortest text that is taken for an article."""
LEAST_LINE = 5
"""Characters of the shortest line of text that begins as a button does."""
LEAST_LINKED = 16
"""Characters of the shortest sentence that is a paragraph though all of it is a link."""
VERY_SHORT, SHORT = 20, 120
"""With fewer characters of sentences than the first a text is doubtful; with fewer than the second it is asked
whether it only says that a page is gone."""
REACTION_VALUE = -60.0
"""What a button such as 回复 costs: no article has one between its paragraphs."""
CONTROL_VALUE = -25.0
"""What another button costs, and one for reactions where a page has no more of them than the article's own."""
BUTTONS_OF_AN_ARTICLE = 2
LEAST_HEADLINE = 8
"""Characters of the shortest headline of a story; those of sections are shorter."""
LINKS_BETWEEN = 6
"""This many links to stories between headline and text are more than stood above any article we saw."""
CROSSING = 6.0
"""What each element that closes or opens between two paragraphs costs."""
INTERRUPTION_SHARE = 0.15
"""The share that a box of links between two paragraphs of one element costs."""
CLOSE = 40.0
"""Paragraphs that cost no more than this to join are one text."""
NEXT_TO = 40.0
"""Text of this value before a run halves its chance: the article comes first, then what readers say."""
WINDOW = 40
"""How many blocks before and after a run are searched for lines without a mark."""
_TIME_ONLY = pattern(
    r"^(?=.*(?:\d\s*[年月日时分秒天小周]|\d\s*[:：/-]\s*\d|\d\.\d{1,2}\.\d))[\d\s:：年月日时分秒前天小周/.-]+$"
)
_ENDS_AS_SENTENCE = pattern("[。！？…!?][”’」』）)】]*$")
_OF_TEXT = frozenset((
    "p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td",
    "blockquote", "section", "figure", "figcaption",
))  # fmt: skip
"""Elements that an article's text is made of, besides what lays pages out."""


@dataclass(frozen=True, slots=True)
class Body:
    """The article's blocks: their numbers in the page, the first and the one after the last.

    ``doubts`` says why this may be no article.
    """

    chosen: tuple[int, ...]
    first: int
    last: int
    doubts: tuple[str, ...] = ()


def weigh_blocks(page: Page) -> None:
    """Give each block its value."""
    for block in page.blocks:
        block.value = _value(block)
    reactions = [block for block in page.blocks if block.value == REACTION_VALUE]
    if len(reactions) <= BUTTONS_OF_AN_ARTICLE:
        for block in reactions:
            block.value = CONTROL_VALUE


def _value(block: Block) -> float:
    chars = block.chars
    plain = chars - block.link_chars
    if block.link_chars * 2 > chars:
        return -8.0 - min(chars, 40) * 0.5
    text = block.words if chars < 150 else ""
    if chars <= 20 and not block.ends and phrases.REACTION.match(text):
        return REACTION_VALUE
    if chars <= 20 and phrases.CONTROL.match(text):
        return CONTROL_VALUE
    if block.heading or block.marks == 0:
        return -1.0 if chars < 30 else 0.0
    if is_dateline(block):
        return -1.0
    if chars < 150 and phrases.NOTICE_START.match(text):
        return -10.0
    worth = min(plain, MOST_OF_A_BLOCK) - 2.0 * block.link_chars
    if not block.ends:
        worth *= 0.35
    elif block.listed:
        worth *= 0.7
    if chars < 150 and phrases.NOTICE.search(text):
        worth *= 0.2
    if worth > 0 and block.aside:
        worth *= ASIDE_SHARE
    return worth


def is_dateline(block: Block) -> bool:
    """Whether a block is the line under a headline: when, from where, how often read."""
    if block.chars > 120 or block.ends:
        return False
    text = block.words
    return phrases.WHEN.search(text) is not None or phrases.WHENCE.search(text) is not None


def find_body(page: Page, title_at: int) -> Body | None:
    """The blocks of the page's article, or None where there is no text that reads like one.

    ``title_at``: the block that holds the headline, or -1.
    """
    _forgive_shared_names(page, title_at)
    weigh_blocks(page)
    above = sum(max(b.value, 0.0) for b in page.blocks[: max(title_at, 0)])
    if above > sum(max(b.value, 0.0) for b in page.blocks[max(title_at, 0) :]):
        title_at = -1  # a headline below the text, as share boxes say it again, starts nothing
    best: _Run | None = None
    best_score = before = 0.0
    for run in _runs(page, title_at):
        score = run.value / (1 + before / NEXT_TO)
        if score > best_score:
            best, best_score = run, score
        if run.first > title_at:
            before += run.value
    if best is None:
        return None
    blocks = page.blocks
    chosen = _paragraphs(page, best.first, best.last, title_at)
    sentences = sum(blocks[i].chars for i in chosen if blocks[i].ends or blocks[i].marks > 1)
    if sentences < LEAST_SENTENCE or (
        sentences < SHORT and any(phrases.NO_PAGE.search(blocks[i].words) for i in chosen)
    ):
        return None
    doubts = []
    if sentences < VERY_SHORT:
        doubts.append(doubt("few_words"))
    if _is_like_list(blocks, chosen):
        # An index has no headline of its own but a section's name; a round-up of linked briefs has one.
        if title_at < 0 or blocks[title_at].chars < LEAST_HEADLINE:
            return None
        doubts.append(doubt("may_be_list"))
    if best.value < LEAST_ASIDE and all(blocks[i].aside for i in chosen if blocks[i].value > 0):
        doubts.append(doubt("set_aside"))
    if 0 <= title_at < chosen[0] and sum(map(_is_story_link, blocks[title_at : chosen[0]])) >= LINKS_BETWEEN:
        doubts.append(doubt("links_above"))
    return Body(tuple(chosen), chosen[0], chosen[-1] + 1, tuple(doubts))


def _is_story_link(block: Block) -> bool:
    return block.link_chars >= LEAST_HEADLINE and block.link_chars * 2 > block.chars


def _forgive_shared_names(page: Page, title_at: int) -> None:
    """Heed names such as ``side`` or ``comment`` only of elements that the headline does not stand in, too."""
    if title_at < 0 or not page.blocks[title_at].aside:
        return
    nodes = page.nodes
    around = set()
    node = page.blocks[title_at].node
    while node >= 0:
        around.add(node)
        node = nodes[node].parent
    shared = [0] * len(nodes)
    for number, each in enumerate(nodes):
        shared[number] = each.aside if number in around else shared[each.parent] if each.parent >= 0 else 0
    for block in page.blocks:
        if block.node >= 0:
            block.aside -= shared[block.node]


@dataclass(slots=True)
class _Run:
    """Paragraphs that follow each other: the first and the last block, and their value together."""

    first: int
    last: int
    value: float
    cost: float
    """What joining it to the run before costs."""


def _runs(page: Page, title_at: int) -> list[_Run]:
    """The page's runs of paragraphs; runs that are large beside what stands between them are one."""
    blocks, nodes = page.blocks, page.nodes
    losses = list(accumulate((min(b.value, 0.0) for b in blocks), initial=0.0))
    strict = list(accumulate((b.value if b.value <= REACTION_VALUE else 0.0 for b in blocks), initial=0.0))
    runs: list[_Run] = []
    row = -1
    for i, block in enumerate(blocks):
        if block.value <= 0:
            continue
        value = block.value if i > title_at else block.value * BEFORE_TITLE_SHARE
        last_row, row = row, _row(page, i)
        if runs:
            lost, reactions = losses[runs[-1].last + 1] - losses[i], strict[runs[-1].last + 1] - strict[i]
            if row == last_row:
                cost = (lost - reactions) * INTERRUPTION_SHARE + reactions
            else:
                cost = lost + CROSSING * _steps(nodes, last_row, row)
            if cost <= CLOSE:
                runs[-1].last = i
                runs[-1].value += value
                continue
        else:
            cost = 0.0
        runs.append(_Run(i, i, value, cost))
    joined: list[_Run] = []
    for run in runs:
        if joined and run.cost <= CLOSE + 0.3 * min(joined[-1].value, run.value):
            joined[-1].last = run.last
            joined[-1].value += run.value
        else:
            joined.append(run)
    return joined


def _row(page: Page, i: int) -> int:
    """The element in which a block is one of several: its own where that holds more than it, else the one around."""
    node = page.blocks[i].node
    while node > 0 and page.nodes[node].last - page.nodes[node].first == 1:
        node = page.nodes[node].parent
    return node


def _steps(nodes: list[Node], one: int, other: int) -> int:
    """How many elements close and open between two."""
    steps = 0
    while one != other and one >= 0 and other >= 0:
        steps += 1
        if one > other:
            one = nodes[one].parent
        else:
            other = nodes[other].parent
    return steps


def _paragraphs(page: Page, first: int, last: int, title_at: int) -> list[int]:
    """The blocks of a run, and lines that belong to it, without what stands before, after and between."""
    blocks = page.blocks
    deepest = max(blocks[first : last + 1], key=lambda block: block.value).aside
    if first <= title_at < last:
        before = sum(max(b.value, 0.0) for b in blocks[first:title_at])
        if sum(max(b.value, 0.0) for b in blocks[title_at : last + 1]) >= before:
            first = title_at + 1
    lowest = max(first - WINDOW, title_at + 1) if title_at < first else max(first - WINDOW, 0)
    highest = _end(page, first, last + 1, deepest)
    if highest > last:
        highest = min(last + 1 + WINDOW, len(blocks))
        for i in range(last + 1, highest):
            if blocks[i].chars <= 24 and phrases.STOP.match(blocks[i].words):
                highest = i
                break
    kept = [
        i
        for i in range(lowest, highest)
        if blocks[i].aside <= deepest
        and (
            not _is_furniture(blocks[i])
            or (first < i < last and _is_line_of_text(page, i))
            or _is_linked_sentence(page, i)
        )
    ]
    good = [i for i in kept if first <= i <= last and blocks[i].value > 0]
    while good and _is_notice(blocks[good[-1]]):
        good.pop()
    while good and _is_notice(blocks[good[0]]):
        good.pop(0)
    if not good:
        return []
    # Beside the first and last sentences, short lines without a mark belong to the text where they stand in its row.
    lead, tail = kept.index(good[0]), kept.index(good[-1])
    while lead > 0 and _are_neighbours(page, kept[lead - 1], kept[lead]):
        lead -= 1
    around = _find_container(page, good[-1])
    while tail + 1 < len(kept) and (
        _are_neighbours(page, kept[tail], kept[tail + 1])
        or (kept[tail + 1] == kept[tail] + 1 and _is_part_of(page, kept[tail + 1], around))
    ):
        tail += 1
    return kept[lead : tail + 1]


def _are_neighbours(page: Page, one: int, next_one: int) -> bool:
    """Whether two blocks follow each other in one element, or in two elements of a kind in the same one."""
    if next_one != one + 1 or _is_notice(page.blocks[one]) or _is_notice(page.blocks[next_one]):
        return False
    a, b = page.blocks[one].node, page.blocks[next_one].node
    if a == b or a < 0 or b < 0:
        return True
    first, second = page.nodes[a], page.nodes[b]
    return first.parent == second.parent and first.tag == second.tag


def _find_container(page: Page, i: int) -> int:
    """The element that a paragraph is one of several in; -1 where that is the page itself."""
    around = page.nodes[page.blocks[i].node].parent if page.blocks[i].node >= 0 else -1
    return around if around >= 0 and page.nodes[around].parent >= 0 else -1


def _is_part_of(page: Page, i: int, around: int) -> bool:
    """Whether a block is a table's cell, a list's item or a heading right inside an element, and no notice."""
    at = page.blocks[i].node
    if around < 0 or _is_notice(page.blocks[i]):
        return False
    while at > around and page.nodes[at].tag in _OF_TEXT:
        at = page.nodes[at].parent
    return at == around


def _is_line_of_text(page: Page, i: int) -> bool:
    """Whether a short line that begins as a button does (关注民生办实事, 时间:4月8日) is the text's."""
    block, nodes = page.blocks[i], page.nodes
    if block.link_chars or block.node < 0 or phrases.CREDIT.match(block.words):
        return False
    if _TIME_ONLY.match(block.words) or is_dateline(block):
        return False
    own = nodes[block.node]
    if own.tag not in _OF_TEXT or own.last - own.first > 1:
        return False
    for other in (page.blocks[i - 1], page.blocks[i + 1]):
        if other.value > 0 and other.node >= 0 and nodes[other.node].parent == own.parent:
            return block.chars >= LEAST_LINE
    return False


def _is_linked_sentence(page: Page, i: int) -> bool:
    """Whether a block is a paragraph whose whole sentence is a link, beside a paragraph of the text."""
    blocks, nodes, block = page.blocks, page.nodes, page.blocks[i]
    if not block.ends or block.marks < 2 or block.chars < LEAST_LINKED or block.listed or block.node < 0:
        return False
    if not _ENDS_AS_SENTENCE.search(block.text) or _is_notice(block) or phrases.CONTROL.match(block.words):
        return False
    own = nodes[block.node]
    beside = (blocks[k] for k in (i - 1, i + 1) if 0 <= k < len(blocks))
    return own.tag == "p" and any(
        b.value > 0 and b.node >= 0 and nodes[b.node].tag == "p" and nodes[b.node].parent == own.parent for b in beside
    )


def _end(page: Page, first: int, last: int, aside: int) -> int:
    """Where the article ends: at a heading such as 相关阅读 that has more text before it than after it."""
    blocks = page.blocks
    gains = list(accumulate((max(blocks[i].value, 0.0) for i in range(first, last)), initial=0.0))
    for i in range(first, last):
        block = blocks[i]
        if block.chars <= 24 and phrases.STOP.match(block.words):
            if (block.aside > aside or phrases.BUTTON.match(block.words)) and _stands_in_text(page, i, first, last):
                continue
            before, after = gains[i - first], gains[-1] - gains[i - first]
            if before > after or (before > 0 and block.aside > aside):
                return i
    return last


def _stands_in_text(page: Page, i: int, first: int, last: int) -> bool:
    """Whether the paragraphs before and after a block stand in one element."""
    blocks = page.blocks
    before = next((k for k in range(i - 1, first - 1, -1) if blocks[k].value > 0), -1)
    after = next((k for k in range(i + 1, min(i + WINDOW, last)) if blocks[k].value > 0), -1)
    return before >= 0 and after >= 0 and _row(page, before) == _row(page, after)


def _is_furniture(block: Block) -> bool:
    text, chars = block.words if block.chars <= 200 else "", block.chars
    if block.link_chars * 2 > chars:
        # A long sentence whose names are linked is a sentence still.
        return not block.ends or chars < 60 or block.link_chars > 0.8 * chars
    if chars <= 60 and phrases.CREDIT.match(text):
        return True
    if chars <= 30 and not block.ends and (phrases.CONTROL.match(text) or _TIME_ONLY.match(text)):
        return True
    if is_dateline(block):
        return True
    return chars <= 160 and phrases.NOTICE_START.match(text) is not None


def _is_notice(block: Block) -> bool:
    """Whether a block says who may copy the text, or where to follow its paper; told only at the text's ends."""
    if block.chars > 200:
        return False
    text = block.words
    if phrases.RIGHTS.search(text) or phrases.NOTICE_START.match(text):
        return True
    return not block.ends and phrases.NOTICE.search(text) is not None


def _is_like_list(blocks: list[Block], chosen: list[int]) -> bool:
    """Whether the text is an index of other pages: linked headlines, each with a few words of its story."""
    good = [i for i in chosen if blocks[i].value > 0]
    heads = text = 0
    for last, i in zip([max(good[0] - 4, -1), *good], good, strict=False):
        text += blocks[i].chars
        heads += any(b.link_chars >= 6 and b.link_chars * 2 > b.chars for b in blocks[last + 1 : i])
    return heads >= 3 and heads >= 0.6 * len(good) and text < 200 * heads
