"""Which labels a stored model was fitted on, and which of them say something else now."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.model.model_files import Manifest
from classifier.taxonomy import Taxonomy
from training.labels.examples import Examples

ID = 8
COLUMN = 4


@dataclass(frozen=True, slots=True)
class Relabelled:
    """How the ``known`` labels of a category that a model learned from are labelled now, where that is otherwise."""

    category: str
    known: int
    now: dict[str, int]

    @property
    def changed(self) -> int:
        return sum(self.now.values())


def seen_record(examples: Examples, taxonomy: Taxonomy) -> dict[str, Any]:
    """What a manifest keeps of its labels: by id, 4 bytes of hash and the category's column, both in hex, sorted."""
    column = {category: k for k, category in enumerate(taxonomy.ids)}
    labels = zip(examples.ids, examples.categories, strict=True)
    columns = {_checksum(name): column[category] for name, category in labels}
    return {
        "label_ids": "".join(sorted(columns)),
        "label_columns": "".join(f"{columns[checksum]:0{COLUMN}x}" for checksum in sorted(columns)),
    }


def unseen(manifest: Manifest, examples: Examples) -> NDArray[np.bool_]:
    """Which examples a stored model was not fitted on, bool[n]."""
    seen = _seen(manifest)
    return np.array([_checksum(name) not in seen for name in examples.ids], np.bool_)


def find_changed(manifest: Manifest, examples: Examples, renamed: Mapping[str, str] | None = None) -> NDArray[np.bool_]:
    """Which examples a stored model was fitted on with another category than they have now, bool[n].

    ``renamed``: what the model's categories are called now, where it is not the same.
    """
    return np.array([before not in ("", now) for before, now in _before(manifest, examples, renamed)], np.bool_)


def find_relabelled(
    manifest: Manifest, examples: Examples, renamed: Mapping[str, str] | None = None
) -> list[Relabelled]:
    """The changes by the category that the model learned, the largest first."""
    known: Counter[str] = Counter()
    now: dict[str, Counter[str]] = {}
    for before, category in _before(manifest, examples, renamed):
        known[before] += 1
        if before and category != before:
            now.setdefault(before, Counter())[category] += 1
    relabelled = [Relabelled(category, known[category], dict(counts.most_common())) for category, counts in now.items()]
    return sorted(relabelled, key=lambda one: (-one.changed, one.category))


def _before(manifest: Manifest, examples: Examples, renamed: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    """Each example's category as the model learned it (empty: it did not, or does not say) and as it is now."""
    seen, ids = _seen(manifest), [(renamed or {}).get(name, name) for name in manifest.taxonomy.ids]
    columns = [seen.get(_checksum(name), -1) for name in examples.ids]
    return [(ids[k] if 0 <= k < len(ids) else "", now) for k, now in zip(columns, examples.categories, strict=True)]


def _seen(manifest: Manifest) -> dict[str, int]:
    checksums = str(manifest.training.get("label_ids", ""))
    columns = str(manifest.training.get("label_columns", ""))
    count = len(checksums) // ID
    told = len(columns) == COLUMN * count
    return {
        checksums[i * ID : (i + 1) * ID]: int(columns[i * COLUMN : (i + 1) * COLUMN], 16) if told else -1
        for i in range(count)
    }


def _checksum(name: str) -> str:
    return hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=ID // 2).hexdigest()
