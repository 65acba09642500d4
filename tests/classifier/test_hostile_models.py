"""Models that somebody has made to harm, with right checksums: refused as models, or answering as any other."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.article import Article
from classifier.errors import ModelError
from classifier.model.model_files import MANIFEST, WEIGHTS, read_manifest
from classifier.model.tensors import read_tensors, write_tensors
from classifier.model.topic_model import TopicModel

ARTICLE = Article("a", "县篮球联赛落幕", "决赛打满四节,城关镇队靠一记压哨三分夺得冠军。")
GONE = object()
VALUES: tuple[Any, ...] = (
    None, -1, 0, 0.5, 1e308, float("nan"), float("inf"), 10**400, 2**63, True, "", "\ud800", "长" * 100_000,
    [], {}, [[1]], ["一", "二"], [["词", -5]], [["", 3]], [["\ud800", 4]], "../../别处", GONE,
)  # fmt: skip


def sealed(folder: Path, record: dict[str, Any], weights: bytes) -> Path:
    """A model's folder with this manifest, its checksums right."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / WEIGHTS).write_bytes(weights)
    content = {key: value for key, value in record.items() if key != "checksum"}
    whole = json.dumps(content, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
    told = json.dumps({**content, "checksum": hashlib.sha256(whole).hexdigest()}, ensure_ascii=False)
    (folder / MANIFEST).write_bytes(told.encode("utf-8", "surrogatepass"))
    return folder


def entries(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every entry within a manifest, of lists the first three."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value[:3]) if isinstance(value, list) else ()
    for key, one in inner:
        yield from entries(one, (*path, key))


def changed(record: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(record))
    place: Any = copy
    for key in path[:-1]:
        place = place[key]
    if value is GONE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return copy


def refused_or_ordinary(folder: Path, engine: Any) -> bool:
    """Whether it was refused; else it answers as a model does."""
    try:
        answer = TopicModel.load(folder, engine=engine).tag([ARTICLE])[0]
    except ModelError as error:
        assert MANIFEST in str(error) or WEIGHTS in str(error) or "features" in str(error) or "review" in str(error)
        return True
    assert 0 <= answer.probability <= 1
    json.dumps(answer.record())
    return False


def test_hostile_entries_of_a_manifest_are_refused_or_do_no_harm(small_model_folder: Path, tmp_path: Path) -> None:
    record = json.loads((small_model_folder / MANIFEST).read_text("utf-8"))
    weights = (small_model_folder / WEIGHTS).read_bytes()
    cases = [(path, value) for path in entries(record) if path[0] != "checksum" for value in VALUES]
    refused = 0
    for path, value in random.Random(7).sample(cases, 250):
        folder = sealed(tmp_path / "hostile", changed(record, path, value), weights)
        try:
            refused += refused_or_ordinary(folder, "python")
        except BaseException as error:
            pytest.fail(f"{path} = {value!r}: {type(error).__name__}: {error}")
    assert refused > 100


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("features", "words"), 0.5), (("features", "characters"), 1e-320), (("features", "lead_characters"), -1),
        (("features", "lead_characters"), 1e308), (("features", "hmm"), 10**400), (("features", "sublinear"), None),
        (("features", "title"), float("nan")), (("review", "words"), "many"), (("review", "body"), 1e308),
        (("review", "secondary"), []), (("review", "accept_accuracy"), None), (("review", "thresholds"), [["a", "b"]]),
        (("review", "least"), [0.98]), (("review", "least"), [0, 0, "x"]), (("review", "least"), [0, -1, 0.98]),
        (("taxonomy",), []), (("taxonomy", 0, "colour"), "red;}body{display:none"), (("taxonomy", 0, "id"), 5),
        (("user_words",), [["词", -5]]), (("user_words",), [["词", 10**30]]), (("user_words",), [["词" * 1_001, 3]]),
        (("surprise_unknown",), float("nan")),
    ],
)  # fmt: skip
def test_what_compiled_code_would_take_as_it_is_never_reaches_it(
    path: tuple[Any, ...], value: Any, small_model_folder: Path, tmp_path: Path
) -> None:
    record = json.loads((small_model_folder / MANIFEST).read_text("utf-8"))
    folder = sealed(tmp_path / "hostile", changed(record, path, value), (small_model_folder / WEIGHTS).read_bytes())
    assert refused_or_ordinary(folder, "compiled")


@pytest.mark.parametrize("name", ["idf", "weights", "intercept", "calibration.matrix", "words.blob", "words.offsets"])
def test_hostile_weights_are_refused(name: str, small_model_folder: Path, tmp_path: Path) -> None:
    record = json.loads((small_model_folder / MANIFEST).read_text("utf-8"))
    tensors = {key: np.array(array) for key, array in read_tensors(small_model_folder / WEIGHTS).items()}
    array = tensors[name]
    if name == "words.blob":
        array[3] = 0xFF
    elif name == "words.offsets":
        array[1:-1] = array[1:-1][::-1]
    else:
        array.flat[-1] = np.nan
    write_tensors(tmp_path / "weights", tensors)
    weights = (tmp_path / "weights").read_bytes()
    record["weights"] = {"sha256": hashlib.sha256(weights).hexdigest(), "bytes": len(weights)}
    assert refused_or_ordinary(sealed(tmp_path / "hostile", record, weights), "python")


def test_a_model_of_before_is_still_read(small_model_folder: Path, tmp_path: Path) -> None:
    record = json.loads((small_model_folder / MANIFEST).read_text("utf-8"))
    for entry in ("secondary_least", "round_ups"):
        del record["review"][entry]
    folder = sealed(tmp_path / "before", record, (small_model_folder / WEIGHTS).read_bytes())
    assert read_manifest(folder).review.round_ups
    assert not refused_or_ordinary(folder, "python")
