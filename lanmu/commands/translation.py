"""The command line's help in Chinese: each English text of the code has its Chinese in help.zh.toml.

As gettext does it, the English is the key, so that the code stays readable; a test says what lacks its Chinese.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

EXAMPLE = "Example: "
USAGE_ERRORS = (
    (r"Invalid value for (.+?): (.*)", r"\1 的值不对：\2"),
    (r"Invalid value: (.*)", r"值不对：\1"),
    (r"Missing (?:argument|option|parameter):? ?(.*)", r"缺少 \1"),
    (r"No such option: ([^ ]+)", r"没有选项 \1"),
    (r"\(Possible options: (.*)\)", r"（是不是 \1？）"),
    (r"No such command '(.*?)'\.", r"没有命令 '\1'。"),
    (r"Did you mean (.*)\?", r"是不是 \1？"),
    (r"Missing command\.", "缺少命令。"),
    (r"Got unexpected extra argument\(s\) \((.*)\)", r"多出了参数 \1"),
    (r"Option (.+?) requires an argument\.", r"选项 \1 后面要写值。"),
    (r"Option (.+?) does not take a value\.", r"选项 \1 后面不写值。"),
    (r"(\S+) is not one of (.*?)\.?$", r"\1 不行，可选的有 \2"),
    (r"(\S+) is not a valid int(?:eger)?(?: range)?\.?", r"\1 不是整数"),
    (r"(\S+) is not a valid float(?: range)?\.?", r"\1 不是数"),
    (r"(\S+) is not in the range (.*?)\.?$", r"\1 不在范围 \2 之内"),
    (r"(.+) is no share; write 0.97, or 97%", r"\1 不是比例；请写 0.97 或 97%"),
)
"""What the command line's library says of wrong usage, and the Chinese for it."""


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
    _translate_usage_errors(rich_utils)
    for one in commands_below(command):
        one.help = _translate(one.help or "")
        _translate_help_option(one)
        for parameter in one.params:
            if getattr(parameter, "help", None):
                parameter.help = _translate(parameter.help)
            if panel := getattr(parameter, "rich_help_panel", None):
                parameter.rich_help_panel = _translate(panel)


def _translate_help_option(command: Any) -> None:
    """The library makes ``--help`` only when it is asked for."""
    make = command.get_help_option

    def make_in_chinese(context: Any) -> Any:
        option = make(context)
        if option is not None:
            option.help = _translate(option.help)
        return option

    command.get_help_option = make_in_chinese


def _translate_usage_errors(rich_utils: Any) -> None:
    rich_utils.ERRORS_PANEL_TITLE = "用法有误"
    rich_utils.RICH_HELP = "看说明：[blue]{command_path} {help_option}[/]"
    tell = rich_utils.rich_format_error

    def tell_in_chinese(error: Any) -> None:
        said = chinese_usage_error(error.format_message())
        error.format_message = lambda: said
        tell(error)

    rich_utils.rich_format_error = tell_in_chinese


def chinese_usage_error(message: str) -> str:
    """What is wrong with a command line, in Chinese; what is not known stays English."""
    for english, chinese in USAGE_ERRORS:
        message = re.sub(english, chinese, message)
    return message.replace(". ", "。").replace("。 ", "。").rstrip(".")


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


def _translate(text: str) -> str:
    texts = chinese_help()
    paragraphs = (
        f"例：{paragraph.removeprefix(EXAMPLE)}" if paragraph.startswith(EXAMPLE) else texts.get(paragraph, paragraph)
        for paragraph in _paragraphs(text)
    )
    return "\n\n".join(paragraphs)
