"""Dictionary: jieba's words, and what a user adds to them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifier.errors import InputRefused
from classifier.messages import say

MAX_FILE_BYTES = 64_000_000
MAX_FREQUENCY = 10**12
MAX_WORD = 1000

Entries = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Dictionary:
    """jieba 0.42.1's dictionary with entries added in their order, as ``add_word(word, frequency)`` adds them.

    A frequency of 0 takes a word out.  Every method returns a new dictionary.
    """

    entries: Entries = ()

    def __post_init__(self) -> None:
        for word, frequency in self.entries:
            _check(word, frequency)

    def with_file(self, path: Path) -> Dictionary:
        """With a user dictionary in jieba's form (``word [frequency] [tag]`` a line, UTF-8).

        Raises InputRefused naming the file, and the line where it is one line's fault.
        """
        try:
            if path.stat().st_size > MAX_FILE_BYTES:
                raise InputRefused(str(path), say("dictionary.too_large", most=f"{MAX_FILE_BYTES:,}"))
            content = path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            raise InputRefused(str(path), say("dictionary.unread", error=error.strerror or error)) from error
        except UnicodeDecodeError as error:
            raise InputRefused(str(path), say("dictionary.not_utf8")) from error
        return self.with_text(content, str(path))

    def with_text(self, content: str, name: str) -> Dictionary:
        """With the lines of a user dictionary; refusals call it ``name``."""
        with jieba_tokenizer(self.entries) as recorder:
            # Lines one at a time, so that a refusal can name its line; jieba reads each.
            for number, line in enumerate(content.split("\n"), 1):
                try:
                    recorder.load_userdict([line])
                except (InputRefused, ValueError, AttributeError) as error:
                    raise InputRefused(f"{name}:{number}", say("dictionary.bad_line", error=error)) from error
        return Dictionary(self.entries + tuple(recorder.added))

    @property
    def taken_out(self) -> frozenset[str]:
        """Words once given frequency 0: jieba's HMM splits them into characters from then on."""
        return frozenset(word for word, frequency in self.entries if frequency == 0)


def _check(word: str, frequency: int) -> None:
    if not 0 < len(word) <= MAX_WORD:
        raise InputRefused(f"word {word[:20]!r}", say("dictionary.length", count=len(word), most=MAX_WORD))
    if not 0 <= frequency <= MAX_FREQUENCY:
        raise InputRefused(
            f"word {word!r}", say("dictionary.frequency", frequency=frequency, most=f"{MAX_FREQUENCY:,}")
        )


@contextmanager
def jieba_tokenizer(entries: Entries) -> Iterator[Any]:
    """A ``jieba.Tokenizer`` of our own with the entries added; jieba's global state is as before afterwards.

    It writes down in ``added`` what is added after them, with the frequency jieba gave it.
    """
    import jieba  # a tenth of a second, and needed only where tables are built
    from jieba import finalseg

    class Recorder(jieba.Tokenizer):  # type: ignore[misc]
        added: list[tuple[str, int]]

        def add_word(self, word: str, freq: int | None = None, tag: str | None = None) -> None:
            _check(word, int(freq) if freq is not None else 0)
            super().add_word(word, freq, tag)
            self.added.append((word, self.FREQ[word]))

    split_before = set(finalseg.Force_Split_Words)
    level = jieba.default_logger.level
    jieba.setLogLevel(logging.WARNING)
    try:
        tokenizer = Recorder()
        tokenizer.added = []
        # Not initialize(): it would believe a jieba.cache in the system's temporary folder, whoever wrote it.
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
        tokenizer.initialized = True
        for word, frequency in entries:
            tokenizer.add_word(word, frequency)
        tokenizer.added = []
        yield tokenizer
    finally:
        jieba.setLogLevel(level)
        finalseg.Force_Split_Words.intersection_update(split_before)
