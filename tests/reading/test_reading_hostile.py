"""Pages made to take forever: every pattern is tried at every place, and must still end."""

from __future__ import annotations

import random

import pytest

from classifier.errors import InputRefused
from classifier.reading import read_bytes

N = 60_000


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
def test_it_ends(text: str) -> None:
    for name in ("x.md", "x.txt"):
        try:
            assert read_bytes(text.encode(), name)
        except InputRefused as refused:
            assert refused.name == name


def test_too_many_lines_are_refused() -> None:
    with pytest.raises(InputRefused, match=r"x\.txt: has more than 100,000 lines"):
        read_bytes(b"a: b\n" * 100_001, "x.txt")
