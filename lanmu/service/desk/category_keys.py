"""The key that chooses each category on the desk."""

from __future__ import annotations

from typing import Final

from classifier.taxonomy import Taxonomy

TAKEN: Final = "jkqsu"
"""Letters with a meaning of their own: next, previous, ask a colleague, skip, undo."""

KEYS: Final = "1234567890" + "".join(c for c in "abcdefghilmnopqrtvwxyz" if c not in TAKEN)


def category_keys(taxonomy: Taxonomy) -> dict[str, str]:
    """Category id → its key: digits, then letters, in the taxonomy's order; those beyond the keys have none."""
    return dict(zip(taxonomy.ids, KEYS, strict=False))
