"""Words that training keeps whole: in the command, in the model, in what it cuts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from classifier.engine.words.dictionary import Dictionary
from classifier.model.model_files import read_manifest
from tests.conftest import Lanmu
from tests.segmentation.compiled_words import cut
from tests.training.shipped import shipped_labels
from training.labels.file import labels_csv

ROOT = Path(__file__).parents[2]
NAME = "哈拉沙尔灌区"


@pytest.fixture(scope="module")
def labels() -> bytes:
    """A labels file of eight written articles of each of two categories of one's own."""
    own = {"sports": "赛场", "health": "医院"}
    some = [one for category in own for one in [x for x in shipped_labels() if x.category == category][:8]]
    return labels_csv([replace(one, category=own[one.category]) for one in some])


def test_the_words_of_a_user_dictionary_go_into_the_model(lanmu: Lanmu, tmp_path: Path, labels: bytes) -> None:
    (tmp_path / "ours.csv").write_bytes(labels)
    (tmp_path / "names.txt").write_text(f"{NAME} 1000\n", "utf-8")
    command = ("train", "--labels", "ours.csv", "--own-categories", "--from-scratch", "--models", "mine")
    done = lanmu(*command, "--user-dictionary", "names.txt")
    assert done.returncode == 0, done.stderr
    (manifest,) = (read_manifest(path.parent) for path in (tmp_path / "mine").glob("*/manifest.json"))
    assert manifest.user_words == ((NAME, 1000),)
    text = f"{NAME}昨天开闸放水"
    assert NAME in cut(text, dictionary=Dictionary(manifest.user_words)) and NAME not in cut(text)


@pytest.mark.slow
def test_a_user_dictionary_that_is_wrong_is_refused_by_name(lanmu: Lanmu, tmp_path: Path, labels: bytes) -> None:
    (tmp_path / "ours.csv").write_bytes(labels)
    (tmp_path / "names.txt").write_text(f"{NAME}\n{'长' * 1_001}\n", "utf-8")
    command = ("train", "--labels", "ours.csv", "--own-categories", "--from-scratch", "--models", "mine")
    for given, words in (("names.txt", "names.txt:2"), ("missing.txt", "there is no such user dictionary")):
        wrong = lanmu(*command, "--user-dictionary", given)
        assert wrong.returncode == 2 and words in wrong.stderr, wrong.stderr
    assert not list((tmp_path / "mine").glob("*/manifest.json"))
