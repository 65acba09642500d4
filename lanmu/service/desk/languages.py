"""Chinese and English: the messages of the pages, and how days and times are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final, get_args

from classifier.article import Article
from classifier.errors import InputRefused, LanmuError
from classifier.messages import Language, join, read_catalogue, text_of
from classifier.model.decisions import explain_reason
from classifier.reading.doubts import explain_doubt

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
HTML_NAMES: Final[Mapping[Language, str]] = {"zh": "zh-Hans", "en": "en"}
MESSAGES = Path(__file__).parent / "messages.toml"
_WEEKDAYS: Final[Mapping[Language, tuple[str, ...]]] = {
    "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Every message by its key (``section.name``), in every language."""
    return read_catalogue(MESSAGES)


@dataclass(frozen=True, slots=True)
class Wording:
    """Messages in one language: ``wording("review.accept")``; values go in by name."""

    language: Language

    def __call__(self, key: str, /, **values: object) -> str:
        shown = {name: f"{v:,}" if isinstance(v, int) and not isinstance(v, bool) else v for name, v in values.items()}
        return catalogue()[key][self.language].format(**shown)

    def has(self, key: str) -> bool:
        return key in catalogue()

    def reason(self, code: str) -> str:
        """Why an article is in review, as a sentence."""
        return explain_reason(code, self.language)

    def doubts(self, article: Article) -> str:
        """What reading was not sure of; empty where it was sure of everything."""
        return text_of(join([explain_doubt(told, self.language) for told in article.uncertain]), self.language)

    def error(self, error: LanmuError) -> str:
        """An error in this language; of a file that is refused, with its name as a title."""
        if isinstance(error, InputRefused):
            return self("refused.named", name=error.name, reason=text_of(error.said, self.language))
        return error.text(self.language)

    def day(self, day: str | date) -> str:
        """A day with its weekday, such as 2026年3月2日 星期一; what is no day stays as it is."""
        try:
            d = date.fromisoformat(day) if isinstance(day, str) else day
        except ValueError:
            return str(day)
        weekday = _WEEKDAYS[self.language][d.weekday()]
        if self.language == "zh":
            return f"{d.year}年{d.month}月{d.day}日 {weekday}"
        return f"{weekday}, {d.day} {_MONTHS[d.month - 1]} {d.year}"

    def short_day(self, day: str) -> str:
        """A day without the year, or a month with it; what is neither stays as it is."""
        parts = [int(part) for part in day.split("-") if part.isdecimal()]
        if len(parts) not in (2, 3) or not 1 <= parts[1] <= 12:
            return day
        if self.language == "zh":
            return f"{parts[0]}年{parts[1]}月" if len(parts) == 2 else f"{parts[1]}月{parts[2]}日"
        month = _MONTHS[parts[1] - 1][:3]
        return f"{month} {parts[0]}" if len(parts) == 2 else f"{parts[2]} {month}"

    def moment(self, at: datetime) -> str:
        """A time in the server's zone, to the minute; with its year where that is another than this one."""
        local = at.astimezone()
        another_year = local.year != datetime.now().astimezone().year
        if self.language == "zh":
            year = f"{local.year}年" if another_year else ""
            return f"{year}{local.month}月{local.day}日 {local:%H:%M}"
        year = f" {local.year}" if another_year else ""
        return f"{local.day} {_MONTHS[local.month - 1][:3]}{year} {local:%H:%M}"


def chosen_language(cookie: str, accepted: str) -> Language:
    """The language of a cookie, else the first we have of an Accept-Language header, else Chinese."""
    names = (cookie, *re.findall(r"[A-Za-z]+", accepted[:200].replace(";q", "")))
    return next((known for name in names for known in LANGUAGES if name.lower() == known), "zh")
