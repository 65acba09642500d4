"""The command line's help in Chinese: each English text of the code has its Chinese in help.zh.toml.

As gettext does it, the English is the key, so that the code stays readable; a test says what lacks its Chinese.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

EXAMPLE = "Example: "


@cache
def chinese_help() -> Mapping[str, str]:
    """English help → Chinese."""
    texts: dict[str, str] = tomllib.loads(Path(__file__).with_name("help.zh.toml").read_text("utf-8"))
    return texts


def translate_help(command: Any) -> None:
    """Put the Chinese into a click command and all below it; what has none stays English."""
    from typer import rich_utils

    rich_utils.OPTIONS_PANEL_TITLE = "选项"
    rich_utils.ARGUMENTS_PANEL_TITLE = "参数"
    rich_utils.COMMANDS_PANEL_TITLE = "命令"
    rich_utils.DEFAULT_STRING = "[默认：{}]"
    make_text = rich_utils._make_rich_text

    def make_foldable_text(**given: Any) -> Any:
        """Chinese has no spaces to break a line at, and would be cut off."""
        text: Any = make_text(**given)
        text.overflow = "fold"
        return text

    rich_utils._make_rich_text = make_foldable_text
    for one in commands_below(command):
        one.help = _translated(one.help or "")
        for parameter in one.params:
            if getattr(parameter, "help", None):
                parameter.help = _translated(parameter.help)
            if panel := getattr(parameter, "rich_help_panel", None):
                parameter.rich_help_panel = _translated(panel)


def commands_below(command: Any) -> Iterator[Any]:
    """A click command and every command below it."""
    yield command
    for below in getattr(command, "commands", {}).values():
        yield from commands_below(below)


def help_texts(command: Any) -> Iterator[str]:
    """Every piece of help in the code: paragraphs of commands (examples apart), options and their groups."""
    for one in commands_below(command):
        for paragraph in _paragraphs(one.help or ""):
            if not paragraph.startswith(EXAMPLE):
                yield paragraph
        yield from (parameter.help for parameter in one.params if getattr(parameter, "help", None))
        yield from (panel for parameter in one.params if (panel := getattr(parameter, "rich_help_panel", None)))


def _paragraphs(text: str) -> list[str]:
    return [" ".join(paragraph.split()) if "\n" in paragraph else paragraph for paragraph in text.strip().split("\n\n")]


def _translated(text: str) -> str:
    texts = chinese_help()
    paragraphs = (
        f"例：{paragraph.removeprefix(EXAMPLE)}" if paragraph.startswith(EXAMPLE) else texts.get(paragraph, paragraph)
        for paragraph in _paragraphs(text)
    )
    return "\n\n".join(paragraphs)
