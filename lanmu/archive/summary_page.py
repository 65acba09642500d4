"""The summary of a run as one page with charts, in Chinese, that opens without a network."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import PurePosixPath
from typing import Any

from classifier.messages import text_of
from classifier.model.decisions import explain_reason
from classifier.taxonomy import Taxonomy
from lanmu.archive.plan import read_refusal
from training.chart_page import chart_page, figure, html_table, key_figures
from training.plots import Column, Part, choice_style, draw_histogram, every_time, legend, stack_bars

ACCEPTED, REVIEW = "自动采用", "待审核"
_PARTS = {"accepted": Part(ACCEPTED, "#2e8b6f"), "review": Part(REVIEW, "#e0a030")}
_MOST_MONTHS = 60
"""With more months than this the charts over time go by year."""
_SHOWN_NAME = 60


def summary_html(summary: dict[str, Any], taxonomy: Taxonomy, refusals: Sequence[dict[str, Any]]) -> str:
    """The page; ``refusals`` are the first few of ``refused.jsonl``."""
    parts = {c: Part(taxonomy[c].name, taxonomy[c].colour, f"k{i}") for i, c in enumerate(summary["categories"])}
    style = _STYLE
    body = [
        f"<h1>归档标注小结：{escape(_sources_line(summary['sources']))}</h1>",
        f"<p class=dim>模型 {escape(summary['model'])} · {escape(_day(summary))} · {summary['files']:,} 个文件，"
        f"{_size(summary['bytes'])}</p>",
        _figures(summary),
    ]
    if summary["articles"]:
        body += ["<h2>类别</h2>", _categories(summary, taxonomy)]
        if any(month for month in summary["months"]):
            body += ["<h2>随时间</h2>", _over_time(summary, parts)]
            style += choice_style(parts.values())
        body += ["<h2>把握</h2>", _confidence(summary), _reasons(summary)]
    body += ["<h2>来源</h2>", _slowest(summary)]
    if summary["refused"]:
        body += [_refusals_section(summary, refusals)]
    if summary["passed_over"]:
        kinds = "、".join(f"{escape(ending or '没有扩展名')} {n:,} 个" for ending, n in summary["passed_over"].items())
        body += [f"<p>没有读的文件（这些种类读不了）：{kinds}</p>"]
    return chart_page(f"归档标注小结 {_sources_line(summary['sources'])}", "\n".join(body), style=style)


_STYLE = """
h1, p { overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
.bars th[scope] { color: var(--ink); width: 1%; }
.bars td { vertical-align: middle; }
td.bar { width: 80%; min-width: 6rem; }
td.bar svg { display: block; width: 100%; height: .8rem; }
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
    most = max(counts["articles"] for counts in summary["categories"].values())
    rows = []
    for category, counts in summary["categories"].items():
        held, n = counts["review"], counts["articles"]
        taken = n - held
        bar = "".join(
            f'<rect x="{start / most:.5f}" width="{width / most:.5f}" height="1"{part.fill}>'
            f"<title>{part.name} {width:,}</title></rect>"
            for part, start, width in ((_PARTS["accepted"], 0, taken), (_PARTS["review"], taken, held))
            if width
        )
        rows.append(
            f"<tr><th scope=row>{escape(taxonomy[category].name)}</th>"
            f'<td class=bar><svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">{bar}</svg></td>'
            f"<td class=number>{n:,}</td><td class=number>{held / n:.0%}</td></tr>"
        )
    table = (
        f"<div class=table><table class=bars><thead><tr><th>类别</th><th></th><th class=number>篇数</th>"
        f"<th class=number>待审核</th></tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )
    return figure("各类别篇数与待审占比", legend(_PARTS.values()) + table, "末列是该类别里待审的比例")


def _over_time(summary: dict[str, Any], parts: dict[str, Part]) -> str:
    columns, by_year = _columns(summary)
    unit = "年" if by_year else "月"
    undated = sum(summary["months"].get("", {}).values())
    note = f"另有 {undated:,} 篇没有日期" if undated else ""
    counts, shares = stack_bars(columns, parts), stack_bars(columns, parts, shares=True)
    return (
        legend(parts.values(), choose=True)
        + figure(f"每{unit}各类别的篇数", counts.svg("篇数"), note)
        + figure(f"每{unit}各类别的比例", shares.svg("比例"))
    )


def _columns(summary: dict[str, Any]) -> tuple[list[Column], bool]:
    """A column for each month, or each year where the months are many; times without articles stay empty."""
    months = [month for month in summary["months"] if month]
    by_year = len(months) > _MOST_MONTHS
    counts: dict[str, Counter[str]] = {}
    for month in months:
        counts.setdefault(month[:4] if by_year else month, Counter()).update(summary["months"][month])
    return [Column(time, counts.get(time, {})) for time in every_time(sorted(counts))], by_year


def _confidence(summary: dict[str, Any]) -> str:
    probability, threshold = summary["probability"], summary["threshold"]
    order = ("review", "accepted")
    bins = [
        dict(zip(order, counts, strict=True)) for counts in zip(*(probability[name] for name in order), strict=True)
    ]
    plot = draw_histogram(bins, {name: _PARTS[name] for name in order}, root=True)
    note = "没有达到所要准确率的门槛，全部待审核"
    if threshold <= 1:
        plot.stroke((threshold, 0), (threshold, plot.y.high), "rule", f"自动采用的门槛 {threshold:.0%}")
        note = f"虚线是自动采用的门槛 {threshold:.0%}"
    return figure("把握的分布", legend(_PARTS.values()) + plot.svg("最佳类别的概率"),
                  f"{note}；横轴是最佳类别的概率，纵轴按平方根，好让少的也看得见")  # fmt: skip


def _reasons(summary: dict[str, Any]) -> str:
    if not summary["reasons"]:
        return ""
    rows = [(explain_reason(reason, "zh"), n) for reason, n in summary["reasons"].items()]
    return f"<h3>为何待审核</h3>{html_table(('原因', '篇数'), rows)}"


def _slowest(summary: dict[str, Any]) -> str:
    rows = [(_shorten(e["source"]), f"{e['seconds']:.2f} 秒", e["articles"]) for e in summary["slowest"]]
    return f"<h3>读取最慢的文件</h3>{html_table(('文件', '读取用时', '篇数'), rows)}"


def _refusals_section(summary: dict[str, Any], refusals: Sequence[dict[str, Any]]) -> str:
    rows = [(_shorten(e["source"]), e["refused"], e["articles"]) for e in summary["most_refused"]]
    html = f"<h3>未能读取最多的文件</h3>{html_table(('文件', '未读', '读到的篇数'), rows)}" if rows else ""
    first = [(_shorten(name), text_of(said, "zh")) for name, said in map(read_refusal, refusals)]
    more = f"，全部 {summary['refused']:,} 个见 refused.jsonl" if summary["refused"] > len(first) else ""
    return f"{html}<h3>未能读取的输入{more}</h3>{html_table(('输入', '原因'), first)}"


def _sources_line(sources: Sequence[str]) -> str:
    names = [PurePosixPath(source.rstrip("/")).name or source for source in sources]
    return "、".join(names[:3]) + (f" 等 {len(names)} 处" if len(names) > 3 else "")


def _shorten(name: str) -> str:
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
