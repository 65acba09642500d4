"""A model on disk: a folder with ``manifest.json`` and ``weights.safetensors``, refused where a byte changed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.columns import StringTable
from classifier.engine.words.dictionary import MAX_FREQUENCY, MAX_WORD
from classifier.errors import ModelError, TaxonomyError
from classifier.files import sha256_of, sync_folder, write_text_whole
from classifier.messages import say
from classifier.model.decisions import ReviewRule
from classifier.model.entries import is_number
from classifier.model.features import FeatureSpec
from classifier.model.tensors import read_tensors, write_tensors
from classifier.model.weights import LinearWeights
from classifier.taxonomy import COLOUR, Category, Taxonomy
from classifier.text import CharacterTable, with_plain_ideographs

FORMAT = 1
SPREAD = "calibration.spread"
"""Models of before have none."""
MANIFEST = "manifest.json"
WEIGHTS = "weights.safetensors"
MAX_MANIFEST_BYTES = 8_000_000
LONGEST_ENTRY = 2_000


@dataclass(frozen=True)
class Manifest:
    """What a model says of itself.

    ``training`` is what it was made from: labels' checksum, options, package versions, metrics,
    parent.  ``checksum`` is that of the whole model (manifest and weights), hex SHA-256; it is the
    model's identity; ``weights_sha256`` that of the weights alone.
    """

    name: str
    taxonomy: Taxonomy
    spec: FeatureSpec
    review: ReviewRule
    surprise_unknown: float
    user_words: tuple[tuple[str, int], ...] = ()
    training: dict[str, Any] = field(default_factory=dict)
    checksum: str = ""
    weights_sha256: str = ""


@dataclass(frozen=True)
class StoredModel:
    """A model as read from its folder."""

    path: Path
    manifest: Manifest
    weights: LinearWeights


def write_model(folder: Path, manifest: Manifest, weights: LinearWeights) -> Manifest:
    """Write a model to ``folder``, which must not exist yet; written beside and renamed.

    The same manifest and weights give the same bytes.  Returns the manifest with its checksum.
    """
    if folder.exists():
        raise ModelError(say("model.exists", folder=str(folder)))
    beside = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        write_tensors(beside / WEIGHTS, _tensors(weights))
        record = {
            "format": FORMAT,
            "name": manifest.name,
            "taxonomy": [_category_record(category) for category in manifest.taxonomy],
            "features": manifest.spec.record(),
            "review": manifest.review.record(),
            "surprise_unknown": manifest.surprise_unknown,
            "user_words": [list(pair) for pair in manifest.user_words],
            "training": manifest.training,
            "weights": {"sha256": sha256_of(beside / WEIGHTS), "bytes": (beside / WEIGHTS).stat().st_size},
        }
        record["checksum"] = _checksum(record)
        write_text_whole(beside / MANIFEST, json.dumps(record, ensure_ascii=False, indent=1) + "\n")
        sync_folder(beside)
        beside.replace(folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    sync_folder(folder.parent)
    return read_manifest(folder)


def _category_record(category: Category) -> dict[str, Any]:
    """What a manifest says of a category; what is empty is left out, as models of before did not have it."""
    record = asdict(category)
    return {key: value for key, value in record.items() if value or key not in ("was", "media_topic", "gbt_20093")}


def read_manifest(folder: Path) -> Manifest:
    """Read and check a model's manifest; ModelError names the file and what is wrong."""
    path = folder / MANIFEST
    try:
        if path.stat().st_size > MAX_MANIFEST_BYTES:
            raise ModelError(say("model.manifest_too_large", path=str(path), most=MAX_MANIFEST_BYTES))
        record = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ModelError(
            say("model.none_there", folder=str(folder), file=path.name, error=str(error.strerror))
        ) from error
    except (ValueError, RecursionError) as error:
        raise ModelError(say("model.no_json", path=str(path), error=str(error))) from error
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise ModelError(say("model.format", path=str(path), format=FORMAT))
    try:
        whole = record.get("checksum") == _checksum(record)
    except UnicodeEncodeError:  # half a character, which no file of ours has
        whole = False
    if not whole:
        raise ModelError(say("model.manifest_changed", path=str(path)))
    try:
        return _manifest(record)
    except (KeyError, TypeError, ValueError, AttributeError, TaxonomyError) as error:
        raise ModelError(say("model.entry", path=str(path), error=str(error))) from error


def read_model(folder: Path) -> StoredModel:
    """Read a model and check every byte of it against its checksums.

    Raises ModelError where the folder is no model, a byte was changed, or the parts do not fit.
    """
    manifest = read_manifest(folder)
    path = folder / WEIGHTS
    try:
        checksum = sha256_of(path)
    except OSError as error:
        raise ModelError(say("model.unreadable", path=str(path), error=str(error.strerror))) from error
    if checksum != manifest.weights_sha256:
        raise ModelError(say("model.file_changed", path=str(path), manifest=MANIFEST))
    return StoredModel(folder, manifest, _weights(path, manifest))


def _manifest(record: dict[str, Any]) -> Manifest:
    """The entries of a manifest, which anybody may have written; an error of Python's own where one is none."""
    if not is_number(record["surprise_unknown"]):
        raise ValueError("surprise_unknown is no number")
    user_words = tuple((word, frequency) for word, frequency in record["user_words"])
    for word, frequency in user_words:
        if not isinstance(word, str) or not 0 < len(word) <= MAX_WORD:
            raise ValueError("a word of its own is none")
        if not is_number(frequency) or not 0 <= frequency <= MAX_FREQUENCY:
            raise ValueError("the frequency of a word is none")
        word.encode()  # half a character is a ValueError
    manifest = Manifest(
        name=str(record["name"]),
        taxonomy=Taxonomy(tuple(map(_category, record["taxonomy"]))),
        spec=FeatureSpec.from_record(record["features"]),
        review=ReviewRule.from_record(record["review"]),
        surprise_unknown=float(record["surprise_unknown"]),
        user_words=tuple((word, int(frequency)) for word, frequency in user_words),
        training=dict(record["training"]),
        checksum=str(record["checksum"]),
        weights_sha256=str(record["weights"]["sha256"]),
    )
    if len(manifest.review.least) not in (0, len(manifest.taxonomy)):
        raise ValueError("the review rule's least probabilities are not those of the categories")
    return manifest


def _category(record: dict[str, Any]) -> Category:
    was = tuple(record.get("was", ()))
    texts = {key: value for key, value in record.items() if key != "was"}
    if not all(isinstance(value, str) and len(value) <= LONGEST_ENTRY for value in (*texts.values(), *was)):
        raise ValueError("an entry of a category is no text, or too long")
    category = Category(**texts, was=was)
    if not category.id or not COLOUR.fullmatch(category.colour):
        raise ValueError(f"category {category.id[:40]!r} lacks an id, or its colour is none")
    category.id.encode(), category.name.encode()  # half a character is a ValueError
    return category


def _checksum(record: dict[str, Any]) -> str:
    content = {key: value for key, value in record.items() if key != "checksum"}
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _tensors(weights: LinearWeights) -> dict[str, NDArray[Any]]:
    return {
        "words.blob": weights.words.blob,
        "words.offsets": weights.words.offsets,
        "characters.blob": weights.characters.blob,
        "characters.offsets": weights.characters.offsets,
        "idf": weights.idf,
        "weights": weights.weights,
        "intercept": weights.intercept,
        "surprise": weights.surprise,
        "fold": weights.table.fold,
        "is_word": weights.table.is_word,
        "calibration.matrix": weights.calibration_matrix,
        "calibration.offset": weights.calibration_offset,
        SPREAD: np.array([weights.calibration_spread]),
    }


def _weights(path: Path, manifest: Manifest) -> LinearWeights:
    tensors = read_tensors(path)

    def taken(name: str, dtype: Any, *shape: int | None) -> NDArray[Any]:
        array = tensors.get(name)
        if array is None or array.dtype != dtype or array.ndim != len(shape):
            raise ModelError(say("model.lacks", path=str(path), name=name))
        if any(wanted is not None and wanted != n for wanted, n in zip(shape, array.shape, strict=True)):
            raise ModelError(say("model.shape", path=str(path), name=name, shape=str(array.shape)))
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ModelError(say("model.no_number", path=str(path), name=name))
        return array

    def strings(name: str) -> StringTable:
        table = StringTable(taken(f"{name}.blob", np.uint8, None), taken(f"{name}.offsets", np.int64, None))
        ends = table.offsets
        if len(ends) == 0 or ends[0] != 0 or ends[-1] != len(table.blob) or (np.diff(ends) <= 0).any():
            raise ModelError(say("model.no_strings", path=str(path), name=name))
        try:
            table.blob.tobytes().decode()
            torn = bool((table.blob[ends[:-1]] & 0xC0 == 0x80).any())
        except UnicodeDecodeError:
            torn = True
        if torn:
            raise ModelError(say("model.no_text", path=str(path), name=name))
        return table

    words, characters = strings("words"), strings("characters")
    features, k = len(words) + len(characters), len(manifest.taxonomy)
    return LinearWeights(
        spec=manifest.spec,
        words=words,
        characters=characters,
        idf=taken("idf", np.float32, features),
        weights=taken("weights", np.float32, features * manifest.spec.groups, k),
        intercept=taken("intercept", np.float64, k),
        surprise=taken("surprise", np.float32, len(words)),
        surprise_unknown=manifest.surprise_unknown,
        table=with_plain_ideographs(CharacterTable(taken("fold", np.uint16, 65536), taken("is_word", np.uint8, 65536))),
        calibration_matrix=taken("calibration.matrix", np.float64, k, k),
        calibration_offset=taken("calibration.offset", np.float64, k),
        calibration_spread=float(taken(SPREAD, np.float64, 1)[0]) if SPREAD in tensors else 0.0,
        user_words=manifest.user_words,
    )
