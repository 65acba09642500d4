"""Which columns of a table, or keys of a JSON object, hold the id, title, text and date."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from classifier.reading.reading_options import ReadingOptions

IDS: Final = (
    "id", "编号", "稿件编号", "文章编号", "新闻编号", "稿件id", "文章id", "新闻id", "newsid", "articleid", "docid",
    "documentid", "uid", "guid", "序号",
)  # fmt: skip
TITLES: Final = (
    "title", "标题", "主标题", "题目", "新闻标题", "文章标题", "稿件标题", "headline", "newstitle", "articletitle",
    "標題", "题名", "題名", "題目", "正题", "主题", "subject", "webtitle",
)  # fmt: skip
TEXTS: Final = (
    "text", "正文", "content", "body", "内容", "新闻内容", "新闻正文", "文章内容", "文章正文", "稿件内容", "稿件正文",
    "全文", "文本", "newstext", "newscontent", "newsbody", "articletext", "articlecontent", "articlebody", "fulltext",
    "maintext", "article", "內容", "內文", "内文", "全文内容", "story", "paragraphs", "段落",
)  # fmt: skip
DATES: Final = (
    "date", "日期", "发布日期", "发布时间", "见报日期", "刊发日期", "刊登日期", "出版日期", "時間", "时间",
    "publishdate", "publisheddate", "publishedat", "publishtime", "pubdate", "pubtime", "published", "datetime", "time",
)  # fmt: skip
"""What people call the columns, without case, blanks, dashes and underlines; the surest first."""
_TITLE_ENDS: Final = ("title", "headline", "标题", "標題", "题目", "題目")
_TEXT_ENDS: Final = ("text", "content", "body", "正文", "内容", "內容", "內文", "全文")
_OTHERS: Final = (
    "sub", "short", "meta", "seo", "og", "image", "img", "photo", "alt", "comment", "reply", "context", "summary",
    "section", "page", "site", "author", "job", "副", "引", "肩", "小", "评论", "回复", "图片", "摘要", "栏目", "版面",
    "作者", "网站",
)  # fmt: skip
"""How names begin that end as those of a title or text do, and are others: ``subtitle``, ``context``, 副标题."""
HEADING_ROWS: Final = 10
"""A sheet's heading is looked for among this many rows with something in them; above it stands the table's caption."""
_CAPTION_CHARACTERS = 200
_DROPPED = str.maketrans("", "", " \t\r\n_-\u3000\xa0\ufeff\u200b'\"“”[]【】()（）*:：")
_PLAIN = ReadingOptions()


class Fields(NamedTuple):
    """The names, as the table writes them, of what an article is made of; empty where the table has none."""

    id: str
    title: str
    text: str
    date: str


def fields_of(names: Iterable[str], options: ReadingOptions) -> Fields:
    """The fields among ``names``: as the options say, else what they are usually called.

    A field that the user named is taken by that name alone, whatever its case and the blanks around it.
    Where the texts are called just as the options say, so must be the ids: an article read before keeps its id.
    """
    return _fields(tuple(names), options.id_field, options.title_field, options.text_field, options.date_field)


def is_heading(cells: Sequence[str]) -> bool:
    """Whether cells look like the heading of a table of articles: short names, one of them usual."""
    plain = [_plain(cell) for cell in cells]
    if len(cells) < 2 or any(len(cell.strip()) > 40 for cell in cells) or not any(plain):
        return False
    known = {*IDS, *TITLES, *TEXTS, *DATES, "category", "类别", "分类", "label", "来源", "source"}
    known.update(filter(None, (_named_alike(plain, _TITLE_ENDS), _named_alike(plain, _TEXT_ENDS))))
    return sum(name in known for name in plain) >= min(2, len(plain) - 1)


def find_heading(rows: Sequence[Sequence[str]], options: ReadingOptions) -> int | None:
    """Which of a sheet's first rows names the field of the texts; None: none does.

    A row of one cell, which may be the table's caption, only where no wider one is a heading.
    """
    for least in (2, 1):
        above = 0
        for place, cells in enumerate(rows):
            if above > _CAPTION_CHARACTERS:
                break
            above += sum(map(len, cells))
            text = fields_of(cells, options).text
            if text and text in cells and sum(bool(cell.strip()) for cell in cells) >= least:
                return place
    return None


def _named_alike(plain: Iterable[str], ends: tuple[str, ...]) -> str:
    """The one name that ends as those of titles or texts do (``doc_title``, 新闻稿正文); or empty: not just one."""
    alike = [name for name in plain if name.endswith(ends) and not name.startswith(_OTHERS)]
    return alike[0] if len(alike) == 1 else ""


@lru_cache(4_096)
def _fields(names: tuple[str, ...], id_field: str, title_field: str, text_field: str, date_field: str) -> Fields:
    plain: dict[str, str] = {}
    for name in names:
        plain.setdefault(_plain(name), name)

    def found(wanted: str, usual: Sequence[str], default: str, ends: tuple[str, ...] = ()) -> str:
        if not wanted or wanted in names:
            return wanted
        if wanted != default:
            return plain.get(_plain(wanted), "")
        known = next((plain[name] for name in usual if name in plain), "")
        return known or (plain.get(_named_alike(plain, ends), "") if ends else "")

    exact = text_field in names
    told = text_field != _PLAIN.text_field
    own_id = id_field if id_field in names else ""
    return Fields(
        own_id if exact or told else found(id_field, IDS, _PLAIN.id_field),
        found(title_field, TITLES, _PLAIN.title_field, _TITLE_ENDS),
        found(text_field, TEXTS, _PLAIN.text_field, _TEXT_ENDS),
        found(date_field, DATES, _PLAIN.date_field),
    )


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", str(name)[:200]).translate(_DROPPED).casefold()
