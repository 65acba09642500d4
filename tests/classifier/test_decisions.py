"""When a second category is listed, and what an older model's rule says of it."""

from __future__ import annotations

import numpy as np

from classifier.article import Article
from classifier.model.choice import model_path
from classifier.model.decisions import ReviewRule
from classifier.model.topic_model import TopicModel

EVENING = (
    "本报讯 6月18日晚，白桦县文化广场灯火通明，“石榴花开”民族团结主题文艺晚会在这里举行。各族群众自编自演的合唱、"
    "冬不拉弹唱、舞蹈和情景剧轮番登场，讲述几代邻里守望相助的故事。县文化馆馆长说，节目全部来自社区和牧业村，"
    "既展示非遗技艺，也让铸牢中华民族共同体意识的道理唱进大家心里。台下，来自六个民族的居民挽着手一起跳起麦西热甫。"
)


def test_the_second_is_listed_where_it_takes_most_of_what_the_best_leaves() -> None:
    ranked = np.array(
        [
            [0.90, 0.08, 0.01, 0.01],  # 80 % of what is left
            [0.90, 0.04, 0.03, 0.03],  # shared among three
            [0.50, 0.30, 0.15, 0.05],  # 60 %
            [0.999, 0.0009, 0.0001, 0.0],  # nearly all of next to nothing
        ]
    )
    assert ReviewRule().with_second(ranked).tolist() == [True, False, False, False]


def test_a_culture_evening_about_ethnic_unity_is_listed_under_both() -> None:
    (tagged,) = TopicModel.load(model_path()).tag([Article("1", "石榴花开 各族群众同台唱响团结歌", EVENING)])
    assert {tagged.category, *tagged.secondary} == {"culture", "ethnic_unity"}


def test_a_rule_written_before_takes_the_second_category_as_now() -> None:
    record = ReviewRule(accept_accuracy=0.95).record()
    del record["secondary_least"]
    assert ReviewRule.from_record({**record, "secondary": 0.25}) == ReviewRule(accept_accuracy=0.95)
