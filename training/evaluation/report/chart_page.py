"""Altair charts in HTML that opens without a network: one embedded Vega bundle, Chinese fonts, light and dark."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any, Final

FONTS: Final = (
    'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", '
    '"Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", sans-serif'
)
POLICY: Final = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
"""The content security policy of chart_page: nothing is loaded from anywhere."""

STYLE: Final = f"""
:root {{ color-scheme: light dark; --ink: #1d2126; --dim: #5c6570; --line: #dfe3e8; --paper: #ffffff;
  --card: #f7f8fa; --accent: #a8322d; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ink: #e6e8eb; --dim: #9aa3ad; --line: #343a41; --paper: #16191d; --card: #1e2227; --accent: #ef8379; }}
}}
* {{ box-sizing: border-box; }}
body {{ margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 72rem; background: var(--paper); color: var(--ink);
  font: 15px/1.6 {FONTS}; }}
h1 {{ font-size: 1.6rem; line-height: 1.3; margin: 0 0 .25rem; }}
h2 {{ font-size: 1.15rem; margin: 2.5rem 0 .5rem; }}
.dim, figcaption small {{ color: var(--dim); }}
figure {{ margin: 1rem 0; padding: 1rem 1.25rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .5rem; overflow-x: auto; }}
figcaption {{ font-weight: 600; margin-bottom: .5rem; }}
figcaption small {{ display: block; font-weight: 400; }}
.chart {{ width: 100%; min-width: 20rem; }}
.figures {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr));
  gap: .75rem; margin: 1.25rem 0; }}
.figures div {{ background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .9rem; }}
.figures b {{ display: block; font-size: 1.35rem; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }}
.figures span {{ color: var(--dim); font-size: .85rem; }}
.table {{ overflow-x: auto; }}
table {{ border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }}
th, td {{ text-align: left; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top;
  overflow-wrap: anywhere; }}
th {{ color: var(--dim); font-weight: 500; white-space: nowrap; }}
td.number, th.number {{ text-align: right; white-space: nowrap; }}
"""

_LIGHT: Final[dict[str, Any]] = {"ink": "#1d2126", "dim": "#5c6570", "line": "#dfe3e8"}
_DARK: Final[dict[str, Any]] = {"ink": "#e6e8eb", "dim": "#9aa3ad", "line": "#343a41"}

# Vega's own expressions would be compiled with Function(); `ast` interprets them, so that a strict
# content security policy holds.
_START: Final = """
const themes = THEMES;
const dark = window.matchMedia("(prefers-color-scheme: dark)");
async function show() {
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    const spec = JSON.parse(figure.querySelector("script").textContent);
    const options = {actions: false, renderer: "svg", ast: true, config: themes[dark.matches ? "dark" : "light"]};
    try {
      await vegaEmbed(figure.querySelector(".chart"), spec, options);
      figure.dataset.chart = "shown";
    } catch (error) {
      figure.dataset.chart = "failed";
      figure.querySelector(".chart").textContent = String(error);
    }
  }
  document.documentElement.dataset.charts = "done";
}
dark.addEventListener("change", show);
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", show); else show();
"""


def chart_figure(chart: Any, caption: str, note: str = "") -> str:
    """A ``<figure>`` with an Altair chart (or a Vega-Lite spec as a dict), drawn by chart_script's code.

    ``caption`` and ``note`` are plain text; what data the chart holds is escaped too.
    """
    spec = chart if isinstance(chart, dict) else chart.to_dict(validate=False)
    small = f"<small>{escape(note)}</small>" if note else ""
    return (
        f'<figure data-chart="waiting"><figcaption>{escape(caption)}{small}</figcaption><div class="chart"></div>'
        f'<script type="application/json">{json_for_script(spec)}</script></figure>'
    )


def json_for_script(value: Any) -> str:
    """JSON that can stand inside a ``<script>`` element: no ``<``, ``>``, ``&`` or line separator is left in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


@cache
def chart_javascript() -> str:
    """Vega, Vega-Lite and Vega-Embed with the code that draws each chart_figure: one script for one page."""
    import vl_convert

    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    themes = {"light": _theme(**_LIGHT), "dark": _theme(**_DARK)}
    script = f"{bundle}\n{{{_START.replace('THEMES', json.dumps(themes))}}}\n"
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def chart_page(title: str, body: str, *, language: str = "zh", style: str = "") -> str:
    """A whole HTML document that needs no other file; ``body`` is HTML (its text escaped already)."""
    script = f"<script>{chart_javascript()}</script>" if "data-chart=" in body else ""
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}{style}</style>\n</head>\n"
        f"<body>\n{body}\n{script}\n</body>\n</html>\n"
    )


def key_figures(figures: Sequence[tuple[str, str]]) -> str:
    """A row of (value, what it is) as cards."""
    cards = "".join(f"<div><b>{escape(value)}</b><span>{escape(name)}</span></div>" for value, name in figures)
    return f'<div class="figures">{cards}</div>'


def html_table(heading: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table of plain values; numbers are set to the right, with thousands apart."""

    def cell(tag: str, value: object, number: bool) -> str:
        shown = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
        return f"<{tag}{' class=number' if number else ''}>{escape(shown)}</{tag}>"

    numbers = [bool(rows) and all(isinstance(row[i], int | float) for row in rows) for i in range(len(heading))]
    head = "".join(cell("th", name, number) for name, number in zip(heading, numbers, strict=True))
    body = "".join(
        f"<tr>{''.join(cell('td', value, number) for value, number in zip(row, numbers, strict=True))}</tr>"
        for row in rows
    )
    return f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _theme(ink: str, dim: str, line: str) -> dict[str, Any]:
    return {
        "background": "transparent",
        "font": FONTS,
        "view": {"stroke": "transparent"},
        "axis": {
            "labelColor": dim, "titleColor": dim, "domainColor": line, "tickColor": line, "gridColor": line,
            "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelLimit": 320,
        },
        "legend": {"labelColor": ink, "titleColor": dim, "labelFontSize": 12, "symbolLimit": 64, "labelLimit": 240},
        "header": {"labelColor": ink, "titleColor": dim},
        "title": {"color": ink},
        "text": {"color": ink},
    }  # fmt: skip
