"""Splits without leaks."""

from __future__ import annotations

import numpy as np

from training.fitting.splits import hold_apart, is_held_out, latest, outer_folds
from training.labels.near_duplicates import near_duplicate_groups

STORY = (
    "本报讯 3月5日，县医院组织医务人员到河湾村开展义诊，为两百多名群众量血压、测血糖，发放健康手册四百份。"
    "医生提醒，冬春交替要注意保暖，有基础病的老人要按时服药，出现胸闷及时就医。"
)
OTHER = "县足球队昨晚在主场以三比一战胜邻县队，连续第五场不败，教练赞扬了年轻球员下半场的跑动，球迷久久不愿离去。"


def test_reprints_are_one_group_and_others_are_not() -> None:
    groups = near_duplicate_groups(
        [STORY, OTHER, STORY.replace("本报讯 ", "（上接第一版）"), STORY.replace("县", "縣"), OTHER[::-1]]
    )
    assert groups[0] == groups[2] == groups[3]
    assert len({groups[0], groups[1], groups[4]}) == 3


def test_folds_keep_groups_together_and_categories_apart() -> None:
    dice = np.random.default_rng(0)
    groups = dice.integers(0, 80, 200).astype(np.int64)
    categories = [("文化", "体育", "会议")[g % 3] for g in groups]
    parts = outer_folds(categories, groups)
    assert sorted(np.concatenate([test for _, test in parts]).tolist()) == list(range(200))
    for train, test in parts:
        assert not set(groups[train]) & set(groups[test])
        assert {categories[i] for i in test} == {"文化", "体育", "会议"}


def test_the_holdout_stays_as_labels_grow() -> None:
    names = [f"meetings-{i}" for i in range(2000)]
    out = [name for name in names if is_held_out(name)]
    assert 0.17 < len(out) / len(names) < 0.23
    assert out == [name for name in reversed([*names, "新-1", "新-2"]) if is_held_out(name) and name in names][::-1]


def test_reprints_of_the_holdout_are_not_learned_from() -> None:
    groups = np.array([0, 0, 1, 2, 2], np.int64)
    train, test = hold_apart(np.array([True, False, False, False, False]), groups)
    assert test.tolist() == [0] and train.tolist() == [2, 3, 4]


def test_the_latest_are_whole_days_and_need_dates() -> None:
    dates = [f"2025-01-{1 + i // 4:02d}" for i in range(40)]
    out = latest(dates)
    assert out.sum() == 8 and {date for date, o in zip(dates, out, strict=True) if o} == {"2025-01-09", "2025-01-10"}
    assert not latest(["", "", "2025-01-01"]).any()
    assert not latest(["2025-01-01"] * 5).any()
