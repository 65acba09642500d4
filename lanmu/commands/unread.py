"""What a command could not read: each refusal named on stderr as it comes, files passed over counted at the end."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from classifier.errors import InputRefused
from classifier.messages import Message
from classifier.reading.file_names import printable, unread_ending
from classifier.reading.formats import UNREAD_DOCUMENTS
from lanmu.language import find_language, speak, speak_count

_LISTED = 12
_NAMED_ROWS = 10
"""How many rows of a table are named with the same reason; the numbers of the others are told together."""


@dataclass(slots=True)
class _Rows:
    """Rows of one table that were refused for the same reason: how many, and those not named one by one."""

    reason: InputRefused
    count: int = 0
    ranges: list[list[int]] = field(default_factory=list)
    is_longer: bool = False

    def add(self, number: int) -> None:
        if self.ranges and self.ranges[-1][1] == number - 1 and not self.is_longer:
            self.ranges[-1][1] = number
        elif len(self.ranges) < _LISTED:
            self.ranges.append([number, number])
        else:
            self.is_longer = True

    def numbers(self) -> str:
        found = [f"{start}" if start == end else f"{start}-{end}" for start, end in self.ranges]
        return ", ".join([*found, "…"] if self.is_longer else found)


class NamedRefusals:
    """Refused inputs, each named on stderr as it comes and only counted here, however many there are.

    Of the rows of one table that are refused for the same reason the first are named, the others told together: a
    table of a million wrong rows would bury all else.
    """

    def __init__(self) -> None:
        self.count = 0
        self.endings = Counter[str]()
        self._table = ""
        self._rows: dict[str, _Rows] = {}

    def __call__(self, refusal: InputRefused) -> None:
        self.count += 1
        table, _, number = refusal.name.rpartition(":")
        if not table or not number.isdecimal():
            self._tell(refusal)
            return
        if table != self._table:
            self._tell_rows()
            self._table = table
        kind = refusal.said.code if isinstance(refusal.said, Message) else refusal.reason
        if kind not in self._rows and len(self._rows) >= _LISTED:
            self._tell(refusal)
            return
        rows = self._rows.setdefault(kind, _Rows(InputRefused(table, refusal.said)))
        rows.count += 1
        if rows.count <= _NAMED_ROWS:
            self._tell(refusal)
        else:
            rows.add(int(number))

    def _tell(self, refusal: InputRefused) -> None:
        said = printable(refusal.text(find_language()), lines=False)
        print(f"lanmu: {speak('command.refused', input=said)}", file=sys.stderr)

    def _tell_rows(self) -> None:
        for rows in self._rows.values():
            if rows.count > _NAMED_ROWS:
                count = speak_count("row", rows.count - _NAMED_ROWS)
                said = printable(rows.reason.text(find_language()), lines=False)
                told = speak("command.refused_rows", input=said, rows=count, numbers=rows.numbers())
                print(f"lanmu: {told}", file=sys.stderr)
        self._rows.clear()

    def pass_over(self, name: str) -> None:
        """Count a file whose kind is not read."""
        self.endings[unread_ending(name)] += 1

    def tell_rest(self) -> bool:
        """Say on stderr which rows were refused like those before, and what was passed over.

        Whether anything was refused, or articles may be among what was passed over.
        """
        self._tell_rows()
        return tell_passed_over(self.endings) or self.count > 0


def tell_passed_over(endings: Mapping[str, int]) -> bool:
    """Say on stderr how many files of which endings were passed over; whether articles may be among them."""
    count = sum(endings.values())
    if not count:
        return False
    listed = sorted(endings.items(), key=lambda item: (-item[1], item[0]))
    named = [f"{printable(ending) or speak('command.no_ending')} × {number:,}" for ending, number in listed[:_LISTED]]
    if len(listed) > _LISTED:
        named.append(f"… × {sum(n for _, n in listed[_LISTED:]):,}")
    told = speak("command.passed_over", files=speak_count("file", count), endings=", ".join(named))
    print(f"lanmu: {told}", file=sys.stderr)
    return any(ending in UNREAD_DOCUMENTS or not ending for ending in endings)
