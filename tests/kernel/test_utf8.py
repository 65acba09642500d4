"""The compiled check of UTF-8 against Python's decoder, wherever bytes lie."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from classifier.columns import TextColumn
from classifier.engine.scoring.utf8 import is_utf8

CHARACTERS = ["a", "\x7f", "é", "\u07ff", "\u0800", "好", "\ud7ff", "\ue000", "\U00010000", "😀", "\U0010ffff"]
BYTES = bytes.fromhex("00 20 80 8f 90 9f a0 bf c0 c1 c2 df e0 ed ef f0 f4 f5 ff")


def column(texts: list[bytes], shift: int = 0) -> TextColumn:
    """The texts back to back, the first ``shift`` bytes from the beginning of their buffer."""
    data = np.frombuffer(b"\xff" * shift + b"".join(texts) + b"\xbf", np.uint8)
    return TextColumn(data, np.cumsum([shift, *map(len, texts)]).astype(np.int64))


def decodes(texts: list[bytes]) -> bool:
    try:
        for text in texts:
            text.decode()
    except UnicodeDecodeError:
        return False
    return True


@settings(max_examples=500, deadline=None)  # the first example loads the compiled code
@given(st.lists(st.binary(max_size=12) | st.text(max_size=9).map(str.encode), max_size=5), st.integers(0, 9))
@example([], 3)
@example(["好".encode()[:2], "好".encode()[2:]], 0)
@example([b"", "好".encode()[:1]], 1)
def test_what_python_decodes_is_utf8(texts: list[bytes], shift: int) -> None:
    assert is_utf8(column(texts, shift)) == decodes(texts)


def test_every_beginning_of_a_character() -> None:
    for first in range(256):
        for second in range(0x70, 0xD0):
            for rest in (b"", b"\x80", b"\x80\x80"):
                text = bytes([first, second]) + rest
                assert is_utf8(column([text])) == decodes([text]), text


def test_one_wrong_byte_among_many() -> None:
    chance = random.Random(1)
    found = {True: 0, False: 0}
    for _ in range(3000):
        text = bytearray("".join(chance.choices(CHARACTERS, k=40)).encode())
        text[chance.randrange(len(text))] = chance.choice(BYTES)
        right = decodes([bytes(text)])
        assert is_utf8(column([bytes(text)], chance.randrange(8))) == right
        found[right] += 1
    assert min(found.values()) > 20


def test_offsets_that_lead_astray() -> None:
    data = np.frombuffer("今天下雨".encode(), np.uint8)
    for offsets in ([0, 13], [-3, 12], [9, 3]):
        assert not is_utf8(TextColumn(data, np.array(offsets, np.int64)))
    assert is_utf8(TextColumn(data, np.array([3, 3, 9], np.int64)))
    assert is_utf8(TextColumn(data[:0], np.array([0], np.int64)))
