"""``lanmu evaluate`` on a small file of written labels: table, JSON, and a page that opens without a network."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.engine.scoring.python_scorer import PythonScorer
from classifier.model.explanation import mark_text
from tests.conftest import Lanmu
from tests.small_model import small_weights
from training.labels.file import Label, labels_csv

ROOT = Path(__file__).parents[2]
CURRENT = (ROOT / "models" / "current").read_text("utf-8").strip()
CHOSEN = ("meetings", "sports", "agriculture", "health")


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty labels a category of four categories."""
    with (ROOT / "labels.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [Label(**row) for row in csv.DictReader(file)]
    kept = [label for c in CHOSEN for label in [row for row in rows if row.category == c][:20]]
    path = tmp_path_factory.mktemp("labels") / "labels.csv"
    path.write_bytes(labels_csv(kept))
    return path


@pytest.mark.slow
def test_a_report_is_written_and_complete(lanmu: Lanmu, labels: Path, tmp_path: Path) -> None:
    done = lanmu("evaluate", "--labels", labels, "--out", "report")
    assert done.returncode == 0, done.stderr
    for said in ("macro-F1", "会议", "LinearSVC, words", "ComplementNB, words", "learning curve", "ahead in time"):
        assert said in done.stdout
    record = json.loads((tmp_path / "report" / "report.json").read_text("utf-8"))
    assert record["articles"] == 80
    metrics = record["metrics"]
    assert 0.6 < metrics["accuracy"] <= 1.0
    for name in ("accuracy", "macro_f1", "weighted_f1", "top2_accuracy", "log_loss", "calibration_error"):
        low, high = metrics[f"{name}_95"]
        assert low <= metrics[name] <= high or name == "calibration_error"
    assert set(metrics["categories"]) == set(CHOSEN)
    assert [point["labels"] for point in record["learning_curve"]["points"]] == sorted(
        point["labels"] for point in record["learning_curve"]["points"]
    )
    assert {row["other"] for row in record["versus"]} >= {"commonest category", "LinearSVC, words"}
    assert sum(row["count"] for row in record["confusion"]) == 80
    assert len(record["mistakes"]) == round(80 * (1 - metrics["accuracy"]))
    assert any("会议" in pair[0] for pair in record["words"]["meetings"])
    page = (tmp_path / "report" / "report.html").read_text("utf-8")
    assert "<script" not in page and not re.search(r"<(link|img|iframe)|url\(|https?:", page), (
        "nothing runs or is loaded"
    )
    assert page.count("<figure>") >= 6 and "http-equiv" in page and len(page) < 400_000
    assert page.count("<title>会议") >= 2, "marks say what they show"


@pytest.mark.slow
def test_splits_and_the_quick_way(lanmu: Lanmu, labels: Path) -> None:
    done = lanmu("evaluate", "--labels", labels, "--quick", "--split", "time")
    assert done.returncode == 0, done.stderr
    assert "the latest, by a model of the earlier ones" in done.stdout and "learning curve" not in done.stdout
    assert lanmu("evaluate", "--labels", labels, "--quick", "--split", "holdout").returncode == 0


@pytest.mark.slow
def test_a_model_is_not_evaluated_on_what_it_has_seen(lanmu: Lanmu, tmp_path: Path) -> None:
    seen = lanmu("evaluate", "--labels", ROOT / "labels.csv", "--model", CURRENT, "--models", ROOT / "models")
    assert (seen.returncode == 0 and "were in the model's training" in seen.stdout) or "trained on all" in seen.stderr
    texts = {
        "新-1": (
            "sports",
            "县篮球联赛落幕",
            "决赛打满四节，城关镇队靠一记压哨三分夺得冠军，球迷把体育馆挤满了。",
        ),
        "新-2": ("health", "县医院开出首台微创手术", "骨科医生用关节镜为患者修复半月板，病人第二天就能下床。"),
    }
    (tmp_path / "labels.csv").write_bytes(labels_csv(Label(n, c, "", "", t, x) for n, (c, t, x) in texts.items()))
    new = lanmu("evaluate", "--model", CURRENT, "--models", ROOT / "models")
    assert new.returncode == 0, new.stderr
    assert "2 articles, as the model tags them" in new.stdout


@pytest.mark.slow
def test_labels_that_the_model_has_nearly_all_learned_are_evaluated_from_scratch(
    lanmu: Lanmu, labels: Path, tmp_path: Path
) -> None:
    one = Label("新-1", "sports", "", "", "县篮球联赛落幕", "决赛打满四节，城关镇队靠一记压哨三分夺得冠军。")
    (tmp_path / "labels.csv").write_bytes(labels.read_bytes() + labels_csv([one]).split(b"\n", 1)[1])
    done = lanmu("evaluate", "--quick", "--models", ROOT / "models", "--lang", "zh")
    assert done.returncode == 0, done.stderr
    assert "81 条标注中" in done.stderr and "81 篇稿件，交叉验证" in done.stdout


@pytest.mark.slow
def test_hostile_texts_stay_text(lanmu: Lanmu, tmp_path: Path) -> None:
    """Titles, texts and sources with markup show as they are, in the report and in its charts."""
    bad = '<script>alert("坏")</script><img src=x onerror=alert(1)>'
    with (ROOT / "labels.csv").open(encoding="utf-8-sig", newline="") as file:
        written = [Label(**row) for row in csv.DictReader(file)]
    rows = [
        replace(label, source=bad, title=bad + label.title, text=f"{label.text}{bad}</script>")
        for category in ("sports", "health", "culture")
        for label in [one for one in written if one.category == category][:9]
    ]
    (tmp_path / "labels.csv").write_bytes(labels_csv(rows))
    done = lanmu("evaluate", "--quick", "--out", "report", "--language", "en")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "report" / "report.html").read_text("utf-8")
    assert "<script>alert" not in page and "<img src=x" not in page


def test_too_few_labels_are_told(lanmu: Lanmu, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_bytes(labels_csv([Label("a", "sports", text="县队夺冠。")]))
    done = lanmu("evaluate")
    assert done.returncode == 2 and "Traceback" not in done.stderr


def test_marks_lie_on_the_words_as_printed() -> None:
    from classifier.model.features import FeatureSpec

    weights = small_weights(FeatureSpec(title=1.0, text=1.0, words=2))
    cut = PythonScorer(weights).cut
    text = "縣醫院的醫\n生給老人量ＢＰ血压,　医生很忙。"
    pieces = mark_text(text, {"医生": 0.5, "血压": -0.2, "老人 量": 0.9}, cut, weights.table.fold)
    assert "".join(piece.text for piece in pieces) == text
    marks = {piece.text: piece.weight for piece in pieces if piece.weight}
    assert marks["醫\n生"] == 0.5 and marks["医生"] == 0.5 and marks["血压"] == -0.2
