"""Strings that a segmenter may stumble over, made at random from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random

HAN = range(0x4E00, 0x9FD6)
SPACES = "  \t\n\r\v\f\x1c\x85\u00a0\u2003\u2028\u3000"
MARKS = "+#&._%-"
CONTROLS = "\x00\x01\x07\x1b\x7f\u200b\u200d\ufeff\u202e\ufffd\uffff"
PUNCTUATION = ",。!?、;:“”‘’《》()…—·!?,:;()[]{}\"'/\\|@$^*=~`<>"
NEARLY_HAN = "\u4dff\u9fd6\u9fff\u3400\u4db5\uf900\u3007\u3005\u2e80"
LATIN = [
    "T恤",
    "A股",
    "5G",
    "3D",
    "AA制",
    "卡拉OK",
    "c++",
    "C#",
    "B超",
    "3.14",
    "99%",
    "12.5%",
    "1.2.3",
    "v2.0",
    "a.b",
    "e-mail",
    "_x_",
    "iPhone",
    "ＡＢ",
    "é",
    "ß",
    "İ",
]
SENTENCES = (
    "中国人民银行昨日宣布下调存款准备金率,市场普遍预期流动性将更加充裕。",
    "结婚的和尚未结婚的都要先到民政局登记,南京市长江大桥上挤满了研究生命起源的人。",
    "他来到了网易杭研大厦,小明硕士毕业于中国科学院计算所,后在日本京都大学深造。",
    "乒乓球拍卖完了,羽毛球拍还有二十三副,欧阳建国和阿依古丽在布尔津县冲乎尔镇买了两副。",
)


@cache
def dictionary_words() -> tuple[str, ...]:
    from classifier.engine.words.dictionary import jieba_tokenizer

    with jieba_tokenizer(()) as tokenizer:
        return tuple(word for word, frequency in tokenizer.FREQ.items() if frequency)


def piece(random: Random) -> str:
    """One piece of a strange text."""
    kind = random.randrange(15)
    words = dictionary_words()
    if kind < 4:
        return "".join(random.choice(words) for _ in range(random.randint(1, 5)))
    if kind < 6:
        sentence = random.choice(SENTENCES)
        start = random.randrange(len(sentence))
        return sentence[start : start + random.randint(1, 20)]
    if kind == 6:
        return "".join(chr(random.choice(HAN)) for _ in range(random.randint(1, 12)))
    if kind == 7:
        return "".join(random.choice("的一是在不了有和人这中大为上个国我以要他") for _ in range(random.randint(1, 8)))
    if kind == 8:
        return "".join(random.choice(MARKS + "a1.Z9%") for _ in range(random.randint(1, 8)))
    if kind == 9:
        return random.choice(LATIN)
    if kind == 10:
        return "".join(random.choice(SPACES) for _ in range(random.randint(1, 4)))
    if kind == 11:
        return "".join(random.choice(PUNCTUATION + CONTROLS) for _ in range(random.randint(1, 3)))
    if kind == 12:
        return "".join(chr(random.randrange(0x110000)) for _ in range(random.randint(1, 3)))
    if kind == 13:
        return random.choice(
            ["\r\n", "\r\r\n", "\ud800", "\udfff", "\ud83d\ude00", "𠀀", "😀", "👨‍👩‍👧", "𝐀", *NEARLY_HAN]
        )
    word = random.choice(words)
    return word[: random.randint(1, len(word))] + random.choice(words)[-1:]


def strange_texts(seed: int, number: int, longest: int = 8) -> Iterator[str]:
    """``number`` texts of up to ``longest`` pieces; one in a thousand is a long run of unknown Han."""
    random = Random(seed)
    for _ in range(number):
        if random.randrange(1000) == 0:
            yield "".join(chr(random.choice(HAN)) for _ in range(random.randint(500, 3000)))
        else:
            yield "".join(piece(random) for _ in range(random.randint(0, longest)))
