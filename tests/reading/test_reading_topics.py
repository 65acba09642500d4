"""Unmarked changes of story: found where nothing is shared, never inside a running story."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.reading.page.page import read_page
from classifier.reading.page.topics import starts_in_speech, story_changes

WATER = [
    "4月6日,柳树沟市城区供水管网改造工程开工,计划用五个月更换老旧管道三十八公里,惠及二十一个小区的居民。",
    "部分供水管道使用超过三十年,锈蚀严重,高峰期水压不足。此次改造全部换成球墨铸铁管,同步安装智能水表。",
    "施工期间,供水公司提前三天张贴停水通知,安排六辆送水车在小区门口值守,保证居民基本用水。",
]
CHESS = [
    "4月5日,第九届少儿围棋赛在青石县少年宫落幕,二百一十四名小棋手经过九轮角逐,决出各组的冠军。",
    "十岁的小棋手艾力在决赛中执黑先行,中盘阶段抓住对手的失误一举屠龙。他每天放学都要摆两盘棋谱。",
    "少年宫把围棋列为公益课程,聘请三名业余五段棋手常年任教,学棋的孩子已有六百多名。",
]


def test_change_is_found_once_at_its_place() -> None:
    assert [c.index for c in story_changes(WATER + CHESS)] == [3]
    assert [c.index for c in story_changes(CHESS + WATER)] == [3]


def test_running_stories_are_left_whole() -> None:
    assert not story_changes(WATER) and not story_changes(CHESS)
    # a stranger's paragraph in the middle is no new story: the first one goes on after it
    assert not story_changes([WATER[0], WATER[1], CHESS[1], WATER[2]])
    assert not story_changes([]) and not story_changes(WATER[:1])


def test_going_on_words_never_start_one() -> None:
    assert not story_changes([*WATER, "此外," + CHESS[0], "他" + CHESS[1], "近年来," + CHESS[2]])


def test_the_classifier_can_speak_for_and_against() -> None:
    def apart(paragraphs: list[str]) -> NDArray[np.float64]:
        return np.array([[0.9, 0.1] if "供水" in p or "水" in p else [0.1, 0.9] for p in paragraphs])

    def alike(paragraphs: list[str]) -> NDArray[np.float64]:
        return np.tile([0.5, 0.5], (len(paragraphs), 1))

    strengths = [story_changes(WATER + CHESS, scorer=s, threshold=1)[0].strength for s in (None, apart, alike)]
    assert strengths[1] > strengths[0] > strengths[2]
    page = "# 供水\n\n" + "\n\n".join(WATER + CHESS)
    assert len(read_page(page, scorer=apart).articles) == 2


def test_speech() -> None:
    assert starts_in_speech("陈某某说,自己在草原上教过书。")
    assert starts_in_speech("努尔兰·哈布告诉记者:“收成好。”")
    for line in (
        "据了解,今年雨水好。",
        "牧民哈布力·别克说,收成好。",
        "游客李女士说,风景美。",
        "简单来说,要抓早。",
        "专家表示,",
        "他说,",
    ):
        assert not starts_in_speech(line)


def test_long_input_is_bounded() -> None:
    assert story_changes(["春天来了。"] * 5_000) == []


def test_running_feature_page_stays_one_article() -> None:
    source = (Path(__file__).parent / "pages" / "running_feature.md").read_text("utf-8")
    assert len(read_page(source).articles) == 1
