"""Tables are built once, checked, shared, and built anew when what they come from changes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from classifier.engine.words import compiled
from classifier.engine.words.cache import KEPT_FILES, _choose_trusted, is_trusted, keep, keep_arrays
from classifier.engine.words.dictionary import Dictionary
from classifier.engine.words.jieba_tables import segmentation_tables, tables_key
from tests.segmentation.compiled_words import cut

Arrays = dict[str, "np.ndarray[tuple[int], np.dtype[np.int64]]"]
ROOT = Path(__file__).parents[2]
CUT = """
import json, sys, time
from classifier.engine.words.dictionary import Dictionary
from classifier.engine.words.jieba_tables import segmentation_tables
from classifier.engine.words.python_cutting import PythonCutter
words = PythonCutter(segmentation_tables(Dictionary().entries))("南京市长江大桥上的云上之家")
print(json.dumps({"words": words, "jieba": "jieba" in sys.modules}))
"""
"""What a process of its own does: cut with the tables, and say whether it had to load jieba for that."""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder for this test."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("LANMU_CACHE", str(folder))
    return folder


class Built:
    """Builds an array of ten numbers and counts how often it was asked to."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Arrays:
        self.times += 1
        return {"numbers": np.arange(10)}


def test_built_once_then_mapped_read_only(cache: Path) -> None:
    build = Built()
    for _ in range(3):
        numbers = keep_arrays("test", "key", build)["numbers"]
        assert numbers.tolist() == list(range(10)) and not numbers.flags.writeable
    assert build.times == 1
    keep_arrays("test", "another key", build)
    assert build.times == 2
    assert cache.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("damage", ["a byte", "cut short", "empty", "no checksum", "another's checksum"])
def test_a_damaged_file_is_built_again(cache: Path, damage: str) -> None:
    build = Built()
    keep_arrays("test", "key", build)
    path = cache / "test-key.safetensors"
    content = bytearray(path.read_bytes())
    if damage == "a byte":
        content[-3] ^= 0xFF
        path.write_bytes(content)
    elif damage == "cut short":
        path.write_bytes(content[:-20])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "no checksum":
        path.with_suffix(".sha256").unlink()
    else:
        path.with_suffix(".sha256").write_text("0" * 64)
    assert keep_arrays("test", "key", build)["numbers"].tolist() == list(range(10))
    assert build.times == 2
    keep_arrays("test", "key", build)
    assert build.times == 2


def test_without_a_folder_to_write_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here is a file")
    monkeypatch.setenv("LANMU_CACHE", str(tmp_path / "file" / "cache"))
    build = Built()
    numbers = keep_arrays("test", "key", build)["numbers"]
    assert numbers.tolist() == list(range(10)) and not numbers.flags.writeable
    keep_arrays("test", "key", build)
    assert build.times == 2


def test_many_ask_at_once_and_one_builds(cache: Path) -> None:
    build = Built()
    asking = [threading.Thread(target=keep_arrays, args=("test", "key", build)) for _ in range(8)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert build.times == 1


def test_old_files_go(cache: Path) -> None:
    for i in range(KEPT_FILES + 3):
        keep_arrays("test", f"key {i}", Built())
        os.utime(cache / f"test-key {i}.safetensors", (i, i))
    keep_arrays("other", "key", Built())
    keep_arrays("test", "last", Built())
    left = sorted(path.name for path in cache.glob("test-*.safetensors"))
    assert len(left) == KEPT_FILES and "test-last.safetensors" in left and "test-key 1.safetensors" not in left
    assert len(list(cache.glob("test-*"))) == 3 * KEPT_FILES and (cache / "other-key.safetensors").exists()


def test_only_what_nobody_else_can_write_is_trusted(tmp_path: Path) -> None:
    file = tmp_path / "words.safetensors"
    file.write_bytes(b"")
    for path in (tmp_path, file):
        for mode, trusted in ((0o755, True), (0o700, True), (0o775, False), (0o2775, False), (0o757, False)):
            path.chmod(mode)
            assert is_trusted(path) == trusted, oct(mode)
        path.chmod(0o755)
    link = tmp_path / "link"
    link.symlink_to(file)
    assert not is_trusted(link)
    if os.getuid() == 0:
        os.chown(file, 65534, 65534)
        assert not is_trusted(file)


@pytest.mark.parametrize("open_to", ["the group", "all", "the group, a file"])
def test_tables_that_others_can_write_are_not_used(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], open_to: str
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "own"))
    keep_arrays("test", "key", Built())
    file = cache / "test-key.safetensors"
    forged = dict(keep_arrays("test", "key", Built()))
    forged["numbers"] = forged["numbers"] + 1
    keep(file, forged)
    if open_to == "the group, a file":
        file.chmod(0o664)
    else:
        cache.chmod(0o2775 if open_to == "the group" else 0o777)
    _choose_trusted.cache_clear()
    for _ in range(2):
        assert keep_arrays("test", "key", Built())["numbers"].tolist() == list(range(10))
    said = capsys.readouterr().err
    if open_to == "the group, a file":
        assert file.stat().st_mode & 0o022 == 0 and not said
    else:
        assert said.count("others can write there") == 1 and str(tmp_path / "own" / "lanmu") in said
        assert (tmp_path / "own" / "lanmu" / file.name).exists()


@pytest.mark.parametrize("open_to", ["the group, the folder", "the group, a file", "a link", "another user"])
def test_machine_code_that_others_can_write_is_not_taken(cache: Path, open_to: str) -> None:
    find = compiled._folder.__wrapped__
    folder = find()
    assert folder is not None and folder.parent == cache
    code = folder / "scores.nbi"
    code.write_bytes(b"machine code")
    assert find() == folder
    if open_to == "the group, the folder":
        folder.chmod(0o2775)
    elif open_to == "the group, a file":
        code.chmod(0o664)
    elif open_to == "a link":
        code.rename(cache / "elsewhere.nbi")
        code.symlink_to(cache / "elsewhere.nbi")
    elif os.getuid():
        pytest.skip("only root gives files away")
    else:
        os.chown(code, 65534, 65534)
    assert find() is None


FULL = """
import resource
from classifier.engine.words.compiled import compile_function

def add(a, b):
    return a + b

def double(a):
    return 2 * a

resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
print(compile_function(add)(2, 3), compile_function(double)(4))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows bounds no files")
def test_a_full_disk_only_costs_the_compilation(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "full.py").write_text(FULL, "utf-8")
    environment = {**os.environ, "LANMU_CACHE": str(cache), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, tmp_path / "full.py"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=250, check=False)
    assert done.stdout.split() == ["5", "8"], done.stderr
    assert done.stderr.count("File too large") == done.stderr.count(str(cache)) == 1, done.stderr
    assert [path for path in cache.rglob("*.nb*") if path.stat().st_size] == []


def test_where_no_folder_is_ones_own_everything_is_built_anew(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    open_to_all = tmp_path / "open"
    for name in ("", "lanmu", "lanmu-private", "cache"):
        (open_to_all / name).mkdir()
    open_to_all.chmod(0o777)
    monkeypatch.setenv("XDG_CACHE_HOME", str(open_to_all))
    monkeypatch.setenv("LANMU_CACHE", str(open_to_all / "cache"))
    build = Built()
    for _ in range(2):
        keep_arrays("test", "key", build)
    assert build.times == 2
    assert capsys.readouterr().err.count("made anew each time") == 1
    assert not list(open_to_all.rglob("*.safetensors"))


def in_a_process(cache: Path, *path: Path) -> dict[str, object]:
    environment = {**os.environ, "LANMU_CACHE": str(cache), "PYTHONPATH": os.pathsep.join(map(str, [*path, ROOT]))}
    done = subprocess.run(
        [sys.executable, "-c", CUT], env=environment, capture_output=True, text=True, timeout=250, check=False
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, object] = json.loads(done.stdout)
    return told


@pytest.mark.slow
def test_built_by_one_of_two_processes_and_anew_for_another_jieba(cache: Path, tmp_path: Path) -> None:
    """Two processes start at once without a cache; a third finds it; with a changed jieba all is built again."""
    answers: list[dict[str, object]] = []
    starting = [threading.Thread(target=lambda: answers.append(in_a_process(cache))) for _ in range(2)]
    for thread in starting:
        thread.start()
    for thread in starting:
        thread.join()
    assert sorted(bool(answer["jieba"]) for answer in answers) == [False, True]
    assert [answer["words"] for answer in answers] == [["南京市", "长江大桥", "上", "的", "云上", "之家"]] * 2
    assert in_a_process(cache) == {"words": answers[0]["words"], "jieba": False}
    assert len(list(cache.glob("words-*.safetensors"))) == 1

    import jieba

    shutil.copytree(Path(jieba.__file__).parent, tmp_path / "other" / "jieba")
    dictionary = tmp_path / "other" / "jieba" / "dict.txt"
    with dictionary.open("a", encoding="utf-8") as file:
        file.write("云上之家 3000 n\n")
    told = in_a_process(cache, tmp_path / "other")
    assert told["words"] == ["南京市", "长江大桥", "上", "的", "云上之家"]
    assert len(list(cache.glob("words-*.safetensors"))) == 2


@pytest.mark.slow
def test_a_damaged_table_of_words_is_built_again(cache: Path) -> None:
    first = in_a_process(cache)
    path = next(cache.glob("words-*.safetensors"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert in_a_process(cache) == first and first["jieba"]
    assert in_a_process(cache) == {"words": first["words"], "jieba": False}


@pytest.mark.slow
def test_every_dictionary_has_tables_of_its_own() -> None:
    added = Dictionary((("云上之家", 3000),))
    taken = Dictionary((*added.entries, ("长江大桥", 0)))
    text = "南京市长江大桥上的云上之家"
    assert cut(text) == ["南京市", "长江大桥", "上", "的", "云上", "之家"]
    assert cut(text, dictionary=added) == ["南京市", "长江大桥", "上", "的", "云上之家"]
    assert "长江大桥" not in cut(text, dictionary=taken)
    keys = [tables_key(dictionary.entries) for dictionary in (Dictionary(), added, taken)]
    assert len(set(keys)) == 3
    assert segmentation_tables(added.entries) is segmentation_tables(added.entries)
