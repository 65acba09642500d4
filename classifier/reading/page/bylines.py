"""Bylines (电头): where a story starts, who wrote it, where and when it was sent."""

from __future__ import annotations

import re
from dataclasses import dataclass

from classifier.reading.page.signs import (
    CLOSING_BRACKETS,
    COLON,
    COMMA,
    ENDS,
    HAN,
    OPENING_BRACKETS,
    PAUSE,
    SEMICOLON,
    SLASH,
    STOP,
    any_of,
    none_of,
)
from classifier.reading.patterns import pattern

MAX_BYLINE_CHARS = 200
MIN_TEXT_CHARS = 12
"""What stands behind a byline inside a paragraph, at least; less is a signature or a caption."""

_OPEN, _CLOSE = any_of(OPENING_BRACKETS), any_of(CLOSING_BRACKETS)
_INSIDE = none_of(CLOSING_BRACKETS + STOP)
_COMMAS, _COLON, _SLASH = any_of(COMMA + PAUSE), any_of(COLON), any_of(SLASH)
_HAN = HAN
_MARK = r"[□■◇◆○●▲△☐◎★☆▢❑]"
_DATE = r"(?P<{0}month>\d{{1,2}})\s*月\s*(?P<{0}day>\d{{1,2}})\s*日"
_WIRE = r"(?:专\s*电|快\s*讯|综合消息|消\s*息|[讯迅汛訊电電])"
_DOT = r"[·•・‧⋅∙.．]"
_NAME = rf"{_HAN}{{1,8}}(?:\s?{_DOT}\s?{_HAN}{{1,10}}){{1,3}}|{_HAN}{{2,4}}|{_HAN}\s{{1,2}}{_HAN}(?!{_HAN})"
_ROLE = (
    rf"(?:(?:本报|本刊|本网|本台|全媒体|融媒体?|新媒体|见习|实习|特约|特派|首席|资深|驻站|摄影|文字|评论|"
    rf"石榴云{_SLASH}新疆日报|新华社|央视|人民网|{_HAN}{{2,6}}(?:日报社?|晚报|融媒体中心|电视台))\s*)*"
    r"(?:记\s*[者着]|通讯员|通訊員|記者|实习生|撰稿人|评论员)"
)
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊"
    "纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣邓郁单"
    "洪包诸左石崔吉龚程嵇邢裴陆荣翁荀羊惠甄曲封储靳汲松段富巫乌焦巴牧隗山谷车侯宓蓬全班仰秋仲伊宫宁仇栾暴甘厉戎祖武符刘景詹"
    "束龙叶幸司韶黎薄印宿白怀蒲从鄂索籍赖卓屠蒙池乔阴能苍双闻莘党翟谭贡劳姬申扶堵冉宰郦雍璩桑桂濮牛寿通边扈燕冀浦尚农温别庄"
    "晏柴瞿阎连习艾容向古易廖庾终居衡步都耿满弘匡国文寇广东欧沃利师巩聂晁勾敖融冷辛阚简饶空曾沙养鞠丰关查荆红游权盖肖闫付代"
)
_AGENCY = r"(?:新华社|新华网|中新社|中新网|中国新闻网)"
_FULL_LEAD = pattern(
    rf"^\s*(?:据\s*)?(?:"
    # 本报讯, 本报北京3月5日电, 本报阿勒泰讯(记者 …)
    rf"[本木]\s*[报報刊台网社]\s*(?:综合)?{_WIRE}(?!通|员)(?!{_HAN}{{0,2}}灵通)"
    rf"|[本木]\s*[报報刊台网社]\s*(?!记|通讯|编|评){_HAN}{{2,12}}?\s*{_DATE.format('a')}\s*{_WIRE}"
    rf"|[本木]\s*[报報刊台网社]\s*(?!记|通讯|编|评){_HAN}{{2,12}}?\s*{_WIRE}(?=\s*{_OPEN}|\s)"
    rf"|[本木]\s*[报報刊台网社]\s*{_DATE.format('b')}\s*{_WIRE}"
    # 新华社北京3月5日电, 据新华社电, 综合新华社消息
    rf"|(?:综合)?\s*{_AGENCY}{none_of(COMMA + SEMICOLON + ENDS + chr(10))}{{0,24}}?{_DATE.format('c')}\s*{_WIRE}"
    rf"|(?:综合)?\s*{_AGENCY}{_HAN}{{0,8}}?{_WIRE}(?=\s|{_OPEN}|{_COLON}|{_COMMAS}|$)"
    # 天山网讯(记者 …), 石榴云/新疆日报讯(记者 …), 人民网北京3月5日电
    rf"|{_HAN}{{0,8}}(?:网|日报|晚报|时报|早报|都市报|石榴云|客户端|电视台|广播|融媒体?中心?)(?:{_SLASH}{_HAN}{{2,8}})?"
    rf"{_HAN}{{0,6}}?(?:{_DATE.format('d')})?\s*{_WIRE}(?=\s*{_OPEN}\s*(?:{_ROLE}|综合))"
    rf"|{_HAN}{{2,8}}(?:网|日报|晚报|时报|社){_HAN}{{2,6}}?{_DATE.format('e')}\s*{_WIRE}(?=\s|{_OPEN})"
    # 富蕴讯(记者 …); 讯(记者 …), the paper's name lost; 据某某网消息; 【本报讯】
    rf"|(?:{_HAN}{{2,6}})?[讯迅]\s*(?={_OPEN}\s*{_ROLE})"
    rf"|(?<=据){_HAN}{{1,8}}(?:网|社|报|台)\s*{_WIRE}(?=\s|{_COLON}|{_COMMAS})"
    rf"|[【\[]\s*(?:本报|{_HAN}{{2,8}}(?:网|报|社|台){_HAN}{{0,6}})\s*讯\s*[】\]]"
    rf")"
)
_BRACKET = pattern(rf"\s*{_OPEN}(?P<who>{_INSIDE}{{1,160}}){_CLOSE}")
_OPEN_BRACKET = pattern(
    rf"\s*{_OPEN}\s*(?P<who>{_ROLE}\s*(?:{_NAME})(?:(?:\s|{_COMMAS})+(?:{_ROLE}\s*)?(?:{_NAME})){{0,5}})"
)
_BARE_BRACKET = pattern(rf"^\s*(?:{_MARK}\s*)?{_OPEN}\s*(?P<who>{_ROLE}{_INSIDE}{{1,160}}){_CLOSE}")
_EARLY_BRACKET = pattern(
    rf"(?P<before>[^\s\d。！？!?；;，,、：:“”《》]"
    rf"(?:{none_of(ENDS + COMMA + SEMICOLON + COLON + OPENING_BRACKETS + chr(10))}){{0,12}}?)\s*{_OPEN}\s*"
    rf"(?P<who>{_ROLE}\s*{_COLON}?\s*(?:{_NAME})(?:(?:\s|{_COMMAS}|{_SLASH})+(?:{_ROLE}\s*{_COLON}?\s*)?(?:{_NAME}))*"
    rf"(?:\s*(?:综合)?报道)?)(?<!摄)(?<!摄影)\s*{_CLOSE}"
)
_ROLES = pattern(_ROLE)
_APART = rf"(?:\s*(?:{_COMMAS}|{_SLASH})\s*|\s+)(?:{_ROLE}\s*{_COLON}?\s*)?|{_ROLE}\s*{_COLON}?\s*"
_NAMES = rf"(?:{_NAME})(?:(?:{_APART})(?:{_NAME}))*"
_TAIL = rf"(?:\s*(?:文{_SLASH}图|图{_SLASH}文|文并?图|文|图|摄影报道|综合报道|采写|整理|报道|执笔))?"
_LINE = pattern(
    rf"^\s*(?:{_MARK}|口(?=\s*本?报?(?:{_ROLE})))?\s*(?:[文图]{_SLASH}?[文图]?\s*(?:{_COLON}|{_SLASH})?\s*)?"
    rf"(?P<role>{_ROLE})"
    rf"(?P<gap>\s*{_COLON}?\s*)(?P<names>{_NAMES}){_TAIL}\s*(?:[文图]\s*{_SLASH}?\s*{_COLON}?\s*(?:{_NAMES}))?\s*$"
)
_MARKED_NAMES = pattern(
    rf"^\s*{_MARK}\s*(?P<names>(?:{_NAME})(?:(?:\s*{_COMMAS}\s*|\s+)(?:{_NAME})){{0,4}}){_TAIL}\s*$"
)
_COMMENTATOR = pattern(rf"^\s*{_MARK}?\s*本报(?:特约)?(?:评论员|编辑部)(?:\s*(?:{_NAME}))?\s*$")
_INLINE = pattern(
    rf"^\s*(?P<mark>{_MARK}|口)?\s*(?P<role>{_ROLE})(?P<gap>\s*{_COLON}?\s*)(?P<names>{_NAMES})(?P<tail>{_TAIL})"
)
_PHOTO_CREDIT = pattern(
    rf"(?:^|\s|{any_of(ENDS)}|[”)）]){_OPEN}?\s*(?:{_ROLE}\s*{_COLON}?\s*)?(?:{_NAMES})?\s*"
    rf"(?:{_SLASH}?\s*(?:(?<!拍)摄影?|供图|航拍)|(?:{_SLASH}|\s)图)\s*{_CLOSE}?\s*$"
)
_CLOSING = pattern(rf"{_OPEN}\s*(?P<who>{_ROLE}{_INSIDE}{{1,120}}){_CLOSE}\s*[。.]?\s*$")
_WHO = pattern(
    r"[村牧农居市渔]民|游客|学生|老师|教师|校长|家长|孩子|医生|护士|患者|民警|警官|战士|班长|工人|职工|司机|店主|老板|经理|总经理|"
    r"负责人|主任|书记|局长|县长|乡长|镇长|队长|所长|院长|站长|科长|处长|厂长|专家|教授|大爷|大妈|阿姨|退休|党员|干部|志愿者|"
    r"养殖户|种植户|大户|护林员|网格员|记者|市长|州长|专员|代表|委员|业主|商户|租户|选手|教练|队员|作家|画家|艺人|传承人|家住|来自|在"
)
# Most lines are none of these; a single character says so sooner than the patterns do.
_MAY_LEAD = pattern("[讯迅汛訊电電息记記通实]")
_MAY_SIGN = pattern(rf"[记記通实评编撰]|^\s*{_MARK}")
_MAY_CREDIT = pattern("[摄供航图]")
_DATELINE_PLACE = pattern(rf"[社网报](?P<place>{_HAN}{{2,10}}?)\s*\d{{1,2}}\s*月")
_NO_NAME = pattern(
    r"^(?:文|图|摄|综合|报道|整理|采写|文图|图文|摄影|摄影报道|综合报道|文字|供稿|讯|电|编辑|及|和|等|今天|昨天|昨日|今日|日前|近日|从|在|走进|来到|"
    r"了解|获悉|采访|看到|走访|发现|注意到|见到|从地|随|跟随|感受|探访|手记|调查|观察|眼中|镜头|体验|证|节|日记|团|们|站)"
)


@dataclass(frozen=True, slots=True)
class Byline:
    """A byline as printed, its reporters, its dateline's place, month and day (0 where not given)."""

    printed: str
    reporters: tuple[str, ...] = ()
    place: str = ""
    month: int = 0
    day: int = 0


def lead_byline(paragraph: str) -> Byline | None:
    """The byline that a paragraph opens with (``本报讯(记者 …)``, ``新华社…电``), or None.

    Such a byline always starts a story.
    """
    head = paragraph[:MAX_BYLINE_CHARS]
    if not _MAY_LEAD.search(head):
        return None
    if match := _FULL_LEAD.match(head):
        end, who = match.end(), ""
        bracket = _BRACKET.match(head, end) or _OPEN_BRACKET.match(head, end)
        if bracket:
            end, who = bracket.end(), bracket["who"]
        groups = match.groupdict()
        month, day = next(
            ((int(groups[f"{k}month"]), int(groups[f"{k}day"])) for k in "abcde" if groups.get(f"{k}month")), (0, 0)
        )
        place = _DATELINE_PLACE.search(match[0])
        return Byline(
            head[:end].strip(),
            reporters_in(who),
            place["place"] if place else "",
            *((month, day) if _is_day(month, day) else (0, 0)),
        )
    if (match := _BARE_BRACKET.match(head)) and len(paragraph.strip()) - len(match[0].strip()) > MIN_TEXT_CHARS:
        return Byline(match[0].strip(), reporters_in(match["who"]))
    if (match := _EARLY_BRACKET.match(head)) and len(paragraph) - match.end() >= MIN_TEXT_CHARS:
        return Byline(match[0].strip(), reporters_in(match["who"]))
    return _inline_byline(paragraph, head)


def line_byline(line: str) -> Byline | None:
    """The byline that a whole line is (``□记者 张三``, ``本报记者 李四 通讯员 王五``), or None.

    It stands under a headline, starts a story without one, or signs a story at its end; a photo
    credit (``… 摄``) is not one.
    """
    line = line.strip()
    if len(line) > 100 or not _MAY_SIGN.search(line) or is_photo_credit(line):
        return None
    if _COMMENTATOR.match(line):
        return Byline(line)
    if match := _LINE.match(line):
        names = reporters_in(match["role"] + " " + line[match.end("gap") :])
        marked = not line.startswith(("记", "通", "实"))
        spaced = bool(match["gap"])
        if names and (spaced or (marked and all(_is_person(name) for name in names))):
            return Byline(line, names)
    if match := _MARKED_NAMES.match(line):
        names = reporters_in("记者 " + match["names"])
        single = len(names) == 1 and line.startswith(("□", "☐", "▢"))
        if names and (single or all(_is_person(name) for name in names)):
            return Byline(line, names)
    if (match := _BARE_BRACKET.match(line)) and match.end() == len(line):
        return Byline(line, reporters_in(match["who"]))
    return None


def closing_reporters(paragraph: str) -> tuple[str, ...]:
    """Reporters named in brackets at a paragraph's end: ``……。(记者 张三)``."""
    if paragraph.rstrip(" \u3000\u3002.")[-1:] not in CLOSING_BRACKETS:
        return ()
    match = _CLOSING.search(paragraph[-MAX_BYLINE_CHARS:])
    return reporters_in(match["who"]) if match and not is_photo_credit(paragraph) else ()


def is_photo_credit(line: str) -> bool:
    """Whether the line ends as a photo's credit does: ``本报记者 张三 摄``."""
    return bool(_MAY_CREDIT.search(line[-6:]) and _PHOTO_CREDIT.search(line[-60:]))


def reporters_in(who: str) -> tuple[str, ...]:
    """Names in a byline's bracket; roles drop out, names of two characters set apart are closed up."""
    bare = _ROLES.sub(" ", who)
    bare = re.sub(rf"\s*{_DOT}\s*", "·", bare)
    bare = re.sub(r"(?:综合|摄影)?报道(?=\s|$)", " ", bare)
    bare = re.sub(rf"[文图]{_SLASH}[文图]|(?<=\s)[文图摄](?=\s|$)", " ", bare)
    names: list[str] = []
    waiting = ""
    for token in re.split(rf"(?:\s|{_COMMAS}|{_SLASH}|{_COLON}|{any_of(SEMICOLON)})+", bare):
        if not token or _NO_NAME.match(token) or not re.fullmatch(rf"(?:{_HAN}|·)+", token):
            waiting = ""
            continue
        if len(token) == 1:
            if waiting:
                names.append(waiting + token)
                waiting = ""
            else:
                waiting = token
            continue
        waiting = ""
        if len(token) <= 4 or "·" in token:
            names.append(token.strip("·"))
    return tuple(dict.fromkeys(names))


def is_surname(character: str) -> bool:
    """Whether a character is a Han surname."""
    return character in _SURNAMES


def is_bare_name(words: str) -> bool:
    """Whether words are a person's name alone, without who the person is."""
    if "·" in words:
        return len(words.split("·")[0]) <= 5 and not _WHO.match(words)
    if "某" in words or "×" in words:
        return len(words) <= 7 and not _WHO.match(words)
    return 2 <= len(words) <= 3 and words[0] in _SURNAMES and words[-1] not in "来该常再都也还又曾就才们家人们长师者友"


def _inline_byline(paragraph: str, head: str) -> Byline | None:
    """``□记者 张三 3月18日,…`` and ``本报记者 张三报道:…``: role and names run into the text."""
    match = _INLINE.match(head)
    if not match or is_photo_credit(paragraph.strip()[:80]):
        return None
    if not (match["mark"] or match["role"].startswith("本报")):
        return None
    rest = paragraph[match.end("names") :]
    names = reporters_in(match["role"] + " " + match["names"])
    if not names or not all(_is_person(name) for name in names) or len(rest.strip()) < MIN_TEXT_CHARS:
        return None
    if not match["gap"] and not match["mark"] and "报道" not in match["tail"]:
        return None
    if not (match["tail"].strip() or re.match(rf"\s|\d|“|{_COLON}|{_OPEN}", rest)):
        return None
    return Byline(head[: match.end("tail")].strip(), names)


def _is_person(name: str) -> bool:
    return "·" in name or (2 <= len(name) <= 4 and name[0] in _SURNAMES and not _NO_NAME.match(name))


def _is_day(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31
