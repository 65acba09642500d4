"""What stands on a page besides its stories: mastheads, page numbers, editors' lines, captions, notices."""

from __future__ import annotations

import re

from classifier.reading.page.bylines import is_photo_credit
from classifier.reading.page.person_names import is_person
from classifier.reading.patterns import COLON, ENDS, HAN, OPEN, any_of, pattern, simplify

_COLON = any_of(COLON)
_NUMBER = r"(?:\d{1,3}|[一二三四五六七八九十]{1,3}|[A-Z]\d{0,2})"
_WEEKDAY = r"(?:星期|周|礼拜)[一二三四五六日天]"
_DESKS = (
    r"(?:要闻|综合|综合新闻|本地新闻|新闻|时政|时事|国内|国际|国内新闻|国际新闻|副刊|文化|体育|文体|专版|专题|广告|公益广告|理论|民生|"
    r"社会|经济|教育|健康|旅游|法治|特别报道|天下|视点|关注|融媒|县域|视觉|图片新闻|导读|今日导读|声音|评论|时评|金山|额尔齐斯)"
)
_PAGE_NUMBER = pattern(
    rf"(?:[—–\-·•.\s]*\d{{1,3}}[—–\-·•.\s]*|第?\s*{_NUMBER}\s*版(?:\s*[:·|]?\s*{_DESKS})?|{_DESKS}\s*第?\s*{_NUMBER}\s*版?"
    rf"|[A-Z]?\d{{1,2}}\s*{_DESKS}|{_DESKS}\s*[A-Z]?\d{{1,2}}|今日\s*{_NUMBER}\s*版|第?\s*\d{{1,4}}\s*页(?:\s*[/，,]?\s*共?\s*\d{{1,4}}\s*页)?"
    rf"|\d{{1,3}}\s*/\s*\d{{1,3}}|广告|[-=\[(]*\s*[Pp](?:age|AGE)?\.?\s*\d{{1,4}}\s*[-=\])]*|[A-Z]\d{{1,2}}|本期共?{_NUMBER}版)"
)
_DATE_LINE = pattern(
    rf"(?:[^\s。]{{0,12}}\s*)?(?:19|20)\d{{2}}\s*年\s*\d{{1,2}}\s*月\s*\d{{1,2}}\s*日"
    rf"(?:\s*\(?{_WEEKDAY}\)?|\s*农历.{{1,12}}|\s*第?\s*{_NUMBER}\s*版|\s*{_DESKS}|\s*今日.{{1,6}}版|\s*总?第\s*\d+\s*期|[\s|·]+)*"
    rf"|{_WEEKDAY}|农历{HAN}{{2,10}}(?:年{HAN}{{1,6}})?"
)
_ISO_DATE = pattern(rf"(?:19|20)\d{{2}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?:\s*\(?{_WEEKDAY}\)?|\s*第?\s*{_NUMBER}\s*版)*")
_BARE_DATE = pattern(r"(?:19|20)\d{2}(?:\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日|[-/.]\d{1,2}[-/.]\d{1,2})")
_MASTHEAD = pattern(
    rf"{HAN}{{2,8}}(?:日报|晚报|晨报|周报|都市报|广播电视报)"
    r"(?:\s*[(\uff08]?(?:汉文版|哈文版|汉|数字报)[)\uff09]?)?(?:\s+[A-Za-z' ]{4,30})?"
    r"|[A-Z]{4,}\s*(?:RIBAO|DAILY|WANBAO)|[A-Z][a-z]+\s+(?:Ribao|Daily)"
)
_IMPRINT = pattern(
    r"国内统一(?:连续出版物|刊)号|本报地址|邮政编码|邮编[:：]|(?:广告|发行|订阅)热线|承印|邮发代号|CN\s?\d{2}\s?[-—]\s?\d{3,4}|总第\s*\d+\s*期|社址|广告许可证|广告发布登记|"
    r"(?:每?月|全年)订?价|零售(?:每份|价)|定价[:：]|印刷[:：]|(?:投稿|编辑部?|新闻)(?:邮箱|热线|电话)|热线电话[:：]|"
    r"(?:主管|主办|出版)(?:单位)?[:：]|E-?mail|https?://|www\.\w|法律顾问[:：]|(?:中共.{2,10}委(?:员会)?(?:机关报|主办|主管))"
)
_CONTENTS = pattern(
    rf".{{4,50}}?\s*(?:[>》▶→►»]{{1,4}}|(?:详|请)见|\.{{3,}}|…{{1,}}|见)\s*(?:第?\s*{_NUMBER}\s*版|[A-Z]?\d{{1,2}})[)）]?"
    r"|(?:今日|本期|本版|要闻)?(?:导读|目录|要目)"
)
EDITOR_ROLE = (
    r"(?:本版|本期|执行|责任|首席|值班|版面|图片|文字|视觉|美术|专题|新闻|执|总|副)?"
    r"(?:编辑|责编|校对|校检|检校|版式|美编|美工|组版|审校|审读|主编|编委|总编辑?|设计|编审|编校|策划|监制|监审|制图|制版|排版|统筹"
    r"|[一二三初复终]审|[一二三终]校|审核|审签|审定|签发|(?<=值班)主任)"
)
_EDITOR = pattern(
    rf"[\s(（【\[●■◆□◇▲]*{EDITOR_ROLE}(?:[/／、|]?{EDITOR_ROLE})*\s*(?:{_COLON}|[/／|]|\s)\s*[\w·/／、|：:@.\-—\s)）】\]]{{1,90}}"
)
_EDITORS_AT_END = pattern(
    rf"(?:{any_of(ENDS)}|[”’）)】…])\s*(?P<editors>{OPEN}?\s*{EDITOR_ROLE}\s*{_COLON}[\w·\s、,，/／|：:;；]{{2,120}}[)）】\]]?)\s*$"
)
# What this looks for is also marked by documents/clean_files.py.
_MAY_EDIT = pattern(r"[编編审審校监監责責]|主任|版式")
_EDITOR_ROLES = pattern(EDITOR_ROLE)
_BETWEEN_EDITORS = pattern(r"[●■◆□◇▲\s(（【\[\])）】、,，/／|：:;；]+")
_SCAN = pattern(
    r"扫(?:一)?扫|扫描|扫码|二维码|微信公众号|关注.{0,12}(?:公众号|客户端|抖音号|视频号)|下载.{0,12}客户端|新闻客户端"
)
_TURN_TO = pattern(rf"{OPEN}?\s*(?:下转|转第?|详见|转)\s*第?\s*{_NUMBER}\s*版.{{0,6}}[)）】\]]?\s*$")
_TURN_LINE = pattern(rf"{OPEN}?\s*(?:紧?下转|详见|转)\s*第?\s*{_NUMBER}\s*版.{{0,6}}[)）】\]]?")
_TURNED_FROM = pattern(rf"\s*{OPEN}\s*(?:紧?上接|紧接|接)\s*第?\s*{_NUMBER}\s*版.{{0,12}}?[)）】\]]")
_CAPTION = pattern(
    rf"\s*(?:[▲▼△▽◀▶←→↑↓]\s*\S|(?:上|下|左|右|中|题|大|小|背景|资料)?(?:图|组图|图片)(?:\s*[①-⑩\d一二三四五六]{{0,2}})?"
    rf"\s*(?:为|是|均为|分别为|{_COLON}|/)|摄影(?:记者)?\s*{_COLON}|[①-⑩]\s*{HAN}|\(?资料(?:图|照)片?\)?$|新华社发)"
)
# What this looks for is also marked by documents/clean_files.py.
_MAY_CAPTION = pattern(r"[图摄片照发供航报圖攝發報▲▼△▽◀▶←→↑↓①-⑩]")
_CAPTION_END = pattern(r"(?:图片由.{2,16}提供|资料图片?|资料照片|\(?新华社发\)?|/\s*摄影?|摄影报道)[)）]?\s*$")
_NOTICE = pattern(
    r"(?:[\w()（）《》“”·\s]{0,26})?(?:公告|公示|声明|启事|通告|讣告|更正|招标公告|拍卖公告|中标公示|遗失声明|招聘简章|招生简章|"
    r"敬告读者|致歉|公开信|倡议书|天气预报|公益广告)"
)
_NOTE = pattern(
    rf"\s*[【\[(（]?\s*(?:编者按|编者的话|编者|开栏的话|开栏语|开篇语|核心提示|核心阅读|阅读提示|内容提要|提要|导语|引言|新闻背景|本报记者手记)"
    rf"\s*(?:[】\])）]|{_COLON}|\s|$)"
)
_COLUMN_NAME = pattern(rf"(?:{_DESKS}|简讯|短讯|快讯|短波|一句话新闻|新闻速递|本报要闻|县市传真|专栏|系列报道)")
_COLUMN_PHRASE = pattern(
    r"(?:深入)?(?:学习|贯彻|学习贯彻|聚焦|关注|走进|喜迎|庆祝|奋进|牢记|践行|新春|点赞|致敬|代表委员|两会).{1,22}"
    r"(?:精神|两会|基层|行动|进行时|一线|风采|故事|典型|时代|征程|思想|讲话|周年|先锋|榜样|现场|连线|声音)"
)


def furniture_reason(line: str) -> str:
    """Why a line belongs to no story (``page number``, ``masthead``, ``editor line`` …), or empty."""
    line = line.strip(" \u3000*_|~`")
    if not line:
        return "markup"
    if len(line) > 140:
        return ""
    line = simplify(line)
    if _PAGE_NUMBER.fullmatch(line):
        return "page number"
    if len(line) <= 60 and (_DATE_LINE.fullmatch(line) or _ISO_DATE.fullmatch(line)):
        return "date line"
    if _MASTHEAD.fullmatch(line):
        return "masthead"
    if len(line) <= 70 and _CONTENTS.fullmatch(line):
        return "contents line"
    if _TURN_LINE.fullmatch(line):
        return "turn note"
    if line[-1] not in ENDS or len(line) <= 30:
        if _EDITOR.fullmatch(line) and len(line) <= 100 and _names_only(line):
            return "editor line"
        if _SCAN.search(line) and len(line) <= 40:
            return "scan note"
    if line[-1] not in ENDS and _IMPRINT.search(line) and not re.search(rf"{any_of(ENDS)}{HAN}", line):
        return "imprint"
    return ""


def may_edit(line: str) -> bool:
    """Whether a line's end has a character of an editor's role; most have none."""
    return bool(_MAY_EDIT.search(line, max(0, len(line) - 100)))


def editors_at_end(line: str) -> int:
    """Where a chain of editors begins that runs into a paragraph's end (``……。一审:张三 二审:李四``), or -1."""
    if not may_edit(line):
        return -1
    from_end = max(0, len(line) - 160)
    match = _EDITORS_AT_END.search(simplify(line[from_end:]))
    if match is None or not _names_only(match["editors"]):
        return -1
    return from_end + match.start("editors")


def _names_only(editors: str) -> bool:
    """Whether nothing but names stands beside the editors' roles, so that 二审 维持原判 is a headline."""
    names = [name for name in _BETWEEN_EDITORS.split(_EDITOR_ROLES.sub(" ", editors)) if name]
    if not any(c in editors for c in ":：/／|"):
        return bool(names) and all(is_person(name) for name in names)
    return all(len(name) <= 4 or "·" in name or not name.isalpha() for name in names)


def is_bare_date(line: str) -> bool:
    """Whether a date line is nothing but a date, as a notice is signed with."""
    return bool(_BARE_DATE.fullmatch(line.strip()))


def is_column_name(heading: str) -> bool:
    """Whether a headline is only the name of a page or column (``要闻``, ``简讯``)."""
    bare = simplify(heading).strip("【】[]|·“” \u3000")
    return bool(_COLUMN_NAME.fullmatch(bare) or _COLUMN_PHRASE.fullmatch(bare))


def is_caption(paragraph: str) -> bool:
    """Whether a paragraph is a photo's caption or credit."""
    if len(paragraph) > 300 or not _MAY_CAPTION.search(paragraph[:8] + paragraph[-12:]):
        return False
    if is_photo_credit(paragraph):
        return True
    return bool(_CAPTION.match(simplify(paragraph[:24])) or _CAPTION_END.search(simplify(paragraph[-40:])))


def is_notice_headline(line: str) -> bool:
    """Whether a line without headline marks is a notice's headline (``遗失声明``, ``招标公告``)."""
    return 2 <= len(line) <= 36 and bool(_NOTICE.fullmatch(simplify(line.strip())))


def is_editors_note(paragraph: str) -> bool:
    """Whether a paragraph is an editor's note that stands before a story's own text (``编者按``)."""
    return bool(_NOTE.match(simplify(paragraph[:24])))


def turns_to_another_page(paragraph: str) -> bool:
    """Whether the story breaks off here to go on elsewhere: ``(下转第二版)``."""
    end = simplify(paragraph[-24:])
    return "下转" in end and bool(_TURN_TO.search(end))


def is_turned_from(paragraph: str) -> bool:
    """Whether a story goes on here from another page: ``(上接第一版)``."""
    return "接" in paragraph[:12] and bool(_TURNED_FROM.match(simplify(paragraph[:40])))
