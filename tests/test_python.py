"""The library as a program uses it: docs/python.md and the examples in docstrings say what happens."""

from __future__ import annotations

import doctest
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import classifier
from classifier import Article

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "python.md").read_text("utf-8")
PUBLIC = (
    "classifier",
    "classifier.messages",
    "classifier.model.topic_model",
    "training.estimator",
)


def test_the_page_is_true(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Each block runs after those before it, and prints what stands below it."""
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```\n(?:\n```\n(.*?)```)?", PAGE, re.DOTALL)
    assert len(blocks) >= 6
    for code, shown in blocks:
        exec(compile(code, "docs/python.md", "exec"), names)
        said = capsys.readouterr().out
        assert not shown or said == shown, code


@pytest.mark.parametrize("module", PUBLIC)
def test_examples_in_docstrings(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = doctest.testmod(importlib.import_module(module))
    assert result.attempted and not result.failed


def test_one_article_many_articles_and_a_path() -> None:
    model = classifier.load()
    meeting = Article(
        "m", "区委召开常委会会议", "会议听取了一季度经济运行情况汇报，研究部署防汛工作。会议强调，要压实责任。"
    )
    alone = model.tag(meeting)
    assert [alone] == model.tag([meeting]) and alone.category == "meetings"
    assert model.tag(meeting.title, meeting.text).ranking == alone.ranking
    assert model.tag([]) == []
    assert len(model.tag(ROOT / "samples" / "page.md", explain=True)) == 7


def test_the_front_door_is_light() -> None:
    """Importing the package loads neither numpy nor the readers."""
    code = "import sys, classifier; dir(classifier); print({'numpy', 'numba', 'pyarrow', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "set()"


def test_the_estimator_follows_scikit_learns_rules() -> None:
    from sklearn.base import clone
    from sklearn.model_selection import GridSearchCV

    from training.estimator import TopicEstimator

    texts = [
        ("县队夺冠", "篮球联赛决赛打满四节，县队夺得冠军。"), ("运动会开赛", "田径运动会开赛，三百名运动员参加比赛。"),
        ("小麦开镰", "八万亩小麦开镰收割，农机手昼夜不停。"), ("棉花采收", "采棉机开进地头，棉花进入采收期。"),
    ] * 6  # fmt: skip
    labels = ["体育", "体育", "三农", "三农"] * 6
    search = GridSearchCV(TopicEstimator(folds=2), {"penalty": [0.5, 2.0]}, cv=2).fit(texts, labels)
    assert search.best_score_ == 1.0
    best = clone(search.best_estimator_).fit(texts, labels)
    probabilities = best.predict_proba([("", "篮球比赛今天开赛。"), ("", "小麦收割正忙。")])
    assert probabilities.shape == (2, 2) and probabilities.sum(axis=1) == pytest.approx([1.0, 1.0])
    assert best.predict(["篮球比赛今天开赛。", "小麦收割正忙。"]).tolist() == ["体育", "三农"]


def test_readers_that_other_programs_import() -> None:
    from classifier.reading import PageReading, read_page
    from classifier.reading.html import read_html

    sentence = "昨天上午，北坡村的果农把第一批苹果装上冷链车，当天就发往省城的三家超市。"
    page = f"<html><title>苹果上路</title><body><h1>苹果上路</h1><p>{sentence * 3}</p><p>{sentence}</p></body></html>"
    assert sentence in read_html(page, "苹果.html").text
    reading = read_page(f"# 苹果上路\n\n{sentence}\n\n# 大桥通车\n\n本报讯（记者 王建国）{sentence}\n")
    assert isinstance(reading, PageReading) and [one.title for one in reading.articles] == ["苹果上路", "大桥通车"]
