"""Bytes → text: UTF-8, UTF-16, UTF-32, GB18030 or Big5, found by what the bytes say."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from classifier.errors import InputRefused
from classifier.messages import say
from classifier.reading.packed_streams import Stream
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
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "zip, docx"),
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"PAR1", "Parquet"),
    (b"\x7fELF", "ELF"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "RAR"),
    (b"SQLite format 3", "SQLite"),
)
_OFFICE = ((b"\xd0\xcf\x11\xe0", "reading.old_office"), (b"{\\rtf", "reading.rich_text"))
_NOT_ASCII = pattern(r"[^\x00-\x7f]")
_CONTROL = pattern(r"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
_HAN = r"[\u3400-\u4dbf\u4e00-\u9fff]"
_ORDINARY = (
    r"[\t\n\r\f\x0b\x1a\x20-\x7e\u00b7\u2010-\u2027\u2030-\u203b\u2160-\u217f\u2190-\u21ff\u2460-\u24ff\u2500-\u25ff"
    r"\u2600-\u26ff\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef\u0400-\u045f\ufe30-\ufe4f]"
)
_THREE_BYTES = pattern(r"[^\x00-\u07ff]")
"""A character that UTF-8 writes in three bytes or four."""


_LOOKED_AT = 256 << 10
_WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"})


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with the encoding it was in, how many characters could not be read (now U+FFFD), and how many NULs went."""

    text: str
    encoding: str
    broken: int = 0
    nuls: int = 0


def decode(data: bytes, name: str, encoding: str = "") -> Decoded:
    """Decode ``data`` with ``encoding``, or with the one its bytes speak for.

    A few broken characters (at most 0.5 %) are let through as U+FFFD and counted.  Raises
    InputRefused for empty input, binary data, and text in no known encoding.
    """
    if not data.strip(b" \t\r\n\f\0"):
        raise InputRefused(name, say("reading.empty"))
    decoded = _as_told(data, name, encoding) if encoding else _detect(data, name)
    if nuls := decoded.text.count("\0"):
        decoded = replace(decoded, text=decoded.text.replace("\0", ""), nuls=decoded.nuls + nuls)
    if not decoded.text.strip("\ufeff\u3000\xa0 \t\r\n\f\x0b\x1a"):
        raise InputRefused(name, say("reading.only_blanks"))
    return decoded


def encoding_of_file(file: BinaryIO, name: str) -> str:
    """The encoding of a file that can seek, decided on its first bytes that are not ASCII; ``ascii`` where all are."""
    file.seek(0)
    stream = _Utf8Stream(file, name, "")
    while not stream.encoding and stream.convert_more():
        pass
    return stream.encoding or "ascii"


def utf8_stream(file: BinaryIO, name: str, encoding: str = "") -> BinaryIO:
    """A long text as UTF-8, whatever it is in; bytes that are no text stay as bytes that are no UTF-8.

    The encoding, where it is not told, is decided on the first bytes that are not ASCII, however late
    they come.  Byte order marks at the start are left out.  Raises InputRefused, when it is read, for what is no text.
    """
    return io.BufferedReader(_Utf8Stream(file, name, encoding), 1 << 20)


class _Utf8Stream(Stream):
    def __init__(self, file: BinaryIO, name: str, encoding: str) -> None:
        self._file, self._name = file, name
        # What is there, and not as much as asked for: of a file that breaks off, all before the break comes out.
        self._read: Callable[[int], bytes] = getattr(file, "read1", file.read)
        self.encoding = _bare(encoding) if encoding else ""
        self._decoder: codecs.IncrementalDecoder | None = None
        self._ready = b""
        self._begun = self._ended = False

    def take(self, most: int) -> bytes:
        self._ready = self._ready or self.convert_more()
        data, self._ready = self._ready[:most], self._ready[most:]
        return data

    def convert_more(self) -> bytes:
        """The next bytes in UTF-8; none only at the end."""
        while not self._ended:
            raw = self._read(1 << 20)
            self._ended = not raw
            if not self.encoding and raw:
                raw = self._decided(raw)
            converted = self._converted(raw)
            if not self._begun and converted:
                while converted.startswith(codecs.BOM_UTF8):
                    converted = converted[len(codecs.BOM_UTF8) :]
                self._begun = bool(converted)
            if converted:
                return converted
        return b""

    def _decided(self, raw: bytes) -> bytes:
        """More bytes where they are needed, with the encoding decided if one is not ASCII."""
        first = not self._begun
        bare = raw[3:] if first and raw.startswith(codecs.BOM_UTF8) else raw
        if bare.isascii() and not (first and b"\0" in raw[:_LOOKED_AT]):
            return raw
        if first and (b"\0" in raw[:_LOOKED_AT] or raw.startswith(tuple(bom for bom, _ in _BOMS))):
            start = 0
        else:
            ascii_run = len(raw) - len(raw.lstrip(_ASCII))
            start = raw.rfind(b"\n", 0, ascii_run) + 1
        while len(raw) - start < _LOOKED_AT and (more := self._file.read(_LOOKED_AT)):
            raw += more
        sample = raw[start : start + _LOOKED_AT]
        cut = sample.rfind(b"\n") + 1
        sample = sample[:cut] if cut and b"\0" not in sample else sample
        told = "utf-8" if _utf8_by_lines(sample) else _detect(sample, self._name).encoding
        self.encoding = _bare(told)
        return raw

    def _converted(self, raw: bytes) -> bytes:
        if not self.encoding or self.encoding in ("utf-8", "utf8", "utf-8-sig", "ascii"):
            return raw
        if self._decoder is None:
            errors = "replace" if self.encoding in _WIDE else _KEPT
            self._decoder = codecs.getincrementaldecoder(self.encoding)(errors)
        text = self._decoder.decode(raw, final=self._ended)
        return text.lstrip("\ufeff" if not self._begun else "").encode("utf-8", "surrogateescape")


_ASCII = bytes(range(128))
_KEPT = "lanmu-kept"


def _keep_bad_byte(error: UnicodeError) -> tuple[str, int]:
    """A byte that is no text, as a character that becomes a byte again in UTF-8, where it is no text either."""
    assert isinstance(error, UnicodeDecodeError)
    return "\udcff", error.start + 1


codecs.register_error(_KEPT, _keep_bad_byte)


def _bare(encoding: str) -> str:
    return encoding.replace("_", "-").lower()


def _utf8_by_lines(sample: bytes) -> bool:
    """Whether most lines that are not ASCII are UTF-8, with Chinese in them."""
    good = bad = 0
    for line in sample.split(b"\n"):
        if not line.isascii():
            try:
                good += _THREE_BYTES.search(line.decode()) is not None
            except UnicodeDecodeError:
                bad += 1
    return good > bad


def _as_told(data: bytes, name: str, encoding: str) -> Decoded:
    for bom, of in _BOMS:
        if data.startswith(bom) and codecs.lookup(of).name.startswith(codecs.lookup(encoding).name.split("-sig")[0]):
            data = data[len(bom) :]
            encoding = of
            break
    text, broken = _try_encoding(data, encoding)
    if text is None:
        raise InputRefused(name, say("file.not_as_told", encoding=encoding))
    return Decoded(text, codecs.lookup(encoding).name, broken)


def _detect(data: bytes, name: str) -> Decoded:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            text, broken = _try_encoding(data[len(bom) :], encoding)
            if text is None or _is_binary(text):
                raise InputRefused(name, say("file.no_text_after_mark", encoding=encoding))
            return Decoded(text, encoding, broken)
    for magic, code in _OFFICE:
        if data.startswith(magic):
            raise InputRefused(name, say(code))
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise InputRefused(name, say("file.other_kind", kind=what))
    if b"\0" not in data:
        text, broken = _try_encoding(data, "utf-8")
        if text is not None and not _is_binary(text) and not _is_utf8_by_chance(text):
            return Decoded(text, "utf-8", broken)
    best: tuple[float, Decoded] | None = None
    for encoding in ("gb18030", "big5", "utf-16-le", "utf-16-be"):
        if (b"\0" in data) != encoding.startswith("utf-16") and not encoding.startswith("utf-16"):
            continue
        text, broken = _try_encoding(data, encoding)
        if text is None or _is_binary(text):
            continue
        likelihood = _likelihood(text, encoding)
        if best is None or likelihood > best[0]:
            best = likelihood, Decoded(text, encoding, broken)
    if best is not None and best[0] >= 0.6:
        return best[1]
    if b"\0" in data and (stripped := data.replace(b"\0", b"")):
        # A few NULs among text are what a fault of a disk or program leaves; they are dropped and told.
        try:
            decoded = _detect(stripped, name)
        except InputRefused:
            pass
        else:
            return replace(decoded, nuls=len(data) - len(stripped))
    raise InputRefused(name, say("file.unknown_encoding", hint=_hint(data)))


def _try_encoding(data: bytes, encoding: str) -> tuple[str | None, int]:
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
    wide = sum(1 for c in _sample(text) if c > "\x7f" and c != "\ufffd")
    if broken <= max(1, int(len(text) * MAX_BROKEN_SHARE)) and wide >= 20 * min(broken, 5):
        return text, broken
    return None, 0


def _is_binary(text: str) -> bool:
    sample = text[:_SAMPLE_CHARS]
    return len(_CONTROL.findall(sample)) > len(sample) * 0.002


def _is_utf8_by_chance(text: str) -> bool:
    """Whether text in UTF-8 is all in two-byte characters that nobody writes: a few words of GB18030 may read so."""
    sample = _sample(text)
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
    sample = _sample(text)
    ordinary = len(re.findall(_ORDINARY, sample)) / len(sample)
    han = "".join(re.findall(_HAN, sample))
    if not han:
        return ordinary * 0.5 if encoding in ("gb18030", "big5") else ordinary * 0.9
    simplified, traditional = common_share(han, "gb2312"), common_share(han, "big5")
    if encoding == "big5":
        return ordinary * traditional
    # GB18030 holds traditional characters as well, but seldom a text in them.
    return ordinary * max(simplified, traditional * (0.9 if encoding == "gb18030" else 1.0))


def _sample(text: str) -> str:
    """Some of the text, from the first character on that is not ASCII: only those say what it is in."""
    match = _NOT_ASCII.search(text)
    start = match.start() if match else 0
    return text[start : start + _SAMPLE_CHARS]


def common_share(han: Sequence[str], codec: str) -> float:
    """How many of some characters are in the everyday part of an encoding, ``gb2312`` or ``big5``; 1 of none."""
    low, high = (0xA4, 0xC6) if codec == "big5" else (0xB0, 0xD7)
    encoded = (c.encode(codec, "ignore") for c in han)
    return sum(1 for e in encoded if len(e) == 2 and low <= e[0] <= high) / len(han) if han else 1.0


def _hint(data: bytes) -> str:
    from charset_normalizer import from_bytes

    guess = from_bytes(data[:20_000]).best()
    return f" (perhaps {guess.encoding})" if guess is not None and guess.encoding not in ("utf_8", "ascii") else ""
