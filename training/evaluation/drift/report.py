"""Drift on a terminal and as one HTML page that needs no network."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from classifier.messages import Language
from training.evaluation.drift.control import FEWEST_VALUES
from training.evaluation.drift.measure import FEWEST_ARTICLES, Drift, Month
from training.evaluation.printing import Figures, grid
from training.evaluation.report.chart_page import chart_figure, chart_page
from training.evaluation.report.charts import BLUE, GREY, RED, STEP, data_of
from training.evaluation.wording import TEMPLATES, Wording

if TYPE_CHECKING:
    pass

MEASURES = ("unseen", "probability", "accepted")
NAMED = 6
MORE_COMMON = 0.02
MOST_MONTHS = 36
"""A longer series is not listed month by month on the terminal; those that stand out are."""


def print_drift(drift: Drift, language: Language = "en") -> None:
    """The comparison with the labels, then the months (all, or those that stand out), each with its reasons."""
    from rich.console import Console
    from rich.text import Text

    say, figure = Wording(language), Figures(language)
    console = Console(highlight=False)
    console.print(f"[bold]{_subtitle(drift, say)}[/bold]")
    table = grid(("", "left"), (figure("archive"), "right"), (figure("labels"), "right"))
    for measure in MEASURES:
        whole, labels = getattr(drift.whole, measure), getattr(drift.reference, measure)
        table.add_row(say(f"drift_{measure}"), _percent(whole), _percent(labels))
    console.print(table)
    for line in summary(drift, say):
        console.print(line, markup=False)
    shown = drift.months if len(drift.months) <= MOST_MONTHS else drift.standing_out
    if not shown:
        return
    console.print()
    table = grid(
        (figure("month"), "left"), (figure("articles"), "right"), (figure("unseen"), "right"),
        (figure("probability"), "right"), (figure("accepted"), "right"),
    )  # fmt: skip
    table.add_column(figure("stands_out"), overflow="fold")
    for month in shown:
        style = "bold" if month.stands_out else ""
        table.add_row(
            Text(month.month, style), f"{month.articles:,}", _percent(month.unseen), _percent(month.probability),
            _percent(month.accepted), "; ".join(reasons(drift, month, say)),
        )  # fmt: skip
    console.print(table)


def drift_page(drift: Drift, language: Language = "zh") -> str:
    """The whole page: what stands out and why, charts with limits, the mix against that of the labels."""
    from jinja2 import Environment, FileSystemLoader
    from markupsafe import Markup

    say = Wording(language)
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True)
    measures = [
        chart_figure(_measure_chart(drift, measure, say), say(f"drift_{measure}"), say("drift_chart_note"))
        for measure in MEASURES
    ]
    body = environment.get_template("drift.html").render(
        say=say,
        subtitle=_subtitle(drift, say),
        summary=summary(drift, say),
        cards=[
            (
                _percent(getattr(drift.whole, measure)),
                say(f"drift_{measure}"),
                f"{say('drift_labels')} {_percent(getattr(drift.reference, measure))}",
            )
            for measure in MEASURES
        ],
        rows=[
            {"month": month.month, "articles": month.articles, "reasons": reasons(drift, month, say)}
            for month in drift.standing_out
        ],
        charts={
            "measures": [Markup(one) for one in measures],
            "mix": Markup(chart_figure(_mix_chart(drift, say), say("drift_chart_mix"))),
            "against": Markup(chart_figure(_against_chart(drift, say), say("drift_chart_against"))),
        },
        about=say("drift_about", least=FEWEST_ARTICLES),
    )
    style = (TEMPLATES / "report.css").read_text("utf-8")
    return chart_page(say("drift_title"), body, language="zh-CN" if language == "zh" else "en", style=style)


def summary(drift: Drift, say: Wording) -> list[str]:
    """What the drift comes to, in sentences."""
    said: list[str] = []
    judged = sum(month.articles >= FEWEST_ARTICLES for month in drift.months)
    if judged < FEWEST_VALUES:
        said.append(say("drift_too_few", least=FEWEST_ARTICLES))
    elif not drift.standing_out:
        said.append(say("drift_steady"))
    else:
        worst = [month.month for month in drift.standing_out[:NAMED]]
        names = say.listed(worst) + (" …" if len(drift.standing_out) > NAMED else "")
        said.append(say("drift_out", n=len(drift.standing_out), months=judged, names=names))
    names_of = {category.id: category.name for category in drift.taxonomy}
    more = {c: share - drift.reference.mix.get(c, 0.0) for c, share in drift.whole.mix.items()}
    common = [c for c in sorted(more, key=lambda c: -more[c]) if more[c] > MORE_COMMON][:NAMED]
    if common:
        labels = drift.reference.mix
        shown = [
            f"{names_of.get(c, c)} {_percent(drift.whole.mix[c])} / {_percent(labels.get(c, 0.0))}" for c in common
        ]
        said.append(say("drift_more_often", names=say.listed(shown)))
    if drift.undated:
        said.append(say("drift_undated", n=f"{drift.undated:,}"))
    if drift.standing_out:
        said.append(say("drift_advice"))
    return said


def reasons(drift: Drift, month: Month, say: Wording) -> list[str]:
    """Why a month stands out."""
    names = {category.id: category.name for category in drift.taxonomy}
    season = {"months": say.listed(list(month.like[-NAMED:]))} if month.like else {}
    return [
        say(
            "drift_reason_season" if season else "drift_reason",
            **season,
            what=say(f"drift_{what}") if what in MEASURES else names.get(what, what),
            value=_percent(value),
            usual=_percent(usual),
        )
        for what, value, usual in month.stands_out
    ]


def _subtitle(drift: Drift, say: Wording) -> str:
    return say(
        "drift_subtitle",
        articles=f"{drift.whole.articles:,}",
        months=len(drift.months),
        model=drift.about.get("model", "?"),
        labels=f"{drift.reference.labels:,}",
    )


def _measure_chart(drift: Drift, measure: str, say: Wording) -> Any:
    import altair as alt

    judged = {month.month: i for i, month in enumerate(_judge_months(drift))}
    chart = drift.charts.get(measure)
    limits = chart is not None and len(judged) >= FEWEST_VALUES
    rows = []
    for month in drift.months:
        row: dict[str, Any] = {"month": month.month, "value": getattr(month, measure), "articles": month.articles}
        i = judged.get(month.month)
        if limits and chart is not None and i is not None:
            low, high = float(chart.low[i]), float(chart.high[i])
            row |= {"low": max(low, 0.0), "high": min(high, 1.0), "out": bool(chart.out()[i])}
        rows.append(row)
    scale = alt.Scale(zero=False, nice=True)
    base = alt.Chart(data_of(rows)).encode(
        x=alt.X("month:T", title=None, axis=alt.Axis(format="%Y-%m", labelAngle=0, tickCount=8)),
        tooltip=[
            alt.Tooltip("month:T", format="%Y-%m", title=say("drift_month")),
            alt.Tooltip("value:Q", format=".1%", title=say(f"drift_{measure}")),
            alt.Tooltip("articles:Q", format=",", title=say("drift_articles")),
        ],
    )
    y = alt.Y("value:Q", title=None, scale=scale, axis=alt.Axis(format=".0%" if measure != "unseen" else ".1%"))
    layers = []
    if limits:
        band = base.mark_area(opacity=0.15, color=BLUE, interpolate="step")
        layers.append(band.encode(y=alt.Y("low:Q", scale=scale), y2="high:Q"))
    labels = alt.Chart(data_of([{"y": getattr(drift.reference, measure)}]))
    layers += [
        labels.mark_rule(color=GREY, strokeDash=[5, 4]).encode(y=alt.Y("y:Q", scale=scale)),
        base.mark_line(color=BLUE, strokeWidth=2).encode(y=y),
        base.mark_point(filled=True, size=34, color=BLUE, opacity=1).encode(y=y),
        base.transform_filter("datum.out === true").mark_point(filled=True, size=90, color=RED, opacity=1).encode(y=y),
    ]
    return alt.layer(*layers).properties(width="container", height=180)


def _mix_chart(drift: Drift, say: Wording) -> Any:
    import altair as alt

    shown = [category for category in drift.taxonomy if drift.whole.mix.get(category.id)]
    rows = [
        {"month": month.month, "category": category.name, "share": month.mix.get(category.id, 0.0)}
        for month in drift.months
        for category in shown
    ]
    colour = alt.Color(
        "category:N", title=None, sort=[category.name for category in shown],
        scale=alt.Scale(domain=[c.name for c in shown], range=[c.colour for c in shown]),
        legend=alt.Legend(orient="bottom", columns=8),
    )  # fmt: skip
    chosen = alt.selection_point(fields=["category"], bind="legend")
    return (
        alt.Chart(data_of(rows))
        .mark_bar()
        .encode(
            x=alt.X("yearmonth(month):T", title=None, axis=alt.Axis(format="%Y-%m", labelAngle=0, tickCount=8)),
            y=alt.Y("share:Q", stack="normalize", title=None, axis=alt.Axis(format="%")),
            color=colour,
            opacity=alt.when(chosen).then(alt.value(1)).otherwise(alt.value(0.15)),
            tooltip=[
                alt.Tooltip("month:T", format="%Y-%m", title=say("drift_month")),
                alt.Tooltip("category:N", title=say("category")),
                alt.Tooltip("share:Q", format=".1%", title=say("share")),
            ],
        )
        .add_params(chosen)
        .properties(width="container", height=280)
    )


def _against_chart(drift: Drift, say: Wording) -> Any:
    import altair as alt

    names = {category.id: category.name for category in drift.taxonomy}
    categories = sorted({*drift.whole.mix, *drift.reference.mix}, key=lambda c: -drift.whole.mix.get(c, 0.0))[:40]
    archive, labels = say("drift_archive"), say("drift_labels")
    rows = [
        {"category": names.get(c, c), "side": side, "share": mix.get(c, 0.0)}
        for c in categories
        for side, mix in ((archive, drift.whole.mix), (labels, drift.reference.mix))
    ]
    y = alt.Y("category:N", sort=[names.get(c, c) for c in categories], title=None)
    base = alt.Chart(data_of(rows)).encode(y=y)
    line = base.mark_line(color=GREY, opacity=0.6).encode(x="share:Q", detail="category:N")
    points = base.mark_point(filled=True, size=80, opacity=1).encode(
        x=alt.X("share:Q", title=None, axis=alt.Axis(format="%")),
        color=alt.Color(
            "side:N", title=None, scale=alt.Scale(domain=[archive, labels], range=[BLUE, RED]),
            legend=alt.Legend(orient="top"),
        ),
        tooltip=[
            alt.Tooltip("category:N", title=say("category")),
            alt.Tooltip("side:N", title=" "),
            alt.Tooltip("share:Q", format=".1%", title=say("share")),
        ],
    )  # fmt: skip
    return alt.layer(line, points).properties(width="container", height=alt.Step(STEP))


def _judge_months(drift: Drift) -> Iterable[Month]:
    return [month for month in drift.months if month.articles >= FEWEST_ARTICLES]


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"
