"""Articles that a counter may stumble over, written here, and strange strings from a seed."""

from __future__ import annotations

from classifier.columns import TextColumn
from tests.segmentation.strange_texts import strange_texts
from tests.small_model import SENTENCES

WRITTEN: tuple[tuple[str, str], ...] = (
    *(pair for pairs in SENTENCES.values() for pair in pairs),
    ("采棉机开进晚熟棉田", "棉田里,采棉机轰鸣,合作社的农户把籽棉装上车。籽棉籽棉,收购价一公斤七块二。" * 3),
    ("縣籃球聯賽落幕", "決賽打滿四節,\n\n城關鎮隊奪得冠軍。"),
    ("", "医生给老人量血压,患者第二天就能下床。"),
    ("只有标题的一篇", ""),
    ("", ""),
    ("   \n", "\u3000\u200b"),
    ("ＡＢＣ hello 3.14", "see you at the 医院, 2026年3月! é ß İ ㄅ 𠮷野家 😀" + "农" * 2000),
    ("2026 100% A股", "3.14 + 2.72 = 5.86; C++、C#、T恤、5G\r\n下一行"),
    ("的的的的的的", "的" * 5000),
    ("\ud800\udfff", "半个代理\ud83d字符\ude00"),
)


def strange_articles(seed: int, count: int) -> list[tuple[str, str]]:
    """Strange titles and bodies."""
    return list(zip(strange_texts(seed, count, 3), strange_texts(seed + 1, count, 12), strict=True))


def columns(articles: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> tuple[TextColumn, TextColumn]:
    return TextColumn.from_strings([a for a, _ in articles]), TextColumn.from_strings([b for _, b in articles])
