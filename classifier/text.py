"""Normalisation: width, case, Traditional → Simplified, white space; one table, the same everywhere."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WIDE = 0x2E80
"""From this code point on, characters are written without spaces between words (CJK)."""

DELETED = 0
SPACE = 0x20
LINE_BREAK = 0x0A
_INVISIBLE = frozenset([0x00AD, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF])
_LINE_BREAKS = frozenset([0x0A, 0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029])
_KANGXI, _COMPATIBLE = range(0x2F00, 0x2FD6), (range(0xF900, 0xFB00), range(0x2F800, 0x2FA1E))
# Unicode's Equivalent Unified Ideographs of the CJK radicals supplement; NFKC knows only two of them.
_RADICALS = (
    "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺒巳⺓幺⺔彑⺕彐⺖忄⺗㣺⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺟母⺠民⺡氵⺢氺⺣灬⺤爫⺥爫"
    "⺦丬⺧牛⺨犭⺩王⺫目⺬示⺭礻⺮竹⺯糹⺰纟⺱罓⺲罒⺳㓁⺶羊⺸羋⺹耂⺺肀⺼月⺽臼⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻈讠⻉贝⻋车⻌辶⻍辶⻎辶"
    "⻏邑⻐钅⻑長⻒镸⻓长⻔门⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻟飠⻠饣⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
)
_LOOK_ALIKE = re.compile("[\u2e80-\u2fd5\uf900-\ufaff\U0002f800-\U0002fa1d]")


@dataclass(frozen=True)
class CharacterTable:
    """What becomes of each character of the basic plane; it travels with a model.

    ``fold`` uint16[65536]: the character it becomes; 0 deletes it, 0x20 is white space, 0x0A a line
    break.  ``is_word`` uint8[65536]: 1 for letters, digits and Han, after folding.  Characters
    beyond the basic plane stay as they are; from U+20000 on they are word characters.
    """

    fold: NDArray[np.uint16]
    is_word: NDArray[np.uint8]


@cache
def character_table() -> CharacterTable:
    """Build the table from Unicode's data and OpenCC's Traditional → Simplified list (0.1 s, needs opencc)."""
    import numpy as np
    from opencc import OpenCC

    fold = np.arange(65536, dtype=np.uint16)
    simplify = OpenCC("t2s").convert
    for code in range(65536):
        fold[code] = _fold_code(code, simplify)
    is_word = np.zeros(65536, np.uint8)
    for code in range(65536):
        is_word[code] = not 0xD800 <= code <= 0xDFFF and chr(code).isalnum()
    return CharacterTable(fold, is_word)


VISIBLE_SPACE = 0xB7


def with_signs(table: CharacterTable) -> CharacterTable:
    """The table with punctuation, symbols and spaces as word characters: in headlines they tell topics apart.

    A space becomes a middle dot; line breaks stay.
    """
    import numpy as np

    fold = np.where(table.fold == SPACE, np.uint16(VISIBLE_SPACE), table.fold)
    is_word = table.is_word.copy()
    is_word[np.setdiff1d(fold, [DELETED, LINE_BREAK, 0xFFFD])] = 1
    return CharacterTable(fold, is_word)


def _fold_code(code: int, simplify: object) -> int:
    if code in _INVISIBLE:
        return DELETED
    if code in _LINE_BREAKS:
        return LINE_BREAK
    if 0xD800 <= code <= 0xDFFF:
        return 0xFFFD
    character = chr(code)
    if character.isspace() or unicodedata.category(character) == "Cc":
        return SPACE
    for step in (plain_ideographs, _narrow, str.lower, simplify):
        changed = step(character)  # type: ignore[operator]
        if len(changed) == 1 and 0x20 < ord(changed) <= 0xFFFF:
            character = changed
    return ord(character)


def _narrow(character: str) -> str:
    return unicodedata.normalize("NFKC", character) if 0xFF01 <= ord(character) <= 0xFFEE else character


def plain_ideographs(text: str) -> str:
    """``text`` with radicals and compatibility ideographs as plain characters (⼈⼤ as 人大), one for one."""
    return text.translate(plain_codes()) if _LOOK_ALIKE.search(text) else text


@cache
def plain_codes() -> dict[int, int]:
    """The code point of each radical and compatibility ideograph, and that of the plain one."""
    codes = {ord(a): ord(b) for a, b in zip(_RADICALS[::2], _RADICALS[1::2], strict=True)}
    for codes_of_block in (_KANGXI, *_COMPATIBLE):
        for code in codes_of_block:
            plain = unicodedata.normalize("NFKC", chr(code))
            if len(plain) == 1 and ord(plain) != code:
                codes[code] = ord(plain)
    for code in (0x2E9F, 0x2EF3):
        codes[code] = ord(unicodedata.normalize("NFKC", chr(code)))
    return codes


def with_plain_ideographs(table: CharacterTable) -> CharacterTable:
    """The table of a model made before radicals and compatibility ideographs were folded, so that it folds them too.

    Such a character becomes what the table makes of the plain one; for all other text nothing changes.
    """
    codes = {a: b for a, b in plain_codes().items() if max(a, b) <= 0xFFFF and table.fold[a] == a}
    if not codes:
        return table
    fold = table.fold.copy()
    fold[list(codes)] = table.fold[list(codes.values())]
    return CharacterTable(fold, table.is_word)


class _Folding(dict[int, int | None]):
    """A fold as ``str.translate`` takes it, filled as characters turn up."""

    def __init__(self, fold: NDArray[np.uint16]) -> None:
        super().__init__()
        self.fold = fold
        self.item = memoryview(fold).__getitem__  # type: ignore[arg-type]

    def __missing__(self, code: int) -> int | None:
        if code > 0xFFFF:
            return code
        self[code] = self.item(code) or None
        return self[code]


_foldings: dict[int, _Folding] = {}
_MOST_FOLDINGS = 8


def _folding(fold: NDArray[np.uint16]) -> _Folding:
    folding = _foldings.get(id(fold))
    if folding is None or folding.fold is not fold:
        if len(_foldings) >= _MOST_FOLDINGS:
            _foldings.clear()
        folding = _foldings[id(fold)] = _Folding(fold)
    return folding


def normalise(text: str, fold: NDArray[np.uint16]) -> str:
    """The text as words are cut from it.

    Each character goes through ``fold``; then a run of white space becomes one space, or nothing
    where it holds a line break and stands between two wide characters (a line broken in the middle
    of a word), and ends are stripped.
    """
    return _WHITE.sub(_space, text.translate(_folding(fold)).strip(" \n"))


def is_blank(text: str, fold: NDArray[np.uint16]) -> bool:
    """Whether nothing is left of a text once it is normalised; told by its first character that is left."""
    blank = (None, ord(" "), ord("\n"))
    folding = _folding(fold)
    return all(folding[ord(character)] in blank for character in text)


_WHITE = re.compile("[ \n]+")


def _space(match: re.Match[str]) -> str:
    if match[0] == " ":
        return " "
    text, (start, stop) = match.string, match.span()
    broken = "\n" in match[0] and ord(text[start - 1]) >= WIDE and ord(text[stop]) >= WIDE
    return "" if broken else " "


def is_word(token: str, table: NDArray[np.uint8]) -> bool:
    """Whether a token holds a letter, digit or Han character (punctuation and space do not)."""
    return any(code >= 0x20000 if (code := ord(character)) > 0xFFFF else table[code] for character in token)


def is_neutral(token: str) -> bool:
    """A number: a feature like any other, but it says nothing of how familiar a text is."""
    return all("0" <= character <= "9" or character in "+#&._%-" for character in token)
