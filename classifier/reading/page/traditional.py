"""Traditional characters read as simplified ones, one for one, so that one set of patterns knows both."""

from __future__ import annotations

from functools import cache

from classifier.reading.patterns import pattern

TELLING = pattern(
    "[來個們傳價億劃劉動務勝勞區參吳員問單國圍園圖團報場孫學實將專對導師廠廣張後從應據攝敗時書會東楊業樂標樣樹橋機灣為無獎獲現產當發稅種紙級組結經綜編縣總織義習聞聯臺與華萬藥蘇處號術衛見視觀計訊記設話說調請"
    "護讀讓財貧貨責費資賽趙車軍輯轉農這進運過還鄉醫銷錢鎮長門開間關陰陳陸陽隊階際離難電響頁領頭頻題願類顯風飛馬體黃點]"
)


def simplify(text: str) -> str:
    """``text`` with simplified characters, as long as it was: each character stays in its place."""
    return text.translate(_table()) if TELLING.search(text) else text


@cache
def _table() -> dict[int, str]:
    """Every traditional character with its simplified one, by OpenCC; built when the first is met (30 ms)."""
    from opencc import OpenCC

    han = [chr(code) for code in range(0x3400, 0xA000)]
    plain = OpenCC("t2s").convert("\n".join(han)).split("\n")
    return {ord(a): b for a, b in zip(han, plain, strict=True) if a != b and len(b) == 1}
