"""Bytes → text: UTF-8, UTF-16, UTF-32, GB18030 or Big5, found by what the bytes say."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from classifier.errors import InputRefused
from classifier.reading.patterns import pattern

MAX_BROKEN_SHARE = 0.005
_SAMPLE_CHARS = 20_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_MAGIC = (
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a zip, docx or xlsx file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel file"),
    (b"PAR1", "a Parquet file"),
    (b"\x7fELF", "a program"),
    (b"7z\xbc\xaf", "a 7z file"),
    (b"Rar!", "a RAR file"),
    (b"SQLite format 3", "an SQLite file"),
)
_CONTROL = pattern(r"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
_HAN = r"[\u3400-\u4dbf\u4e00-\u9fff]"
_ORDINARY = (
    r"[\t\n\r\f\x0b\x1a\x20-\x7e\u00b7\u2010-\u2027\u2030-\u203b\u2160-\u217f\u2190-\u21ff\u2460-\u24ff\u2500-\u25ff"
    r"\u2600-\u26ff\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef\u0400-\u045f\ufe30-\ufe4f]"
)
_THREE_BYTES = pattern(r"[^\x00-\u07ff]")
"""A character that UTF-8 writes in three bytes or four."""
_SUPPORTED = "UTF-8, UTF-16, GB18030 and Big5 are understood"


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with the encoding it was in and how many characters could not be read (now U+FFFD)."""

    text: str
    encoding: str
    broken: int = 0


def decode(data: bytes, name: str, encoding: str = "") -> Decoded:
    """Decode ``data`` with ``encoding``, or with the one its bytes speak for.

    A few broken characters (at most 0.5 %) are let through as U+FFFD and counted.  Raises
    InputRefused for empty input, binary data, and text in no known encoding.
    """
    if not data.strip(b" \t\r\n\f\0"):
        raise InputRefused(name, "is empty; there is nothing to read")
    decoded = _as_told(data, name, encoding) if encoding else _detected(data, name)
    if not decoded.text.strip("\ufeff\u3000\xa0 \t\r\n\f\x0b\x1a"):
        raise InputRefused(name, "holds only blanks; there is nothing to read")
    return decoded


def encoding_of(head: bytes, name: str) -> str:
    """The encoding of a long input, from its first bytes (cut anywhere)."""
    return _detected(head, name).encoding


def _as_told(data: bytes, name: str, encoding: str) -> Decoded:
    for bom, of in _BOMS:
        if data.startswith(bom) and codecs.lookup(of).name.startswith(codecs.lookup(encoding).name.split("-sig")[0]):
            data = data[len(bom) :]
            encoding = of
            break
    text, broken = _attempt(data, encoding)
    if text is None:
        raise InputRefused(name, f"is not {encoding} as told; leave the encoding out to have it found")
    return Decoded(text, codecs.lookup(encoding).name, broken)


def _detected(data: bytes, name: str) -> Decoded:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            text, broken = _attempt(data[len(bom) :], encoding)
            if text is None or _is_binary(text):
                raise InputRefused(name, f"starts like {encoding} but is not text; it may be damaged or binary")
            return Decoded(text, encoding, broken)
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise InputRefused(name, f"is {what}, not text; rename it so that its ending says so, or export it as text")
    if b"\0" not in data:
        text, broken = _attempt(data, "utf-8")
        if text is not None and not _is_binary(text) and not _is_utf8_by_chance(text):
            return Decoded(text, "utf-8", broken)
    best: tuple[float, Decoded] | None = None
    for encoding in ("gb18030", "big5", "utf-16-le", "utf-16-be"):
        if (b"\0" in data) != encoding.startswith("utf-16") and not encoding.startswith("utf-16"):
            continue
        text, broken = _attempt(data, encoding)
        if text is None or _is_binary(text):
            continue
        likelihood = _likelihood(text, encoding)
        if best is None or likelihood > best[0]:
            best = likelihood, Decoded(text, encoding, broken)
    if best is not None and best[0] >= 0.6:
        return best[1]
    what = f"is binary or in an unknown encoding{_hint(data)}"
    raise InputRefused(name, f"{what}; {_SUPPORTED}: convert it, or name its encoding")


def _attempt(data: bytes, encoding: str) -> tuple[str | None, int]:
    """The text and its broken characters, or None where too much is broken."""
    try:
        return data.decode(encoding), 0
    except UnicodeDecodeError:
        pass
    except (LookupError, ValueError):
        return None, 0
    text = data.decode(encoding, "replace")
    broken = text.count("\ufffd")
    # Text in the wrong code breaks often; text with a few bad bytes has many good ones beside each.
    wide = sum(1 for c in text[:_SAMPLE_CHARS] if c > "\x7f" and c != "\ufffd")
    if broken <= max(1, int(len(text) * MAX_BROKEN_SHARE)) and wide >= 20 * min(broken, 5):
        return text, broken
    return None, 0


def _is_binary(text: str) -> bool:
    sample = text[:_SAMPLE_CHARS]
    return len(_CONTROL.findall(sample)) > len(sample) * 0.002


def _is_utf8_by_chance(text: str) -> bool:
    """Whether text in UTF-8 is all in two-byte characters that nobody writes: a few words of GB18030 may read so."""
    sample = text[:_SAMPLE_CHARS]
    if _THREE_BYTES.search(sample):
        return False
    wide = [c for c in sample if c > "\x7f"]
    if not wide or len(wide) > 40:
        return False
    usual = sum(1 for c in wide if c <= "\u017f" or "\u0370" <= c <= "\u045f")
    return usual < 0.5 * len(wide)


def _likelihood(text: str, encoding: str) -> float:
    """How much the text looks like Chinese that was in ``encoding``: from 0 to 1.

    Both codes put their common characters in a first level; text read in the wrong one falls
    mostly outside it, and UTF-16 read the wrong way round falls outside the ordinary blocks.
    """
    sample = text[:_SAMPLE_CHARS]
    ordinary = len(re.findall(_ORDINARY, sample)) / len(sample)
    han = "".join(re.findall(_HAN, sample))
    if not han:
        return ordinary * 0.5 if encoding in ("gb18030", "big5") else ordinary * 0.9
    share = max(_common_share(han, "gb2312", 0xB0, 0xD7), _common_share(han, "big5", 0xA4, 0xC6))
    if encoding == "gb18030":
        share = max(_common_share(han, "gb2312", 0xB0, 0xD7), 0.9 * share)
    elif encoding == "big5":
        share = _common_share(han, "big5", 0xA4, 0xC6)
    return ordinary * share


def _common_share(han: str, codec: str, low: int, high: int) -> float:
    encoded = (c.encode(codec, "ignore") for c in han)
    return sum(1 for e in encoded if len(e) == 2 and low <= e[0] <= high) / len(han)


def _hint(data: bytes) -> str:
    from charset_normalizer import from_bytes

    guess = from_bytes(data[:20_000]).best()
    return f" (perhaps {guess.encoding})" if guess is not None and guess.encoding not in ("utf_8", "ascii") else ""
