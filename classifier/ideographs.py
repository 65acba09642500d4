"""Characters that only look like plain Han: radicals and compatibility ideographs, of which many PDFs are full."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_KANGXI, _COMPATIBLE = range(0x2F00, 0x2FD6), (range(0xF900, 0xFB00), range(0x2F800, 0x2FA1E))
# Unicode's Equivalent Unified Ideographs of the CJK radicals supplement; NFKC knows only two of them.
_RADICALS = (
    "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺒巳⺓幺⺔彑⺕彐⺖忄⺗㣺⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺟母⺠民⺡氵⺢氺⺣灬⺤爫⺥爫"
    "⺦丬⺧牛⺨犭⺩王⺫目⺬示⺭礻⺮竹⺯糹⺰纟⺱罓⺲罒⺳㓁⺶羊⺸羋⺹耂⺺肀⺼月⺽臼⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻈讠⻉贝⻋车⻌辶⻍辶⻎辶"
    "⻏邑⻐钅⻑長⻒镸⻓长⻔门⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻟飠⻠饣⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
)
_ANY = re.compile("[\u2e80-\u2fd5\uf900-\ufaff\U0002f800-\U0002fa1d]")


def plain_ideographs(text: str) -> str:
    """``text`` with each such character as the plain one (⼈⼤ becomes 人大); as long as it was."""
    return text.translate(plain_codes()) if _ANY.search(text) else text


@cache
def plain_codes() -> dict[int, int]:
    """The code point of each such character, and that of the plain one."""
    codes = {ord(a): ord(b) for a, b in zip(_RADICALS[::2], _RADICALS[1::2], strict=True)}
    for codes_of_block in (_KANGXI, *_COMPATIBLE):
        for code in codes_of_block:
            plain = unicodedata.normalize("NFKC", chr(code))
            if len(plain) == 1 and ord(plain) != code:
                codes[code] = ord(plain)
    for code in (0x2E9F, 0x2EF3):
        codes[code] = ord(unicodedata.normalize("NFKC", chr(code)))
    return codes
