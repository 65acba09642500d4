"""What patterns of newspaper text are made of: expressions compiled at first use, punctuation, and characters.

Punctuation is as newspapers print it and OCR leaves it: full-width and half-width side by side.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, cast


class _Later:
    """Stands for a ``re.Pattern`` until one of its methods is wanted; from then on it has that pattern's methods."""

    def __init__(self, source: str, flags: int) -> None:
        self.pattern = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        attribute = self.__dict__[name] = getattr(re.compile(self.pattern, self._flags), name)
        return attribute


def pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """As ``re.compile``; a mistake in ``source`` shows at the first use."""
    return cast(re.Pattern[str], _Later(source, flags))


OPENING_BRACKETS = "(\uff08\u3014[\u3010\u3008<\uff3b"
CLOSING_BRACKETS = ")\uff09\u3015]\u3011\u3009>\uff3d"
COMMA, STOP, COLON, SEMICOLON = ",\uff0c", "\u3002", ":\uff1a", ";\uff1b"
QUESTION, EXCLAMATION, PAUSE, ELLIPSIS = "?\uff1f", "!\uff01", "\u3001", "\u2026"
SLASH = "/\uff0f"
OPENING_QUOTES = "\u201c\u2018\u300a\u300c\u300e\u300c"
CLOSING_QUOTES = "\u201d\u2019\u300b\u300d\u300f"
ENDS = STOP + QUESTION + EXCLAMATION + ELLIPSIS
"""What ends a sentence."""
CLOSERS = CLOSING_QUOTES + CLOSING_BRACKETS + "\"'"
PAIRS = {")": "(", "\uff09": "\uff08", "\u201d": "\u201c", "\u300b": "\u300a", "\u3011": "\u3010", "\u300d": "\u300c"}
HAN = r"[^\W\dA-Za-z_]"
"""A regular expression for one Han character.

It is any letter but A to Z: a range of Han characters would cost a millisecond at each place where
it is compiled, which a cold start feels.
"""


def any_of(characters: str) -> str:
    """A regular expression class of these characters."""
    return "[" + "".join(re.escape(c) for c in characters) + "]"


def none_of(characters: str) -> str:
    """A regular expression class of all but these characters."""
    return "[^" + any_of(characters)[1:]


OPEN, CLOSE = any_of(OPENING_BRACKETS), any_of(CLOSING_BRACKETS)


TELLING = pattern(
    "[來個們傳價億劃劉動務勝勞區參吳員問單國圍園圖團報場孫學實將專對導師廠廣張後從應據攝敗時書會東楊業樂標樣樹橋機灣為無獎獲現產當發稅種紙級組結經綜編縣總織義習聞聯臺與華萬藥蘇處號術衛見視觀計訊記設話說調請"
    "護讀讓財貧貨責費資賽趙車軍輯轉農這進運過還鄉醫銷錢鎮長門開間關陰陳陸陽隊階際離難電響頁領頭頻題願類顯風飛馬體黃點]"
)


def simplify(text: str) -> str:
    """``text`` with simplified characters, one for one, so that one set of patterns knows both."""
    return text.translate(_table()) if TELLING.search(text) else text


@cache
def _table() -> dict[int, str]:
    """Every traditional character with its simplified one, by OpenCC; built when the first is met (30 ms)."""
    from opencc import OpenCC

    han = [chr(code) for code in range(0x3400, 0xA000)]
    plain = OpenCC("t2s").convert("\n".join(han)).split("\n")
    return {ord(a): b for a, b in zip(han, plain, strict=True) if a != b and len(b) == 1}
