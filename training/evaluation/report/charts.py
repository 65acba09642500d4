"""The charts of an evaluation's report, as Altair charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from training.evaluation.curves import Slice, accuracy_by_share, confusion, reliability

if TYPE_CHECKING:
    from training.evaluation.answers import Answers
    from training.evaluation.evaluation import Evaluation
    from training.evaluation.learning_curve import LearningCurve
    from training.evaluation.versus import Versus
    from training.evaluation.wording import Wording

BLUE = "#3d7ab8"
RED = "#c8553d"
GREY = "#8a939c"
MOST_CATEGORIES = 40
"""Charts with a row a category show this many at most: those that are wrong most often."""
STEP = 26


def category_chart(evaluation: Evaluation, say: Wording) -> Any:
    """F1 of each category with its interval, precision and recall beside it."""
    import altair as alt

    names = {category.id: category.name for category in evaluation.answers.taxonomy}
    rows = [
        {
            "category": names[category],
            "F1": row["f1"],
            "low": row["f1_95"][0],
            "high": row["f1_95"][1],
            "precision": row["precision"],
            "recall": row["recall"],
            "labels": row["support"],
        }
        for category, row in _choose_shown(evaluation.metrics["categories"].items())
    ]
    tooltip = [
        alt.Tooltip("category:N", title=say("category")),
        alt.Tooltip("F1:Q", format=".3f"),
        alt.Tooltip("precision:Q", format=".3f", title=say("precision")),
        alt.Tooltip("recall:Q", format=".3f", title=say("recall")),
        alt.Tooltip("labels:Q", title=say("labels")),
    ]
    lowest = min((row["low"] for row in rows), default=0.0)
    y = alt.Y("category:N", sort=alt.EncodingSortField("F1", order="descending"), title=None)
    scale = alt.Scale(domain=[max(0.0, round(lowest - 0.05, 1)), 1.0])
    base = alt.Chart(data_of(rows)).encode(y=y, tooltip=tooltip)
    spread = base.mark_rule(strokeWidth=6, opacity=0.25, color=BLUE).encode(
        x=alt.X("low:Q", scale=scale, title=say("axis_f1"), axis=alt.Axis(format=".2f", tickCount=6)),
        x2="high:Q",
    )
    marks = [
        base.mark_point(shape=shape, size=34, filled=True, color=GREY, opacity=0.9).encode(
            x=alt.X(f"{name}:Q", scale=scale)
        )
        for name, shape in (("precision", "triangle-left"), ("recall", "triangle-right"))
    ]
    point = base.mark_point(filled=True, size=90, color=BLUE, opacity=1).encode(x=alt.X("F1:Q", scale=scale))
    return alt.layer(spread, *marks, point).properties(width="container", height=alt.Step(STEP))


def confusion_chart(answers: Answers, say: Wording) -> Any:
    """What each right category was taken for: counts, coloured by their share of the right category's articles."""
    import altair as alt

    names = {category.id: category.name for category in answers.taxonomy}
    cells = confusion(answers)
    totals: dict[str, int] = {}
    missed: dict[str, int] = {}
    for cell in cells:
        totals[cell["right"]] = totals.get(cell["right"], 0) + cell["count"]
        for side in ("right", "given"):
            missed[cell[side]] = missed.get(cell[side], 0) + (cell["count"] if cell["right"] != cell["given"] else 0)
    kept = sorted(missed, key=lambda c: -missed[c])[:MOST_CATEGORIES]
    order = [names[category] for category in answers.taxonomy.ids if category in kept]
    rows = [
        {
            "right": names[cell["right"]],
            "given": names[cell["given"]],
            "articles": cell["count"],
            "share": round(cell["count"] / totals[cell["right"]], 4),
            "hit": cell["right"] == cell["given"],
        }
        for cell in cells
        if cell["right"] in kept and cell["given"] in kept
    ]
    base = alt.Chart(data_of(rows)).encode(
        x=alt.X("given:N", sort=order, title=say("given"), axis=alt.Axis(orient="top", labelAngle=-50)),
        y=alt.Y("right:N", sort=order, title=say("right")),
        tooltip=[
            alt.Tooltip("right:N", title=say("right")),
            alt.Tooltip("given:N", title=say("given")),
            alt.Tooltip("articles:Q", title=say("count")),
            alt.Tooltip("share:Q", format=".1%", title=say("share")),
        ],
    )
    shade = alt.Opacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0.12, 0.9]), legend=None)
    missed_shade = alt.Opacity("share:Q", scale=alt.Scale(domain=[0, 0.2], range=[0.15, 1], clamp=True), legend=None)
    hits = base.transform_filter("datum.hit").mark_rect(color=BLUE, cornerRadius=3).encode(opacity=shade)
    misses = base.transform_filter("!datum.hit").mark_rect(color=RED, cornerRadius=3).encode(opacity=missed_shade)
    text = base.mark_text(fontSize=11).encode(text="articles:Q")
    return (
        alt.layer(hits, misses, text)
        .resolve_scale(opacity="independent")
        .properties(width=alt.Step(STEP + 4), height=alt.Step(STEP))
    )


def acceptance_chart(evaluation: Evaluation, say: Wording) -> Any:
    """Accuracy of the surest articles against their share, with the model's own threshold as a point."""
    import altair as alt

    rows = [
        {"share": r["share"], "accuracy": r["accuracy"], "low": r["accuracy_95"][0], "high": r["accuracy_95"][1],
         "probability": r["probability"]}
        for r in accuracy_by_share(evaluation.answers)
    ]  # fmt: skip
    lowest = min(row["low"] for row in rows)
    scale = alt.Scale(domain=[max(0.0, lowest - 0.02), 1.0], nice=False)
    x = alt.X("share:Q", title=say("accepted_share"), axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1]))
    near = alt.selection_point(fields=["share"], nearest=True, on="pointermove", empty=False, clear="pointerout")
    base = alt.Chart(data_of(rows)).encode(x=x)
    band = base.mark_area(opacity=0.18, color=BLUE).encode(
        y=alt.Y("low:Q", scale=scale, title=say("accepted_accuracy"), axis=alt.Axis(format="%")), y2="high:Q"
    )
    line = base.mark_line(color=BLUE, strokeWidth=2.5).encode(y=alt.Y("accuracy:Q", scale=scale))
    tooltip = [
        alt.Tooltip("share:Q", format=".0%", title=say("accepted_share")),
        alt.Tooltip("accuracy:Q", format=".1%", title=say("accuracy")),
        alt.Tooltip("probability:Q", format=".3f", title=say("from_probability")),
    ]
    touch = base.mark_rule(color=GREY).encode(
        opacity=alt.when(near).then(alt.value(0.7)).otherwise(alt.value(0)), tooltip=tooltip
    ).add_params(near)  # fmt: skip
    layers = [band, line, touch]
    metrics = evaluation.metrics
    if metrics["accepted_accuracy"] is not None:
        own = [
            {"share": metrics["accepted_share"], "accuracy": metrics["accepted_accuracy"], "threshold": say("as_set")}
        ]
        point = alt.Chart(data_of(own)).encode(x=x, y=alt.Y("accuracy:Q", scale=scale))
        layers += [
            point.mark_point(filled=True, size=110, color=RED, opacity=1).encode(
                tooltip=[
                    alt.Tooltip("share:Q", format=".1%", title=say("accepted_share")),
                    alt.Tooltip("accuracy:Q", format=".1%", title=say("accuracy")),
                ]
            ),
            point.mark_text(dy=-14, dx=-6, align="right", fontWeight="bold").encode(text="threshold:N"),
        ]
    return alt.layer(*layers).properties(width="container", height=260)


def reliability_chart(answers: Answers, say: Wording) -> Any:
    """How often answers of a probability are right."""
    import altair as alt

    rows = [
        {"probability": r["probability"], "accuracy": r["accuracy"], "low": r["accuracy_95"][0],
         "high": r["accuracy_95"][1], "articles": r["articles"]}
        for r in reliability(answers)
    ]  # fmt: skip
    whole = alt.Scale(domain=[0, 1])
    line = alt.Chart(data_of([{"p": 0, "a": 0}, {"p": 1, "a": 1}])).mark_line(
        color=GREY, strokeDash=[4, 4]
    ).encode(x=alt.X("p:Q", scale=whole), y=alt.Y("a:Q", scale=whole))  # fmt: skip
    base = alt.Chart(data_of(rows)).encode(
        x=alt.X("probability:Q", scale=whole, title=say("probability"), axis=alt.Axis(format="%")),
        tooltip=[
            alt.Tooltip("probability:Q", format=".1%", title=say("probability")),
            alt.Tooltip("accuracy:Q", format=".1%", title=say("share_right")),
            alt.Tooltip("articles:Q", title=say("count")),
        ],
    )
    spread = base.mark_rule(color=BLUE, opacity=0.35, strokeWidth=4).encode(
        y=alt.Y("low:Q", scale=whole, title=say("share_right"), axis=alt.Axis(format="%")), y2="high:Q"
    )
    points = base.mark_point(filled=True, color=BLUE, opacity=1).encode(
        y=alt.Y("accuracy:Q", scale=whole), size=alt.Size("articles:Q", scale=alt.Scale(range=[30, 300]), legend=None)
    )
    return alt.layer(line, spread, points).properties(width="container", height=260)


def slice_chart(parts: Sequence[Slice], say: Wording) -> Any:
    """Accuracy of each part with its interval."""
    import altair as alt

    rows = [
        {**asdict(part), "low": part.accuracy_95[0], "high": part.accuracy_95[1], "label": f"{part.articles:,}"}
        for part in parts
    ]
    lowest = min(row["low"] for row in rows)
    scale = alt.Scale(domain=[max(0.0, round(lowest - 0.06, 1)), 1.0])
    base = alt.Chart(data_of(rows)).encode(
        y=alt.Y("name:N", sort=[part.name for part in parts], title=None),
        tooltip=[
            alt.Tooltip("name:N", title=say("part")),
            alt.Tooltip("articles:Q", format=",", title=say("count")),
            alt.Tooltip("accuracy:Q", format=".1%", title=say("accuracy")),
            alt.Tooltip("macro_f1:Q", format=".3f", title=say("macro_f1")),
            alt.Tooltip("accepted_share:Q", format=".0%", title=say("accepted_share")),
        ],
    )
    spread = base.mark_rule(strokeWidth=6, opacity=0.25, color=BLUE).encode(
        x=alt.X("low:Q", scale=scale, title=say("accuracy"), axis=alt.Axis(format="%")), x2="high:Q"
    )
    point = base.mark_point(filled=True, size=80, color=BLUE, opacity=1).encode(x=alt.X("accuracy:Q", scale=scale))
    return alt.layer(spread, point).properties(width="container", height=alt.Step(STEP))


def learning_chart(curve: LearningCurve, say: Wording) -> Any:
    """Accuracy and macro-F1 by the number of labels, with what twice the labels promise."""
    import altair as alt

    rows = [
        {"labels": point.labels, "figure": label, "value": getattr(point, name), "low": spread[0], "high": spread[1]}
        for point in curve.points
        for name, label, spread in (
            ("accuracy", say("accuracy"), point.accuracy_95),
            ("macro_f1", say("macro_f1"), point.macro_f1_95),
        )
    ]
    colour = alt.Color(
        "figure:N", title=None, scale=alt.Scale(domain=[say("accuracy"), say("macro_f1")], range=[BLUE, RED]),
        legend=alt.Legend(orient="top", symbolOpacity=1),
    )  # fmt: skip
    scale = alt.Scale(zero=False, domainMax=1.0)
    base = alt.Chart(data_of(rows)).encode(
        x=alt.X("labels:Q", scale=alt.Scale(type="log", nice=False, padding=12), title=say("axis_labels"),
                axis=alt.Axis(format=",d", values=sorted({point.labels for point in curve.points}))),
        color=colour,
        tooltip=[
            alt.Tooltip("figure:N", title=" "),
            alt.Tooltip("labels:Q", format=",", title=say("labels")),
            alt.Tooltip("value:Q", format=".3f", title=" "),
        ],
    )  # fmt: skip
    layers = [
        base.mark_area(opacity=0.14).encode(y=alt.Y("low:Q", scale=scale, title=None), y2="high:Q"),
        base.mark_line(strokeWidth=2.5).encode(y=alt.Y("value:Q", scale=scale)),
        base.mark_point(filled=True, size=60, opacity=1).encode(y=alt.Y("value:Q", scale=scale)),
    ]
    if curve.doubled is not None:
        last = curve.points[-1]
        hoped = [
            {"labels": last.labels, "value": last.accuracy, "figure": say("accuracy")},
            {"labels": 2 * last.labels, "value": curve.doubled, "figure": say("accuracy")},
        ]
        hope = alt.Chart(data_of(hoped)).encode(x="labels:Q", y=alt.Y("value:Q", scale=scale), color=colour)
        layers += [
            hope.mark_line(strokeDash=[5, 4], strokeWidth=2),
            hope.transform_filter(f"datum.labels > {last.labels}")
            .mark_point(size=70, strokeWidth=2)
            .encode(
                tooltip=[
                    alt.Tooltip("labels:Q", format=",", title=say("labels")),
                    alt.Tooltip("value:Q", format=".3f", title=say("promised")),
                ]
            ),
        ]
    return alt.layer(*layers).properties(width="container", height=280)


def versus_chart(others: Sequence[Versus], say: Wording) -> Any:
    """Our accuracy less each other's, with its interval."""
    import altair as alt

    rows = [{**asdict(o), "low": o.difference_95[0], "high": o.difference_95[1]} for o in others]
    base = alt.Chart(data_of(rows)).encode(
        y=alt.Y("other:N", sort=[other.other for other in others], title=None),
        tooltip=[
            alt.Tooltip("other:N", title=say("against")),
            alt.Tooltip("articles:Q", format=",", title=say("count")),
            alt.Tooltip("ours:Q", format=".1%", title=say("ours")),
            alt.Tooltip("theirs:Q", format=".1%", title=say("theirs")),
            alt.Tooltip("p:Q", format=".4f", title=say("p_value")),
        ],
    )
    zero = alt.Chart(data_of([{"x": 0}])).mark_rule(color=GREY, strokeDash=[4, 4]).encode(x="x:Q")
    spread = base.mark_rule(strokeWidth=6, opacity=0.25, color=BLUE).encode(
        x=alt.X("low:Q", title=say("axis_difference"), axis=alt.Axis(format="+%")), x2="high:Q"
    )
    point = base.mark_point(filled=True, size=80, color=BLUE, opacity=1).encode(x="difference:Q")
    return alt.layer(zero, spread, point).properties(width="container", height=alt.Step(STEP + 4))


def _choose_shown(categories: Any) -> list[tuple[str, dict[str, Any]]]:
    worst = sorted(categories, key=lambda item: item[1]["f1"])[:MOST_CATEGORIES]
    return list(worst)


def data_of(rows: list[dict[str, Any]]) -> Any:
    """Rows that stand in the chart itself."""
    import altair as alt

    return alt.Data(values=rows)  # type: ignore[no-untyped-call]
