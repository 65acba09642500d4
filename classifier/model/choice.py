"""Which model is meant: a folder, a version's name, or the current one."""

from __future__ import annotations

import os
from pathlib import Path

from classifier.errors import ModelError
from classifier.files import find_shipped
from classifier.messages import say

CURRENT = "current"
MAX_NAME = 120


def models_folder(models: Path | None = None) -> Path:
    """The folder of model versions: the given one, $LANMU_MODELS, ./models with a current model, or the shipped."""
    if models is not None:
        return models
    if chosen := os.environ.get("LANMU_MODELS"):
        return Path(chosen)
    here = Path("models")
    return here if (here / CURRENT).is_file() else find_shipped("models")


def current_name(models: Path) -> str:
    """The name of the current version in a folder of models."""
    path = models / CURRENT
    if not models.is_dir():
        raise ModelError(say("model.no_folder", folder=str(models)))
    try:
        name = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(say("model.no_current", path=str(path), error=str(error))) from error
    if not is_name(name):
        raise ModelError(say("model.no_name", path=str(path)))
    return name


def is_name(name: str) -> bool:
    """Whether a string can be a version's name: no path in it, not hidden."""
    allowed = all(character.isalnum() or character in "-_." for character in name)
    return 0 < len(name) <= MAX_NAME and allowed and not name.startswith(".") and name != CURRENT


def model_path(model: str | None = None, models: Path | None = None) -> Path:
    """The folder of a model given as a path or a version's name; without one, $LANMU_MODEL or the current version."""
    model = model or os.environ.get("LANMU_MODEL") or None
    folder = models_folder(models)
    if model is None:
        return folder / current_name(folder)
    if is_name(model) and (folder / model).is_dir():
        return folder / model
    path = Path(model)
    if not path.is_dir():
        raise ModelError(say("model.unknown", model=model, folder=str(folder)))
    return path
