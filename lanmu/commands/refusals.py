"""What a command could not read: each refusal named on stderr as it comes, files passed over counted at the end."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping

from classifier.errors import InputRefused
from classifier.reading.kinds import UNREAD_DOCUMENTS, unread_ending
from classifier.reading.names import printable
from lanmu.language import find_language, speak, speak_count

_LISTED = 12


class NamedRefusals:
    """Refused inputs, each named on stderr as it comes and only counted here, however many there are."""

    def __init__(self) -> None:
        self.count = 0
        self.endings = Counter[str]()

    def __call__(self, refusal: InputRefused) -> None:
        self.count += 1
        said = printable(refusal.text(find_language()), lines=False)
        print(f"lanmu: {speak('command.refused', input=said)}", file=sys.stderr)

    def __len__(self) -> int:
        return self.count

    def pass_over(self, name: str) -> None:
        """Count a file whose kind is not read."""
        self.endings[unread_ending(name)] += 1

    def tell_passed_over(self) -> bool:
        """Say on stderr what was passed over; whether articles may be among it."""
        if said := describe_passed_over(self.endings):
            print(f"lanmu: {said}", file=sys.stderr)
        return is_text_passed_over(self.endings)


def describe_passed_over(endings: Mapping[str, int]) -> str:
    """How many files of which endings were passed over, in words; empty where none was."""
    count = sum(endings.values())
    if not count:
        return ""
    listed = sorted(endings.items(), key=lambda item: (-item[1], item[0]))
    named = [f"{printable(ending) or speak('command.no_ending')} × {number:,}" for ending, number in listed[:_LISTED]]
    if len(listed) > _LISTED:
        named.append(f"… × {sum(n for _, n in listed[_LISTED:]):,}")
    return speak("command.passed_over", files=speak_count("file", count), endings=", ".join(named))


def is_text_passed_over(endings: Mapping[str, int]) -> bool:
    """Whether files of kinds that may hold articles are among those passed over."""
    return any(ending in UNREAD_DOCUMENTS or not ending for ending, count in endings.items() if count)
