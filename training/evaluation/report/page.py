"""An evaluation as one HTML page that needs no other file and no network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from classifier.engine.scoring.python_scorer import PythonScorer
from classifier.messages import Language
from classifier.model.explanation import Piece, mark_text
from classifier.model.features import Cut
from training.chart_page import chart_page, figure
from training.evaluation.curves import confusion
from training.evaluation.evaluation import Evaluation
from training.evaluation.report import charts
from training.evaluation.versus import COMMONEST, Versus
from training.evaluation.wording import TEMPLATES, Wording, curve_sentences

SHOWN_CHARACTERS = 260
"""How much of a mistaken article is shown at once; the rest folds out."""
WEAKEST = 3
MOST_CONFUSIONS = 12
CARDS = (
    "accuracy", "macro_f1", "weighted_f1", "top2_accuracy", "accepted_share", "accepted_accuracy",
    "calibration_error", "log_loss",
)  # fmt: skip
SECTIONS = ("categories", "confusion", "acceptance", "slices", "curve", "versus", "mistakes", "words", "about")
_PERCENT = frozenset({"accuracy", "top2_accuracy", "accepted_share", "accepted_accuracy"})


def report_page(evaluation: Evaluation, language: Language = "zh") -> str:
    """The whole page: figures, charts, mistakes with their evidence, the words of each category."""
    say = Wording(language)
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True)
    taxonomy = evaluation.answers.taxonomy
    names = {category.id: category.name for category in taxonomy}
    drawn = _charts(evaluation, say)
    mistakes = list(_mistakes(evaluation, names))
    wrong = sorted({name for mistake in mistakes for name in (mistake["right"], mistake["given"])})
    body = environment.get_template("report.html").render(
        say=say,
        articles=len(evaluation.answers),
        categories=taxonomy.ids,
        kind=evaluation.answers.kind,
        summary=_summary(evaluation, say, names),
        notes=[say(key, **values) for key, values in evaluation.notes],
        contents=[(part, say(f"section_{part}")) for part in SECTIONS if drawn.get(part, True)],
        cards=list(_cards(evaluation.metrics, say)),
        charts=drawn,
        rows=list(_rows(evaluation, names)),
        sparks=evaluation.curve is not None,
        curve_lines=curve_sentences(evaluation.curve, say, names) if evaluation.curve else [],
        others=[_rival(other, say) for other in evaluation.versus],
        confusions=_confusions(evaluation, names),
        mistakes=mistakes,
        mistakes_note=Markup(
            escape(say("mistakes_note", wrong="\0", rightly="\1"))
            .replace("\0", f'<mark class="for s2">{escape(say("mark_wrong"))}</mark>')
            .replace("\1", f'<mark class="against s2">{escape(say("mark_right"))}</mark>')
        ),
        wrong_names=wrong,
        lexicon=list(_lexicon(evaluation)),
        about=list(_about(evaluation.about, say)),
    )  # fmt: skip
    only = "body:has(#only option:nth-child({}):checked) article.mistake:not(.of-{}) {{ display: none; }}\n"
    choices = "".join(only.format(i + 1, i) for i in range(1, len(wrong) + 1))
    style = (TEMPLATES / "report.css").read_text("utf-8") + choices
    return chart_page(say("title"), body, language="zh-CN" if language == "zh" else "en", style=style)


def _summary(evaluation: Evaluation, say: Wording, names: Mapping[str, str]) -> list[str]:
    metrics = evaluation.metrics
    low, high = metrics["accuracy_95"]
    said = [
        say("summary_right", accuracy=_percent(metrics["accuracy"]), n=f"{len(evaluation.answers):,}",
            low=_percent(low), high=_percent(high))
    ]  # fmt: skip
    if metrics["accepted_accuracy"] is None:
        said.append(say("summary_none_accepted"))
    else:
        share, accuracy = _percent(metrics["accepted_share"]), _percent(metrics["accepted_accuracy"])
        said.append(say("summary_accepted", share=share, accuracy=accuracy))
    weakest = sorted(metrics["categories"], key=lambda c: metrics["categories"][c]["f1"])[:WEAKEST]
    said.append(say("summary_weakest", names=say.listed([names[category] for category in weakest])))
    if told := evaluation.latest:
        low, high = told["accuracy_95"]
        said.append(
            say("summary_ahead", since=told["since"], accuracy=_percent(told["accuracy"]), n=f"{told['articles']:,}",
                low=_percent(low), high=_percent(high))
        )  # fmt: skip
    for other in evaluation.versus:
        if other.other == evaluation.about.get("champion"):
            difference = f"{100 * other.difference:+.1f}%"
            said.append(
                say(
                    "summary_champion",
                    name=other.other,
                    difference=difference,
                    n=f"{other.articles:,}",
                    verdict=say(other.verdict),
                )
            )
    return said


def _cards(metrics: Mapping[str, Any], say: Wording) -> Iterable[tuple[str, str, str]]:
    for name in CARDS:
        shown = _percent if name in _PERCENT else _plain
        low, high = metrics[f"{name}_95"]
        spread = "" if low is None else f"{shown(low)} – {shown(high)}"
        yield "–" if metrics[name] is None else shown(metrics[name]), say(name), spread


def _charts(evaluation: Evaluation, say: Wording) -> dict[str, Any]:
    def shown(name: str, chart: str) -> Markup:
        return Markup(figure(say(f"chart_{name}"), chart, say(f"chart_{name}_note")))

    answers = evaluation.answers
    rivals = [
        other for other in evaluation.versus if other.other != COMMONEST
    ]  # so far behind that it would squeeze all
    return {
        "categories": shown("f1", charts.category_chart(evaluation, say)),
        "confusion": shown("confusion", charts.confusion_table(answers, say)),
        "acceptance": shown("acceptance", charts.acceptance_chart(evaluation, say)),
        "reliability": shown("reliability", charts.reliability_chart(answers, say)),
        "slices": [
            Markup(figure(say(f"slice_{name}"), charts.slice_chart(name, parts, say)))
            for name, parts in evaluation.slices.items()
            if len(parts) > 1
        ],
        "curve": shown("curve", charts.learning_chart(evaluation.curve, say)) if evaluation.curve else "",
        "versus": shown("versus", charts.versus_chart(rivals, say)) if rivals else "",
    }


def _rows(evaluation: Evaluation, names: Mapping[str, str]) -> Iterable[dict[str, Any]]:
    colours = {category.id: category.colour for category in evaluation.answers.taxonomy}
    for category, row in evaluation.metrics["categories"].items():
        points = [point.f1.get(category, 0.0) for point in evaluation.curve.points] if evaluation.curve else []
        yield {
            **row,
            "name": names[category],
            "colour": colours[category],
            "spread": " – ".join(f"{bound:.3f}" for bound in row["f1_95"]),
            "spark": Markup(charts.draw_spark(points)) if points else "",
        }


def _confusions(evaluation: Evaluation, names: Mapping[str, str]) -> list[tuple[str, str, int]]:
    wrong = [row for row in confusion(evaluation.answers) if row["right"] != row["given"]]
    wrong.sort(key=lambda row: -row["count"])
    return [(names[row["right"]], names[row["given"]], row["count"]) for row in wrong[:MOST_CONFUSIONS]]


def _mistakes(evaluation: Evaluation, names: Mapping[str, str]) -> Iterable[dict[str, Any]]:
    answers = evaluation.answers
    cuts: dict[int, Cut] = {}
    for mistake in evaluation.mistakes:
        by = int(answers.by[mistake.index])
        weights = answers.models[by]
        cut = cuts.setdefault(by, PythonScorer(weights).cut)
        strongest = max((abs(word.weight) for word in mistake.evidence), default=1.0)
        words = {
            field: {word.word: word.weight / strongest for word in mistake.evidence if word.field == field}
            for field in ("title", "text")
        }
        text, fold = answers.examples.texts[mistake.index].strip(), weights.table.fold
        start, rest = _split_pieces(mark_text(text, words["text"], cut, fold), SHOWN_CHARACTERS)
        title = mark_text(mistake.title or text[:24], words["title" if mistake.title else "text"], cut, fold)
        yield {
            "title": Markup(_html(title, strongest)),
            "meta": " · ".join(part for part in (mistake.id, mistake.date, mistake.source) if part),
            "right": names[mistake.right],
            "given": names[mistake.given],
            "probability": f"{mistake.probability:.0%}",
            "right_probability": f"{mistake.right_probability:.0%}",
            "accepted": mistake.accepted,
            "start": Markup(_html(start, strongest).rstrip() + ("…" if rest else "")),
            "rest": Markup(_html(rest, strongest)),
            "evidence": [(_show_word(e.word), e.weight, e.field == "title") for e in mistake.evidence],
        }


def _split_pieces(pieces: Sequence[Piece], characters: int) -> tuple[list[Piece], list[Piece]]:
    start: list[Piece] = []
    room = characters
    for i, piece in enumerate(pieces):
        if len(piece.text) > room + 40:
            cut = max(0, room)
            rest = [Piece(piece.text[cut:], piece.weight), *pieces[i + 1 :]]
            return [*start, Piece(piece.text[:cut], piece.weight)], rest
        start.append(piece)
        room -= len(piece.text)
        if room <= 0:
            return start, list(pieces[i + 1 :])
    return start, []


def _html(pieces: Iterable[Piece], strongest: float) -> str:
    return "".join(
        f'<mark class="{piece.side} s{piece.strength}" title="{piece.weight * strongest:+.2f}">'
        f"{escape(piece.text)}</mark>"
        if piece.weight
        else escape(piece.text)
        for piece in pieces
    )


def _lexicon(evaluation: Evaluation) -> Iterable[dict[str, Any]]:
    for category in evaluation.answers.taxonomy:
        words = evaluation.words.get(category.id)
        if words:
            strongest = words[0][1]
            sized = [(_show_word(word), f"{0.82 + 0.58 * (weight / strongest) ** 0.5:.2f}") for word, weight in words]
            yield {"name": category.name, "colour": category.colour, "words": sized}


def _about(about: Mapping[str, Any], say: Wording) -> Iterable[tuple[str, str]]:
    for key in ("labels", "checksum", "unlabelled", "model", "version", "options"):
        if value := about.get(key):
            shown = ", ".join(f"{n} {v}" for n, v in _flat(value)) if isinstance(value, dict) else str(value)
            yield say(f"about_{key}"), shown


def _flat(record: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _flat(value)
        elif value not in ([], (), ""):
            yield name, value


def _rival(other: Versus, say: Wording) -> dict[str, Any]:
    return {
        "name": say("commonest_category") if other.other == COMMONEST else other.other,
        "articles": other.articles,
        "ours": other.ours,
        "theirs": other.theirs,
        "won": other.won,
        "lost": other.lost,
        "p": f"{other.p:.4f}" if other.p >= 1e-4 else "< 0.0001",
        "verdict": say(other.verdict),
    }


def _show_word(word: str) -> str:
    return word.replace(" ", "+")


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def _plain(value: float) -> str:
    return f"{value:.3f}"
