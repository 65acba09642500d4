"""Many files of clean text at once: what ``clean.read_clean`` reads one by one, by compiled code over all their bytes.

The compiled looks (``engine/lines/looking.py``) read most files to the end.  Of the others they mark the lines that
may be a byline, a signature, a sub-head; those are looked at again here, by the rules that read_clean goes by.
What comes out is the same as theirs, which a test holds over texts of many kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from classifier.article import Article
from classifier.columns import TextColumn, offsets_of
from classifier.engine.lines import line_marks
from classifier.engine.lines.line_marks import Files, Marks, Read, Work
from classifier.engine.scoring.machine_code import addresses, machine_code
from classifier.reading.documents import clean
from classifier.reading.documents.clean import MOST_LINES, NOT_LAST, is_unfinished, make_article
from classifier.reading.origin import Origin
from classifier.reading.page.bylines import BOX, TRACE_FIRST, Byline, breaks_off, is_signed, lead_byline, line_byline
from classifier.reading.page.markup import MARKUP_FIRST
from classifier.reading.page.tails import recommends
from classifier.reading.patterns import (
    CLOSERS,
    CLOSING_BRACKETS,
    COMMA,
    ENDS,
    OPENING_BRACKETS,
    PAIRS,
    PAUSE,
    SEMICOLON,
    TELLING,
)
from classifier.reading.reading_options import LIMITS, Limits

_SOURCES = ("engine/lines/*.py", "engine/scoring/entry.py", "engine/words/compiled.py")
"""The files that the compiled looks are made from."""
_LEAD, _SIGN, _RECOMMENDS, _EDITS, _RUNS, _ELECTRIC, _WEAK, _ROLE, _NAMELESS = range(9)
_NO_HAN = "".join(chr(code) for code in range(0x10000) if not 0x3400 <= code <= 0x9FFF)
_PAIRS: tuple[tuple[tuple[int, ...], str, str], ...] = (
    ((_LEAD, _WEAK), "消", "息"),
    ((_LEAD, _SIGN), "记己已記", "者着音"),
    ((_LEAD, _SIGN, _WEAK), "报報", "道导導"),
    ((_LEAD, _SIGN), "通习習", "讯訊迅汛生"),
    ((_LEAD,), "日", "电電"),
    ((_LEAD,), "本", "报報"),
    ((_LEAD, _ELECTRIC), "电電", "近日前今昨" + _NO_HAN),
    ((_SIGN,), "实實", "习習"),
    ((_SIGN,), "评評", "论論"),
    ((_SIGN,), "编編", "辑輯"),
    ((_SIGN,), "撰供", "稿"),
    ((_SIGN,), "来來", "源"),
    ((_SIGN,), "作", "者"),
    ((_SIGN,), "图圖", "文"),
    ((_SIGN,), "文", "字"),
    ((_SIGN,), "中", "心"),
    ((_SIGN,), "宣", "传傳"),
    ((_SIGN,), "电電", "视視"),
    ((_RECOMMENDS,), "新相推更热熱精为為编編今猜大往最", "闻聞关關荐薦多门門点點彩您辑輯日你家期新"),
    ((_EDITS,), "主版", "任式"),
    ((_RUNS,), "报報网網讯訊日融媒体體心电電", "(（"),
    ((_RUNS,), "闻关", "推阅"),
    ((_ROLE,), "记記", "者"),
    ((_NAMELESS,), "今", "天日年早晚"),
    ((_NAMELESS,), "近", "日年"),
)
"""Which two characters, one after the other or set apart, are a sign of what.

They are all that the first looks of bylines, tails, furniture and markup (``_ANCHOR``, ``_MAY_SIGN``, ``_RECOMMENDS``,
``_MAY_EDIT``, ``RUN_IN``) are for, and some more.
"""


@dataclass(frozen=True, slots=True)
class CleanFiles:
    """What was read of files, in their order: where ``is_read``, a title, a text and a byline, elsewhere nothing.

    ``titles`` and ``texts`` have a row for every file.
    """

    is_read: NDArray[np.bool_]
    titles: TextColumn
    texts: TextColumn
    bylines: dict[int, Byline]


@dataclass(frozen=True, slots=True)
class FileChunk:
    """Small files of text that were read together.

    ``origins`` has one for each file, ``found`` what was read of those that are clean text, and ``others`` the articles
    of the rest, by their place; none where a file was refused.
    """

    origins: Sequence[Origin]
    found: CleanFiles
    others: Mapping[int, Sequence[Article]]

    def __len__(self) -> int:
        return len(self.origins) - len(self.others) + sum(map(len, self.others.values()))

    def articles(self) -> Iterator[Article]:
        """The same as Articles, in their order."""
        found = self.found
        for i, origin in enumerate(self.origins):
            if i in self.others:
                yield from self.others[i]
            else:
                yield make_article(origin, found.titles[i], found.texts[i].split("\n"), found.bylines.get(i))


def read_files(
    origins: Sequence[Origin], contents: Sequence[bytes], limits: Limits, read_alone: Callable[[int], Sequence[Article]]
) -> FileChunk:
    """Read small files of text together; one that is no clean text is ``read_alone``, by its place."""
    found = read_clean_files(contents, limits)
    return FileChunk(origins, found, {i: read_alone(i) for i in np.flatnonzero(~found.is_read).tolist()})


def read_clean_files(contents: Sequence[bytes], limits: Limits = LIMITS) -> CleanFiles:
    """Read the files that are one article of clean text each; safe to call from several threads."""
    read = _look(contents, min(MOST_LINES, limits.page_lines))
    is_read = read.states != line_marks.NO
    texts = TextColumn(read.texts, read.text_ends)
    bylines: dict[int, Byline] = {}
    changed: dict[int, bytes] = {}
    flags, line_ends, title_ends = read.flags.tobytes(), read.line_ends, read.title_ends
    for i in np.flatnonzero(read.states == line_marks.OPEN).tolist():
        title = read.titles[title_ends[i] : title_ends[i + 1]].tobytes().decode()
        own = texts[i].split("\n")
        found = _look_again(title, own, flags[line_ends[i] : line_ends[i + 1]])
        if found is None:
            is_read[i] = False
            continue
        joined, byline = found
        if joined is not own:
            changed[i] = "\n".join(joined).encode()
        if byline is not None:
            bylines[i] = byline
    if changed:
        texts = _exchange(texts, changed)
    return CleanFiles(is_read, TextColumn(read.titles, title_ends), texts, bylines)


def _look_again(title: str, own: list[str], flags: bytes) -> tuple[list[str], Byline | None] | None:
    """The paragraphs, torn ones joined, and the byline; None where the text is not clean after all.

    ``flags``: what must be looked at again in the title and each paragraph.
    """
    uneven = flags[0] & line_marks.UNEVEN
    if flags[0] > uneven and not _is_title(title, flags[0]):
        return None
    leads: list[Byline | None] = [None] * len(own)
    unfinished = []
    for i, line in enumerate(own):
        flag = flags[i + 1]
        if not flag:
            continue
        if flag & line_marks.LEAD:
            leads[i] = lead_byline(line)
        if (
            (flag & line_marks.RECOMMENDS and recommends(line))
            or (flag & line_marks.SIGN and line_byline(line))
            or (flag & line_marks.EDITS and clean.may_name_editors(line))
            or (flag & line_marks.SIGNED and is_signed(line))
            or (flag & line_marks.BREAKS and breaks_off(own[i - 1], line))
        ):
            return None
        if flag & line_marks.UNFINISHED or (flag & line_marks.UNSURE and is_unfinished(line)):
            unfinished.append(i)
    if len(leads) - leads.count(None) > 1:
        return None
    return clean.put_together(own, leads, unfinished, None if uneven else [0] * len(own))


@lru_cache(1_024)
def _is_title(title: str, flag: int) -> bool:
    """Whether a first line that was taken for the title is one, and nothing else, too; titles of columns come again."""
    if flag & (line_marks.LEAD | line_marks.SIGN) and (lead_byline(title) or line_byline(title)):
        return False
    return clean.is_title_alone(title)


def _exchange(texts: TextColumn, changed: dict[int, bytes]) -> TextColumn:
    """The column with other texts at some places."""
    data, ends = memoryview(texts.data), texts.offsets.tolist()  # type: ignore[arg-type]
    parts: list[bytes | memoryview] = []
    start = 0
    lengths = np.diff(texts.offsets)
    for i, text in changed.items():
        parts += (data[start : ends[i]], text)
        start = ends[i + 1]
        lengths[i] = len(text)
    parts.append(data[start : ends[-1]])
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return TextColumn(np.frombuffer(b"".join(parts), np.uint8), offsets)


def _look(contents: Sequence[bytes], most_lines: int) -> Read:
    n = len(contents)
    marks = _marks()  # held here: another thread that asks first at the same time may take its place in the cache
    data = np.frombuffer(b"".join(contents), np.uint8)
    files = Files(data, offsets_of(contents), np.array([most_lines], np.int64))
    work = Work(np.empty(line_marks.LINE * (most_lines + 1), np.int64), np.empty(line_marks.PLACES, np.int64))
    read = Read(
        states=np.empty(n, np.uint8),
        titles=np.empty(len(data), np.uint8),
        title_ends=np.empty(n + 1, np.int64),
        texts=np.empty(len(data), np.uint8),
        text_ends=np.empty(n + 1, np.int64),
        flags=np.empty(len(data) // 2 + 2 * n + 1, np.uint8),
        line_ends=np.empty(n + 1, np.int64),
    )
    table = np.array(addresses(marks, files, work, read), np.int64)
    look = machine_code("lines", "classifier.engine.lines.looking", _SOURCES)
    look(table.ctypes.data)
    return read


@cache
def _marks() -> Marks:
    """What the compiled code is told of characters, by the signs and rules of pages."""
    every = "".join(map(chr, range(0x10000)))
    table = np.zeros((0x10000, line_marks.COLUMNS), np.int32)

    def mark(kind: int, characters: Iterator[str] | Sequence[str] | frozenset[str]) -> None:
        table[[ord(c) for c in characters], line_marks.KINDS] |= kind

    mark(line_marks.UNCLEAN, clean.NOT_CLEAN.findall(every))
    mark(line_marks.BLANK, clean.BLANKS)
    mark(line_marks.END, ENDS)
    mark(line_marks.CLOSER, CLOSERS)
    mark(line_marks.CLOSING_BRACKET, CLOSING_BRACKETS)
    mark(line_marks.NEVER_FIRST, clean.FIRST_OF_NONE)
    mark(line_marks.NOT_LAST, NOT_LAST)
    mark(line_marks.COMMA, COMMA)
    mark(line_marks.HAN, every[0x3400:0xA000])
    mark(line_marks.SET_APART, "0123456789([)],.:;%" + every[0x80:])
    mark(line_marks.EDITS_ONE, "编編审審校監监责責")
    mark(line_marks.EDITS_SIGN, ":：/／|")
    mark(line_marks.TRACE, (match[0][-1] for match in TRACE_FIRST.finditer(every)))
    mark(line_marks.BOX, BOX)
    mark(line_marks.MARKUP, MARKUP_FIRST)
    mark(line_marks.WIRE, "讯迅汛訊")
    mark(line_marks.THREE_BYTES, every[0x800:])
    mark(line_marks.RUN_END, "。!！?？")
    mark(line_marks.TRACED, "记己者着通讯迅员供稿文" + TELLING.pattern)
    mark(line_marks.BEGINS_FIRST, BOX + OPENING_BRACKETS + "口N综据本木新华中云报融记通" + TELLING.pattern)
    mark(line_marks.BEGINS, OPENING_BRACKETS + "网报媒客刻融" + TELLING.pattern)
    mark(line_marks.BEGINS_LAST, "记者通讯员实习生见融媒体:：|" + TELLING.pattern)
    mark(line_marks.CAPTION, "图摄片照发供航报圖攝發報▲▼△▽◀▶←→↑↓①②③④⑤⑥⑦⑧⑨⑩")
    mark(line_marks.BARRIER, ENDS + COMMA + SEMICOLON + PAUSE + "《》“”")
    mark(line_marks.OPENING, OPENING_BRACKETS)
    mark(line_marks.MARKED, BOX + "口N")
    mark(line_marks.OWN_FIRST, "本木新中")
    mark(line_marks.DATED, "0123456789月日年")
    mark(line_marks.NAMELESS, "从在")
    table[0xA0, line_marks.KINDS] = line_marks.BLANK  # it is read as a space
    rules = np.zeros(9, np.int32)
    for bit, (signs, firsts, seconds) in enumerate(_PAIRS):
        rules[list(signs)] |= 1 << bit
        table[[ord(c) for c in set(firsts)], line_marks.FIRSTS] |= 1 << bit
        table[[ord(c) for c in set(seconds)], line_marks.SECONDS] |= 1 << bit
    for i, (closing, opening) in enumerate(PAIRS.items()):
        table[[ord(opening), ord(closing)], line_marks.PAIRED] = i + 1, line_marks.PAIRS + i + 1
    table[ord('"'), line_marks.PAIRED] = line_marks.QUOTE + 1
    table[ord("。"), line_marks.PAIRED] = line_marks.STOP + 1
    plain = line_marks.HAN | line_marks.THREE_BYTES | line_marks.SET_APART
    table[(table[:, line_marks.KINDS] == plain) & (table[:, line_marks.FIRSTS] == 0), line_marks.KINDS] |= (
        line_marks.ORDINARY
    )
    return Marks(table.ravel(), rules)
