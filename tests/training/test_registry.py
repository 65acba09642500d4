from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest

from classifier.errors import LabelsError, ModelError
from classifier.messages import say
from classifier.model.versions import HISTORY, Registry
from lanmu.commands.models import history, promote
from tests.small_model import small_model
from training.labels.file import Label, append_labels, read_labels
from training.promotion.gate import Compared, judge


def test_promotion_and_rollback(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    for name in ("first", "second", "third"):
        small_model(tmp_path / name)
        registry.promote(name, ("测试",))
    assert registry.current == "third"
    registry.rollback()
    assert registry.current == "second"
    registry.rollback()
    assert registry.current == "first"
    with pytest.raises(ModelError, match="no earlier version"):
        registry.rollback()
    assert [event.action for event in registry.history()].count("promoted") == 3


def test_the_journal_is_told_in_the_readers_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also what an earlier version wrote, in English; and what a later one did, by its code."""
    registry = Registry(tmp_path)
    small_model(tmp_path / "春季")
    gate = say("gate.holdout", count=21, before="100.0%", after="95.2%", won=0, lost=1)
    registry.note("refused", "春季", (gate, say("gate.no_gain")))
    with (tmp_path / HISTORY).open("a", encoding="utf-8") as journal:
        for reason in ("the first model here", {"code": "gate.of_tomorrow"}):
            journal.write(json.dumps({"time": "", "action": "added", "name": "春季", "reasons": [reason]}) + "\n")
        journal.write('{"time": "", "action": "added", "name": "x", "reasons": [{"code": "a", "values": []}]}\n')
    promote("春季", models=tmp_path)
    assert registry.history()[0].reasons[0] == gate
    for language, told in (
        ("zh", ["在 21 篇稿件上：正确率 100.0% → 95.2%，0 篇由错变对，1 篇由对变错；没有超出随机波动的提高", "手动"]),
        ("en", ["on 21 articles: 100.0% → 95.2% right, 0 won, 1 lost; no gain beyond noise", "by hand"]),
    ):
        monkeypatch.setenv("LC_ALL", language)
        capsys.readouterr()
        history(models=tmp_path)
        said = [line.partition("春季: ")[2] for line in capsys.readouterr().out.splitlines()]
        assert said == [told[0], "the first model here", "gate.of_tomorrow", told[1]]


def test_a_damaged_version_is_not_promoted(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    small_model(tmp_path / "good")
    registry.promote("good")
    small_model(tmp_path / "bad")
    path = tmp_path / "bad" / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ModelError, match="bad"):
        registry.promote("bad")
    assert registry.current == "good"
    assert registry.prune(0) == ["bad"]


def compared(pairs: list[tuple[str, str, str]]) -> Compared:
    right, champion, challenger = zip(*pairs, strict=True) if pairs else ((), (), ())
    return Compared(tuple(map(str, range(len(pairs)))), tuple(right), tuple(champion), tuple(challenger))


NAMES = {"a": "会议", "b": "文化"}


def test_the_gate_lets_a_better_model_through() -> None:
    holdout = compared([("a", "a", "a")] * 80 + [("b", "a", "b")] * 10)
    assert judge(holdout, compared([]), NAMES).promote


def test_the_gate_refuses_a_broken_category_by_name() -> None:
    holdout = compared([("a", "b", "a")] * 30 + [("a", "a", "a")] * 50 + [("b", "b", "a")] * 10)
    verdict = judge(holdout, compared([]), NAMES)
    assert not verdict.promote
    assert any("文化" in str(reason) for reason in verdict.reasons)


def test_new_labels_speak_where_the_holdout_does_not() -> None:
    holdout = compared([("a", "a", "a")] * 90)
    new = compared([("b", "a", "b")] * 12)
    assert judge(holdout, new, NAMES).promote
    assert not judge(holdout, compared([]), NAMES).promote


def _add(path: Path, worker: int) -> None:
    for i in range(10):
        append_labels(path, [Label(f"w{worker}-{i}", "culture", "desk", "", f"第{i}场演出", "剧团下乡演出。")])


def test_two_writers_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    workers = [multiprocessing.Process(target=_add, args=(path, n)) for n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    labels = read_labels(path).labels
    assert {label.id for label in labels} == {f"w{n}-{i}" for n in range(2) for i in range(10)}


def test_a_contradiction_is_refused_unless_replaced(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    append_labels(path, [Label("x", "culture", text="庙会开锣,狮子上街。")])
    with pytest.raises(LabelsError, match="already"):
        append_labels(path, [Label("x", "tourism", text="庙会开锣,狮子上街。")])
    assert append_labels(path, [Label("x", "tourism", text="庙会开锣,狮子上街。")], replace=True) == 1
    assert read_labels(path).labels[0].category == "tourism"
