"""Bylines (电头): where a story starts, who wrote it, where and when it was sent.

A byline is made of parts: a mark, a source (本报, 新华社, a paper's or site's name), a place, a date, a wire
word (讯, 电, 消息), a bracket, roles and names.  OCR may lose or misread each of them.  So each part is
looked for by itself and counts by how surely it shows a byline; together they must reach ``ENOUGH``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from classifier.reading.page.person_names import DOT, ROLE, is_bare_name, is_person, is_surname, people_at, reporters_in
from classifier.reading.patterns import (
    CLOSE,
    CLOSING_BRACKETS,
    COLON,
    COMMA,
    ENDS,
    HAN,
    OPEN,
    OPENING_BRACKETS,
    OPENING_QUOTES,
    PAUSE,
    SEMICOLON,
    SLASH,
    STOP,
    any_of,
    none_of,
    pattern,
    simplify,
)

MAX_BYLINE_CHARS = 200
MIN_TEXT_CHARS = 12
"""What stands behind a byline inside a paragraph, at least; less is a signature or a caption."""
MIN_SIGNED_CHARS = 30
"""A text that ends without a sentence's end before the bracket that signs it, at least; less is a list's item."""
ENOUGH = 3.0
"""The parts' points that make a byline."""

MARK, OWN_PAPER, OUTLET, TORN_SOURCE, WIRE, DATE = 1.5, 2.0, 1.5, 1.0, 1.5, 1.0
PEOPLE_IN_BRACKET, NAMES_IN_BRACKET, HALF_BRACKET, PEOPLE, TOLD, MORE_ROLES = 3.0, 1.0, 3.0, 1.5, 1.0, 1.5

BOX = "□■◇◆○●▲△☐◎★☆▢❑"
_MARK = pattern(rf"\s*(?:[{BOX}]\s*|[口N]\s*(?=本?\s?[报网台]?\s?(?:记|通|见|特|实)))?")
_SENT_LAST = pattern(r"报[道导]$")
_TIME_WORDS = r"近日|日前|昨|今|\d|连日|眼下"
_PEOPLE_NEXT = r"记\s?者|通\s?讯\s?员"
_AFTER_WIRE = rf"(?=\s|{OPEN}|{CLOSE}|{any_of(COLON + COMMA + OPENING_QUOTES)}|$|{_TIME_WORDS}|{_PEOPLE_NEXT})"
_OUTLET_NAME = (
    r"(?!记\s?者|通\s?讯\s?员)(?:云上\w{2,4}|石榴云|(?:(?![\d_])\w){1,14}?(?:[日晚时早晨导商]报|都市报|青年报|周报|融媒体?(?:中心)?"
    r"|客户端|电视台|电台|之声|时刻|发布|传媒|通讯社|[网报社]))"
)
_OWN = r"(?P<own>[本木]\s?[报刊台网社](?:\s?综合)?|新华社|新华网|中新[社网]|中国新闻网|中央社)"
_PLACE_AND_DATE = (
    rf"\s?{any_of(SLASH)}?\s?(?P<place>(?:(?!记\s?[者着]|通\s?讯|编辑|评论){HAN}){{0,10}}?)"
    r"\s?(?P<date>(?:(?P<month>\d{1,2})\s?月\s?)?(?P<day>\d{1,2})\s?日)?\s?"
)
_DATELINE = pattern(
    rf"\s*(?P<by>据|综合)?\s*(?P<bracket>{OPEN}\s*)?"
    rf"(?:{_OWN}|(?P<outlet>{_OUTLET_NAME}(?:\s?[-–—|·{SLASH}]{{1,3}}\s?{_OUTLET_NAME})?)"
    rf"|(?P<torn>报(?=\s?讯)|本(?=\s?讯)|华社|新社)|)"
    rf"{_PLACE_AND_DATE}(?P<wire>专\s?电|快\s?讯|综合消息|消\s?息|报\s?[道导]|[讯电迅汛]){_AFTER_WIRE}"
)
_RUN_INTO_TEXT = pattern(
    rf"\s*(?P<by>据|综合)?\s*{_OWN}{_PLACE_AND_DATE}(?P<wire>(?<=[报刊台网社])讯(?!息|通|员)|(?<=日)[讯电])"
)
_SOURCE = pattern(rf"\s*(?:{_OWN}|(?P<outlet>{_OUTLET_NAME}(?:\s?[-–—|·{SLASH}]{{1,3}}\s?{_OUTLET_NAME})?))")
_TIME = pattern(rf"\s+(?:{_TIME_WORDS})")
_BRACKET = pattern(rf"\s*{OPEN}\s*(?P<who>{none_of(CLOSING_BRACKETS + STOP)}{{1,160}}){CLOSE}")
_ROLE_NEXT = pattern(rf"\s*{any_of(COLON)}?\s*{ROLE}")
_HALF_BRACKET = pattern(rf"\s*{OPEN}\s*(?={ROLE})")
_NOT_BEFORE_BRACKET = none_of(OPENING_BRACKETS + ENDS + COMMA + SEMICOLON + COLON + PAUSE + "《》“”")
_OPENING = pattern(OPEN)
_BEFORE_BRACKET = pattern(rf"\s*(?P<before>{_NOT_BEFORE_BRACKET}{{0,16}}?)(?={OPEN})")
_CLOSED = pattern(rf"\s{{0,2}}{CLOSE}")
_BEFORE_IN_BRACKETS = pattern(rf"\s*[【〔\[]\s?(?P<before>{HAN}{{2,12}})\s?[】〕\]]\s?(?={OPEN})")
_PUT_TOGETHER = pattern(rf"\s*{OPEN}\s?(?:本[报网台])?综合(?:报[道导]|消息|整理){CLOSE}")
_TORN_WIRE = pattern(
    rf"\s*{OPEN}?\s?中央社\s?记者(?P<who>{HAN}{{3}}|{HAN}{{2}}){HAN}{{2,3}}(?P<day>\d{{1,2}}|[一二三十]{{1,3}})日专?电"
)
"""（中央社記者林小美高雄5日電, whose bracket does not close."""
_BARE_END = pattern(rf"\s|\d|{any_of(OPENING_QUOTES + COLON)}|{OPEN}|{CLOSE}|$")
_CREDIT_END = pattern(rf"(?:(?<!拍)摄影?|供\s?图|航拍|(?<!文)(?<!文[{SLASH}+＋、])图)\s*$")
_WROTE_TOO = pattern(rf"[\s{SLASH}+＋]文(?:[\s{SLASH}+＋、图]|$)")
_LINE_PREFIX = pattern(rf"(?:[文图摄]\s?[{SLASH}+＋]*\s?[文图摄]?\s?{any_of(COLON + SLASH)}?\s*)")
_MONTH_AND_DAY = pattern(r"(\d{1,2})\s?月\s?(\d{1,2})\s?日")
_COMMENTATOR = pattern(rf"\s*[{BOX}]?\s*本\s?报(?:特约)?(?:评论员|编辑部)(?:\s*{HAN}{{2,4}}(?:\s{HAN}{{2,4}})*)?\s*$")
_SENDER = pattern(
    rf"\s*(?:(?:供\s?稿|来\s?源|撰\s?稿|作\s?者|文字|图文)\s*{any_of(COLON)}\s*(?P<who>{none_of(ENDS + COLON)}{{2,40}})"
    rf"|{HAN}{{2,12}}(?:融媒体?中心|[媒体闻传]中心|宣传部|电视台)(?:供稿)?|(?:{ROLE}){HAN}?)\s*$"
)
_NAME = rf"{HAN}{{1,8}}(?:\s?{DOT}\s?{HAN}{{1,10}}){{1,3}}|{HAN}{{2,4}}|{HAN}\s{{1,2}}{HAN}(?!{HAN})"
_APART = rf"(?:\s*{any_of(COMMA + PAUSE + SLASH)}\s*|\s+)(?:{ROLE}\s*)?|{ROLE}\s*"
_PHOTO_CREDIT = pattern(
    rf"(?:^|\s|{any_of(ENDS)}|[”)）]){OPEN}?\s*(?:{ROLE}\s*{any_of(COLON)}?\s*)?(?:(?:{_NAME})(?:(?:{_APART})(?:{_NAME})){{0,8}})?"
    rf"\s*(?:{any_of(SLASH)}?\s*(?:(?<!拍)摄影?|供图|航拍)|(?:{any_of(SLASH)}|\s)图)\s*{CLOSE}?\s*$"
)
_CLOSING = pattern(
    rf"{OPEN}\s*(?P<who>{none_of(OPENING_BRACKETS + CLOSING_BRACKETS + STOP)}{{2,120}}){CLOSE}\s*[。.]?\s*$"
)
_NAMES_AT_END = pattern(
    rf"(?:^|{any_of(ENDS)}[”’]?)\s*{OPEN}\s*(?P<who>{none_of(OPENING_BRACKETS + CLOSING_BRACKETS + ENDS)}{{2,30}})"
    rf"{CLOSE}\s*[。.]?\s*$"
)
_SIGNING = pattern(
    rf"[\s—–\-{BOX}]*{OPEN}?\s*(?:(?:读者|作者|网友|听众|观众|学生|教师|撰文)\s*{any_of(COLON)}?\s*|{HAN}{{2,14}}\s+(?={HAN}{{2,3}}\W*$))?"
    rf"(?P<who>{HAN}(?:{HAN}|[\s·、,，]){{1,24}}?)\s*{CLOSE}?\s*$"
)
_SIGNING_SOURCE = pattern(
    rf"{OPEN}?\s*(?:(?:本[报刊网台]|综合)+(?:报道|消息|整理)?|(?:据|摘自|选自|转自|原载|来源于?|文据)\s*{any_of(COLON)}?\s*[《“]?\w{{2,16}}[》”]?(?:等|电|报道|消息|网站)*"
    rf"|(?:新华社|中新社|中新网|人民网|新华网|央视新闻|中央社)(?:客户端|电|供稿|专电)?)\s*{CLOSE}?"
)
_CLOSING_BARE = pattern(rf"{any_of(ENDS)}[”’]?\s*(?P<who>{ROLE}{none_of(ENDS + COMMA)}{{2,60}})$")
_MAY_CREDIT = pattern("[摄攝供航图圖]")
# Most paragraphs have none of these; a short look says so sooner than the rest does.
# They begin with one set of characters each, which is looked for several times as fast as branches are.
# What this looks for is also marked by documents/clean_files.py.
_ANCHOR = pattern(
    r"[讯迅汛訊电電消记己已記报報通习習本](?:(?<=[讯迅汛訊])|(?<=日[电電])|(?<=[电電])(?:[\s\[\])(（）:：,，“”】〕］近日前今昨\d]|$)"
    r"|(?<=消)\s?息|(?<=[记己已記])\s?[者着音]|(?<=[报報])\s?[道导導]|(?<=[通习習])\s?[讯訊迅汛生]|(?<=本)\s?[报報]\s)"
)
# What this looks for is also marked by documents/clean_files.py.
_MAY_SIGN = pattern(
    rf"[记己已記通实實评評编編撰供来來作图圖文中宣电電{BOX}](?:(?<=[记己已記])\s?[者着音]|(?<=通)\s?[讯迅汛訊]|(?<=[实實])\s?[习習]"
    rf"|(?<=[评評])[论論][员員]|(?<=[编編])[辑輯]部|(?<=[撰供])\s?稿|(?<=[来來])\s?源|(?<=作)\s?者|(?<=[图圖])文|(?<=文)字|(?<=中)心"
    rf"|(?<=宣)[传傳]部|(?<=[电電])[视視]台|(?<=[{BOX}]))"
)
_SPACED = pattern(rf"\s*(?:\S[ \u3000]){{6,}}(?:{any_of(CLOSING_BRACKETS + COLON)}|\S$)?")
# What this looks for is also marked by documents/clean_files.py.
TRACE_FIRST = pattern(rf"\s*(?:[{BOX}口N\[(（〔【]|[本木报報根记記己者着通讯訊迅员員贝实實见見融文图圖摄攝供稿撰])")
_TRACE = pattern(
    rf"\s*(?P<mark>[{BOX}口N]|{OPEN})?\s*(?=\S*[记己者着通讯迅员供稿文])"
    rf"[本木报根记己者着通讯迅汛员贝实习生见特约融媒体全文图摄供稿撰县]{{0,8}}(?P<apart>[+＋{SLASH}:：|｜\s]*)"
    r"[本木报根记己者着通讯迅汛员贝实习生]{0,6}\s*"
)
_BEGINS = pattern(
    rf"\s*[{BOX}口N]?\s*(?:(?:综合|据)?(?:[本木]\s?[报根刊台网社]|新华|华社|中新|云上|本$|报讯?$)|融媒体|记者|通讯员)"
    rf"|\s*[{BOX}口N]\s*{HAN}{{0,6}}[+{SLASH}]*{HAN}{{0,6}}$|{OPEN}{HAN}{{0,10}}$"
)
_BEGINS_IN_OUTLET = pattern(
    rf"(?:{OPEN})?{HAN}{{1,14}}?(?:[网报]|融媒?|融媒体(?:中心?)?|客户端?|时刻)(?:[-–—{SLASH}]{{1,2}}{HAN}{{0,10}})?"
    rf"(?:{HAN}{{0,4}}(?:\d{{1,2}}月?|\d{{1,2}}月\d{{1,2}}日?|[讯电]|消息?|报道?))?(?:{CLOSE})?$"
)
_OUTLET_SIGN = pattern("[网报媒客刻融]")
_ENDS_IN_ROLE = pattern(r"(?:记\s?者?|通\s?讯?\s?员?|实\s?习\s?生?|见\s?习|融媒体?)\s*[:：|]?\s*$")
_ENDS_IN_BRACKET = pattern(rf"{OPEN}(?:[^()（）]*(?:记|通讯|实习|供稿|编)[^()（）]*|\s*)$")
_TOLD = ("报道", "报导", "報道", "報導")
_AROUND_NAMES = OPENING_BRACKETS + CLOSING_BRACKETS + BOX + " \u3000-–—"
_AROUND = " \u3000:：。)）]】"
_WIRE_WORD = pattern(r"[讯电迅汛]|消\s?息|报\s?[道导]")
_MAY_CLOSE = pattern(r"[记記通实實](?:(?<=[记記])\s?者|(?<=通)\s?[讯訊]|(?<=[实實])[习習])")
_REPORTED_BEFORE = pattern(
    rf"\s?(?:{none_of(ENDS + COMMA + COLON)}{{0,12}}?(?:曾经?|此前|先前|之前|早前|以前|前不久|去年|前年|上个?[月周年])"
    rf"{none_of(ENDS + COMMA + COLON)}{{0,12}}?(?:报道|刊[发登]|播出|播发|关注|采访|披露|撰文|介绍|写道|记录)"
    r"|(?:在|的)?(?:报道|文章|采访|镜头|提问|调查)(?:中|里|过|后|时))"
)
"""What follows a name that only stands in a story: 曾报道, 去年采访过, 在报道中."""
_REPORTED = pattern(r"\s?(?:报[道导]|消息)?[说称,，:：]")
_NO_PLACE_LAST = "通简快短资音喜问审传视闻捷电凶噩佳书腾会新报时商财校院鸿警函回本"
"""What stands before 讯 in words that are no dateline."""
_LOOKED_AT = 40


@dataclass(frozen=True, slots=True)
class Byline:
    """A byline as printed, its reporters, its dateline's place, month and day (0 where not given)."""

    printed: str
    reporters: tuple[str, ...] = ()
    place: str = ""
    month: int = 0
    day: int = 0
    cited: bool = False
    """Whether it only says whence a statement comes (``据新华社北京3月5日电,``), as stories do in their midst, too."""


NO_BYLINE = Byline("")


@dataclass(slots=True)
class _Parts:
    """The parts found so far at a paragraph's start: their points, where they end, and who is named."""

    points: float = 0.0
    end: int = 0
    names: tuple[str, ...] = ()
    place: str = ""
    month: int = 0
    day: int = 0
    sourced: bool = False
    sent: bool = False
    cited: bool = False


def lead_byline(paragraph: str) -> Byline | None:
    """The byline that a paragraph opens with (``本报讯(记者 …)``, ``新华社…电``), or None.

    Such a byline always starts a story.
    """
    if not _ANCHOR.search(paragraph, 0, _LOOKED_AT) and not _may_be_spaced(paragraph):
        return None
    printed = paragraph[:MAX_BYLINE_CHARS]
    head, places = _without_spacing(printed)
    plain = simplify(head)
    parts = _parts_at_start(head, plain)
    if parts.points < ENOUGH:
        parts = _bracket_near_start(head, plain)
    if parts.sent and not parts.names and plain[parts.end - 1 :].strip() in (")", "）"):
        return None  # （本报某地12月8日电） at a story's end
    only_people = not parts.sent
    if only_people and _REPORTED_BEFORE.match(plain, parts.end):
        return None  # 某台(记者 张宁)曾报道: a story that speaks of another
    if parts.points < ENOUGH or (only_people and len(paragraph.strip()) - parts.end < MIN_TEXT_CHARS):
        return None
    is_day = 1 <= parts.month <= 12 and 1 <= parts.day <= 31
    month, day = (parts.month, parts.day) if is_day else (0, 0)
    end = places[parts.end - 1] + 1 if places else parts.end
    return Byline(printed[:end].strip(), parts.names, parts.place, month, day, parts.cited)


def line_byline(line: str) -> Byline | None:
    """The byline that a whole line is (``□记者 张三``, ``本报记者 李四 通讯员 王五``), or None.

    It stands under a headline, starts a story without one, or signs a story at its end; a photo
    credit (``… 摄``) is not one.
    """
    printed = line.strip()
    if len(printed) > 100 or printed[-1:] in ENDS or is_photo_credit(printed):
        return None
    line, _ = _without_spacing(printed)
    if not _MAY_SIGN.search(line) and not line.endswith(_TOLD):
        return _read_damaged_line(printed, line)
    plain = simplify(line)
    if _COMMENTATOR.match(plain):
        return Byline(printed)
    if signed := signature(line):
        return replace(signed, printed=printed)
    marked = _MARK.match(plain)
    at = marked.end() if marked else 0
    has_mark = bool(plain[:at].strip())
    if prefix := _LINE_PREFIX.match(plain, at):
        at = prefix.end()
    source = _SOURCE.match(plain, at)
    for start in (source.end() if source else at, at):
        people = people_at(line, start)
        if people.names and not plain[people.end :].strip(_AROUND):
            sure = people.persons or people.spaced
            if not people.roles:
                sure = has_mark and (people.persons or (len(people.names) == 1 and plain[0] in "□☐▢"))
                sure = sure or (people.persons and people.told and line[-3].isspace() and line.endswith(_TOLD))
            return Byline(printed, people.names) if sure else None
    return _read_damaged_line(printed, line)


def first_byline(paragraphs: Sequence[str]) -> Byline | None:
    """The byline among an article's first three paragraphs, or None."""
    return next((byline for p in paragraphs[:3] if (byline := lead_byline(p) or line_byline(p))), None)


def breaks_off(before: str, after: str) -> bool:
    """Whether a byline is torn between two lines: ``本报讯(记者 张`` and ``宁)近日,…``."""
    if len(before) > 60 or before[-1:] in ENDS or not _begins_byline(simplify(before)):
        return False
    whole = before + after[:MAX_BYLINE_CHARS]
    byline = lead_byline(whole) or line_byline(whole)
    return byline is not None and len(byline.printed) > len(before.strip()) + 1


def _begins_byline(plain: str) -> bool:
    """Whether a short line may be the first half of a byline."""
    if _BEGINS.match(plain) or _ENDS_IN_ROLE.search(plain, max(0, len(plain) - 8)):
        return True
    if _OUTLET_SIGN.search(plain) and _BEGINS_IN_OUTLET.match(plain):
        return True
    return bool(_OPENING.search(plain) and _ENDS_IN_BRACKET.search(plain))


def signature(line: str) -> Byline | None:
    """The byline in brackets, or the sender (``供稿:…``), that a whole line is; mostly it ends a story."""
    plain = simplify(line.strip())
    bracket = _BRACKET.match(plain)
    inside = line.strip()[bracket.start("who") : bracket.end("who")] if bracket else line.strip()
    if bracket and bracket.end() < len(plain):
        return None
    if sender := _SENDER.match(simplify(inside)):
        who = inside[sender.start("who") : sender.end("who")] if sender["who"] else ""
        names = tuple(name for name in people_at(who, all_names=True).names if is_person(simplify(name)))
        return Byline(line.strip(), names) if bracket or who else None
    if bracket and (reporters := _people_in_bracket(inside)):
        return Byline(line.strip(), reporters)
    return None


def _read_damaged_line(printed: str, line: str) -> Byline | None:
    """A line of names alone, with what OCR left of the roles: ``N本报记 张宁``, ``(供:张宁)``, ``者 张宁``."""
    if len(line) > 50 or not TRACE_FIRST.match(line):
        return None
    plain = simplify(line)
    trace = _TRACE.match(plain)
    if trace is None:
        return None
    people = people_at(line, trace.end())
    apart = trace["mark"] or trace["apart"] or plain[-1] in CLOSING_BRACKETS
    if not (people.names and people.persons and apart) or plain[people.end :].strip(_AROUND):
        return None
    return Byline(printed, people.names)


def _may_be_spaced(head: str) -> bool:
    return len(head) > 4 and head[1] in " \u3000" and head[3] in " \u3000"


def _without_spacing(head: str) -> tuple[str, list[int]]:
    """Text whose characters OCR set apart, closed up, with each character's place before; else as it is.

    ``本 报 讯 ( 记 者 张 宁 )近日`` becomes ``本报讯(记者张宁)近日``.
    """
    spaced = _SPACED.match(head) if _may_be_spaced(head) else None
    if spaced is None:
        return head, []
    places = [i for i in range(spaced.end()) if not head[i].isspace()]
    if head[spaced.end() - 1].isspace():
        places.append(spaced.end() - 1)
    places += range(spaced.end(), len(head))
    return "".join(head[i] for i in places), places


def closing_byline(paragraph: str) -> Byline | None:
    """The byline that stands at a paragraph's end: ``……。(记者 张三)``, ``……。(县融媒体中心)``."""
    end = paragraph[-MAX_BYLINE_CHARS:].rstrip()
    if end.rstrip("。.")[-1:] not in CLOSING_BRACKETS:
        if end[-1:] in ENDS or not _MAY_CLOSE.search(end, max(0, len(end) - 60)):
            return None
        bare = _CLOSING_BARE.search(simplify(end))
        if bare is None:
            return None
        people = people_at(end, bare.start("who"))
        whole = people.end == len(end) and people.persons and people.spaced
        return Byline(end[bare.start("who") :], people.names) if people.names and whole else None
    match = _CLOSING.search(simplify(end))
    if match is None or is_photo_credit(paragraph):
        return None
    before = end[: match.start()].rstrip()
    if before and before[-1] not in ENDS + "”’」』" and len(before) < MIN_SIGNED_CHARS:
        return None  # 《春到草原》(记者 张宁): an item of a list
    return signature(end[match.start() : match.end()].rstrip("。. "))


def is_signed(paragraph: str) -> bool:
    """Whether a paragraph ends with who wrote or sent it."""
    return closing_byline(paragraph) is not None or bool(names_at_end(paragraph))


def closing_reporters(paragraph: str) -> tuple[str, ...]:
    """Reporters named in brackets at a paragraph's end: ``……。(记者 张三)``."""
    byline = closing_byline(paragraph)
    return byline.reporters if byline else names_at_end(paragraph)


def names_at_end(paragraph: str) -> tuple[str, ...]:
    """The names alone that stand in brackets behind a paragraph's last sentence: ``……。(张宁 李丽)``."""
    end = paragraph[-40:].rstrip()
    if end.rstrip("。.")[-1:] not in CLOSING_BRACKETS:
        return ()
    match = _NAMES_AT_END.search(end)
    return _persons(match["who"]) if match else ()


def signing_names(line: str) -> tuple[str, ...]:
    """The names that a whole line is (``(张宁 李丽)``, ``读者 李丽``), as some stories are signed at their end."""
    if not 2 <= len(line) <= 40:
        return ()
    match = _SIGNING.match(line)
    return _persons(line.strip(_AROUND_NAMES)) or (_persons(match["who"]) if match else ())


def signs_story(line: str) -> bool:
    """Whether a line says nothing but who wrote or sent the story above it."""
    return len(line) <= 40 and bool(_SIGNING_SOURCE.fullmatch(simplify(line)) or signing_names(line))


def _persons(who: str) -> tuple[str, ...]:
    """The names that ``who`` holds, none where anything else stands in it."""
    people = people_at(who)
    whole = people.persons and not people.roles and not who[people.end :].strip()
    return people.names if whole and len(people.names) <= 5 else ()


def is_photo_credit(line: str) -> bool:
    """Whether the line ends as a photo's credit does: ``本报记者 张三 摄``."""
    if not _MAY_CREDIT.search(line[-6:]):
        return False
    end = simplify(line[-60:])
    return bool(_PHOTO_CREDIT.search(end)) and not _WROTE_TOO.search(end)


def _parts_at_start(head: str, plain: str) -> _Parts:
    """A paragraph's first words as mark, source, place, date, wire word and people, whichever are there."""
    parts = _Parts()
    mark = _MARK.match(plain)
    at = mark.end() if mark else 0
    marked = bool(plain[:at].strip())
    parts.points = MARK if marked else 0.0
    wire = _WIRE_WORD.search(plain, at, at + _LOOKED_AT)
    if wire and (sent := _DATELINE.match(plain, at) or _RUN_INTO_TEXT.match(plain, at)):
        _add_dateline(parts, head, plain, sent)
        _add_people(parts, head, plain, parts.end, marked=marked)
        if parts.points >= ENOUGH:
            return parts
        parts = _Parts(MARK if marked else 0.0)
    if source := _SOURCE.match(plain, at):
        parts.points += OWN_PAPER if source["own"] else OUTLET
        parts.sourced, at = True, source.end()
        if source["own"] and _TIME.match(plain, at):
            parts.points, parts.sent = parts.points + 1.0, True  # 本报 近日,…: the wire word is lost
    parts.end = at
    _add_people(parts, head, plain, at, marked=marked)
    return parts


def _add_dateline(parts: _Parts, head: str, plain: str, sent: re.Match[str]) -> None:
    """Count source, date and wire word."""
    groups = sent.groupdict()
    parts.end = sent.end()
    after = plain[parts.end : parts.end + 1]
    closed = _CLOSED.match(plain, parts.end) if groups.get("bracket") else None
    if closed:
        parts.end, after = closed.end(), closed[0][-1]
        after = plain[parts.end : parts.end + 1] if groups["wire"][0] != "报" else after
    own, outlet, torn = groups.get("own"), groups.get("outlet"), groups.get("torn")
    wire = groups["wire"][0]
    weak = wire in "消报"
    if weak and after in COMMA and not (own and wire == "消" and not groups["by"]):
        return  # 据某某社报道,…: a source named inside a story
    parts.sourced, parts.sent = bool(own or outlet or torn), True
    parts.cited = bool(groups["by"]) and (after in (*COMMA, "报") or bool(_REPORTED.match(plain, parts.end)))
    parts.points += OWN_PAPER if own else OUTLET if outlet else TORN_SOURCE if torn else 0.0
    # 并网发电, 来自某某网的消息: words that end in a wire word
    doubtful = (wire == "报" or (outlet and groups["place"] and wire in "消电")) and not groups["date"]
    parts.points += WIRE if not doubtful or after in (*OPENING_BRACKETS, *CLOSING_BRACKETS) else 0.5
    if groups["month"]:
        parts.points += DATE if own or outlet else DATE + 0.5
        parts.month, parts.day = int(groups["month"]), int(groups["day"])
        place = head[sent.start("place") : sent.end("place")]
        parts.place = place if parts.sourced and len(place) > 1 else ""
    elif groups["place"] and not parts.sourced:
        parts.points += _place_alone(groups["place"], wire, plain, parts.end)
    if torn and _TIME.match(plain, parts.end):
        parts.points += 1.0


def _place_alone(place: str, wire: str, plain: str, at: int) -> float:
    """How surely a place and a wire word are a dateline (``青石讯 近日,…``), and no word such as 通讯 and 喜讯."""
    after = plain[at : at + 1]
    fits = 2 <= len(place) <= 6 and place[-1] not in _NO_PLACE_LAST and (after.isspace() or after in COLON)
    if wire != "讯" or not fits:
        return -0.5
    return 1.5 if after and len(plain) - at >= MIN_TEXT_CHARS else -0.5


def _add_people(parts: _Parts, head: str, plain: str, at: int, *, marked: bool) -> None:
    """Count a bracket with people in it, half of one, or roles and names without any."""
    if bracket := _BRACKET.match(plain, at):
        inside = head[bracket.start("who") : bracket.end("who")]
        people = people_at(inside, all_names=True)
        if _is_credit(plain[bracket.start("who") : bracket.end("who")]):
            return
        if _people_in_bracket(inside):
            parts.points += PEOPLE_IN_BRACKET
        elif parts.sourced and people.names and people.persons:
            parts.points += NAMES_IN_BRACKET
        elif not parts.sent:
            return
        parts.end, parts.names = bracket.end(), reporters_in(inside)
        return
    half = _HALF_BRACKET.match(plain, at)
    if half is None and not _ROLE_NEXT.match(plain, at):
        return
    people = people_at(head, half.end() if half else at)
    after = plain[people.end : people.end + 1]
    if not people.names or not people.roles or not (people.sent or _BARE_END.match(plain, people.end)):
        return
    if half or after in CLOSING_BRACKETS:
        parts.points += HALF_BRACKET
        parts.end, parts.names = people.end + (1 if after and after in CLOSING_BRACKETS else 0), people.names
        return
    told = people.told or (after in COLON and after != "")
    if not people.persons or not (people.spaced or marked or people.told or parts.sent):
        return
    parts.points += PEOPLE + TOLD * told + 0.5 * (people.told and after in COLON)
    parts.points += MORE_ROLES if people.roles > 1 or people.sent else 0.0
    parts.end, parts.names = people.end + (1 if after and after in COLON else 0), people.names


def _bracket_near_start(head: str, plain: str) -> _Parts:
    """A bracket with a reporter's role and name within the first characters, whatever stands before it."""
    parts = _Parts()
    if together := _PUT_TOGETHER.match(plain):
        return _Parts(ENOUGH, together.end())
    if torn := _TORN_WIRE.match(plain):
        return _Parts(ENOUGH, torn.end(), (head[torn.start("who") : torn.end("who")],), sent=True)
    opening = _OPENING.search(plain, 0, 20)
    before = (_BEFORE_IN_BRACKETS.match(plain) or _BEFORE_BRACKET.match(plain)) if opening else None
    name = before["before"].strip().lstrip("老小阿") if before else ""
    if before is None or is_bare_name(name) or is_surname(name):
        return parts
    _add_people(parts, head, plain, before.end(), marked=False)
    if date := _MONTH_AND_DAY.search(before["before"]):
        parts.month, parts.day = int(date[1]), int(date[2])
    return parts


def _people_in_bracket(inside: str) -> tuple[str, ...]:
    """The reporters that a bracket holds; none where it holds no role, or much else."""
    plain = simplify(inside)
    if _is_credit(plain) or not (_MAY_SIGN.search(plain) or _SENT_LAST.search(plain)):
        return ()
    people = people_at(inside, all_names=True)
    if not (people.roles or people.sent) or people.known < 0.5 * sum(character.isalpha() for character in plain):
        return ()
    return reporters_in(inside)


def _is_credit(inside: str) -> bool:
    """Whether a bracket names who took a photo, not who wrote."""
    return bool(_CREDIT_END.search(inside)) and not _WROTE_TOO.search(inside)
