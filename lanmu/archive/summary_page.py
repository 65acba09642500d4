"""The summary of a run as one page with charts, in Chinese, that opens without a network."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from pathlib import PurePosixPath
from typing import Any

from classifier.messages import text_of
from classifier.model.decisions import explain_reason
from classifier.taxonomy import Taxonomy
from lanmu.archive.plan import read_refusal
from lanmu.charts import Column, draw_histogram, place_of_share, stack_bars, svg
from training.evaluation.report.chart_page import chart_page, html_table, key_figures

ACCEPTED, REVIEW = "自动采用", "待审核"
_FILLS = {ACCEPTED: "#2e8b6f", REVIEW: "#e0a030"}
_MOST_MONTHS = 60
"""With more months than this the charts over time go by year."""
_SHOWN_NAME = 60


def summary_html(summary: dict[str, Any], taxonomy: Taxonomy, refusals: Sequence[dict[str, Any]]) -> str:
    """The page; ``refusals`` are the first few of ``refused.jsonl``."""
    body = [
        f"<h1>归档标注小结：{escape(_sources_line(summary['sources']))}</h1>",
        f"<p class=dim>模型 {escape(summary['model'])} · {escape(_day(summary))} · {summary['files']:,} 个文件，"
        f"{_size(summary['bytes'])}</p>",
        _figures(summary),
    ]
    if summary["articles"]:
        body += ["<h2>类别</h2>", _categories(summary, taxonomy)]
        if any(month for month in summary["months"]):
            body += ["<h2>随时间</h2>", _over_time(summary, taxonomy)]
        body += ["<h2>把握</h2>", _confidence(summary), _reasons(summary)]
    body += ["<h2>来源</h2>", _slowest(summary)]
    if summary["refused"]:
        body += [_refusals_section(summary, refusals)]
    if summary["passed_over"]:
        kinds = "、".join(f"{escape(ending or '没有扩展名')} {n:,} 个" for ending, n in summary["passed_over"].items())
        body += [f"<p>没有读的文件（这些种类读不了）：{kinds}</p>"]
    return chart_page(f"归档标注小结 {_sources_line(summary['sources'])}", "\n".join(body), style=_STYLE)


_STYLE = """
h1, p { overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem .9rem; margin: .75rem 0; font-size: .85rem; }
.legend svg { display: inline-block; width: .8em; height: .8em; margin-right: .35em; }
td:first-child { min-width: 8rem; }
.bars th[scope] { color: var(--ink); width: 1%; }
.bars td { vertical-align: middle; }
td.bar { width: 80%; min-width: 6rem; }
td.bar svg { display: block; width: 100%; height: .8rem; }
.scroll { overflow-x: auto; }
svg.drawing { display: block; width: 100%; min-width: 32rem; height: auto; font-size: 12px; }
svg.drawing text { fill: var(--dim); }
svg.drawing .grid { stroke: var(--line); }
svg.drawing .rule { stroke: var(--dim); stroke-dasharray: 4 4; }
svg.drawing rect:hover { opacity: .75; }
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
    most = max(counts["articles"] for counts in summary["categories"].values())
    rows = []
    for category, counts in summary["categories"].items():
        held, n = counts["review"], counts["articles"]
        taken = n - held
        bar = "".join(
            f'<rect x="{start / most:.5f}" width="{width / most:.5f}" height="1" fill="{_FILLS[decision]}">'
            f"<title>{decision} {width:,}</title></rect>"
            for decision, start, width in ((ACCEPTED, 0, taken), (REVIEW, taken, held))
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
    return _figure("各类别篇数与待审占比", f"{_legend(_FILLS)}{table}", "末列是该类别里待审的比例")


def _over_time(summary: dict[str, Any], taxonomy: Taxonomy) -> str:
    columns, by_year = _columns(summary)
    unit = "年" if by_year else "月"
    undated = sum(summary["months"].get("", {}).values())
    note = f"另有 {undated:,} 篇没有日期" if undated else ""
    order = list(summary["categories"])
    names = {category: taxonomy[category].name for category in order}
    fills = {category: taxonomy[category].colour for category in order}
    figures = "".join(
        _figure(
            f"每{unit}各类别的{what}",
            f"<div class=scroll>{svg(stack_bars(columns, order, shares=shares), fills, names, what)}</div>",
            note if not shares else "",
        )
        for what, shares in (("篇数", False), ("比例", True))
    )
    return _legend({names[category]: fills[category] for category in order}) + figures


def _columns(summary: dict[str, Any]) -> tuple[list[Column], bool]:
    """A column for each month, or each year where the months are many; times without articles stay empty."""
    months = [month for month in summary["months"] if month]
    by_year = len(months) > _MOST_MONTHS
    counts: dict[str, Counter[str]] = {}
    for month in months:
        counts.setdefault(month[:4] if by_year else month, Counter()).update(summary["months"][month])
    return [Column(time, counts.get(time, {})) for time in _times(sorted(counts), by_year)], by_year


def _times(known: Sequence[str], by_year: bool) -> list[str]:
    """All years or months from the first to the last; only the known ones where those would be too many."""
    first, last = known[0], known[-1]
    if by_year:
        times = [f"{year:04d}" for year in range(int(first), int(last) + 1)]
    else:
        start, end = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (first, last))
        times = [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(start, min(end, start + 600) + 1)]
    return times if len(times) <= 2 * _MOST_MONTHS and set(known) <= set(times) else list(known)


def _confidence(summary: dict[str, Any]) -> str:
    probability, threshold = summary["probability"], summary["threshold"]
    bins = [
        {REVIEW: held, ACCEPTED: taken}
        for held, taken in zip(probability["review"], probability["accepted"], strict=True)
    ]
    drawing = draw_histogram(bins, (REVIEW, ACCEPTED), root=True)
    note = "没有达到所要准确率的门槛，全部待审核"
    if threshold <= 1:
        drawing = replace(drawing, rules=(place_of_share(threshold),))
        note = f"虚线是自动采用的门槛 {threshold:.0%}"
    chart = svg(drawing, _FILLS, {}, "最佳类别的概率")
    return _figure("把握的分布", f"{_legend(_FILLS)}<div class=scroll>{chart}</div>",
                   f"{note}；横轴是最佳类别的概率，纵轴按平方根，好让少的也看得见")  # fmt: skip


def _figure(caption: str, content: str, note: str = "") -> str:
    small = f"<small>{escape(note)}</small>" if note else ""
    return f"<figure><figcaption>{escape(caption)}{small}</figcaption>{content}</figure>"


def _legend(fills: Mapping[str, str]) -> str:
    keys = "".join(
        f'<span><svg viewBox="0 0 10 10" aria-hidden="true"><rect width="10" height="10" rx="2" '
        f'fill="{escape(fill)}"/></svg>{escape(name)}</span>'
        for name, fill in fills.items()
    )
    return f"<div class=legend>{keys}</div>"


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
