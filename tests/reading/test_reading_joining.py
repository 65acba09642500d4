"""Torn lines are put together, true paragraph ends stay."""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from classifier.reading.page.joining import paragraphs_of
from classifier.reading.page.markup import lines_of
from classifier.reading.page.page import read_page


def joined(source: str) -> list[str]:
    return [p.text for p in paragraphs_of(lines_of(source)[0]) if p.text]


@pytest.mark.parametrize(
    ("source", "paragraphs"),
    [
        ("春灌期间,要错开用水高峰、检修泵站\n\n及支渠闸门。", ["春灌期间,要错开用水高峰、检修泵站及支渠闸门。"]),
        ("第一段说完了。\n\n第二段也说完了。", ["第一段说完了。", "第二段也说完了。"]),
        ("他说:“今年的雪\n\n比往年厚。”大家都点头。", ["他说:“今年的雪比往年厚。”大家都点头。"]),
        ("会议通过了决议\n\n。会议要求抓好落实。", ["会议通过了决议。会议要求抓好落实。"]),
        ("会议强调,要管好牧道、\n\n便桥和临时补饲点。", ["会议强调,要管好牧道、便桥和临时补饲点。"]),
        ("采用 machine\n\nlearning 技术分拣羊毛。", ["采用 machine learning 技术分拣羊毛。"]),
        ("全年完成投资12\n\n00万元。", ["全年完成投资1200万元。"]),
        ("一、加强领导;\n\n二、压实责任;\n\n三、严格考核。", ["一、加强领导;", "二、压实责任;", "三、严格考核。"]),
        ("要早备种子;要\n\n严把质量关。", ["要早备种子;要严把质量关。"]),
        ("本报讯(记者 张宁\n\n哈那提·托列别克)近日,春播开始。", ["本报讯(记者 张宁 哈那提·托列别克)近日,春播开始。"]),
        ("本报讯(记者 张宁)\n\n近日,春播开始。", ["本报讯(记者 张宁)近日,春播开始。"]),
        ("本报讯(记者 张宁)连日\n\n来,各地春播进度加快。", ["本报讯(记者 张宁)连日来,各地春播进度加快。"]),
        ("本报阿\n\n尔川讯(记者 张宁)近日,春播全面开始。", ["本报阿尔川讯(记者 张宁)近日,春播全面开始。"]),
        ("青石新闻网--青石报讯\n\n(通讯员 张宁)春播全面开始了。", ["青石新闻网--青石报讯(通讯员 张宁)春播全面开始了。"]),
        ("本报3月6\n\n日讯(记者张宁)春播全面开始了。", ["本报3月6日讯(记者张宁)春播全面开始了。"]),
        ("本报通讯\n\n员 张宁 报道", ["本报通讯员 张宁 报道"]),
        ("社区办起老年食堂\n\n(记者 张宁)近日,食堂在社区开张,很受欢迎。", ["社区办起老年食堂", "(记者 张宁)近日,食堂在社区开张,很受欢迎。"]),
        ("水质好坏关系家家户户,要保住水源\n\n![](a.jpg)\n\n安全。", ["水质好坏关系家家户户,要保住水源安全。"]),
    ],
)  # fmt: skip
def test_joining(source: str, paragraphs: list[str]) -> None:
    assert joined(source) == paragraphs


def test_a_caption_does_not_tear_the_sentence_around_it() -> None:
    assert joined("达坂上的积雪没过了膝盖,养路工\n\n图为养路工清雪。 本报记者 韩冬 摄\n\n们天不亮就出发了。") == [
        "达坂上的积雪没过了膝盖,养路工们天不亮就出发了。",
        "图为养路工清雪。 本报记者 韩冬 摄",
    ]


def test_wrapped_lines_with_indents() -> None:
    source = (
        "           海峡两岸渔业座谈会举行\n"
        "    本报讯今天上午,海峡两岸渔业座谈会在海滨市\n"
        "举行,来自两岸的六十多名渔业界人士参加了座谈。\n"
        "与会者认为,双方在近海养殖、远洋捕捞方面互补\n"
        "性强,合作空间很大。\n"
        "    座谈会由市渔业协会主办,今年已经是第九届。\n"
        "与会人士还参观了渔港。\n"
    )
    texts = [p.text for p in paragraphs_of(lines_of(source)[0], page=False)]
    assert len(texts) == 3 and texts[1].startswith("本报讯今天上午") and texts[1].endswith("合作空间很大。")
    assert texts[2].endswith("与会人士还参观了渔港。")


def test_sub_heads_stay_alone_and_torn_beginnings_do_not() -> None:
    story = (
        "# 守望\n\n本报讯(记者 张宁)达坂上刮着白毛风,班长量了量雪。\n\n一把铁锹二十六年\n\n贾师傅十九岁上山当养路工,清雪全靠铁锹。\n\n"
        "机器进了道班\n\n如今道班配上了抛雪机,年轻人也愿意来了。\n\n社区向独居老人送去节日的祝\n\n贺,还帮他们擦了窗户。\n"
    )
    lines = read_page(story).articles[0].text.split("\n")
    assert "一把铁锹二十六年" in lines and "机器进了道班" in lines
    assert lines[-1] == "社区向独居老人送去节日的祝贺,还帮他们擦了窗户。"


def test_lists_of_names_and_scores_keep_their_lines_or_blanks() -> None:
    assert joined("积分如下:\n\n第一中学队 8分\n\n第二中学队 6分") == ["积分如下:", "第一中学队 8分", "第二中学队 6分"]
    names = "王 刚 李 敏 赛力克·木拉提 周海燕\n\n努尔古丽·哈山 陈建国 马 龙 吴 迪"
    assert " ".join(joined(names)) == names.replace("\n\n", " ")
