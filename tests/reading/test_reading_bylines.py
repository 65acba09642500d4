"""Bylines as papers print them and OCR leaves them."""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from classifier.reading.page.bylines import closing_reporters, is_photo_credit, lead_byline, line_byline


@pytest.mark.parametrize(
    ("paragraph", "printed", "reporters"),
    [
        ("本报讯(记者 张宁 哈那提·托列别克)近日,", "本报讯(记者 张宁 哈那提·托列别克)", ("张宁", "哈那提·托列别克")),
        ("本报讯（记者张宁、李丽）近日，", "本报讯（记者张宁、李丽）", ("张宁", "李丽")),
        ("本报讯(记者 宋玮 实习记者 冯景 通讯员 李 明)3月", "本报讯(记者 宋玮 实习记者 冯景 通讯员 李 明)", ("宋玮", "冯景", "李明")),
        ("本 报 讯 (记 者 张 宁)近日,天气转暖", "本 报 讯 (记 者 张 宁)", ("张宁",)),
        ("本报讯 近日,草原返青", "本报讯", ()),
        ("木报讯(记者 张宁)近日,", "木报讯(记者 张宁)", ("张宁",)),
        ("本报讯(记者 张宁 3月18日,全区", "本报讯(记者 张宁", ("张宁",)),
        ("本报乌鲁木齐3月8日讯(记者 张宁)", "本报乌鲁木齐3月8日讯(记者 张宁)", ("张宁",)),
        ("新华社北京3月5日电(记者 王某)今天", "新华社北京3月5日电(记者 王某)", ("王某",)),
        ("新华社北京３月５日电（记者王某）", "新华社北京３月５日电（记者王某）", ("王某",)),
        ("据新华社电 日前", "据新华社电", ()),
        ("石榴云/新疆日报讯（记者 加孜拉·泥斯拜克报道）3月", "石榴云/新疆日报讯（记者 加孜拉·泥斯拜克报道）", ("加孜拉·泥斯拜克",)),
        ("(记者 张三)3月18日,全县春播工作全面展开,", "(记者 张三)", ("张三",)),
        ("□记者 张三 3月18日,全县春播工作全面展开", "□记者 张三", ("张三",)),
        ("本报(记者 张宁 实习记者 哈那·提列 李丽)日前,草原返青,牧民转场", "本报(记者 张宁 实习记者 哈那·提列 李丽)", ("张宁", "哈那·提列", "李丽")),
        ("报讯(记者 张宁)日前,草原返青,牧民开始转场", "报讯(记者 张宁)", ("张宁",)),
        ("青石县融媒(记者 张宁 通讯员 李丽)日前,草原返青,牧民转场", "青石县融媒(记者 张宁 通讯员 李丽)", ("张宁", "李丽")),
        ("云上青石报道（通讯员张宁）日前，草原返青，牧民转场", "云上青石报道（通讯员张宁）", ("张宁",)),
    ],
)  # fmt: skip
def test_lead(paragraph: str, printed: str, reporters: tuple[str, ...]) -> None:
    byline = lead_byline(paragraph)
    assert byline is not None
    assert byline.printed == printed
    assert byline.reporters == reporters


@pytest.mark.parametrize(
    "paragraph",
    [
        "新华社记者在现场看到,人们有序进站。",
        "本报记者从地区气象局获悉,未来三天有雨。",
        "本报消息灵通,读者众多。",
        "据互联网通讯行业协会统计,",
        "记者走进田间地头,看到一派繁忙。",
        "本报通讯员队伍不断壮大。",
        "会议指出,要办好人民满意的教育。",
        "□ 要抓住重点",
        "张宁(本报记者 李丽)",
        "颁奖仪式结束后,主持人(记者 张宁)请各位获奖者谈谈感受。",
        "雨中的牧道(记者 张宁 摄)",
        "牧民转场途中(本报记者 张宁 李丽 摄影),一路走了三天三夜才到。",
        "",
    ],
)
def test_no_lead(paragraph: str) -> None:
    assert lead_byline(paragraph) is None


@pytest.mark.parametrize(
    ("line", "reporters"),
    [
        ("□本报记者 叶尔兰·哈布", ("叶尔兰·哈布",)),
        ("口本报记者 李明", ("李明",)),
        ("■ 张国强", ("张国强",)),
        ("记者 张宁", ("张宁",)),
        ("本报记者张宁 李丽", ("张宁", "李丽")),
        ("通讯员 古丽·买买提 张强", ("古丽·买买提", "张强")),
        ("文/图 本报记者 张宁", ("张宁",)),
        ("（记者 张三 通讯员 李四）", ("张三", "李四")),
        ("本报评论员", ()),
    ],
)
def test_line(line: str, reporters: tuple[str, ...]) -> None:
    byline = line_byline(line)
    assert byline is not None and byline.reporters == reporters


@pytest.mark.parametrize(
    "line", ["本报记者 张宁 摄", "记者走进田间地头", "■记者手记", "■ 民生实事", "本报讯", "春暖花开", "描绘蓝图"]
)
def test_no_line(line: str) -> None:
    assert line_byline(line) is None


def test_dateline_and_credits() -> None:
    byline = lead_byline("新华社乌鲁木齐12月31日电(记者 某某)")
    assert byline is not None and (byline.place, byline.month, byline.day) == ("乌鲁木齐", 12, 31)
    assert closing_reporters("活动现场气氛热烈。(记者 张三 李四)") == ("张三", "李四")
    assert closing_reporters("活动现场气氛热烈(见图)。") == ()
    assert is_photo_credit("图为比赛现场。本报记者 张宁 摄") and not is_photo_credit("共绘发展蓝图")
