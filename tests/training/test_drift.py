"""Months of a scored archive that stand out, and why."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from classifier.errors import LanmuError
from classifier.model.features import FeatureSpec
from tests.conftest import Lanmu
from tests.small_model import small_taxonomy, small_weights
from training.evaluation.drift.control import mean_chart, share_chart
from training.evaluation.drift.measure import Drift, Reference, drift
from training.evaluation.drift.report import drift_page, reasons, summary
from training.evaluation.wording import Wording

TITLES = ("县篮球联赛落幕", "冬小麦播种收尾", "义诊队进村", "果农忙着给苹果套袋")
REFERENCE = Reference(12, {"sports": 0.34, "health": 0.33, "agriculture": 0.33}, 0.9, 0.8, 0.05)


def archive(folder: Path, odd: dict[str, dict[str, float]] | None = None) -> Path:
    """Fourteen months of 200 articles; ``odd`` ones have their share of sports, mean probability or strange titles."""
    dice = np.random.default_rng(2)
    rows: dict[str, list[object]] = {name: [] for name in ("title", "category", "probability", "decision", "date")}
    for i in range(14):
        month = f"{2024 + i // 12}-{i % 12 + 1:02d}"
        change = (odd or {}).get(month, {})
        for day in range(200):
            sports = dice.random() < change.get("sports", 0.3)
            strange = dice.random() < change.get("strange", 0.02)
            probability = float(np.clip(dice.normal(change.get("probability", 0.9), 0.05), 0.3, 1.0))
            rows["title"].append("鼉鼇龘靐齉爩" if strange else TITLES[day % 4])
            rows["category"].append("sports" if sports else ("health", "agriculture")[day % 2])
            rows["probability"].append(probability)
            rows["decision"].append("accepted" if probability > 0.8 else "review")
            rows["date"].append(None if day == 199 else f"{month}-{day % 28 + 1:02d}")
    (folder / "parts").mkdir(parents=True)
    table = pa.table({**rows, "probability": pa.array(rows["probability"], pa.float32())})
    half = len(table) // 2
    pq.write_table(table.slice(0, half), folder / "parts" / "part-000000.parquet")
    pq.write_table(table.slice(half), folder / "parts" / "part-000001.parquet")
    return folder


def found_in(folder: Path) -> Drift:
    return drift(folder, small_weights(FeatureSpec(title=1.0, text=1.0)), small_taxonomy(), REFERENCE)


def test_steady_months_do_not_stand_out(tmp_path: Path) -> None:
    drift = found_in(archive(tmp_path / "scored"))
    assert len(drift.months) == 14 and drift.undated == 14
    assert not drift.standing_out
    assert summary(drift, Wording("en"))[0] == "No month stands out."
    assert drift.whole.articles == 14 * 199 and abs(sum(drift.whole.mix.values()) - 1) < 1e-5


@pytest.mark.slow
def test_odd_months_stand_out_with_the_reason(tmp_path: Path) -> None:
    odd = {"2024-05": {"sports": 0.6}, "2024-09": {"probability": 0.7}, "2025-01": {"strange": 0.5}}
    drift = found_in(archive(tmp_path / "scored", odd))
    said = {month.month: reasons(drift, month, Wording("en")) for month in drift.standing_out}
    assert set(said) == set(odd)
    assert any("体育" in reason and "instead of" in reason for reason in said["2024-05"])
    assert any("mean probability" in reason for reason in said["2024-09"])
    assert any("unseen headline words" in reason for reason in said["2025-01"])
    page = drift_page(drift)
    assert "2024-05" in page and page.count("<figure>") == 5 and "<script" not in page
    red = set(re.findall(r'r="5.0" class="dot red"><title>(.{7})', page))
    assert {"2024-09", "2025-01"} <= red <= set(odd), "values beyond their limits are red"


def seasons(folder: Path, years: int, odd: dict[str, float]) -> Drift:
    """Years in which sports fill half of each July and a tenth of other months; ``odd`` ones have another share."""
    dice = np.random.default_rng(4)
    rows: dict[str, list[object]] = {name: [] for name in ("title", "category", "probability", "decision", "date")}
    for month in (f"{2021 + i // 12}-{i % 12 + 1:02d}" for i in range(12 * years)):
        share = odd.get(month, 0.5 if month.endswith("-07") else 0.1)
        for k in range(300):
            rows["title"].append(TITLES[k % 4])
            rows["category"].append("sports" if dice.random() < share else ("health", "agriculture")[k % 2])
            rows["probability"].append(0.9)
            rows["decision"].append("accepted")
            rows["date"].append(f"{month}-{k % 28 + 1:02d}")
    (folder / "parts").mkdir(parents=True)
    table = pa.table({**rows, "probability": pa.array(rows["probability"], pa.float32())})
    pq.write_table(table, folder / "parts" / "part-000000.parquet")
    return found_in(folder)


def test_a_month_is_held_against_the_same_month_of_other_years(tmp_path: Path) -> None:
    one_year = seasons(tmp_path / "one", 1, {})
    assert [month.month for month in one_year.standing_out] == ["2021-07"]
    usual = seasons(tmp_path / "usual", 4, {})
    assert not usual.standing_out
    drift = seasons(tmp_path / "odd", 4, {"2023-07": 0.1, "2022-02": 0.4, "2024-11": 0.22})
    assert [month.month for month in drift.standing_out] == ["2023-07", "2022-02", "2024-11"]
    july = drift.standing_out[0]
    assert july.like == ("2021-07", "2022-07", "2024-07")
    assert any(
        "体育" in reason and "(as in 2021-07, 2022-07, 2024-07)" in reason
        for reason in reasons(drift, july, Wording("en"))
    )
    assert any("2021-07、2022-07、2024-07" in reason for reason in reasons(drift, july, Wording("zh")))
    assert "2023-07, 2022-02, 2024-11" in summary(drift, Wording("en"))[0]


def test_of_two_years_only_the_odd_one_stands_out(tmp_path: Path) -> None:
    drift = seasons(tmp_path / "two", 2, {"2022-02": 0.4})
    assert [month.month for month in drift.standing_out] == ["2022-02"]


def test_limits_widen_with_usual_unrest_and_few_articles() -> None:
    counts = np.full(20, 400.0)
    dice = np.random.default_rng(0)
    steady = share_chart(dice.binomial(400, 0.3, 20).astype(float), counts)
    restless = share_chart(400 * np.clip(dice.normal(0.3, 0.1, 20), 0, 1), counts)
    assert not steady.out().any()
    assert (restless.high - restless.low).mean() > 2 * (steady.high - steady.low).mean()
    few = share_chart(np.array([3.0] + [120.0] * 19), np.array([10.0] + [400.0] * 19))
    assert few.high[0] - few.low[0] > 3 * (few.high[1] - few.low[1])
    values = dice.normal(0.9, 0.05, (20, 400))
    values[7] -= 0.1
    chart = mean_chart(values.sum(1), (values**2).sum(1), counts)
    assert np.flatnonzero(chart.out()).tolist() == [7]


def test_what_is_no_archive_is_told(tmp_path: Path) -> None:
    with pytest.raises(LanmuError, match="lanmu score"):
        found_in(tmp_path)
    (tmp_path / "parts").mkdir()
    pq.write_table(pa.table({"id": ["a"]}), tmp_path / "parts" / "part-000000.parquet")
    with pytest.raises(LanmuError, match="has no column 'title'"):
        found_in(tmp_path)
    (tmp_path / "parts" / "part-000000.parquet").write_bytes(b"PAR1 nothing")
    with pytest.raises(LanmuError, match="Parquet"):
        found_in(tmp_path)


@pytest.mark.slow
def test_from_score_to_drift(lanmu: Lanmu, tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": f"{m}-{i}", "title": TITLES[i % 4], "text": TITLES[i % 4] * 9, "date": f"2025-{m:02d}-03"})
        for m in range(1, 9)
        for i in range(32)
    ]
    (tmp_path / "news.jsonl").write_text("\n".join(lines), "utf-8")
    assert lanmu("score", "news.jsonl", "--out", "tagged").returncode == 0
    done = lanmu("evaluate", "--archive", "tagged", "--out", "report")
    assert done.returncode == 0, done.stderr
    assert "256 articles of 8 months" in done.stdout
    record = json.loads((tmp_path / "report" / "drift.json").read_text("utf-8"))
    assert [month["month"] for month in record["months"]] == [f"2025-{m:02d}" for m in range(1, 9)]
    assert (tmp_path / "report" / "drift.html").stat().st_size < 500_000
    assert lanmu("evaluate", "--archive", "nowhere").returncode == 2
