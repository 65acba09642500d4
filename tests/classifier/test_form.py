"""A round-up goes to a person whatever its words say."""

from __future__ import annotations

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from classifier.article import Article
from classifier.columns import TextColumn
from classifier.model.form import NO_BODY, ROUND_UP, form_bits
from classifier.model.topic_model import TopicModel
from classifier.model.versions import model_path
from classifier.text import normalise

HARVEST = (
    "本报讯 连日来，临河镇的三千亩冬小麦进入收割期，十二台联合收割机在田间往返作业。镇农技站的技术员守在地头，"
    "帮助农户测水分、联系烘干点。种粮大户说，今年每亩比去年多收了六十斤，订单企业直接到地里收粮。"
)


def test_a_round_up_goes_to_review_with_its_reason() -> None:
    model = TopicModel.load(model_path())
    alone, briefs = model.tag([Article("a", "临河镇三千亩小麦开镰", HARVEST), Article("b", "镇村简讯", HARVEST)])
    assert alone.decision == "accepted"
    assert briefs.decision == "review"
    assert briefs.reasons == ("round_up",)
    assert briefs.category == alone.category == "agriculture"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "快讯", "国内快讯", "快讯：抢收", "本地短讯", "镇村簡訊", "镇村简讯 \u200b", " "]),
            st.sampled_from(["", "\n\u3000", "\u200b", "好"]) | st.text(max_size=3),
        ),
        max_size=9,
    )
)
def test_the_end_of_a_headline_and_an_empty_body_are_seen(articles: list[tuple[str, str]]) -> None:
    """By the kernel, too, which looks at normalised characters as it goes."""
    model = _shipped_model()
    fold = model.weights.table.fold
    titles, texts = [title for title, _ in articles], [text for _, text in articles]
    bits = form_bits(TextColumn.from_strings(titles), TextColumn.from_strings(texts), fold)
    for (title, text), bit in zip(articles, bits.tolist(), strict=True):
        assert bool(bit & ROUND_UP) == (title in ("快讯", "国内快讯", "本地短讯", "镇村簡訊", "镇村简讯 \u200b"))
        assert bool(bit & NO_BODY) == (normalise(text, fold) == "")
    reasons = model.decide_strings(titles, texts).reasons
    assert (reasons & (NO_BODY | ROUND_UP)).tolist() == bits.tolist()


@cache
def _shipped_model() -> TopicModel:
    return TopicModel.load(model_path(), engine="compiled")
