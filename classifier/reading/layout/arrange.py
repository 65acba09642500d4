"""A printed page → its articles as blocks in reading order, each under its headline.

The road: type size of the body → frames → lines → blocks of columns → headlines → which block
goes on where another breaks off → each run of blocks under its headline.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from classifier.reading.doubts import doubt
from classifier.reading.layout.flow import Surroundings, chains_of
from classifier.reading.layout.heads import Head, heads_of, in_rows, make_head, take_lines_around
from classifier.reading.layout.lines import HEADLINE, Line, body_size, lines_of_pieces
from classifier.reading.layout.printed import Box, PrintedPage, TextPiece
from classifier.reading.layout.printed_columns import Block, blocks_of, see_paragraphs
from classifier.reading.layout.ruled_tables import with_rows
from classifier.reading.layout.upright import (
    UprightText,
    lay_down,
    split_upright,
    stand_block_up,
    stand_head_up,
    stand_up,
)
from classifier.reading.page.bylines import line_byline
from classifier.reading.page.furniture import (
    furniture_reason,
    is_caption,
    is_column_name,
    is_turned_from,
    turns_to_another_page,
)
from classifier.reading.patterns import pattern

MARGIN = 0.12, 0.05
"""Shares of a page's height at its top and bottom where mastheads and page numbers stand."""
MAX_BLOCKS = 600
PHOTO_NEWS_CHARS = 40
SIGNATURE_CHARS = 40
MOST_IN_NOTICE = 6
MOST_INDEX_CHARS = 600
_INDEX = pattern(r"导\s*读|要\s*目|目\s*录")
_PAGE_AT_END = pattern(r"(?:[A-Z]?\d{1,2}\s*版|[一二三四五六七八九十]{1,3}版|[A-D]\d{1,2})[）)】\]>》]*$")
SUBHEAD = 1.4
"""Up to this size, against the body's, a line that stands close in a column's text is a sub-head."""


@dataclass(slots=True, eq=False)
class Arranged:
    """One article of a page: its headline, blocks in reading order, captions, and what was not sure."""

    head: Head | None
    blocks: list[Block]
    captions: list[Block] = field(default_factory=list)
    inner_heads: dict[Block, Head] = field(default_factory=dict)
    uncertain: list[str] = field(default_factory=list)

    @property
    def box(self) -> Box:
        boxes = [b.box for b in self.blocks] + ([self.head.box] if self.head else [])
        boxes += [] if self.blocks else [b.box for b in self.captions]
        return Box.around_all(boxes)


@dataclass(frozen=True, slots=True)
class LeftOutText:
    """Text of a page that is in no article, where it stands, and why it was left out."""

    text: str
    box: Box
    reason: str


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The articles of a page, and what is in none."""

    articles: tuple[Arranged, ...]
    left_out: tuple[LeftOutText, ...]


def arrange(page: PrintedPage) -> Arrangement:
    """Find the articles of a printed page by where its text stands."""
    body = body_size(page)
    left_out = [LeftOutText(piece.text, piece.box, "text set another way") for piece in page.aside]
    articles: list[Arranged] = []
    if not body:
        return Arrangement((), tuple(left_out))
    page = with_rows(_with_solid_pieces(page), body)
    page, upright = split_upright(page, body)
    for part in upright:
        articles += _arrange_upright(part, page, body, left_out)
    page = replace(page, pictures=(*page.pictures, *(part.box for part in upright)))
    for region in _regions(page, body):
        articles += _arrange_region(region, page, left_out)
    for article in articles:
        article.uncertain += _doubts(article)
    articles.sort(key=lambda a: (round(a.box.top / (0.05 * page.height)), a.box.left))
    return Arrangement(tuple(articles), tuple(left_out))


def _doubts(article: Arranged) -> list[str]:
    """What the text itself says against the order that was found."""
    misfit = {("middle", "paragraph"), ("paragraph", "middle")}
    doubts = []
    if any((a.ends, b.starts) in misfit for a, b in pairwise(article.blocks)):
        doubts.append(doubt("columns_misfit"))
    if article.blocks and article.blocks[0].starts == "middle" and not is_turned_from(article.blocks[0].text):
        doubts.append(doubt("starts_in_sentence"))
    if article.blocks and article.blocks[-1].ends == "middle" and not turns_to_another_page(article.blocks[-1].text):
        doubts.append(doubt("ends_in_sentence"))
    return doubts


# Regions ---------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class _Region:
    """What stands within one frame but within none inside it; the page itself is the outermost."""

    box: Box
    body: float
    pieces: list[TextPiece]
    rules: list[Box]
    pictures: list[Box]
    is_page: bool = False


def _regions(page: PrintedPage, body: float) -> list[_Region]:
    """Frames that hold text of their own, each with its pieces, and the page with the rest."""
    frames = _distinct(page.frames, body, page)
    frames.sort(key=lambda f: f.width * f.height)
    inside: list[list[TextPiece]] = [[] for _ in frames]
    rest: list[TextPiece] = []
    for piece in page.pieces:
        k = next((k for k, frame in enumerate(frames) if frame.holds(piece.box.x, piece.box.y)), None)
        (rest if k is None else inside[k]).append(piece)
    pictures, rules = list(page.pictures), list(page.rules)
    regions: list[_Region] = []
    for k, frame in enumerate(frames):
        own = inside[k]
        chars = sum(len(p.text.strip()) for p in own)
        heads = any(p.size >= HEADLINE * body for p in own if p.text.strip())
        if not chars:
            pictures.append(frame)
        elif chars >= 25 and heads:
            regions.append(_Region(frame, body, own, [], []))
        else:
            # A frame of text without a headline, or of a headline alone: its sides part, but it is no page in the page.
            outer = next((j for j in range(k + 1, len(frames)) if _within(frame, frames[j])), None)
            (rest if outer is None else inside[outer]).extend(own)
            if any(p.size < HEADLINE * body for p in own if p.text.strip()):
                rules += frame.sides()
    regions.append(_Region(Box(0, 0, page.width, page.height), body, rest, [], [], is_page=True))
    boxes = [r.box for r in regions]
    for rule in rules:
        regions[_innermost(rule, boxes)].rules.append(rule)
    for picture in pictures:
        regions[_innermost(picture, boxes)].pictures.append(picture)
    for m, box in enumerate(boxes[:-1]):
        regions[_innermost(box, boxes, without=m)].pictures.append(box)
    for region in regions:
        sizes: Counter[float] = Counter()
        for piece in region.pieces:
            sizes[round(piece.size, 1)] += len(piece.text.strip())
        if sizes.total() > 150 and page.exact:
            own_size = sizes.most_common(1)[0][0]
            if 0.8 * body < own_size < HEADLINE * body:
                region.body = own_size
    return regions


def _distinct(frames: Sequence[Box], body: float, page: PrintedPage) -> list[Box]:
    kept: list[Box] = []
    for frame in frames:
        if min(frame.width, frame.height) < 3 * body or frame.width * frame.height > 0.85 * page.width * page.height:
            continue
        if not any(_within(frame, other, 2.5) and _within(other, frame, 2.5) for other in kept):
            kept.append(frame)
    return kept[:400]


def _within(a: Box, b: Box, slack: float = 1.0) -> bool:
    return (
        a.left >= b.left - slack
        and a.right <= b.right + slack
        and a.top >= b.top - slack
        and a.bottom <= b.bottom + slack
    )


def _innermost(box: Box, boxes: Sequence[Box], without: int = -1) -> int:
    return next((k for k, b in enumerate(boxes) if k != without and b.holds(box.x, box.y)), len(boxes) - 1)


# One region ------------------------------------------------------------------------------------------


def _arrange_region(region: _Region, page: PrintedPage, left_out: list[LeftOutText]) -> list[Arranged]:
    body = region.body
    upright = [r for r in region.rules if r.height > r.width]
    level = [r for r in region.rules if r.width >= r.height]
    lines = lines_of_pieces(region.pieces, body, upright)
    lines = _without_furniture(lines, region, page, left_out)
    lines = _with_drop_caps(lines, body)
    large = [line for line in lines if _is_large(line, body)]
    plain = [line for line in lines if not _is_large(line, body)]
    large, plain = _without_subheads(large, plain, level, body)
    large, more = _long_texts_apart(large, body, page.exact)
    blocks = blocks_of(plain, [*level, *region.pictures], exact=page.exact) + more
    if len(blocks) > MAX_BLOCKS:
        blocks = sorted(blocks, key=lambda b: -len(b.text))
        left_out += [LeftOutText(b.text, b.box, "too many pieces") for b in blocks[MAX_BLOCKS:]]
        blocks = blocks[:MAX_BLOCKS]
    see_paragraphs(blocks)
    signed = _take_signatures(blocks, body, alone=not region.is_page)
    captions = _take_captions(blocks, region.pictures, body)
    heads = heads_of(large, body, level, exact=page.exact)
    take_lines_around(heads, blocks, body)
    heads = _with_torn_joined(heads, blocks, upright, body, exact=page.exact)
    around = Surroundings(blocks, heads, level, upright, region.pictures, body)
    articles = _under_heads(chains_of(around), around)
    for article in articles:
        article.blocks = [part for b in article.blocks for part in (b, *signed.get(b, ()))]
    _give_captions(captions, articles, region.pictures, around, left_out)
    return _drop_furniture(articles, left_out)


def _take_signatures(blocks: list[Block], body: float, *, alone: bool) -> dict[Block, list[Block]]:
    """Take out who signs a notice, and when: short lines at the right, close under the text they belong to.

    ``alone`` says that the text stands in a frame of its own, where they may stand right of its last line.
    """
    signatures: dict[Block, list[Block]] = {}
    for one in sorted(blocks, key=lambda b: b.box.top):
        text = one.text.strip()
        if len(one.lines) > 2 or len(text) > SIGNATURE_CHARS or text[-1:] in "。，；：,;:" or is_caption(text):
            continue
        for above in blocks:
            last = signatures.get(above, [above])[-1].box
            gap = one.box.top - last.bottom
            if (
                above is not one
                and above.ends != "middle"
                and len(above.text) > len(text)
                and -0.3 * body <= gap <= 1.6 * one.size
                and one.box.right > above.box.right - 2.5 * body
                and (one.box.shared_x(above.box) > 0.5 * one.box.width or (alone and len(blocks) < MOST_IN_NOTICE))
                and one.box.left > above.box.left + 0.35 * above.box.width
                and not line_byline(text)
            ):
                one.starts = one.ends = "paragraph"
                one.first_lines = set(range(len(one.lines)))
                signatures.setdefault(above, []).append(one)
                blocks.remove(one)
                break
    return signatures


def _with_solid_pieces(page: PrintedPage) -> PrintedPage:
    """The page with no piece that is infinitely thin."""

    def solid(piece: TextPiece) -> TextPiece:
        least, box = 0.02 * max(piece.size, 1e-3), piece.box
        if box.width >= least and box.height >= least:
            return piece
        right, bottom = max(box.right, box.left + least), max(box.bottom, box.top + least)
        return replace(piece, box=Box(box.left, box.top, right, bottom))

    if all(piece.box.width > 0 and piece.box.height > 0 for piece in page.pieces):
        return page
    return replace(page, pieces=tuple(map(solid, page.pieces)))


def _arrange_upright(part: UprightText, page: PrintedPage, body: float, left_out: list[LeftOutText]) -> list[Arranged]:
    """The articles of a part that is set from top to bottom."""
    width = page.width
    pieces = [replace(p, box=lay_down(p.box, width)) for p in part.pieces]
    rules = [lay_down(r, width) for r in page.rules if part.box.shared_x(r) > 0 and part.box.shared_y(r) > 0]
    laid: list[LeftOutText] = []
    articles = _arrange_region(_Region(lay_down(part.box, width), body, pieces, rules, []), page, laid)
    left_out += [replace(piece, box=stand_up(piece.box, width)) for piece in laid]
    for article in articles:
        for block in (*article.blocks, *article.captions):
            stand_block_up(block, width)
        for head in (article.head, *article.inner_heads.values()):
            if head is not None:
                stand_head_up(head, width)
    return articles


def _with_drop_caps(lines: list[Line], body: float) -> list[Line]:
    """Large first characters that stand beside a paragraph's first lines (首字下沉) put into the first of them."""
    kept = list(lines)
    for cap in lines:
        if len(cap.text) != 1 or cap.size < 1.7 * body or cap.vertical:
            continue
        beside = [
            line
            for line in kept
            if line is not cap
            and line.size < HEADLINE * body
            and -0.3 * body < line.box.left - cap.box.right < 1.3 * body
            and line.box.shared_y(cap.box) > 0.4 * line.box.height
        ]
        if len(beside) < 2:
            continue
        first = min(beside, key=lambda line: line.middle)
        box = Box(cap.box.left + 2 * body, first.box.top, first.box.right, first.box.bottom)
        kept[kept.index(first)] = replace(first, text=cap.text + first.text, box=box)
        for line in beside:
            if line is not first:
                widened = Box(cap.box.left, line.box.top, line.box.right, line.box.bottom)
                kept[kept.index(line)] = replace(line, box=widened)
        kept.remove(cap)
    return kept


def _is_large(line: Line, body: float) -> bool:
    if line.role == "headline" or line.vertical:
        return True
    return line.size >= HEADLINE * body and line.role in ("", "headline") and line.lines == 1


def _without_furniture(
    lines: list[Line], region: _Region, page: PrintedPage, left_out: list[LeftOutText]
) -> list[Line]:
    """Without mastheads, date lines, page numbers and editors' lines in the page's margins."""
    kept = []
    top, bottom = MARGIN[0] * page.height, (1 - MARGIN[1]) * page.height
    for line in lines:
        reason = "page furniture" if line.role == "furniture" else ""
        if not reason and region.is_page:
            large = line.size >= HEADLINE * region.body
            if large and line.box.bottom < 0.07 * page.height and is_column_name(line.text):
                reason = "page name"
            elif line.box.bottom < top or line.box.top > bottom:
                reason = furniture_reason(line.text)
        if reason not in ("", "turn note"):
            left_out.append(LeftOutText(line.text, line.box, reason))
        else:
            kept.append(line)
    return kept


def _without_subheads(
    large: list[Line], plain: list[Line], rules: Sequence[Box], body: float
) -> tuple[list[Line], list[Line]]:
    """Sub-heads, in type a little larger, belong to the text that they stand close in."""
    kept: list[Line] = []
    subheads: list[Line] = []
    for line in large:
        if line.vertical or line.size > SUBHEAD * body or len(line.text) > 24:
            kept.append(line)
            continue
        near = [p for p in plain if p.box.shared_x(line.box) > 0.3 * line.box.width]
        edge = min((p.box.left for p in near if abs(p.middle - line.middle) < 8 * body), default=line.box.left)
        over_it = (p for p in plain if p.middle < line.middle and abs(p.box.left - edge) < 2.8 * body)
        above = max(over_it, key=lambda p: p.middle, default=None)
        below = min((p for p in near if p.middle > line.middle), key=lambda p: p.middle, default=None)
        if above is None or below is None:
            kept.append(line)
            continue
        over, under = line.box.top - above.box.bottom, below.box.top - line.box.bottom
        column = above.box.around(below.box)
        inside = line.box.left > column.left - body and line.box.right < column.right + body
        close = over < 1.05 * body and over < under + 0.4 * body and under < 1.3 * body
        ruled = any(above.middle < r.top < below.middle and r.shared_x(line.box) > 0 for r in rules)
        neighbours = [x for x in large if x is not line and abs(x.middle - line.middle) < 2 * x.size]
        touching = any(x.box.shared_x(line.box) > 0 for x in neighbours)
        (subheads if inside and close and not ruled and not touching else kept).append(line)
    return kept, [*plain, *subheads]


def _long_texts_apart(large: list[Line], body: float, exact: bool) -> tuple[list[Line], list[Block]]:
    """Text of larger type that is as long as an article's is body all the same."""
    flat = [line for line in large if not line.vertical and line.size < 1.6 * body and line.role != "headline"]
    texts = [b for b in blocks_of(flat, [], exact=exact) if len(b.lines) >= 5 and len(b.text) > 60]
    gone = {id(line) for b in texts for line in b.lines}
    return [line for line in large if id(line) not in gone], texts


def _take_captions(blocks: list[Block], pictures: Sequence[Box], body: float) -> list[Block]:
    """Take out the blocks that are pictures' captions: right under one, within its width, unlike the body."""
    captions = []
    for one in list(blocks):
        if (
            any(line.role == "caption" for line in one.lines)
            or any(_is_caption_of(picture, one, blocks, body) for picture in pictures)
            or (len(one.lines) <= 5 and is_caption(one.text) and one.size <= 0.965 * body)
        ):
            blocks.remove(one)
            captions.append(one)
    return captions


def _is_caption_of(picture: Box, one: Block, blocks: Sequence[Block], body: float) -> bool:
    box = one.box
    if box.shared_x(picture) < 0.7 * box.width or len(one.lines) > 6:
        return False
    if not -0.5 * body <= box.top - picture.bottom <= 1.8 * body:
        return False
    within = box.left > picture.left - body and box.right < picture.right + body
    return within and (is_caption(one.text) or one.size <= 0.965 * _size_around(picture, one, blocks, body))


def _size_around(picture: Box, caption: Block, blocks: Sequence[Block], body: float) -> float:
    """The size of the text nearest to a picture, its caption apart."""
    near = [b for b in blocks if b is not caption and len(b.lines) > 2]
    if not near:
        return body
    closest = min(near, key=lambda b: max(0.0, -b.box.shared_x(picture)) + max(0.0, -b.box.shared_y(picture)))
    return closest.size


def _with_torn_joined(
    heads: list[Head], blocks: Sequence[Block], rules: Sequence[Box], body: float, *, exact: bool
) -> list[Head]:
    """Headlines torn by a blank, or set in parts one above the other, put together where one has no text below."""
    around = Surroundings(blocks, heads, [], rules, [], body)
    owned = {*around.head_above.values(), *around.beside.values()}
    kept = list(heads)
    for h in heads:
        if h in owned or h.vertical or h not in kept:
            continue
        best, best_cost = None, 3 * body
        for other in kept:
            if other is h or other.vertical or around.crossed(h.box, other.box):
                continue
            in_row = abs(h.main[0].middle - other.main[0].middle) < 0.2 * h.size  # perhaps torn by a blank
            overlaps = h.box.shared_x(other.box) > 0.3 * min(h.box.width, other.box.width)
            below, above = other.box.top - h.box.bottom, h.box.top - other.box.bottom
            if overlaps and -0.5 * body < below < 2.2 * body:
                cost = max(0.0, below)
            elif overlaps and h.size < other.size and -0.5 * body < above < 2.2 * body:
                cost = max(0.0, above)
            elif in_row and 0.93 < h.size / other.size < 1.08 and 0 <= -h.box.shared_x(other.box) < 1.8 * h.size:
                cost = 2.5 * body
            else:
                continue
            if cost < best_cost:
                best, best_cost = other, cost
        if best is not None:
            joined = _join_heads(h, best, exact)
            kept[kept.index(best)] = joined
            kept.remove(h)
            if best in owned:
                owned.add(joined)
    return kept


def _join_heads(a: Head, b: Head, exact: bool) -> Head:
    first, second = (a, b) if a.box.top < b.box.top - 0.5 * a.size or a.box.left < b.box.left else (b, a)
    if a.box.shared_y(b.box) > 0.6 * min(a.box.height, b.box.height) and 0.9 < a.size / b.size < 1.11:
        main = in_rows(first.main + second.main)
        box, size = a.box.around(b.box), max(a.size, b.size)
        whole = Head(first.above + second.above, main, first.below + second.below, box, size)
    else:
        whole = make_head(a.above + a.main + a.below + b.above + b.main + b.below, exact=exact)
    whole.bylines = a.bylines + b.bylines
    return whole


def _under_heads(chains: list[list[Block]], around: Surroundings) -> list[Arranged]:
    """Give each run of blocks its headline; a run is cut where another headline starts a paragraph in it."""
    at = {block: (n, k) for n, chain in enumerate(chains) for k, block in enumerate(chain)}
    votes: dict[Head, list[tuple[int, int, Block]]] = {}
    for one in around.blocks:
        h = around.beside.get(one, around.next_above[one])
        if isinstance(h, Head):
            votes.setdefault(h, []).append((*at[one], one))
    first_of: dict[int, Head] = {}
    inner: dict[int, list[tuple[int, Head, Block]]] = {}
    for h, own in votes.items():
        n, k, one = min(own, key=lambda v: (v[1] > 0, v[2].box.left, v[2].box.top))
        if k == 0 and n not in first_of:
            first_of[n] = h
        else:
            inner.setdefault(n, []).append((k, h, one))
    waiting = [h for h in around.heads if h not in votes]
    articles: list[Arranged] = []
    for n, chain in enumerate(chains):
        parts = [(0, first_of.get(n))]
        subs: dict[Block, Head] = {}
        for k, h, one in sorted(inner.get(n, []), key=lambda x: x[0]):
            if k == 0:
                waiting.append(h)
            elif one.starts == "paragraph":
                parts.append((k, h))
            elif parts[0][1] is None:
                parts[0] = (0, h)
            else:
                subs[one] = h
        for m, (k, own_head) in enumerate(parts):
            stop = parts[m + 1][0] if m + 1 < len(parts) else len(chain)
            article = Arranged(own_head, chain[k:stop])
            article.inner_heads = {b: h for b, h in subs.items() if b in article.blocks}
            articles.append(article)
    for h in waiting:
        if (below := _headless_below(h, articles, around)) is not None:
            below.head = h
        else:
            articles.append(Arranged(h, []))
    return articles


def _headless_below(h: Head, articles: Sequence[Arranged], around: Surroundings) -> Arranged | None:
    """The text below a headline that is centred over more columns than its text fills."""
    best, best_cost = None, 16 * around.body
    for article in articles:
        if article.head is not None or not article.blocks or h.vertical:
            continue
        box = article.blocks[0].box
        under, beside = box.top - h.box.bottom, max(0.0, -h.box.shared_x(box))
        if not -around.body < under < 4 * around.body or box.left > h.box.left:
            continue
        cost = under + beside
        if cost < best_cost and not around.crossed(h.box, box) and not around.ruled(h.box, box):
            best, best_cost = article, cost
    return best


def _give_captions(
    captions: Sequence[Block],
    articles: list[Arranged],
    pictures: Sequence[Box],
    around: Surroundings,
    left_out: list[LeftOutText],
) -> None:
    """Give each caption to the article whose place its picture stands in, or next to."""
    for caption in captions:
        picture = min(
            pictures,
            key=lambda p: abs(caption.box.top - p.bottom) - min(0.0, p.shared_x(caption.box)),
            default=caption.box,
        )
        place = picture.around(caption.box)
        best = min(articles, key=lambda a: _picture_cost(a, place, around), default=None)
        # A picture's text of more than one sentence tells a story of its own.
        is_story = len(caption.text) >= PHOTO_NEWS_CHARS and "。" in caption.text.rstrip("。")
        if is_story and (best is None or _share_within(best.box, place) <= 0.3):
            articles.append(Arranged(None, [caption]))
        elif best is None:
            left_out.append(LeftOutText(caption.text, caption.box, "caption"))
        else:
            best.captions.append(caption)


def _share_within(box: Box, place: Box) -> float:
    """How much of a picture's place stands in an article's."""
    return max(0.0, box.shared_x(place)) * max(0.0, box.shared_y(place)) / max(1.0, place.width * place.height)


def _picture_cost(article: Arranged, place: Box, around: Surroundings) -> float:
    """How far a picture is from being an article's: within its place, then above or below, then beside."""
    box = article.box
    beside, apart = max(0.0, -box.shared_x(place)), max(0.0, -box.shared_y(place))
    cost = 2.5 * beside + apart - 1000 * _share_within(box, place)
    if around.crossed(box, place) or around.ruled(box, place) or around.ruled(place, box):
        cost += 30 * around.body
    if article.head is not None and apart and box.top > place.bottom:
        # Pictures stand under their headline, seldom above it.
        cost += 10 * around.body
    return cost


def _is_index(article: Arranged) -> bool:
    """Whether it only says what stands on other pages (导读)."""
    lines = [line for block in article.blocks for line in block.lines]
    told = sum(bool(_PAGE_AT_END.search(line.text)) for line in lines)
    least = 0.25 if article.head is not None and _INDEX.search(article.head.text) else 0.5
    return told >= 2 and told >= least * len(lines) and sum(len(line.text) for line in lines) < MOST_INDEX_CHARS


def _drop_furniture(articles: list[Arranged], left_out: list[LeftOutText]) -> list[Arranged]:
    """Without what is no article: furniture that stands alone, headlines without any text."""
    kept = []
    for article in articles:
        if not article.blocks and not article.captions:
            assert article.head is not None
            left_out.append(LeftOutText(article.head.text, article.head.box, "headline without text"))
            continue
        if article.head is None and len(article.blocks) == 1:
            text = article.blocks[0].text
            if reason := furniture_reason(text):
                left_out.append(LeftOutText(text, article.blocks[0].box, reason))
                continue
        if _is_index(article):
            head = "" if article.head is None else article.head.text
            left_out += [LeftOutText(f"{head} {b.text}".strip(), b.box, "index") for b in article.blocks]
            continue
        if article.head is None and not article.blocks:
            left_out += [LeftOutText(c.text, c.box, "caption") for c in article.captions]
            continue
        kept.append(article)
    return kept
