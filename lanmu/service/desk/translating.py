"""Sentences of the service (reasons, refusals, the gate's words) in the reader's language."""

from __future__ import annotations

import re
from functools import cache

from classifier.errors import InputRefused, LanmuError
from classifier.messages import text_of
from classifier.model.decisions import explain_reason
from lanmu.service.desk.languages import Wording, catalogue
from lanmu.service.store.refusals import Told


def reason(code: str, t: Wording) -> str:
    """Why an article is in review, as a sentence."""
    return explain_reason(code, t.language)


def translated(sentence: str, t: Wording) -> str:
    """A sentence in the reader's language; one that has no translation stays as it is.

    The section ``[sentence]`` of the messages holds the English pattern of each with its values in
    braces, and the Chinese.
    """
    if t.language == "en":
        return sentence
    for pattern, chinese in _patterns():
        if found := pattern.fullmatch(sentence):
            return chinese.format(**found.groupdict())
    return sentence


def said(error: LanmuError, t: Wording) -> str:
    """An error in the reader's language, by its code, or by its English where it has none yet."""
    if isinstance(error, InputRefused):
        return t("refused.named", name=error.name, reason=translated(text_of(error.said, t.language), t))
    return translated(error.text(t.language), t)


def reason_of(told: Told, t: Wording) -> str:
    """Why something was refused, in the reader's language."""
    return translated(told.reason(t.language), t)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    found: list[tuple[re.Pattern[str], str]] = []
    for key, texts in catalogue().items():
        if key.startswith("sentence."):
            parts = re.split(r"\{(\w+)\}", texts["en"])
            pattern = "".join(f"(?P<{part}>.+?)" if i % 2 else re.escape(part) for i, part in enumerate(parts))
            found.append((re.compile(pattern, re.DOTALL), texts["zh"]))
    return tuple(found)
