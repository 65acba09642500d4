"""When a second category is listed, what goes to review, and what an older model's rule says of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifier.article import Article
from classifier.model.decisions import NEVER, STRICT, TOO_SHORT, UNSURE, ReviewRule, list_reasons
from classifier.model.model_files import MANIFEST, read_manifest, read_model, write_model
from classifier.model.topic_model import Engine, TopicModel
from classifier.model.versions import model_path

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


IDS = ("meetings", "health", "sports")
RULE = ReviewRule(thresholds=((0.97, 0.7),), words=5)


def reasons(rule: ReviewRule, category: list[int], probability: list[float], words: float = 100) -> list[int]:
    n = len(category)
    familiarity = np.tile([words, words, 0.0], (n, 1))
    return rule.reasons(np.array(category), np.array(probability), familiarity, np.zeros(n, np.uint8)).tolist()


def test_single_categories_can_take_more() -> None:
    rule = RULE.make_stricter(IDS, {"health": 0.98, "sports": NEVER, "gone": 0.99})
    assert rule.least == (0.0, 0.98, NEVER)
    assert rule.accepted_from(IDS) == {"meetings": 0.7, "health": 0.98, "sports": NEVER}
    category, probability = [0, 0, 1, 1, 1, 2, 2], [0.69, 0.7, 0.69, 0.9799, 0.98, 0.69, 1.0]
    assert reasons(rule, category, probability) == [UNSURE, 0, UNSURE, STRICT, 0, UNSURE, STRICT]
    assert reasons(rule, [1], [0.9], words=3) == [TOO_SHORT | STRICT]
    assert list_reasons(STRICT) == ("strict_category",)


def test_a_category_is_never_laxer_than_the_threshold_for_all() -> None:
    laxer = RULE.make_stricter(IDS, {"health": 0.5})
    assert reasons(laxer, [1, 1], [0.6, 0.7]) == [UNSURE, 0]
    assert laxer.accepted_from(IDS)["health"] == 0.7
    once = RULE.make_stricter(IDS, {"health": 0.98})
    assert once.make_stricter(IDS, {"health": 0.9, "sports": 0.95}).least == (0.0, 0.98, 0.95)


def test_without_strict_categories_a_rule_is_what_it_was(small_model_folder: Path, tmp_path: Path) -> None:
    assert RULE.make_stricter(IDS, {"gone": 0.98}) == RULE.make_stricter(IDS, {"health": 0.0}) == RULE
    assert "least" not in RULE.record()
    strict = RULE.make_stricter(IDS, {"health": 0.98})
    assert ReviewRule.from_record(strict.record()) == strict
    small = read_model(small_model_folder)
    write_model(tmp_path / "again", small.manifest, small.weights)
    assert (tmp_path / "again" / MANIFEST).read_bytes() == (small_model_folder / MANIFEST).read_bytes()


@pytest.mark.parametrize("engine", ["python", "compiled"])
def test_a_model_with_a_strict_category_decides_so(engine: Engine, small_model_folder: Path, tmp_path: Path) -> None:
    small = read_model(small_model_folder)
    review = small.manifest.review.make_stricter(small.manifest.taxonomy.ids, {"health": NEVER})
    write_model(tmp_path / "strict", replace(small.manifest, name="strict", review=review, checksum=""), small.weights)
    assert read_manifest(tmp_path / "strict").review == review
    articles = [
        Article("1", "专家义诊进山村", "义诊队背着心电图机进村，医生给老人量血压、测血糖、开药方。"),
        Article("2", "县篮球联赛落幕", "决赛打满四节，城关镇队靠一记压哨三分夺得冠军，球迷把体育馆挤得水泄不通。"),
    ]
    before = TopicModel(small, engine=engine).tag(articles)
    after = TopicModel.load(tmp_path / "strict", engine=engine).tag(articles)
    assert [(one.category, one.reasons) for one in before] == [("health", ()), ("sports", ())]
    assert [(one.category, one.reasons) for one in after] == [("health", ("strict_category",)), ("sports", ())]
    assert [one.ranking for one in after] == [one.ranking for one in before]
