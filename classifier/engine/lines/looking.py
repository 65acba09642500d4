"""Files of text → titles and texts, compiled: the looks of reading/documents/clean.py at many files in one pass.

What is certain is decided here.  Where a line may be a byline, a signature or the like, it is marked, and read
again by the rules themselves; a mark costs time and never changes what is read.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.engine.lines.line_marks import (
    ARGUMENTS,
    BARRIER,
    BEGINS,
    BEGINS_FIRST,
    BEGINS_LAST,
    BLANK,
    BOX,
    BREAKS,
    CAPTION,
    CHARACTERS,
    CLOSER,
    CLOSING_BRACKET,
    COLUMNS,
    COMMA,
    DATED,
    EDITS,
    EDITS_ONE,
    EDITS_SIGN,
    END,
    FIRSTS,
    FLAGS,
    HAN,
    INDENT,
    KINDS,
    LEAD,
    LINE,
    MARKED,
    MARKUP,
    NAMELESS,
    NEVER_FIRST,
    NO,
    NOT_LAST,
    NUMBER,
    OPEN,
    OPENING,
    ORDINARY,
    OWN_FIRST,
    PAIRED,
    PAIRS,
    PLACES,
    QUOTE,
    RECOMMENDS,
    RUN_END,
    SECONDS,
    SET_APART,
    SIGN,
    SIGNED,
    STOP,
    STOP_BEFORE,
    SURE,
    THREE_BYTES,
    TRACE,
    TRACED,
    UNCLEAN,
    UNEVEN,
    UNFINISHED,
    UNSURE,
    WIDTH,
    WIRE,
    Files,
    Marks,
    Read,
    Work,
)
from classifier.engine.scoring.entry import c_function, unpacking
from classifier.engine.words.compiled import inner

_LEAD_CHARS, _HEAD_CHARS, _BYLINE_CHARS, _DAMAGED_CHARS, _LONG_CHARS = 40, 60, 100, 50, 140
_RECOMMENDING_CHARS, _TAIL_CHARS, _BRACKET_CHARS = 24, 200, 120
_TITLE_CHARS, _TITLE_WITH_COMMA_CHARS = 60, 40
_FULL_WIDTH, _WRAPPED_LINES = 140, 5
_BEYOND_LOOK_ALIKES = 0x2F800
_LINE_BREAK, _RETURN, _TAB, _SPACE, _HARD_SPACE, _WIDE_BLANK, _DOT = 10, 13, 9, 0x20, 0xA0, 0x3000, 46
_SEEN_FIRST, _SEEN_END, _SEEN_BRACKET, _SEEN_SHORT, _SEEN_NOT_LAST, _SEEN_COMMA, _SEEN_MARKUP, _SEEN_NEVER = (
    1 << bit for bit in range(8, 16)
)
"""Beside what must be looked at again: the line begins as no second line does, ends a sentence, ends with a bracket,
is short and may begin a byline, ends as no title does, has a comma, begins as markup does, begins as no line does."""


_ASKED, _LEFT_OPEN, _SHUT, _DATED = 0, 1, 2, 3
"""Whether a line may begin with a byline: not decided yet, it may, it cannot, its bracket may be a date."""


@inner
def look_at_files(marks: Marks, files: Files, work: Work, read: Read) -> None:
    """Look at all files, one after the other."""
    titles_end = texts_end = flags_end = np.int64(0)
    read.title_ends[0] = read.text_ends[0] = read.line_ends[0] = 0
    for i in range(len(files.ends) - 1):
        start, stop = files.ends[i], files.ends[i + 1]
        count, end = _look_at_file(marks, files.data, start, stop, files.most[0], work, read.texts, texts_end)
        state = np.int64(NO)
        if count > 0:
            state, headed, uneven = _judge(work.lines, count)
        if state != NO:
            if headed:
                length = np.int64(0)
                while read.texts[texts_end + length] != _LINE_BREAK:
                    read.titles[titles_end + length] = read.texts[texts_end + length]
                    length += 1
                titles_end += length
                for k in range(texts_end + length + 1, end):
                    read.texts[k - length - 1] = read.texts[k]
                end -= length + 1
            else:
                read.flags[flags_end] = uneven
                flags_end += 1
            for k in range(count):
                read.flags[flags_end + k] = work.lines[LINE * k]
            if headed:
                read.flags[flags_end] |= uneven
            flags_end += count
            texts_end = end
        read.states[i] = state
        read.title_ends[i + 1] = titles_end
        read.text_ends[i + 1] = texts_end
        read.line_ends[i + 1] = flags_end


@inner
def _look_at_file(
    marks: Marks,
    data: NDArray[np.uint8],
    start: int,
    stop: int,
    most: int,
    work: Work,
    out: NDArray[np.uint8],
    first: int,
) -> tuple[int, int]:
    """Copy the lines of one file to ``out``, and say in ``work`` what was seen of each.

    Returns how many lines have text, and where they end; none where the file is not clean.
    """
    table, places = marks.table, work.places
    rules = marks.rules
    lead_rule, sign_rule, recommends_rule = np.int64(rules[0]), np.int64(rules[1]), np.int64(rules[2])
    edits_rule, runs_rule, electric_rule = np.int64(rules[3]), np.int64(rules[4]), np.int64(rules[5])
    weak_rule, role_rule, nameless_rule = np.int64(rules[6]), np.int64(rules[7]), np.int64(rules[8])
    count = np.int64(0)
    end = np.int64(first)
    lines = np.int64(1)
    whole = np.int64(0)
    i = np.int64(start)
    # of one line: where it starts and ends, its characters, its blanks, and what is seen of it
    begins = ends = np.int64(start)
    n = pending = indent = np.int64(0)
    flags = np.int64(0)
    first_character = first_kinds = last_kinds = before_kinds = np.int64(0)
    previous_firsts = np.int64(0)
    last_character = core = core_kinds = core_before_kinds = cores = np.int64(0)
    gate, events, weak_place = np.int64(_ASKED), np.int64(0), np.int64(-1)
    role_first = False
    second_blank = fourth_blank = runs_on = False
    edits = signed = blanks = False
    every = hard = hard_pending = np.int64(0)
    apart = np.int64(0)
    for k in range(PLACES):
        places[k] = -1
    head = np.int64(data[start]) if stop > start else np.int64(0)
    if 65 <= head <= 90 or 97 <= head <= 122 or head == 37 or head == 123:  # A to Z, a to z, %, {: markup
        return np.int64(0), np.int64(first)
    while True:
        byte = np.int64(data[i]) if i < stop else np.int64(_LINE_BREAK)
        if byte == _LINE_BREAK:
            if n > 0:
                if count == 0 and (first_character == 116 or first_character == 123):  # title:, {
                    return np.int64(0), np.int64(first)
                seen = flags if gate != _SHUT else flags & ~LEAD
                if (last_kinds & CLOSER) == 0:
                    core, core_kinds, core_before_kinds, cores = last_character, last_kinds, before_kinds, n
                finished = (
                    cores == 0
                    or (core_kinds & END) != 0
                    or (core == _DOT and cores > 1 and (core_before_kinds & HAN) != 0)
                )
                if finished and cores > 0 and _has_open_bracket(places, n):
                    finished = False
                if n > 4 and second_blank and fourth_blank:  # perhaps set apart by blanks
                    seen |= LEAD
                    signed = True
                edits = edits or (every & EDITS_ONE) != 0
                if edits and (blanks or (every & EDITS_SIGN) != 0):
                    seen |= EDITS
                seen = _sum_up(seen, n, every, first_kinds, last_kinds, before_kinds, signed, finished)
                if n <= _LEAD_CHARS and (previous_firsts & electric_rule) != 0 and gate != _SHUT:
                    seen |= LEAD
                runs_on = (every & RUN_END) != 0 and (previous_firsts & runs_rule) != 0
                at = LINE * count
                work.lines[at + FLAGS] = seen
                work.lines[at + CHARACTERS] = n
                work.lines[at + WIDTH] = (n + ends - begins - hard) // 2 + (indent if indent < 4 else 4)
                work.lines[at + INDENT] = indent
                work.lines[at + NUMBER] = lines
                if count > 0:
                    out[end] = _LINE_BREAK
                    end += 1
                if hard > 0:
                    end = _copy_with_spaces(data, begins, ends, out, end)
                else:
                    for k in range(ends - begins):
                        out[end + k] = data[begins + k]
                    end += ends - begins
                count += 1
                whole |= every
                for k in range(PLACES):
                    places[k] = -1
            if i >= stop:
                break
            i += 1
            lines += 1
            if lines > most:
                return np.int64(0), np.int64(first)
            n = pending = indent = np.int64(0)
            flags = cores = np.int64(0)
            previous_firsts = np.int64(0)
            last_kinds = before_kinds = np.int64(0)
            second_blank = fourth_blank = False
            edits = signed = blanks = False
            every = hard = hard_pending = np.int64(0)
            apart = np.int64(0)
            gate, events, weak_place = np.int64(_ASKED), np.int64(0), np.int64(-1)
            role_first = False
            continue
        size = np.int64(1)
        character = byte
        if 0xE0 < byte < 0xED and i + 2 < stop:
            second, third = np.int64(data[i + 1]), np.int64(data[i + 2])
            if (second & 0xC0) != 0x80 or (third & 0xC0) != 0x80:
                return np.int64(0), np.int64(first)
            size = np.int64(3)
            character = ((byte & 0x0F) << 12) | ((second & 0x3F) << 6) | (third & 0x3F)
        elif byte >= 0x80:
            size, character = _decode(data, i, stop, byte)
            if size == 0:
                return np.int64(0), np.int64(first)
        elif byte == _RETURN:
            if i + 1 < stop and data[i + 1] == _LINE_BREAK:
                i += 1
                continue
            return np.int64(0), np.int64(first)
        kinds = firsts = np.int64(0)
        seconds = np.int64(-1)
        paired = np.int64(0)
        if character < 0x10000:
            at = COLUMNS * character
            kinds = np.int64(table[at + KINDS])
            firsts = np.int64(table[at + FIRSTS])
            seconds = np.int64(table[at + SECONDS])
            paired = np.int64(table[at + PAIRED])
        elif character >= _BEYOND_LOOK_ALIKES:
            return np.int64(0), np.int64(first)
        if (kinds & ORDINARY) != 0 and pending == 0 and n > 3 and gate != _DATED and (previous_firsts & seconds) == 0:
            every |= kinds
            before_kinds, last_kinds, last_character = last_kinds, kinds, character
            previous_firsts = apart = np.int64(0)
            n += 1
            i += size
            ends = i
            continue
        if (kinds & UNCLEAN) != 0:
            return np.int64(0), np.int64(first)
        if (kinds & BLANK) != 0:
            if n == 0:
                indent += 1 + (character == _WIDE_BLANK) + 3 * (character == _TAB)
            else:
                pending += 1
                hard_pending += character == _HARD_SPACE
            i += size
            continue
        place = n + pending
        if n == 0:
            begins = i
            first_character, first_kinds = character, kinds
            cores = np.int64(0)
            if runs_on and (seconds & runs_rule) != 0:
                return np.int64(0), np.int64(first)
            runs_on = False
        else:
            if pending == 1 and (last_kinds & SET_APART) != 0:
                apart += 1
                if apart >= 6:  # characters set apart by blanks: OCR
                    return np.int64(0), np.int64(first)
            else:
                apart = np.int64(0)
            second_blank = second_blank or (n <= 1 and place > 1)
            fourth_blank = fourth_blank or (n <= 3 and place > 3)
        if (kinds & CLOSER) != 0 and pending > 0:
            core, core_kinds, cores = np.int64(_SPACE), np.int64(0), place
        elif (kinds & CLOSER) != 0 and n > 0 and (last_kinds & CLOSER) == 0:
            core, core_kinds, core_before_kinds, cores = last_character, last_kinds, before_kinds, n
        if pending > 0:
            blanks = True
            hard += hard_pending
            hard_pending = np.int64(0)
            before_kinds = np.int64(0)
            seconds |= electric_rule
        else:
            before_kinds = last_kinds
        # Whether a byline may begin the line: all its parts stand before the first comma or the like.
        if gate == _ASKED and (kinds & (OPENING | BARRIER)) != 0:
            told = blanks or (first_kinds & MARKED) != 0
            if (kinds & OPENING) != 0:
                gate = np.int64(_DATED) if events == 0 and place > 0 and not told else np.int64(_LEFT_OPEN)
            else:
                source_alone = (
                    events == 1 and weak_place == place - 1 and (kinds & COMMA) != 0 and (first_kinds & OWN_FIRST) == 0
                )  # 据某某社报道,
                gate = np.int64(_SHUT) if (events == 0 or source_alone) and not told else np.int64(_LEFT_OPEN)
        elif gate == _DATED:
            if (kinds & CLOSING_BRACKET) != 0:
                gate = np.int64(_SHUT)
            if pending > 0 or (kinds & (CLOSING_BRACKET | DATED)) == 0:
                gate = np.int64(_LEFT_OPEN)
        hit = previous_firsts & seconds
        if hit != 0:
            if (hit & lead_rule) != 0 and place < _LEAD_CHARS:
                flags |= LEAD
            if (hit & (lead_rule | sign_rule)) != 0:
                events += 1
                if (hit & weak_rule) != 0:
                    weak_place = place
                role_first = role_first or (place == 1 and (hit & role_rule) != 0)
            if place == 3 and role_first and (hit & nameless_rule) != 0:  # 记者今天
                events = np.int64(0)
            if (hit & sign_rule) != 0:
                signed = True
            if (hit & edits_rule) != 0:
                edits = True
            if (hit & runs_rule) != 0 and (every & RUN_END) != 0:
                return np.int64(0), np.int64(first)
            if (hit & recommends_rule) != 0 and (
                place == 1 or (place < _RECOMMENDING_CHARS and (first_kinds & HAN) == 0)
            ):
                flags |= RECOMMENDS
        if place == 2 and role_first and (kinds & NAMELESS) != 0:  # 记者从
            events = np.int64(0)
        if (kinds & WIRE) != 0 or (firsts & electric_rule) != 0:
            events += 2
        if (kinds & WIRE) != 0 and place < _LEAD_CHARS:
            flags |= LEAD
        if (firsts & electric_rule) != 0 and place == _LEAD_CHARS - 1:
            flags |= LEAD
        every |= kinds
        if paired > 0:
            if paired == STOP + 1:
                places[STOP_BEFORE] = places[STOP]
            places[paired - 1] = place
        previous_firsts = firsts
        last_kinds, last_character = kinds, character
        n = place + 1
        pending = np.int64(0)
        i += size
        ends = i
    if (whole & THREE_BYTES) == 0:
        return np.int64(0), np.int64(first)
    return count, end


@inner
def _sum_up(
    seen: int, n: int, every: int, first_kinds: int, last_kinds: int, before_kinds: int, signed: bool, finished: bool
) -> int:
    """All that is said of a line of ``n`` characters, by the kinds of its first, its last two and all of them.

    ``signed``: it has words of a signature or byline; ``finished``: it ends as a sentence does, closing signs aside.
    """
    ends_sentence, ends_bracket = (last_kinds & END) != 0, (last_kinds & CLOSING_BRACKET) != 0
    if ends_bracket:  # perhaps a signature
        seen |= UNSURE
    elif not finished:
        seen |= UNSURE if ends_sentence or signed or (every & CAPTION) != 0 else UNFINISHED
    damaged = n <= _DAMAGED_CHARS and (first_kinds & TRACE) != 0 and (every & TRACED) != 0
    if n <= _BYLINE_CHARS and not ends_sentence and (signed or (every & BOX) != 0 or damaged):
        seen |= SIGN
    if n > _HEAD_CHARS or n < 4:
        seen &= ~RECOMMENDS
    if ends_sentence:
        seen |= _SEEN_END
        if (before_kinds & CLOSING_BRACKET) != 0:
            seen |= SIGNED
    else:
        begins = (first_kinds & BEGINS_FIRST) != 0 or (every & BEGINS) != 0 or (last_kinds & BEGINS_LAST) != 0
        if n <= _HEAD_CHARS and begins:
            seen |= _SEEN_SHORT
        if ends_bracket:
            seen |= _SEEN_BRACKET
    if (first_kinds & NOT_LAST) != 0:
        seen |= _SEEN_FIRST
    if (first_kinds & MARKUP) != 0:
        seen |= _SEEN_MARKUP
    if (first_kinds & NEVER_FIRST) != 0:
        seen |= _SEEN_NEVER
    if (last_kinds & NOT_LAST) != 0:
        seen |= _SEEN_NOT_LAST
    if (every & COMMA) != 0:
        seen |= _SEEN_COMMA
    return seen


@inner
def _copy_with_spaces(data: NDArray[np.uint8], start: int, stop: int, out: NDArray[np.uint8], end: int) -> int:
    """Copy a line, its hard spaces as plain ones; returns where the copy ends."""
    k = np.int64(start)
    while k < stop:
        if data[k] == 0xC2 and data[k + 1] == _HARD_SPACE:
            out[end] = _SPACE
            k += 1
        else:
            out[end] = data[k]
        k += 1
        end += 1
    return end


@inner
def _decode(data: NDArray[np.uint8], i: int, stop: int, byte: int) -> tuple[int, int]:
    """How many bytes a character beyond ASCII has, and the character; no bytes where they are no UTF-8."""
    size = np.int64(2) if byte < 0xE0 else np.int64(3) if byte < 0xF0 else np.int64(4)
    if byte < 0xC2 or byte > 0xF4 or i + size > stop:
        return np.int64(0), np.int64(0)
    character = byte & (0x7F >> size)
    for k in range(1, size):
        more = np.int64(data[i + k])
        if more & 0xC0 != 0x80:
            return np.int64(0), np.int64(0)
        character = (character << 6) | (more & 0x3F)
    if size == 3 and (character < 0x800 or 0xD800 <= character <= 0xDFFF):
        return np.int64(0), np.int64(0)
    if size == 4 and (character < 0x10000 or character > 0x10FFFF):
        return np.int64(0), np.int64(0)
    return size, character


@inner
def _has_open_bracket(places: NDArray[np.int64], n: int) -> bool:
    """sentences.has_open_bracket, from where each sign stood last in a line of ``n`` characters."""
    stopped = places[STOP] if places[STOP] != n - 1 else places[STOP_BEFORE]
    for pair in range(PAIRS):
        opened = places[pair]
        if opened < 0 or opened < n - _TAIL_CHARS or places[PAIRS + pair] > opened:
            continue
        if pair < 2 and places[PAIRS + 1 - pair] > opened:  # a bracket closed by one of the other width
            continue
        if pair == 2 and places[QUOTE] > opened:
            continue
        if n - opened <= _BRACKET_CHARS and stopped < opened:
            return True
    return False


@inner
def _judge(lines: NDArray[np.int64], count: int) -> tuple[int, bool, int]:
    """Whether a file is clean, whether its first line is its title, and whether its lines' indents differ.

    The flags of its lines are narrowed down.
    """
    headed = False
    first = lines[FLAGS]
    if count > 1:
        second, n, after = lines[LINE + FLAGS], lines[CHARACTERS], lines[LINE + CHARACTERS]
        long = n > _TITLE_CHARS or (n > _TITLE_WITH_COMMA_CHARS and (first & _SEEN_COMMA) != 0)
        if not long and (first & _SEEN_NOT_LAST) == 0:
            apart = lines[LINE + NUMBER] > lines[NUMBER] + 1 or lines[LINE + INDENT] > lines[INDENT] + 1
            stands_out = apart or n < 0.8 * after or after > _TITLE_CHARS
            if stands_out and (second & _SEEN_FIRST) == 0:
                headed = True
            elif (second & (LEAD | SIGN)) != 0:
                return np.int64(NO), False, np.int64(0)
    left = np.int64(0)
    start = np.int64(0)
    if headed:
        if (first & _SEEN_MARKUP) != 0:
            return np.int64(NO), False, np.int64(0)
        kept = first & (LEAD | SIGN | EDITS | RECOMMENDS)
        if (first & _SEEN_BRACKET) != 0:
            kept |= SIGNED
        lines[FLAGS] = kept
        left |= kept
        start = np.int64(1)
    short_before = False
    uneven = np.int64(0)
    long_lines = np.int64(0)
    for i in range(start, count):
        seen = lines[LINE * i + FLAGS]
        if (seen & _SEEN_NEVER) != 0:
            return np.int64(NO), False, np.int64(0)
        kept = seen & (LEAD | RECOMMENDS | UNSURE | UNFINISHED)
        if (seen & _SEEN_END) == 0:
            if (seen & _SEEN_BRACKET) != 0 and i < count - 1:
                return np.int64(NO), False, np.int64(0)
            kept |= seen & (SIGN | EDITS)
        elif i < count - 1:
            kept |= seen & SIGNED
        if short_before:
            kept |= BREAKS
        short_before = (seen & _SEEN_SHORT) != 0
        if lines[LINE * i + INDENT] != lines[LINE * start + INDENT]:
            uneven = np.int64(UNEVEN)
        long_lines += lines[LINE * i + CHARACTERS] > _LONG_CHARS
        lines[LINE * i + FLAGS] = kept
        left |= kept
    own = count - start
    if own >= _WRAPPED_LINES and long_lines <= own // 10 and _is_wrapped(lines, start, count):
        return np.int64(NO), False, np.int64(0)
    return np.int64(SURE) if left == 0 else np.int64(OPEN), headed, uneven


@inner
def _is_wrapped(lines: NDArray[np.int64], start: int, count: int) -> bool:
    """Whether line_layout.full_width finds a width at which the lines were wrapped."""
    own = count - start
    top = np.int64(0)
    for i in range(start, count):
        width = lines[LINE * i + WIDTH]
        wider = same = np.int64(0)
        for j in range(start, count):
            wider += lines[LINE * j + WIDTH] > width
            same += lines[LINE * j + WIDTH] == width
        if wider <= own // 10 < wider + same:
            top = width
    if top > _FULL_WIDTH:
        return False
    near = np.int64(0)
    for i in range(start, count):
        near += top - 5 <= lines[LINE * i + WIDTH] <= top + 3
    return near >= 0.5 * own


def compile_entry() -> Any:
    """Compile the looks; a numba CFunc of one ``int64*`` (machine_code.addresses)."""
    places = np.cumsum([0] + [2 * len(kind._fields) for kind in ARGUMENTS]).tolist()
    marks, files, work, read = (unpacking(kind, place) for kind, place in zip(ARGUMENTS, places[:-1], strict=True))

    def look(table: Any) -> None:
        look_at_files(marks(table), files(table), work(table), read(table))

    return c_function(look)
