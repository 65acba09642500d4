"""The charts of an evaluation's report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from itertools import pairwise
from math import log, sqrt

from training.evaluation.answers import Answers
from training.evaluation.curves import Slice, accuracy_by_share, confusion, reliability
from training.evaluation.evaluation import Evaluation
from training.evaluation.learning_curve import LearningCurve
from training.evaluation.versus import Versus
from training.evaluation.wording import Wording
from training.plots import SHARES, Axis, Part, Plot, Row, Tick, draw_rows, legend, round_axis, write_share

MOST_CATEGORIES = 40
"""Charts with a row a category show this many at most: those that are wrong most often."""
LARGEST_DOT = 9.0


def category_chart(evaluation: Evaluation, say: Wording) -> str:
    """F1 of each category with its interval, precision and recall beside it."""
    names = {category.id: category.name for category in evaluation.answers.taxonomy}
    worst = sorted(evaluation.metrics["categories"].items(), key=lambda item: item[1]["f1"])[:MOST_CATEGORIES]
    rows = [
        Row(
            names[category],
            f"{names[category]} · F1 {row['f1']:.3f} · {say('precision')} {row['precision']:.3f} · "
            f"{say('recall')} {row['recall']:.3f} · {say('labels')} {row['support']:,}",
            tuple(row["f1_95"]),
            ((row["f1"], "dot blue"),),
            ((row["precision"], "◂"), (row["recall"], "▸")),
        )
        for category, row in reversed(worst)
    ]
    axis = round_axis(_lowest(rows), 1.0, lambda value: f"{value:.2f}", name=say("axis_f1"))
    return draw_rows(rows, axis, say("chart_f1"))


def confusion_table(answers: Answers, say: Wording) -> str:
    """What each right category was taken for: counts, coloured by their share of the right category's articles."""
    taxonomy = answers.taxonomy
    counts = {(cell["right"], cell["given"]): cell["count"] for cell in confusion(answers)}
    totals = dict.fromkeys(taxonomy.ids, 0)
    missed = dict.fromkeys(taxonomy.ids, 0)
    for (right, given), count in counts.items():
        totals[right] += count
        for side in {right, given} if right != given else ():
            missed[side] += count
    worst = sorted((c for c in taxonomy.ids if totals[c] or missed[c]), key=lambda c: -missed[c])[:MOST_CATEGORIES]
    kept = [category for category in taxonomy if category.id in worst]

    def cell(right: str, given: str) -> str:
        count = counts.get((right, given), 0)
        if not count:
            return "<td></td>"
        share = count / totals[right]
        depth = 0.12 + 0.78 * share if right == given else min(0.15 + 4.25 * share, 1.0)
        title = f"{taxonomy[right].name} → {taxonomy[given].name} · {say('count')} {count:,} · {share:.1%}"
        side = "hit" if right == given else "miss"
        return f'<td class="{side}" style="--w:{100 * depth:.0f}%" title="{escape(title)}">{count}</td>'

    head = "".join(f"<th><span>{escape(category.name)}</span></th>" for category in kept)
    body = "".join(
        f"<tr><th scope=row>{escape(right.name)}</th>{''.join(cell(right.id, given.id) for given in kept)}</tr>"
        for right in kept
    )
    return f'<table class="confusion"><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table>'


def acceptance_chart(evaluation: Evaluation, say: Wording) -> str:
    """Accuracy of the surest articles against their share, with the model's own threshold as a point."""
    rows = accuracy_by_share(evaluation.answers)
    lowest = min(row["accuracy_95"][0] for row in rows)
    y = round_axis(lowest, 1.0, write_share, name=say("accepted_accuracy"))
    plot = Plot(replace(SHARES, name=say("accepted_share")), y)
    plot.band([(row["share"], row["accuracy_95"]) for row in rows], "blue")
    plot.curve([(row["share"], row["accuracy"]) for row in rows], "blue")
    ends = [0.0, *((row["share"] + after["share"]) / 2 for row, after in pairwise(rows)), 1.0]
    for row, (start, end) in zip(rows, pairwise(ends), strict=True):
        plot.box(
            (start, y.low), (end, y.high), "touch",
            f"{say('accepted_share')} {row['share']:.0%} · {say('accuracy')} {row['accuracy']:.1%} · "
            f"{say('from_probability')} {row['probability']:.3f}",
        )  # fmt: skip
    share, accuracy = evaluation.metrics["accepted_share"], evaluation.metrics["accepted_accuracy"]
    if accuracy is not None:
        title = f"{say('as_set')} · {say('accepted_share')} {share:.1%} · {say('accuracy')} {accuracy:.1%}"
        plot.dot((share, accuracy), "dot red", title, 6)
        plot.write((share, accuracy), say("as_set"), "end", -10)
    return plot.svg(say("chart_acceptance"))


def reliability_chart(answers: Answers, say: Wording) -> str:
    """How often answers of a probability are right."""
    rows = reliability(answers)
    most = max(row["articles"] for row in rows)
    plot = Plot(replace(SHARES, name=say("probability")), replace(SHARES, name=say("share_right")))
    plot.stroke((0, 0), (1, 1), "rule")
    for row in rows:
        title = (
            f"{say('probability')} {row['probability']:.1%} · {say('share_right')} {row['accuracy']:.1%} · "
            f"{say('count')} {row['articles']:,}"
        )
        x, (low, high) = row["probability"], row["accuracy_95"]
        plot.stroke((x, low), (x, high), "span blue", title)
        plot.dot((x, row["accuracy"]), "dot blue", title, max(3.0, LARGEST_DOT * sqrt(row["articles"] / most)))
    return plot.svg(say("chart_reliability"))


def slice_chart(name: str, parts: Sequence[Slice], say: Wording) -> str:
    """Accuracy of each part with its interval."""
    rows = [
        Row(
            part.name,
            f"{part.name} · {say('count')} {part.articles:,} · {say('accuracy')} {part.accuracy:.1%} · "
            f"{say('macro_f1')} {part.macro_f1:.3f} · {say('accepted_share')} {part.accepted_share:.0%}",
            (part.accuracy_95[0], part.accuracy_95[1]),
            ((part.accuracy, "dot blue"),),
        )
        for part in parts
    ]
    return draw_rows(rows, round_axis(_lowest(rows), 1.0, write_share, name=say("accuracy")), say(f"slice_{name}"))


def learning_chart(curve: LearningCurve, say: Wording) -> str:
    """Accuracy and macro-F1 by the number of labels, with what twice the labels promise."""
    points = curve.points
    first, last = points[0].labels, points[-1]
    end = 2 * last.labels if curve.doubled is not None else last.labels
    labels = sorted({point.labels for point in points} | {end})
    ticks = tuple(Tick(label, f"{label:,}") for label in labels)
    x = Axis(first, max(end, first + 1), ticks, log, name=say("axis_labels"))
    lowest = min(low for point in points for low in (point.accuracy_95[0], point.macro_f1_95[0]))
    plot = Plot(x, round_axis(lowest, 1.0, lambda value: f"{value:.2f}"))
    shown = (("accuracy", "accuracy_95", "blue"), ("macro_f1", "macro_f1_95", "red"))
    for name, spread, style in shown:
        plot.band([(point.labels, getattr(point, spread)) for point in points], style)
        plot.curve([(point.labels, getattr(point, name)) for point in points], style)
    for name, _, style in shown:
        for point in points:
            value = getattr(point, name)
            plot.dot(
                (point.labels, value), f"dot {style}", f"{say('labels')} {point.labels:,} · {say(name)} {value:.3f}"
            )
    if curve.doubled is not None:
        plot.curve([(last.labels, last.accuracy), (end, curve.doubled)], "blue broken")
        title = f"{say('labels')} {end:,} · {say('promised')} {curve.doubled:.3f}"
        plot.dot((end, curve.doubled), "ring blue", title)
    keys = legend(Part(say(name), style=style) for name, _, style in shown)
    return keys + plot.svg(say("chart_curve"))


def versus_chart(others: Sequence[Versus], say: Wording) -> str:
    """Our accuracy less each other's, with its interval."""
    rows = [
        Row(
            other.other,
            f"{say('against')} {other.other} · {say('count')} {other.articles:,} · {say('ours')} {other.ours:.1%} · "
            f"{say('theirs')} {other.theirs:.1%} · {say('p_value')} {other.p:.4f}",
            (other.difference_95[0], other.difference_95[1]),
            ((other.difference, "dot blue"),),
        )
        for other in others
    ]
    low, high = min(0.0, _lowest(rows)), max(0.0, *(row.span[1] for row in rows))
    axis = round_axis(low, high, lambda value: f"{100 * value:+g}%" if value else "0%", name=say("axis_difference"))
    return draw_rows(rows, axis, say("chart_versus"), rule=0.0)


def draw_spark(values: Sequence[float]) -> str:
    """A small line of values from 0 to 1."""
    step = 88 / max(1, len(values) - 1)
    places = [(i * step, 20 - 18 * value) for i, value in enumerate(values)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    title = " → ".join(f"{value:.2f}" for value in values)
    x, y = places[-1]
    return (
        f'<svg class="spark blue" viewBox="0 0 90 22" role="img" aria-label="{title}"><title>{title}</title>'
        f'<polyline class="line" points="{line}"/><circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="2.4"/></svg>'
    )


def _lowest(rows: Sequence[Row]) -> float:
    return min((row.span[0] for row in rows), default=0.0)
