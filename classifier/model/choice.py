"""Which model is meant: a folder, a version's name, or the current one."""

from __future__ import annotations

import os
from pathlib import Path

from classifier.errors import ModelError
from classifier.files import shipped

CURRENT = "current"
MAX_NAME = 120


def models_folder(models: Path | None = None) -> Path:
    """The folder of model versions: the given one, $LANMU_MODELS, ./models with a current model, or the shipped."""
    if models is not None:
        return models
    if chosen := os.environ.get("LANMU_MODELS"):
        return Path(chosen)
    here = Path("models")
    return here if (here / CURRENT).is_file() else shipped("models")


def current_name(models: Path) -> str:
    """The name of the current version in a folder of models."""
    path = models / CURRENT
    if not models.is_dir():
        raise ModelError(f"{models}: there is no such folder of models; check its spelling")
    try:
        name = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path}: names no current model ({error}); run `lanmu models promote NAME`") from error
    if not is_name(name):
        raise ModelError(f"{path}: does not hold a version's name; run `lanmu models promote NAME`")
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
        raise ModelError(f"{model}: neither a model's folder nor a version in {folder}; see `lanmu models list`")
    return path
