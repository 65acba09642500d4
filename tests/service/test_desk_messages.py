"""The desk's messages: whole in both languages, used, and used with the values they ask for."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from classifier.errors import InputRefused
from classifier.model.decisions import REASONS
from classifier.reading import read_bytes
from classifier.taxonomy import Taxonomy
from lanmu.service.desk.categories import KEYS, TAKEN, category_keys
from lanmu.service.desk.languages import LANGUAGES, Wording, catalogue, chosen_language
from lanmu.service.desk.rendering import TEMPLATES, percent
from lanmu.service.store.records import ROLES, STATES
from training.fitting.seen import Relabelled
from training.promotion.gate import Compared, judge

SOURCES = [*TEMPLATES.rglob("*.html"), *TEMPLATES.parent.glob("*.py")]
NAMES = re.compile(r"\{(\w+)\}")


def test_both_languages_say_everything_with_the_same_values() -> None:
    for key, texts in catalogue().items():
        assert set(texts) == set(LANGUAGES), key
        assert all(text.strip() for text in texts.values()), key
        chinese, english = (set(NAMES.findall(texts[language])) for language in LANGUAGES)
        assert chinese == english, key
        assert re.search(r"[\u3001-\u9fff\uff01-\uff5e]", texts["zh"]), key
        assert not re.search(r"[\u4e00-\u9fff][,:;?!()]", texts["zh"]), f"{key}: half-width punctuation in Chinese"


def test_every_key_of_the_pages_exists_and_every_message_is_used() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in SOURCES)
    asked = set(re.findall(r"""\bt\(\s*["']([a-z_]+\.[a-z_0-9]*[a-z0-9])["']""", sources))
    assert asked <= set(catalogue())
    # Keys that are put together from a part and a name; and choices between two keys.
    joined = set(re.findall(r"""["']([a-z_]+\.[a-z_]*)["']\s*~""", sources)) | set(
        re.findall(r"""f["']([a-z_]+\.[a-z_]*)\{""", sources)
    )
    named = set(re.findall(r"""["']([a-z_]+\.[a-z_0-9]+)["']""", sources))
    unused = [
        key for key in catalogue()
        if key not in named and not key.startswith(tuple(joined))
    ]  # fmt: skip
    assert unused == []


def test_every_state_role_and_reason_has_its_words() -> None:
    t = Wording("zh")
    assert all(t.has(f"state.{state}") for state in STATES)
    assert all(t.has(f"role.{role}") and t.has(f"admin.role_{role}") for role in ROLES)
    assert all(re.search(r"[\u4e00-\u9fff]", t.reason(words)) for words in REASONS.values())


def test_the_gates_words_are_translated() -> None:
    ids = tuple(f"a{i}" for i in range(12))
    right = ("economy",) * 12
    champion, challenger = right, ("culture",) * 6 + ("economy",) * 6
    worse = judge(Compared(ids, right, champion, challenger), Compared((), (), (), ()), {"economy": "经济"})
    better = judge(Compared(ids, right, challenger, champion), Compared(ids, right, champion, champion), {})
    names = {"economy": "经济", "culture": "文化"}
    relabelled = [Relabelled("economy", 9, {"culture": 4})]
    none = judge(Compared((), (), (), ()), Compared((), (), (), ()), names, relabelled)
    for verdict in (worse, better, none):
        for sentence in verdict.reasons:
            assert not re.search(r"[a-z]{4}", sentence.text("zh").replace("McNemar", "")), sentence


def test_every_line_of_the_audit_log_has_its_words() -> None:
    package = TEMPLATES.parents[1]
    sources = "\n".join(path.read_text("utf-8") for path in package.rglob("*.py"))
    actions = set(re.findall(r"""audit\.note\(\s*\w+,\s*[\w."]+,\s*"([a-z -]+)\"""", sources))
    assert {"sign-in", "article split", "deliveries tried again"} <= actions
    t = Wording("zh")
    assert [one for one in actions if not t.has("audit." + re.sub("[ -]", "_", one))] == []


@pytest.mark.parametrize(
    ("name", "data"),
    [("A1.pdf", b"%PDF-1.4 cut off"), ("A2.xml", b"<html><body>no ALTO</body></html>"), ("A3.hocr", b"<html></html>")],
)
def test_why_a_page_was_not_read_is_said_in_the_readers_language(name: str, data: bytes) -> None:
    with pytest.raises(InputRefused) as refused:
        list(read_bytes(data, name))
    chinese, english = (Wording(language).error(refused.value) for language in LANGUAGES)
    assert re.search(r"请[\u4e00-\u9fff]", chinese) and "it" in english.split()
    assert not re.search(r"[a-z]{3} [a-z]{2}", chinese.replace("class ocr_page", ""))


def test_a_share_that_is_not_whole_is_never_said_to_be() -> None:
    assert [percent(share) for share in (0.5, 0.994, 0.996, 0.998, 0.99999, 1.0)] == [
        "50%", "99%", "99.6%", "99.8%", ">99.9%", "100%",
    ]  # fmt: skip
    assert [percent(share, 1) for share in (0.9921, 0.9996, 1.0)] == ["99.2%", ">99.9%", "100.0%"]


def test_all_that_a_page_may_have_to_say_has_a_code() -> None:
    """Errors of the rooms that pages call are raised with a code, never with an English sentence."""
    service = TEMPLATES.parents[1]
    rooms = [path for room in ("desk", "security", "store") for path in sorted((service / room).glob("*.py"))]
    own = [service / name for name in ("mending.py", "reviewing.py", "tagger.py", "champion.py", "jobs.py")]
    for path in [*rooms, *own]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and path.name != "migrations.py":
                plain = [one for one in node.exc.args if isinstance(one, ast.JoinedStr) or _is_words(one)]
                assert not plain, f"{path}:{node.lineno}"


def _is_words(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value


@pytest.mark.parametrize(
    ("cookie", "accepted", "language"),
    [
        ("", "", "zh"),
        ("", "de-DE,de;q=0.9,en;q=0.8", "en"),
        ("zh", "en-GB,en", "zh"),
        ("xx", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
    ],
)
def test_the_language_of_a_reader(cookie: str, accepted: str, language: str) -> None:
    assert chosen_language(cookie, accepted) == language


def test_days_and_months() -> None:
    assert Wording("zh").day("2026-03-02") == "2026年3月2日 星期一"
    assert Wording("en").day("2026-03-02") == "Monday, 2 March 2026"
    assert Wording("zh").day("三月初") == "三月初"
    assert (Wording("zh").short_day("2026-03"), Wording("en").short_day("2026-03-02")) == ("2026年3月", "2 Mar")


def test_each_key_chooses_one_category_and_none_of_the_steps() -> None:
    assert len(set(KEYS)) == len(KEYS)
    assert not set(KEYS) & set(TAKEN)
    many = Taxonomy.of_names([f"栏{i}" for i in range(60)])
    keys = category_keys(many)
    assert list(keys.values()) == list(KEYS)
    assert "栏59" not in keys


def test_the_vendored_script_has_its_licence_beside_it() -> None:
    vendor = Path(TEMPLATES).parent / "static" / "vendor" / "htmx"
    assert "Zero-Clause BSD" in (vendor / "LICENSE").read_text("utf-8")
