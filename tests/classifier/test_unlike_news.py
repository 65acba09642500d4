"""Texts unlike anything the shipped model was taught go to a person, whatever their best category is."""

from __future__ import annotations

import pytest

from classifier.article import Article
from classifier.model.topic_model import TopicModel
from classifier.model.versions import model_path

STRANGE = {
    "English": (
        "Parliament debates new law",
        "Members of the opposition asked the minister for a statement on the economy and on foreign trade before "
        "the vote takes place next Tuesday, while farmers gathered outside to protest against the price of water.",
    ),
    "table": ("价目表", "品名 单价 数量 金额\n苹果 5.20 10 52.00\n香蕉 3.80 8 30.40\n西瓜 2.10 20 42.00\n合计 124.40"),
    "numbers": ("", "1 2 3 4\n5 6 7 8\n9 10 11 12\n13 14 15 16"),
    "lyrics": (
        "月光下",
        "啦啦啦，我的心呀，你听到没有\n月亮弯弯，照着我的窗\n你走的那天，雨下得好长\n我在站台上，忘了说再见\n"
        "风吹过旧街，吹不散我的想念\n如果有来生，还要牵你的手，走过长长的夜",
    ),
    "empty body": ("全区文化旅游工作会议召开", ""),
    "code": (
        "",
        "def add(a, b):\n    return a + b\n\nfor i in range(10):\n    print(add(i, i + 1))\nimport os, sys\n" * 3,
    ),
    "Russian": (
        "Новости",
        "Сегодня в столице состоялось заседание, на котором обсуждались вопросы развития сельского хозяйства.",
    ),
    "Japanese": (
        "",
        "きょう市内で開かれた会議で、参加者たちは地域の農業と観光の振興について話し合いました。来年の春までに新しい計画をまとめる予定です。",
    ),
    "Korean": ("", "오늘 열린 회의에서 참가자들은 지역 농업과 관광 진흥에 대해 논의했다. 내년 봄까지 계획을 마련한다."),
    "Kazakh": ("", "Бүгін Алтай аймағында өткен жиналыста қатысушылар ауыл шаруашылығы мен туризмді талқылады."),
    "classical poem": (
        "秋兴",
        "玉露凋伤枫树林，巫山巫峡气萧森。江间波浪兼天涌，塞上风云接地阴。丛菊两开他日泪，孤舟一系故园心。",
    ),
    "classical prose": (
        "",
        "臣闻求木之长者，必固其根本；欲流之远者，必浚其泉源；思国之安者，必积其德义。源不深而望流之远，根不固而求木之长，臣虽下愚，知其不可。",
    ),
    "recipe": (
        "红烧肉的做法",
        "五花肉切成麻将大小的方块，冷水下锅焯去血沫，捞出沥干。锅里放油和冰糖，小火熬到枣红色，倒入肉块翻炒上色，加八角、桂皮和老抽。",
    ),
    "chat": (
        "",
        "哈哈哈哈你说得对，我刚到家，累死了，你吃了没，晚上打游戏不，等我洗个澡先，哦对了快递到了没，帮我拿一下呗",
    ),
}


@pytest.fixture(scope="module")
def model() -> TopicModel:
    return TopicModel.load(model_path())


@pytest.mark.parametrize("kind", STRANGE)
def test_strange_texts_go_to_review(kind: str, model: TopicModel) -> None:
    title, text = STRANGE[kind]
    (tagged,) = model.tag([Article(id=kind, title=title, text=text)])
    assert tagged.decision == "review", (tagged.category, tagged.probability)
    assert tagged.reasons


def test_foreign_scripts_are_called_unfamiliar(model: TopicModel) -> None:
    for kind in ("English", "Russian", "Korean", "Kazakh"):
        (tagged,) = model.tag([Article(id=kind, title="", text=STRANGE[kind][1])])
        assert "unfamiliar" in tagged.reasons


def test_plain_news_is_accepted_all_the_same(model: TopicModel) -> None:
    news = Article(
        id="plain",
        title="县人大常委会召开第十二次会议",
        text="本报讯（记者 沈青禾）5月20日，县人大常委会召开第十二次会议。"
        "会议听取和审议了县人民政府关于就业工作情况的报告，表决通过了有关人事任免事项。"
        "会议要求，有关部门要认真研究处理审议意见，按期报告落实情况。县人大常委会主任主持会议并讲话。",
    )
    (tagged,) = model.tag([news])
    assert (tagged.category, tagged.decision) == ("meetings", "accepted")
