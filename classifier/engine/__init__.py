"""Raw text → scores without a Python object a word, and the same words for training.

Importing this package loads neither the compiler nor jieba; ``KernelScorer`` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from classifier.engine.scoring.scorer import KernelScorer
    from classifier.engine.scoring.walk import WalkScorer

__all__ = ["KernelScorer", "WalkScorer"]


def __getattr__(name: str) -> Any:
    if name == "KernelScorer":
        from classifier.engine.scoring.scorer import KernelScorer

        return KernelScorer
    if name == "WalkScorer":
        from classifier.engine.scoring.walk import WalkScorer

        return WalkScorer
    raise AttributeError(name)
