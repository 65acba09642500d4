"""Words found again in the printed text, and categories' colours."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.article import Article
from classifier.model.explanation import mark_text
from classifier.model.topic_model import TopicModel
from classifier.taxonomy import Category, Taxonomy
from lanmu.service.desk.categories import lighter, stylesheet
from lanmu.service.desk.story import explain_article
from tests.examples import examples

CHARACTERS = "医生给老人量血压醫療採棉機 \u3000\n\t\u200b\ufeffAＡbﬁ,。😀𠮷\ud800\x00<&"
STRANGE = st.text(st.sampled_from(CHARACTERS), max_size=60)


@pytest.fixture(scope="module")
def model(small_model_folder: Path) -> TopicModel:
    return TopicModel.load(small_model_folder, engine="python")


def test_words_are_marked_where_they_were_printed(model: TopicModel) -> None:
    article = Article("a1", "專家義診進山村", "醫生給老人　量血壓,\n測血糖。採棉機停在村口。")
    tagged = model.tag([article])[0]
    shown = explain_article(model, tagged)
    assert shown.evidence
    assert "".join(piece.text for piece in shown.title) == article.title
    marked = {piece.text for line in shown.paragraphs for piece in line if piece.side == "for"}
    against = {piece.text for line in shown.paragraphs for piece in line if piece.side == "against"}
    assert any("醫生" in text or "老人" in text for text in marked)
    assert not marked & against
    assert max(piece.strength for line in (shown.title, *shown.paragraphs) for piece in line) == 3


def test_without_a_model_or_its_categories_the_text_is_plain(model: TopicModel) -> None:
    tagged = model.tag([Article("a1", "专家义诊", "医生给老人量血压。")])[0]
    assert all(piece.side == "" for piece in explain_article(None, tagged).title)
    other = Taxonomy((Category("x", "甲"), Category("y", "乙")))
    assert "x" in other
    strange = type(tagged)(tagged.article, "x", "甲", 0.6, "review", (("x", 0.6), ("y", 0.4)))
    assert explain_article(model, strange).evidence == ()


@examples(60, 200)
@given(text=STRANGE)
def test_the_pieces_are_the_text(model: TopicModel, text: str) -> None:
    cut, fold = model.explainer.counter.cut, model.weights.table.fold
    weights = {"医生": 1.0, "血压": -0.5, "老人": 0.3, "医疗": 0.2, "a": 0.1, "医生 给": 0.9}
    cut_text = mark_text(text, weights, cut, fold)
    assert "".join(piece.text for piece in cut_text) == text


def test_a_colour_that_is_none_does_not_reach_the_stylesheet() -> None:
    taxonomy = Taxonomy((Category("a", "甲", colour="#8c2f39"), Category("b", "乙", colour="red}body{display:none")))
    css = stylesheet(taxonomy)
    assert "--cat-light:#8c2f39" in css
    assert "display" not in css
    assert lighter("#ffffff") == "#ffffff" and lighter("#000000") > "#808080"
