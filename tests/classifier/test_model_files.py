from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from classifier.errors import ModelError
from classifier.model.features import FeatureSpec
from classifier.model.model_files import MANIFEST, WEIGHTS, read_model, write_model
from classifier.model.tensors import read_tensors, write_tensors
from tests.small_model import small_model


def test_a_model_comes_back_as_it_was_written(small_model_folder: Path, tmp_path: Path) -> None:
    stored = read_model(small_model_folder)
    again = write_model(tmp_path / "again", stored.manifest, stored.weights)
    assert again.checksum == stored.manifest.checksum
    for name in (MANIFEST, WEIGHTS):
        assert (tmp_path / "again" / name).read_bytes() == (small_model_folder / name).read_bytes()


def test_every_changed_byte_is_refused(small_model_folder: Path, tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    for name in (MANIFEST, WEIGHTS):
        content = (small_model_folder / name).read_bytes()
        for position in generator.integers(0, len(content), 60).tolist():
            folder = tmp_path / "changed"
            shutil.copytree(small_model_folder, folder)
            spoiled = bytearray(content)
            spoiled[position] ^= 1 << int(generator.integers(0, 8))
            (folder / name).write_bytes(bytes(spoiled))
            with pytest.raises(ModelError, match="changed"):
                read_model(folder)
            shutil.rmtree(folder)


def test_a_cut_file_and_a_missing_one_are_refused(small_model_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cut"
    shutil.copytree(small_model_folder, folder)
    (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:-1])
    with pytest.raises(ModelError, match=WEIGHTS):
        read_model(folder)
    (folder / WEIGHTS).unlink()
    with pytest.raises(ModelError, match=WEIGHTS):
        read_model(folder)
    with pytest.raises(ModelError, match="no model there"):
        read_model(tmp_path / "nowhere")


def test_a_model_is_not_written_over(small_model_folder: Path) -> None:
    stored = read_model(small_model_folder)
    with pytest.raises(ModelError, match="exists already"):
        write_model(small_model_folder, stored.manifest, stored.weights)


def test_our_files_are_safetensors(tmp_path: Path) -> None:
    arrays = {
        "idf": np.linspace(1, 9, 7, dtype=np.float32),
        "fold": np.arange(30, dtype=np.uint16).reshape(5, 6),
        "empty": np.zeros((0, 4), np.float64),
    }
    write_tensors(tmp_path / "a.safetensors", arrays)
    theirs = load_file(tmp_path / "a.safetensors")
    ours = read_tensors(tmp_path / "a.safetensors")
    assert set(ours) == set(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(ours[name], array)
        np.testing.assert_array_equal(theirs[name], array)
        assert not ours[name].flags.writeable


@pytest.mark.parametrize(
    "header",
    [
        {"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 1 << 60]}},
        {"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": [1 << 62, 4], "data_offsets": [0, 16]}},
        {"a": {"dtype": "object", "shape": [1], "data_offsets": [0, 8]}},
        {"a": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}},
        {"a": [1, 2]},
        [1],
    ],
)
def test_hostile_headers_are_refused(tmp_path: Path, header: object) -> None:
    encoded = json.dumps(header).encode()
    path = tmp_path / "hostile.safetensors"
    path.write_bytes(len(encoded).to_bytes(8, "little") + encoded + bytes(16))
    with pytest.raises(ModelError, match="hostile"):
        read_tensors(path)


@pytest.mark.parametrize("content", [b"", b"1234567", b"\xff" * 64, (1 << 62).to_bytes(8, "little")])
def test_what_is_no_tensor_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "hostile.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="hostile"):
        read_tensors(path)


def test_features_of_every_shape_are_stored(tmp_path: Path) -> None:
    spec = FeatureSpec(title=2.0, lead=0.5, words=1, characters=2, shared=False, hmm=False)
    stored = read_model(small_model(tmp_path / "wide", spec))
    assert stored.manifest.spec == spec
    assert stored.weights.weights.shape == (2 * stored.weights.features, 3)
