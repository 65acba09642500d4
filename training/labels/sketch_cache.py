"""MinHash sketches of texts, kept from one training run to the next, so that only new texts are sketched.

One file of the cache (segmentation.cache) for each way of making sketches, named by the parameters,
the table of characters, datasketch's version and the code; in it each sketch under a hash of its text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier import text as text_module
from classifier.engine.words.cache import cache_folder, keep, read_kept, remove_kept, sources_digest
from classifier.text import character_table
from training.fitting.feature_cache import FEWEST, KEY_BYTES, megabytes, split_keys
from training.labels import near_duplicates
from training.labels.near_duplicates import COMPARED, PERMUTATIONS, SEED, SHINGLE, sketches

MOST_SHARE = 0.2
"""Of the megabytes for counted features, so much for sketches."""
KEPT_FILES = 2


def sketched(texts: Sequence[str]) -> NDArray[np.uint32]:
    """What ``near_duplicates.sketches`` returns, to the byte; texts sketched before are not sketched again."""
    most = int(megabytes() * 1_000_000 * MOST_SHARE) // (KEY_BYTES + 4 * PERMUTATIONS)
    if len(texts) < FEWEST or most <= 0:
        return sketches(texts)
    path = cache_folder() / f"sketches-{_namespace()}.safetensors"
    keys = [_key(text) for text in texts]
    old_keys, old = _read(path)
    place = {key: i for i, key in enumerate(old_keys)}
    unseen = {key: text for key, text in zip(keys, texts, strict=True) if key not in place}
    place |= {key: len(old_keys) + i for i, key in enumerate(unseen)}
    known = np.concatenate([old, sketches(list(unseen.values()))]) if unseen else old
    found = known[[place[key] for key in keys]]
    if unseen:
        # what this run asked for first, so that what is left out has not been asked for the longest
        latest = list(dict.fromkeys([*keys, *old_keys]))[:most]
        _write(path, latest, known[[place[key] for key in latest]])
    return found


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest()


def _namespace() -> str:
    made_by = (SHINGLE, PERMUTATIONS, SEED, COMPARED, version("datasketch"))
    state = hashlib.sha256(repr(made_by).encode())
    state.update(character_table().fold.tobytes())
    state.update(
        sources_digest(*(Path(str(module.__file__)) for module in (near_duplicates, text_module)), Path(__file__))
    )
    return state.hexdigest()[:24]


def _read(path: Path) -> tuple[tuple[bytes, ...], NDArray[np.uint32]]:
    arrays = read_kept(path)
    if arrays is None:
        return (), np.zeros((0, PERMUTATIONS), np.uint32)
    return split_keys(arrays["keys"]), arrays["sketches"]


def _write(path: Path, keys: list[bytes], rows: NDArray[np.uint32]) -> None:
    """Keep the sketches; where that cannot be, the next run makes them again."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        keep(path, {"keys": np.frombuffer(b"".join(keys), np.uint8), "sketches": rows})
        others = sorted(
            path.parent.glob("sketches-*.safetensors"), key=lambda other: other.stat().st_mtime, reverse=True
        )
        for other in others[KEPT_FILES:]:
            remove_kept(other)
    except OSError:
        pass
