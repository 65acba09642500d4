"""What a new data folder begins with: the model and the labels that lanmu comes with."""

from __future__ import annotations

from classifier.files import shipped, write_bytes_whole
from classifier.model_choice import CURRENT, current_name, models_folder
from classifier.service.settings import Settings


def seed(settings: Settings) -> None:
    """Copy the current model, and the labels it can be trained further with, into a folder that has none.

    The model is that of $LANMU_MODELS, ./models or the shipped one, as everywhere else.
    """
    from training.registry import Registry

    if not (settings.models / CURRENT).is_file():
        source = models_folder()
        Registry(settings.models).seed(source / current_name(source), "the model the service began with")
    if not settings.labels.exists() and not settings.database.exists():
        write_bytes_whole(settings.labels, shipped("labels.csv").read_bytes())
