"""What a new data folder begins with: a model, and the labels it was made from where they are the user's own."""

from __future__ import annotations

from pathlib import Path

from classifier.files import find_shipped, write_bytes_whole
from classifier.messages import say
from classifier.model.choice import CURRENT, current_name, models_folder
from classifier.model.versions import Registry
from lanmu.service.settings import Settings


def seed(settings: Settings) -> None:
    """Copy the current model ($LANMU_MODELS, ./models or the shipped one) into a folder that has none.

    With a model of one's own comes ./labels.csv, if there is one.  The shipped model comes without
    labels: training on the desk's own starts from it.
    """
    if (settings.models / CURRENT).is_file():
        return
    source = models_folder()
    Registry(settings.models).seed(source / current_name(source), say("journal.service_began"))
    own = Path("labels.csv")
    if source.resolve() != find_shipped("models").resolve() and own.is_file() and not settings.labels.exists():
        write_bytes_whole(settings.labels, own.read_bytes())
