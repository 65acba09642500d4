"""Drift on a terminal and as one HTML page that needs no network."""

from __future__ import annotations

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from rich.console import Console
from rich.text import Text

from classifier.messages import Language
from training.chart_page import chart_page, figure
from training.evaluation.drift.control import FEWEST_VALUES
from training.evaluation.drift.measure import FEWEST_ARTICLES, Drift, Month
from training.evaluation.printing import grid
from training.evaluation.wording import TEMPLATES, Wording
from training.plots import (
    Column,
    Part,
    Plot,
    Row,
    choice_style,
    draw_rows,
    every_time,
    label_axis,
    legend,
    round_axis,
    stack_bars,
    write_share,
)

MEASURES = ("unseen", "probability", "accepted")
NAMED = 6
MORE_COMMON = 0.02
MEASURE_HEIGHT = 180.0
MOST_CATEGORIES = 40
MOST_MONTHS = 36
"""A longer series is not listed month by month on the terminal; those that stand out are."""


def print_drift(drift: Drift, language: Language = "en") -> None:
    """The comparison with the labels, then the months (all, or those that stand out), each with its reasons."""
    say, figure = Wording(language), Wording(language, "figures")
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
    say = Wording(language)
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True)
    parts = {
        category.id: Part(category.name, category.colour, f"k{i}")
        for i, category in enumerate(drift.taxonomy)
        if drift.whole.mix.get(category.id)
    }
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
            "measures": [
                Markup(figure(say(f"drift_{measure}"), _measure_chart(drift, measure, say), say("drift_chart_note")))
                for measure in MEASURES
            ],
            "mix": Markup(figure(say("drift_chart_mix"), _mix_chart(drift, parts, say))),
            "against": Markup(figure(say("drift_chart_against"), _against_chart(drift, say))),
        },
        about=say("drift_about", least=FEWEST_ARTICLES),
    )
    style = (TEMPLATES / "report.css").read_text("utf-8") + choice_style(parts.values())
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


def _measure_chart(drift: Drift, measure: str, say: Wording) -> str:
    months = {month.month: month for month in drift.months}
    columns = {month: i for i, month in enumerate(every_time(list(months)))}
    chart, judged, labels = drift.charts.get(measure), drift.judged, getattr(drift.reference, measure)
    band: list[tuple[float, tuple[float, float]]] = []
    out: set[str] = set()
    if chart is not None and len(judged) >= FEWEST_VALUES:
        out = {month.month for month, far in zip(judged, chart.out(), strict=True) if far}
        for month, low, high in zip(judged, chart.low.tolist(), chart.high.tolist(), strict=True):
            limits, start = (max(low, 0.0), min(high, 1.0)), columns[month.month]
            band += [(start, limits), (start + 1, limits)]
    values = [(columns[name] + 0.5, name, getattr(month, measure)) for name, month in months.items()]
    bounds = [labels, *(value for *_, value in values), *(bound for _, limits in band for bound in limits)]
    plot = Plot(label_axis(list(columns)), round_axis(min(bounds), max(bounds), write_share), MEASURE_HEIGHT)
    if band:
        plot.band(band, "blue")
    plot.stroke((0, labels), (plot.x.high, labels), "rule", f"{say('drift_labels')} {_percent(labels)}")
    plot.curve([(x, value) for x, _, value in values], "blue")
    for x, name, value in values:
        title = (
            f"{name} · {say(f'drift_{measure}')} {_percent(value)} · {say('drift_articles')} {months[name].articles:,}"
        )
        plot.dot((x, value), "dot red" if name in out else "dot blue", title, 5.0 if name in out else 3.0)
    return plot.svg(say(f"drift_{measure}"))


def _mix_chart(drift: Drift, parts: dict[str, Part], say: Wording) -> str:
    months = {month.month: month for month in drift.months}
    columns = [
        Column(name, {c: round(share * months[name].articles) for c, share in months[name].mix.items()})
        if name in months
        else Column(name, {})
        for name in every_time(list(months))
    ]
    return legend(parts.values(), choose=True) + stack_bars(columns, parts, shares=True).svg(say("drift_chart_mix"))


def _against_chart(drift: Drift, say: Wording) -> str:
    names = {category.id: category.name for category in drift.taxonomy}
    archive, labels = Part(say("drift_archive"), style="blue"), Part(say("drift_labels"), style="red")
    categories = sorted({*drift.whole.mix, *drift.reference.mix}, key=lambda c: -drift.whole.mix.get(c, 0.0))
    rows: list[Row] = []
    for category in categories[:MOST_CATEGORIES]:
        here, there = drift.whole.mix.get(category, 0.0), drift.reference.mix.get(category, 0.0)
        name = names.get(category, category)
        title = f"{name} · {archive.name} {_percent(here)} · {labels.name} {_percent(there)}"
        rows.append(Row(name, title, (here, there), ((there, "dot red"), (here, "dot blue"))))
    axis = round_axis(0.0, max(max(row.span) for row in rows), write_share)
    return legend((archive, labels)) + draw_rows(rows, axis, say("drift_chart_against"), span="link")


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"
