"""The engines against each other: the same words, scores within 1e-9."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from classifier.columns import TextColumn
from classifier.engine.scoring.python_scorer import PythonScorer
from classifier.engine.scoring.scorer import KernelScorer
from classifier.model.explanation import Explainer
from classifier.model.features import FeatureSpec
from classifier.model.model_files import read_model
from tests.reference.plain import PlainScorer, jieba_cut
from tests.small_model import small_model

ARTICLES = [
    ("采棉机开进晚熟棉田", "棉田里,采棉机轰鸣,合作社的农户把籽棉装上车。籽棉籽棉,收购价一公斤七块二。" * 3),
    ("縣籃球聯賽落幕", "決賽打滿四節,\n\n城關鎮隊奪得冠軍。"),
    ("", "医生给老人量血压,患者第二天就能下床。"),
    ("只有标题的一篇", ""),
    ("", ""),
    ("ＡＢＣ hello 3.14", "see you at the 医院, 2026年3月!" + "农" * 2000),
]
SPECS = [
    FeatureSpec(),
    FeatureSpec(words=1, characters=2, shared=False, title=2.0, lead=0.7, lead_characters=11),
    FeatureSpec(words=2, characters=3, character_weight=0.5, sublinear=False, lead=0.4, hmm=False),
    FeatureSpec(words=0, characters=1, sublinear=False),
]


@pytest.mark.parametrize("spec", SPECS, ids=["words", "fields", "linear", "characters"])
def test_engines_agree(spec: FeatureSpec, tmp_path: Path) -> None:
    weights = read_model(small_model(tmp_path / "m", spec)).weights
    titles = TextColumn.from_strings([title for title, _ in ARTICLES])
    texts = TextColumn.from_strings([text for _, text in ARTICLES])
    plain = PlainScorer(weights).score(titles, texts)
    assert np.ptp(plain.scores) > 0.1
    for scorer in (KernelScorer(weights), KernelScorer(weights, threads=2), PythonScorer(weights)):
        scores = scorer.score(titles, texts)
        np.testing.assert_allclose(scores.scores, plain.scores, rtol=0, atol=1e-9)
        np.testing.assert_allclose(scores.familiarity, plain.familiarity, rtol=1e-12)


@pytest.mark.parametrize("spec", SPECS, ids=["words", "fields", "linear", "characters"])
def test_evidence_adds_up_to_the_difference_of_scores(spec: FeatureSpec, tmp_path: Path) -> None:
    weights = read_model(small_model(tmp_path / "m", spec)).weights
    title, text = ARTICLES[0]
    explainer = Explainer(weights, jieba_cut(spec.hmm))
    scores = PlainScorer(weights).score(TextColumn.from_strings([title]), TextColumn.from_strings([text])).scores[0]
    logits = weights.calibration_matrix @ (scores - weights.intercept)
    evidence = explainer.evidence(title, text, 0, 1)
    assert sum(piece.weight for piece in evidence) == pytest.approx(logits[0] - logits[1])
    assert {"采棉机", "棉田"} & {piece.word for piece in evidence} or spec.words == 0
