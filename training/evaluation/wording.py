"""The words of tables and pages, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classifier.messages import Language
from classifier.messages import say as message

if TYPE_CHECKING:
    from training.evaluation.learning_curve import LearningCurve


TEMPLATES = Path(__file__).with_name("templates")


WORTH = 0.01
"""A gain in accuracy from which labelling more is called worth it."""


@dataclass(frozen=True)
class Wording:
    """``wording("accuracy")`` is that phrase of a section of the catalogue, ``{name}`` in it filled in."""

    language: Language = "zh"
    section: str = "report"

    def __call__(self, key: str, **values: Any) -> str:
        return message(f"{self.section}.{key}", **values).text(self.language)

    def listed(self, names: list[str]) -> str:
        """Names in a row, as the language puts them."""
        return "、".join(names) if self.language == "zh" else ", ".join(names)


def curve_sentences(curve: LearningCurve, say: Wording, names: Mapping[str, str]) -> list[str]:
    """What a learning curve says of labelling more."""
    said: list[str] = []
    if curve.doubled is not None and curve.gain is not None:
        key = "curve_more" if curve.gain >= WORTH else "curve_enough"
        said.append(say(key, accuracy=f"{100 * curve.doubled:.1f}%", gain=f"{100 * curve.gain:+.1f}%"))
    if curve.wishes:
        said.append(say("curve_wishes", names=say.listed([names[category] for category in curve.wishes])))
    return said
