"""The front door: a model by its name, its folder, or the current one."""

from __future__ import annotations

from pathlib import Path

from classifier.model.choice import model_path
from classifier.model.topic_model import Engine, TopicModel


def load(
    model: str | Path | None = None,
    *,
    models: str | Path | None = None,
    engine: Engine = "auto",
    threads: int = 1,
    accept_accuracy: float | None = None,
) -> TopicModel:
    """Load a model.

    Parameters
    ----------
    model
        A version's name or a model's folder; without it $LANMU_MODEL, else the current version.
    models
        The folder of versions; without it $LANMU_MODELS, ``./models``, else those that ship with lanmu.
    engine, threads, accept_accuracy
        As TopicModel takes them.

    Raises
    ------
    ModelError
        Where there is no such model, or a byte of it has changed.

    Examples
    --------
    >>> load(accept_accuracy=0.99).review.accept_accuracy
    0.99
    """
    folder = model_path(None if model is None else str(model), None if models is None else Path(models))
    return TopicModel.load(folder, engine=engine, threads=threads, accept_accuracy=accept_accuracy)
