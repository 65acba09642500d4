"""Pages made to take forever: every pattern is tried at every place, and must still end."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.errors import InputRefused
from classifier.reading import read_bytes

N = 24_000


def some(n: int) -> str:
    return "".join(random.Random(n).choices("农牧民水电路学校医院", k=n % 23 + 4))


@pytest.mark.parametrize(
    "text",
    [
        "# a\n" + "<!--" * N,
        "# a\n" + "![" * N,
        "# a\n" + "![](" * N,
        "# a\n" + "<p " * N,
        "# a\n" + "<table><tr><td>" * (N // 4),
        "# a\n" + "（" * N,
        "# a\n" + "（记者\n\n" * (N // 6),
        "# a\n" + "- " * N + "x",
        "# a " + " " * N + "b #",
        "# a\n" + "*" * N,
        "# a\n" + "__a" * N,
        "# a\n" + "$1" * N,
        "# a\n" + "[a](" * N,
        "# a\n" + "王 刚 李 敏 " * N,
        "# a\n" + ">" * N + "x",
        "# a\n" + "2026年" * N,
        "# a\n\n" + "\n\n".join(some(i) for i in range(N // 6)),
        "# a\n\n" + "\n\n".join(some(i) + "," for i in range(N // 6)),
        "# a\n\n" + "\n\n".join(f"张某{some(i)[:1]}说,{some(i)}。" for i in range(N // 6)),
        "# a\n\n" + "\n\n".join("".join(random.Random(i).choices("农牧", k=580)) + "。" for i in range(6)),
        "农牧" * N * 10,
        "- " * N,
        "\n" * N + "b",
    ],
)  # fmt: skip
def test_it_ends_soon(text: str) -> None:
    for name in ("x.md", "x.txt"):
        start = time.process_time()
        try:
            assert read_bytes(text.encode(), name)
        except InputRefused as refused:
            assert refused.name == name
        assert time.process_time() - start < 4


def test_too_many_lines_are_refused() -> None:
    with pytest.raises(InputRefused, match=r"x\.txt: has more than 100,000 lines"):
        read_bytes(b"a: b\n" * 100_001, "x.txt")


PIECES = [
    "### 小节\n",
    "## 小节\n",
    "# 题\n",
    "正文内容在这里。\n\n",
    "正文没有完\n\n",
    "__a",
    "__ ",
    "**",
    "$1",
    "\\(",
    "![",
    "[a](/",
    "<p ",
    "<b>",
    "a=b ",
    "- ",
    "> ",
    "|a|b|\n",
    "（记者",
    "(记者 张宁)\n\n",
    "□记者 张宁\n\n",
    "本报讯 近日,春播开始。\n\n",
    "通讯员:张宁/",
    "一审:张宁 ",
    "相关阅读\n\n",
    "图为现场。 张宁 摄\n\n",
    "第2版\n\n",
    "(下转第二版)\n\n",
    "(上接第一版)",
    "甲 ",
    "王 刚 ",
    "縣府",
    "3月6日",
    "新华社",
    "·",
    "张某说,",
    "===\n",
    "(张宁)\n\n",
    "青石讯 ",
    "据新华社北京3月5日电,",
    "(记者 王刚)曾报道",
    "读者 李丽\n\n",
    "＃ 题\n",
    "“",
    "\n",
]


def seconds(source: str) -> float:
    data = source.encode()
    start = time.process_time()
    try:
        read_bytes(data, "x.md")
    except InputRefused:
        pass
    return time.process_time() - start


UNITS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map("".join)
HEADS = st.sampled_from(["# a\n\n", "", "# 甲\n\n正文。\n\n"])


def grows_with_its_length(head: str, unit: str, size: int) -> bool:
    n = max(1, size // len(unit))
    small = min(seconds(head + unit * n) for _ in range(2))
    large = min(seconds(head + unit * (4 * n)) for _ in range(2))
    return large <= 8 * small + 0.2


@settings(max_examples=8, derandomize=True)
@given(HEADS, UNITS)
def test_work_grows_with_the_length(head: str, unit: str) -> None:
    assert grows_with_its_length(head, unit, 2_500)


@pytest.mark.parametrize("unit", ["·### 小节\n", "王 刚 ===\n", "甲 ### 小节\n", "### 小节\n甲 "])
def test_work_grows_with_the_length_of_a_paragraph_of_many_short_lines(unit: str) -> None:
    assert grows_with_its_length("", unit, 4_500)


def test_work_grows_with_the_length_of_a_page_on_which_many_speak() -> None:
    assert grows_with_its_length("# a\n\n", "正文内容在这里。\n\n张某说,縣府", 9_000)


@pytest.mark.slow
@settings(max_examples=120, derandomize=True)
@given(HEADS, UNITS)
def test_work_grows_with_the_length_of_many_texts(head: str, unit: str) -> None:
    assert grows_with_its_length(head, unit, 8_000)
