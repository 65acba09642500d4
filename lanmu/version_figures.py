"""A version of the model in a few figures, the same for the command line and the API."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from classifier.messages import Message, say

if TYPE_CHECKING:
    from classifier.model.model_files import Manifest
    from classifier.model.versions import Version

FEWEST_TESTED = 30
"""Articles: shares of fewer say nothing and are left out."""


def summarise(version: Version) -> dict[str, Any]:
    """A version in a few figures, as JSON values."""
    manifest = version.manifest
    if manifest is None:
        return {"name": version.name, "current": version.current, "problem": version.problem}
    metrics = manifest.training.get("metrics", {})
    articles = metrics.get("articles") or 0
    told = articles >= FEWEST_TESTED
    return {
        "name": version.name,
        "current": version.current,
        "categories": len(manifest.taxonomy),
        "labels": manifest.training.get("labels", {}).get("count"),
        "tested_on": describe_test(manifest).text() if told else None,
        "test_set": test_set(manifest) if told else None,
        "accuracy": metrics.get("accuracy") if told else None,
        "macro_f1": metrics.get("macro_f1") if told else None,
        "checksum": manifest.checksum,
    }


def describe_test(manifest: Manifest) -> Message:
    """On how many articles a version was tested, and how."""
    metrics = manifest.training.get("metrics", {})
    on = str(metrics.get("on"))
    return say(f"tested.{on if on in ('holdout', 'folds') else 'otherwise'}", count=metrics.get("articles") or 0)


def test_set(manifest: Manifest) -> str:
    """A short name of the articles a version was tested on: figures of the same set can be compared, others cannot."""
    tested = sorted(manifest.training.get("answers", {}))
    return hashlib.blake2b("\n".join(tested).encode("utf-8", "replace"), digest_size=3).hexdigest()
