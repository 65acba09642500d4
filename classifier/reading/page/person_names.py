"""Names of people as bylines print them, and the roles before them (记者, 通讯员, 实习生)."""

from __future__ import annotations

from dataclasses import dataclass

from classifier.reading.patterns import COLON, COMMA, HAN, PAUSE, SEMICOLON, SLASH, any_of, pattern, simplify

SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊"
    "纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣邓郁单"
    "洪包诸左石崔吉龚程嵇邢裴陆荣翁荀羊惠甄曲封储靳汲松段富巫乌焦巴牧隗山谷车侯宓蓬全班仰秋仲伊宫宁仇栾暴甘厉戎祖武符刘景詹"
    "束龙叶幸司韶黎薄印宿白怀蒲从鄂索籍赖卓屠蒙池乔阴能苍双闻莘党翟谭贡劳姬申扶堵冉宰郦雍璩桑桂濮牛寿通边扈燕冀浦尚农温别庄"
    "晏柴瞿阎连习艾容向古易廖庾终居衡步都耿满弘匡国文寇广东欧沃利师巩聂晁勾敖融冷辛阚简饶空曾沙养鞠丰关查荆红游权盖肖闫付代"
)
_COMPOUND_SURNAMES = ("欧阳", "上官", "司马", "诸葛", "东方", "尉迟", "皇甫", "令狐", "慕容", "夏侯", "端木", "公孙")
_WHO = pattern(
    r"[村牧农居市渔]民|游客|学生|老师|教师|校长|家长|孩子|医生|护士|患者|民警|警官|战士|班长|工人|职工|司机|店主|老板|经理|总经理|"
    r"负责人|主任|书记|局长|县长|乡长|镇长|队长|所长|院长|站长|科长|处长|厂长|专家|教授|大爷|大妈|阿姨|退休|党员|干部|志愿者|"
    r"养殖户|种植户|大户|护林员|网格员|记者|市长|州长|专员|代表|委员|业主|商户|租户|选手|教练|队员|作家|画家|艺人|传承人|家住|来自|在"
)

DOT = r"[·•・‧⋅∙.．]"
_OUTLET_BEFORE = (
    rf"(?<!{HAN}){HAN}{{1,10}}?(?:日报社?|晚报|融媒体?中心|融媒|电视台|广播台|客户端|平台|新闻|[报网台社站])"
)
ROLE = (
    rf"(?:(?:本\s?报|本刊|本网|本台|本社|全媒体|融媒体?|新媒体|见习|实\s?习(?!\s?生)|特约|特派|首席|资深|驻站|摄影|文字|视频|评论|"
    rf"石榴云{any_of(SLASH)}新疆日报|新华社|中央社|央视|人民网|{_OUTLET_BEFORE})\s*)*"
    # What OCR makes of them: 记着, 己者, 通迅员.
    r"(?:记\s*[者着音]|[己已]\s?者|通\s?[讯迅汛]\s?[员贝]|实\s?习\s?生|撰稿人|评论员|(?<=[报网])[记者](?=\s))"
)
"""A regular expression for a role, with what stands before it (``本报见习记者``), in simplified characters."""

_ROLES = pattern(ROLE)
_ROLE_INSIDE = pattern(
    r"(?:(?:本报|本网|本台|全媒体|融媒体?|见习|实习(?!生)|特约|特派|首席|驻站|摄影|文字)\s?)*(?:记[者着音]|[己已]者|通[讯迅汛][员贝]|实习生)"
)
_SEPARATORS = pattern(rf"(?:\s|{any_of(COMMA + PAUSE + SLASH + COLON + SEMICOLON)}|[|｜+＋])*")
_TOKEN = pattern(
    rf"{HAN}\s{{1,2}}{HAN}(?!{HAN}|\s?{DOT})|{HAN}{{1,10}}(?:\s?{DOT}\s?{HAN}{{1,10}}){{1,3}}|{HAN}{{1,20}}"
)
_TAIL = pattern(
    rf"(?:(?:摄影|综合|联合|采访)?[报根][道导]|采写|整理|执笔|文\s?[{SLASH}+＋]?\s?图|图\s?[{SLASH}+＋]?\s?文|[文图])(?!{HAN})"
)
_SENT_FROM = pattern(
    rf"\s?{any_of(SLASH)}\s?{HAN}{{2,4}}?(?:连线|综合)?报[导道]|\s{HAN}{{2}}报导"
    rf"|\s(?!摄影|综合|联合|采访)(?P<place>{HAN}{{2,4}}?)报[导道](?=\s*$)"
)
_TAIL_AT_END = pattern(r"(?:(?:摄影|综合|联合|采访)?[报根][道导]|采写|整理|执笔|文图|图文)$")
_SENT = pattern(r"\s?(?:\d{1,2}\s?月\s?)?(?:\d{1,2}\s?日)?\s?(?:专?电|讯|报[道导])\s*$")
_BLANKS = pattern(rf"\s+|(?<={DOT})\s*|\s*(?={DOT})")
_DOTS = pattern(DOT)
_NO_NAME = pattern(
    r"(?:本报|文|图|摄|撰[文稿]|编译|综合|报[道导]|整理|采写|供稿|讯|电|编辑|来源|及|和|等|从|在|走[进近基访]|来到|了解|获悉|采访|看到|走访|发现|注意到|见到|随|跟随|感受|"
    r"探访|手记|调查|观察|眼中|镜头|体验|证|节|日记|团|们|站|问|答|的|今[天日年早晚]|昨[天日夜]|明[天年日]|前[天日不]|日前|近[日年]|连日|眼下|时[下值代]|解[读决放]|"
    r"全[县市区国州省地疆镇乡]|于是|方[面才]|高[温校考速兴]|安[全排]|金[秋融]|夏[日季天]|冬[日季]|春[节耕天日季]|农[民业村历牧]|国[家内庆务]|平[安日均]|"
    r"水[利电]|经[过济]|关[于注]|车[站间]|项目|曾经|元[旦月]|成[立功]|党[员委建]|路上|广[大场播]|温[度暖]|云[上南]|江苏|武[汉警]|常[委年务]|干部|"
    r"时[间任]|石榴|路[面过]|满[载怀]|易地|安[居徽]|白[天雪]|黄[河昏]|养[殖老]|应急|万[亩人元众]|包[括村]|计[划算]|和|荣[获誉]|培训|招聘|队伍|会议|工作|管理|凌晨|向[记本]|游客|都[是在]|相关)"
)
_TITLE = pattern(
    r"[书部县市省乡镇局处科队院校所站厂州村](?:记|长|委)$|经理$|主任$|老师$|教授$|医生$|先生$|女士$|大[爷妈]$|同志$|书记$"
)


def is_surname(character: str) -> bool:
    """Whether a character is a Han surname."""
    return len(character) == 1 and character in SURNAMES


def is_person(name: str) -> bool:
    """Whether a word is built as a person's name: a surname and one to three characters, or parts with a dot."""
    if "·" in name:
        return not _NO_NAME.match(name)
    most = 4 if name.startswith(_COMPOUND_SURNAMES) else 3
    return 2 <= len(name) <= most and name[0] in SURNAMES and not (_NO_NAME.match(name) or _TITLE.search(name))


def is_bare_name(words: str) -> bool:
    """Whether words are a person's name alone, without who the person is."""
    if "·" in words:
        return len(words.split("·")[0]) <= 5 and not _WHO.match(words)
    if "某" in words or "×" in words:
        return len(words) <= 7 and not _WHO.match(words)
    return 2 <= len(words) <= 3 and words[0] in SURNAMES and words[-1] not in "来该常再都也还又曾就才们家人们长师者友"


@dataclass(frozen=True, slots=True)
class People:
    """Roles and names in a row: where they end, how many roles, the names, and how surely they are names.

    ``spaced`` says that each role is set apart from its names, ``told`` that a word such as 报道 ends them;
    ``known`` is how many characters all of them have; ``sent`` says that a place and 報導 end them.
    """

    end: int
    roles: int = 0
    names: tuple[str, ...] = ()
    persons: bool = True
    spaced: bool = True
    told: bool = False
    known: int = 0
    sent: bool = False


def people_at(text: str, at: int = 0, *, all_names: bool = False) -> People:
    """The roles and names that stand at ``at``: ``记者 张宁 通讯员 李丽 报道``.

    They end at the first word that is no name; with ``all_names`` such words are passed over, as
    inside a bracket that holds nothing else.
    """
    plain = simplify(text)
    names: list[str] = []
    roles, end, awaited, known = 0, at, False, 0
    persons = spaced = True
    told = False
    while True:
        start = _SEPARATORS.match(plain, at).end()  # type: ignore[union-attr]
        if role := _ROLES.match(plain, start):
            roles, at, awaited, known = roles + 1, role.end(), True, known + role.end() - start
            spaced = spaced and not plain[at : at + 1].isalpha()
            continue
        if names and (sent_from := _SENT_FROM.match(plain, at)) and not is_person(sent_from["place"] or ""):
            known += sent_from.end() - at
            return People(sent_from.end(), roles, tuple(dict.fromkeys(names)), persons, spaced, True, known, True)
        if tail := _TAIL.match(plain, start):
            told, at, known = told or "报" in tail[0], tail.end(), known + len(tail[0])
            end = at if names else end
            continue
        token = _TOKEN.match(plain, start)
        if token is None:
            if all_names and start < len(plain):
                at = start + 1
                continue
            return People(end, roles, tuple(dict.fromkeys(names)), persons, spaced, told, known)
        word, at = token[0], token.end()
        if inside := _ROLE_INSIDE.search(word):
            word, at = word[: inside.start()], start + inside.start()
        ending = _TAIL_AT_END.search(word)
        if ending and ending.start():
            told = told or "报" in ending[0]
            word = word[: ending.start()]
        name = _in_one_word(word)
        person = is_person(name)
        if person or _may_be_name(name, awaited=(awaited and not plain[start - 1].isalpha()) or all_names):
            names.append(_in_one_word(text[start : start + len(word)]))
            persons, end, awaited, known = persons and person, at, awaited and not person, known + at - start
        elif all_names:
            at = max(at, start + 1)
        else:
            return People(end, roles, tuple(dict.fromkeys(names)), persons, spaced, told, known)


def reporters_in(who: str) -> tuple[str, ...]:
    """Names in a byline's bracket; roles drop out, names of two characters set apart are closed up."""
    plain = simplify(who)
    people = people_at(who, all_names=True)
    sent = _SENT.search(plain)
    if people.sent or not sent or not sent.start() or not people.names:
        return people.names
    names = people_at(who[: sent.start()], all_names=True).names
    if names and "·" not in names[-1] and len(names[-1]) > 3 and is_surname(simplify(names[-1])[0]):
        # 記者林小美高雄5日電: the place runs into the name.
        return (*names[:-1], names[-1][: 2 if len(names[-1]) == 4 else 3])
    return names


def _may_be_name(name: str, *, awaited: bool) -> bool:
    """Whether a word may be a name that no surname shows (哈那提, 古丽娜): only where one is awaited."""
    if "·" in name:
        return all(1 <= len(part) <= 7 for part in name.split("·")) and not _NO_NAME.match(name)
    return awaited and 2 <= len(name) <= 8 and not _NO_NAME.match(name) and not _TITLE.search(name)


def _in_one_word(word: str) -> str:
    return word if word.isalpha() else _DOTS.sub("·", _BLANKS.sub("", word))
