"""Charts: axes that hold what they show, marks inside the drawing, texts that stay texts."""

from __future__ import annotations

import re
from math import log, sqrt

import pytest
from lxml import html

from training.plots import (
    HEIGHT,
    SHARES,
    Axis,
    Column,
    Part,
    Plot,
    Row,
    draw_histogram,
    draw_rows,
    draw_shares,
    every_time,
    round_axis,
    stack_bars,
    write_count,
    write_share,
)

PARTS = {"health": Part("卫生健康", "#c94f7c"), "sports": Part("体育", style="cat-3")}
DAYS = [Column("3月1日", {"sports": 3, "health": 5}), Column("3月2日", {}), Column("3月3日", {"health": 1})]


def marks(plot: Plot | str, element: str) -> list[dict[str, str]]:
    """The elements of a chart with their places, and what they say of themselves."""
    drawn = html.fragment_fromstring(plot if isinstance(plot, str) else plot.svg("稿件"))
    return [{**one.attrib, "says": one.findtext("title") or ""} for one in drawn.iter(element)]


def share(place: str) -> float:
    return float(place.rstrip("%")) / 100


@pytest.mark.parametrize("most", [0, 1, 3, 4, 7, 19, 83, 100, 101, 9_999, 1_234_567])
def test_an_axis_of_counts_is_round_and_holds_the_most(most: int) -> None:
    axis = round_axis(0, most, write_count, least_step=1)
    assert axis.low == 0 and axis.high >= most
    assert 2 <= len(axis.ticks) <= 7
    assert all(tick.value == round(tick.value) for tick in axis.ticks)
    assert len({tick.text for tick in axis.ticks}) == len(axis.ticks)


@pytest.mark.parametrize(("low", "high"), [(0.861, 1.0), (0.0, 1.0), (-0.019, 0.031), (0.9995, 1.0), (0.5, 0.5)])
def test_an_axis_of_shares_holds_both_ends(low: float, high: float) -> None:
    axis = round_axis(low, high, write_share)
    assert axis.low <= low and high <= axis.high and axis.low < axis.high
    assert 2 <= len(axis.ticks) <= 7 and len({tick.text for tick in axis.ticks}) == len(axis.ticks)
    if high == 1.0:
        assert axis.high == 1.0, "no share is above all"


def test_an_axis_may_be_bent() -> None:
    assert Axis(0, 100, bend=sqrt).place(25) == pytest.approx(0.5)
    assert Axis(10, 1000, bend=log).place(100) == pytest.approx(0.5)
    assert Axis(0.8, 1.0).place(0.7) == 0 and Axis(0.8, 1.0).place(1.2) == 1


def test_bars_are_stacked_and_say_what_they_are() -> None:
    bars = marks(stack_bars(DAYS, PARTS), "rect")
    assert [bar["says"] for bar in bars] == ["3月1日 · 卫生健康 5", "3月1日 · 体育 3", "3月3日 · 卫生健康 1"]
    health, sports, later = bars
    assert float(sports["y"]) + float(sports["height"]) == pytest.approx(float(health["y"]), abs=0.2)
    assert float(health["y"]) + float(health["height"]) == pytest.approx(HEIGHT, abs=0.2)
    assert health["x"] == sports["x"] and share(health["x"]) + share(health["width"]) < share(later["x"])
    assert share(later["x"]) + share(later["width"]) < 1
    assert health["fill"] == "#c94f7c" and "fill" not in sports and "cat-3" in sports["class"]
    shares = marks(stack_bars(DAYS, PARTS, shares=True), "rect")
    assert [round(float(bar["height"]) / HEIGHT, 3) for bar in shares] == [0.625, 0.375, 1.0]
    assert shares[0]["says"].endswith("62.5%")
    assert marks(stack_bars([], PARTS), "rect") == []


def test_a_histogram_goes_by_the_square_root_where_it_is_asked() -> None:
    bins: list[dict[str, int]] = [{}] * 9 + [{"health": 16, "sports": 9}]
    heights = [float(box["height"]) for box in marks(draw_histogram(bins, PARTS), "rect")]
    assert heights[0] / heights[1] == pytest.approx(16 / 9, rel=0.01)
    heights = [float(box["height"]) for box in marks(draw_histogram(bins, PARTS, root=True), "rect")]
    assert heights[0] / heights[1] == pytest.approx(4 / 1, rel=0.01)


def test_a_line_of_shares_leaves_out_what_is_not_known() -> None:
    plot = draw_shares([("3月1日", 0.25), ("3月2日", None), ("3月3日", 1.0)])
    dots = marks(plot, "circle")
    assert [dot["says"] for dot in dots] == ["3月1日 · 25.0%", "3月3日 · 100.0%"]
    assert [float(dot["cy"]) for dot in dots] == pytest.approx([HEIGHT * 0.75, 0], abs=0.1)
    line = marks(plot, "polyline")[0]["points"].split()
    assert [float(point.split(",")[0]) / 100 for point in line] == pytest.approx(
        [share(dot["cx"]) for dot in dots], abs=0.001
    )


def test_rows_stand_in_their_order_with_their_names() -> None:
    rows = [Row(name, name, (low, 1.0), ((0.9, "dot blue"),)) for name, low in (("<b>三农", 0.8), ("体育", 0.85))]
    drawn = draw_rows(rows, round_axis(0.8, 1.0, write_share), "准确率")
    assert "<b>" not in drawn
    assert re.findall(r"<span[^>]*>([^<]*)</span>", drawn) == ["&lt;b&gt;三农", "体育"]
    first, second = (one for one in marks(drawn, "line") if "span" in one["class"])
    assert float(first["y1"]) < float(second["y1"]) and share(first["x1"]) < share(second["x1"])


def test_names_with_markup_stay_text() -> None:
    bad = '"><script>alert(1)</script>'
    columns = [Column(bad, {"health": 2})]
    drawn = stack_bars(columns, {"health": Part(bad, bad)}).svg(bad) + Plot(SHARES, SHARES).svg(bad)
    assert "<script" not in drawn
    assert [one["fill"] for one in marks(stack_bars(columns, {"health": Part("健康", bad)}), "rect")] == [bad]


def test_times_without_articles_are_on_the_axis_too() -> None:
    assert every_time(["2025-11", "2026-02"]) == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert every_time(["2019", "2021"]) == ["2019", "2020", "2021"]
    assert every_time(["1890", "2026"]) == ["1890", "2026"], "too many to show them all"
    assert every_time(["2026-03"]) == ["2026-03"]
