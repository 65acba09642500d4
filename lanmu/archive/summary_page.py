"""The summary of a run as one page with charts, in Chinese, that opens without a network."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import PurePosixPath
from typing import Any

from classifier.taxonomy import Taxonomy
from training.evaluation.report.chart_page import chart_figure, chart_page, html_table, key_figures

ACCEPTED, REVIEW = "采纳", "待审"
_DECISION_COLOURS = ("#2e8b6f", "#e0a030")
_REASONS = {
    "probability below the threshold": "把握不够（概率低于门槛）",
    "too few words": "字数太少",
    "words unlike the news the model knows": "用词不像新闻",
    "no body text": "没有正文",
    "several briefs under one headline": "一题多条简讯",
}
_MOST_MONTHS = 60
"""Beyond so many months the charts over time go by year."""
_SHOWN_NAME = 60
_FEW = 10


def summary_html(summary: dict[str, Any], taxonomy: Taxonomy, refusals: Sequence[dict[str, Any]]) -> str:
    """The page; ``refusals`` are the first few of ``refused.jsonl``."""
    body = [
        f"<h1>归档标注小结：{escape(_named(summary['sources']))}</h1>",
        f"<p class=dim>模型 {escape(summary['model'])} · {escape(_day(summary))} · {summary['files']:,} 个文件，"
        f"{_size(summary['bytes'])}</p>",
        _figures(summary),
    ]
    if summary["articles"]:
        body += ["<h2>栏目</h2>", _categories(summary, taxonomy)]
        if any(month for month in summary["months"]):
            body += ["<h2>随时间</h2>", _over_time(summary, taxonomy)]
        body += ["<h2>把握</h2>", _confidence(summary), _reasons(summary)]
    body += ["<h2>来源</h2>", _slowest(summary)]
    if summary["refused"]:
        body += [_refused(summary, refusals)]
    return chart_page(f"归档标注小结 {_named(summary['sources'])}", "\n".join(body), style=_STYLE)


_STYLE = """
h1, p { overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem .9rem; margin: .75rem 0; font-size: .85rem; }
.legend i { display: inline-block; width: .8em; height: .8em; margin-right: .35em; border-radius: .15em; }
td:first-child { min-width: 8rem; }
@media (max-width: 40rem) { body { padding: 1rem .75rem 3rem; } figure { padding: .75rem; margin: .75rem 0; } }
"""


def _figures(summary: dict[str, Any]) -> str:
    articles = summary["articles"]
    figures = [(f"{articles:,}", "篇文章")]
    if articles:
        figures += [
            (f"{summary['accepted'] / articles:.1%}", f"{ACCEPTED}：{summary['accepted']:,} 篇"),
            (f"{summary['review'] / articles:.1%}", f"{REVIEW}：{summary['review']:,} 篇"),
        ]
    figures.append((f"{summary['refused']:,}", "个输入未能读取"))
    if summary["work_seconds"] > 0:
        figures.append((f"{articles / summary['work_seconds']:,.0f}", "篇/秒（每个工作线程）"))
    return key_figures(figures)


def _categories(summary: dict[str, Any], taxonomy: Taxonomy) -> str:
    import altair as alt

    rows, order = [], []
    for category, counts in summary["categories"].items():
        name = taxonomy[category].name
        share = counts["review"] / counts["articles"]
        order.append(name)
        for decision, n in ((ACCEPTED, counts["articles"] - counts["review"]), (REVIEW, counts["review"])):
            rows.append({"栏目": name, "结果": decision, "篇数": n, "待审占比": share, "合计": counts["articles"]})
    most = max(counts["articles"] for counts in summary["categories"].values())
    base = alt.Chart(_data(rows)).encode(y=alt.Y("栏目:N", sort=order, title=None))
    bars = base.mark_bar().encode(
        x=alt.X("篇数:Q", title="篇数", stack="zero", axis=_counted(most)),
        color=alt.Color("结果:N", scale=_decisions(), legend=alt.Legend(orient="top", title=None)),
        order=alt.Order("结果:N", sort="descending"),
        tooltip=[
            alt.Tooltip("栏目:N"),
            alt.Tooltip("结果:N"),
            alt.Tooltip("篇数:Q", format=","),
            alt.Tooltip("待审占比:Q", format=".1%"),
        ],
    )
    labels = (
        base.transform_filter(f"datum['结果'] == '{REVIEW}'")
        .mark_text(align="left", dx=5, fontSize=11)
        .encode(x=alt.X("合计:Q"), text=alt.Text("待审占比:Q", format=".0%"))
    )
    chart = (bars + labels).properties(width="container", height=70 + 24 * len(order))
    return chart_figure(chart, "各栏目篇数与待审占比", "条末是该栏目里待审的比例")


def _over_time(summary: dict[str, Any], taxonomy: Taxonomy) -> str:
    rows, order, by_year = _times(summary, taxonomy)
    unit = "年" if by_year else "月"
    undated = sum(summary["months"].get("", {}).values())
    note = f"另有 {undated:,} 篇没有日期" if undated else ""
    colours = [taxonomy.find(name).colour for name in order]
    legend = "".join(
        f'<span><i style="background:{escape(colour)}"></i>{escape(name)}</span>'
        for name, colour in zip(order, colours, strict=True)
    )
    counts = _time_chart(rows, order, colours, by_year, shares=False)
    shares = _time_chart(rows, order, colours, by_year, shares=True)
    return (
        f"<div class=legend>{legend}</div>{chart_figure(counts, f'每{unit}各栏目的篇数', note)}"
        f"{chart_figure(shares, f'每{unit}各栏目的比例')}"
    )


def _time_chart(rows: list[dict[str, Any]], order: list[str], colours: list[str], by_year: bool, shares: bool) -> Any:
    import altair as alt

    unit: Any = "utcyear" if by_year else "utcyearmonth"
    axis = alt.Axis(format="%Y" if by_year else "%Y-%m", labelAngle=0, labelOverlap=True, grid=False)
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row["时间"]] += row["篇数"]
    counted: dict[str, Any] = {"stack": "zero", "title": "篇数", "axis": _counted(max(sums.values()))}
    if shares:
        counted = {"stack": "normalize", "title": "比例", "axis": alt.Axis(format=".0%")}
    return (
        alt.Chart(_data(rows))
        .mark_bar()
        .encode(
            x=alt.X("时间:T", timeUnit=unit, title=None, axis=axis),
            y=alt.Y("sum(篇数):Q", **counted),
            color=alt.Color("栏目:N", scale=alt.Scale(domain=order, range=colours), legend=None),
            order=alt.Order("序:O"),
            tooltip=[
                alt.Tooltip("时间:T", timeUnit=unit, title="时间"),
                alt.Tooltip("栏目:N"),
                alt.Tooltip("sum(篇数):Q", format=",", title="篇数"),
            ],
        )
        .properties(width="container", height=300)
    )


def _times(summary: dict[str, Any], taxonomy: Taxonomy) -> tuple[list[dict[str, Any]], list[str], bool]:
    """Rows of time and category, the categories with most articles first, and whether they go by year."""
    order = [taxonomy[category].name for category in summary["categories"]]
    months = [month for month in summary["months"] if month]
    by_year = len(months) > _MOST_MONTHS
    counts: dict[tuple[str, str], int] = {}
    for month in months:
        for category, n in summary["months"][month].items():
            key = (f"{month[:4]}-01" if by_year else month, taxonomy[category].name)
            counts[key] = counts.get(key, 0) + n
    rows = [
        {"时间": f"{time}-01T00:00:00Z", "栏目": name, "篇数": n, "序": order.index(name)}
        for (time, name), n in sorted(counts.items())
    ]
    return rows, order, by_year


def _confidence(summary: dict[str, Any]) -> str:
    import altair as alt

    bins = summary["probability"]["bins"]
    rows = []
    for i, (held, taken) in enumerate(
        zip(summary["probability"]["review"], summary["probability"]["accepted"], strict=True)
    ):
        edges = {"从": i / bins, "到": (i + 1) / bins}
        for decision, low, n in ((REVIEW, 0, held), (ACCEPTED, held, taken)):
            if n:
                rows.append({**edges, "结果": decision, "篇数": n, "下": low, "上": low + n})
    bars = (
        alt.Chart(_data(rows))
        .mark_bar(binSpacing=1)
        .encode(
            x=alt.X(
                "从:Q",
                bin="binned",
                title="最佳栏目的概率",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format=".0%", labelOverlap=True, grid=False),
            ),
            x2=alt.X2("到:Q"),
            y=alt.Y("下:Q", title="篇数", scale=alt.Scale(type="sqrt"), axis=_counted(max(row["上"] for row in rows))),
            y2=alt.Y2("上:Q"),
            color=alt.Color("结果:N", scale=_decisions(), legend=alt.Legend(orient="top", title=None)),
            tooltip=[alt.Tooltip("从:Q", format=".0%"), alt.Tooltip("结果:N"), alt.Tooltip("篇数:Q", format=",")],
        )
    )
    chart: Any = bars
    threshold = summary["threshold"]
    if threshold <= 1:
        rule = alt.Chart(_data([{"门槛": threshold}])).mark_rule(strokeDash=[4, 4], color="#8a94a0")
        chart = bars + rule.encode(x=alt.X("门槛:Q"))
    note = f"虚线是采纳的门槛 {threshold:.0%}" if threshold <= 1 else "没有达到所要准确率的门槛，全部待审"
    note += "；纵轴按平方根，好让少的也看得见"
    return chart_figure(chart.properties(width="container", height=240), "把握的分布", note)


def _reasons(summary: dict[str, Any]) -> str:
    if not summary["reasons"]:
        return ""
    rows = [(_REASONS.get(reason, reason), n) for reason, n in summary["reasons"].items()]
    return f"<h3>为何待审</h3>{html_table(('原因', '篇数'), rows)}"


def _slowest(summary: dict[str, Any]) -> str:
    rows = [(_shortened(e["source"]), f"{e['seconds']:.2f} 秒", e["articles"]) for e in summary["slowest"]]
    return f"<h3>读取最慢的文件</h3>{html_table(('文件', '读取用时', '篇数'), rows)}"


def _refused(summary: dict[str, Any], refusals: Sequence[dict[str, Any]]) -> str:
    rows = [(_shortened(e["source"]), e["refused"], e["articles"]) for e in summary["most_refused"]]
    html = f"<h3>未能读取最多的文件</h3>{html_table(('文件', '未读', '读到的篇数'), rows)}" if rows else ""
    first = [(_shortened(r["source"]), r["reason"]) for r in refusals]
    more = f"，全部 {summary['refused']:,} 个见 refused.jsonl" if summary["refused"] > len(first) else ""
    return f"{html}<h3>未能读取的输入{more}</h3>{html_table(('输入', '原因'), first)}"


def _data(rows: list[dict[str, Any]]) -> Any:
    """Rows as a chart's data; as a plain dict, which Altair does not look through row by row."""
    return {"values": rows}


def _counted(most: int) -> Any:
    """An axis of up to so many articles: few are counted one by one, as Vega would show halves of them."""
    import altair as alt

    return alt.Axis(values=list(range(most + 1)), format="d") if most <= _FEW else alt.Axis(format=",d")


def _decisions() -> Any:
    import altair as alt

    return alt.Scale(domain=[ACCEPTED, REVIEW], range=list(_DECISION_COLOURS))


def _named(sources: Sequence[str]) -> str:
    names = [PurePosixPath(source.rstrip("/")).name or source for source in sources]
    return "、".join(names[:3]) + (f" 等 {len(names)} 处" if len(names) > 3 else "")


def _shortened(name: str) -> str:
    return name if len(name) <= _SHOWN_NAME else f"{name[:20]}…{name[-_SHOWN_NAME + 20 :]}"


def _day(summary: dict[str, Any]) -> str:
    day = datetime.date.fromisoformat(summary["finished"][:10])
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def _size(size: int) -> str:
    for unit in ("字节", "KB", "MB", "GB"):
        if size < 1024:
            return f"{size:,.0f} {unit}" if unit == "字节" else f"{size:,.1f} {unit}"
        size /= 1024  # type: ignore[assignment]
    return f"{size:,.1f} TB"
