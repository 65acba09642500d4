"""What lanmu says: codes that are used stand in the catalogue, in both languages, with the same values."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from classifier.errors import InputRefused, LanmuError
from classifier.messages import Message, catalogue, find_language, say
from classifier.reading.doubts import doubt, explain_doubt
from lanmu.__main__ import COMMANDS, build
from lanmu.commands.translation import chinese_help, help_texts
from tests.conftest import Lanmu
from tests.source import ROOT, last_name, source_nodes, source_trees

SPEAKERS = {"say": "", "speak": "", "doubt": "uncertain."}
"""Functions that are given a code, and the section that it lacks."""


def codes_in_the_source() -> Iterator[tuple[Path, str, set[str]]]:
    """Every literal code with the names of its values."""
    for path, nodes in source_nodes().items():
        for node in nodes:
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in SPEAKERS
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and re.fullmatch(r"[a-z_]+\.[a-z_0-9]+", code := SPEAKERS[node.func.id] + str(node.args[0].value))
            ):
                yield path, code, {keyword.arg for keyword in node.keywords if keyword.arg}


def values_in(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_every_code_has_a_sentence_with_its_values() -> None:
    for path, code, named in codes_in_the_source():
        assert code in catalogue(), f"{path}: {code}"
        assert values_in(catalogue()[code]["en"]) <= named, f"{path}: {code}"


def test_each_doubt_is_told_somewhere() -> None:
    told = {code for _, code, _ in codes_in_the_source() if code.startswith("uncertain.")}
    assert told == {code for code in catalogue() if code.startswith("uncertain.")}


def test_a_doubt_travels_as_a_code_and_is_explained() -> None:
    assert doubt("no_headline") == "no_headline"
    assert explain_doubt("no_headline", "zh") == "版面上没有找到它的标题"
    pages = doubt("scanned_pages", page=[2, 5])
    assert pages == "scanned_pages?page=2&page=5"
    assert explain_doubt(pages) == "pages that are only pictures were not read: 2, 5; run OCR on them"
    line = "春播&灌水=100% {first}?\ud800"
    told = doubt("without_place", count=1, first=line)
    assert told.isascii() and line[:-1] in explain_doubt(told, "zh")


@pytest.mark.parametrize(
    "told",
    [
        "its headline is known only by its words",
        "",
        "?",
        "?count=1",
        "not_decoded",
        "not_decoded?number=1",
        "%?&=",
        "春播",
    ],
)
def test_what_is_no_doubt_of_ours_is_shown_as_it_is(told: str) -> None:
    assert explain_doubt(told, "zh") == told


def errors_with_plain_words() -> Iterator[str]:
    """Each place where an error of lanmu's family is made with words that have no code."""
    trees, nodes_of = source_trees(), source_nodes()
    classes = {path: [node for node in nodes if isinstance(node, ast.ClassDef)] for path, nodes in nodes_of.items()}
    family, before = {"LanmuError"}, 0
    while len(family) > before:
        before = len(family)
        family |= {
            node.name
            for found in classes.values()
            for node in found
            if any(last_name(base) in family for base in node.bases)
        }
    for path, tree in trees.items():
        constructors = [
            node
            for whole in classes[path]
            if whole.name in family
            for node in ast.walk(whole)
            if isinstance(node, ast.Call)
            and last_name(node.func) == "__init__"
            and ast.unparse(node.func) == "super().__init__"
        ]
        made = [node for node in nodes_of[path] if isinstance(node, ast.Call) and last_name(node.func) in family]
        constants = {
            ast.unparse(target)
            for node in tree.body
            if isinstance(node, ast.Assign) and has_words(node.value)
            for target in node.targets
        }
        for call in (*made, *constructors):
            given = [*call.args[-1:], *(keyword.value for keyword in call.keywords)]
            if any(has_words(one) or ast.unparse(one) in constants for one in given):
                yield f"{path.relative_to(ROOT)}:{call.lineno}"


def has_words(node: ast.expr) -> bool:
    """Whether a value is written as words in the source: a literal, or literals put together or chosen from."""
    if isinstance(node, ast.BinOp):
        return has_words(node.left) or has_words(node.right)
    if isinstance(node, ast.IfExp):
        return has_words(node.body) or has_words(node.orelse)
    if ast.unparse(node) == "str(error)":
        return True  # what another error says, in English whatever the language
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_no_error_is_told_in_words_without_a_code() -> None:
    assert list(errors_with_plain_words()) == []


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_both_languages_say_the_same(code: str) -> None:
    texts = catalogue()[code]
    assert set(texts) == {"en", "zh"}
    assert values_in(texts["en"]) == values_in(texts["zh"])
    english = re.sub(r"\{[^}]*\}", "", texts["en"])
    assert not re.search("[a-z]", english) or any("\u4e00" <= character <= "\u9fff" for character in texts["zh"])


def test_a_message_travels_as_a_record() -> None:
    message = say("command.needs_extra", package="uvicorn", extra="service")
    assert Message.of_record(message.record()) == message
    assert "uvicorn" in message.text("zh") and "lanmu[service]" in message.text("zh")


def test_an_error_speaks_both_languages() -> None:
    error = InputRefused("春播.docx", say("command.needs_package", package="lxml"))
    assert str(error).startswith("春播.docx: this installation lacks")
    assert error.text("zh").startswith("春播.docx: 安装不完整")
    assert LanmuError("plain words").text("zh") == "plain words"


def test_the_environment_chooses_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert find_language() == "en"
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert find_language() == "zh"
    monkeypatch.setenv("LC_ALL", "C")
    assert find_language() == "en"


def test_the_table_is_chinese_where_asked(tmp_path: Path, lanmu: Lanmu, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "县气象局发布大风蓝色预警\n今天夜间到明天白天，山口地区有六级西\0北风。"
    (tmp_path / "a.txt").write_text(text, "utf-8")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    for extra, header, decision, doubtful in (
        ((), "类别", ("自动采用", "待审核"), "去掉了 1 个 NUL 字符"),
        (("--lang", "en"), "category", ("accepted", "review"), "NUL characters left out: 1"),
    ):
        shown = lanmu("tag", "a.txt", "--format", "table", *extra).stdout
        assert header in shown and any(word in shown for word in decision) and doubtful in shown


def test_all_help_has_its_chinese_and_no_more() -> None:
    command = typer.main.get_command(build(list(COMMANDS)))
    texts = set(help_texts(command)) - {"Show this message and exit."}
    known = set(chinese_help()) - {"Show this message and exit."}
    assert not texts - known and not known - texts


def test_help_is_chinese_where_asked(lanmu: Lanmu) -> None:
    shown = lanmu("--lang", "zh", "tag", "--help").stdout
    assert "给每篇定一个类别" in shown and "选项" in shown and "Read pages" not in shown


LABELS = """id,category,title,text
a1,sports,县队夺冠,县篮球队昨晚赢了决赛。
a2,nosuch,村里办庙会,锣鼓一直响到天黑。
,sports,没有编号,正文在这里。
"""


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("labels check --labels labels.csv", "第 3 行（a2）：没有类别 'nosuch'"),
        ("labels check --labels labels.csv", "1 条标注可用，2 行不能用"),
        ("labels stats --labels labels.csv", "不到 40 条"),
        ("train --labels labels.csv --models here", "有 2 行不能用；请改好或删去"),
        ("train --from-names --words 1 --models here", "--from-names 用不到 --words"),
        ("evaluate --labels none.csv", "读不了"),
        ("evaluate --unlabelled x --model y", "与 --model 或 --archive 同用时请去掉"),
        ("models show nix", "没有这个版本"),
        ("models show", "期望正确率"),
        ("models list", "正确率"),
        ("models diff lanmu-7 lanmu-7", "是同一个模型"),
        ("tag --show x.bmp labels.csv", "--show 写 .svg 或 .png"),
    ],
)
def test_commands_speak_chinese(command: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "labels.csv").write_text(LABELS, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    result = CliRunner().invoke(build([command.split()[0]]), command.split())
    said = result.output + (str(result.exception.text("zh")) if isinstance(result.exception, LanmuError) else "")
    assert told in said
