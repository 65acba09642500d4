"""Categories as the pages show them: a name in the reader's language, a colour, a key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from classifier.messages import Language
from classifier.taxonomy import Category, Taxonomy, read_taxonomy
from lanmu.service.champion import Champion
from lanmu.service.wished_categories import choosable, read_wished

if TYPE_CHECKING:
    from lanmu.service.container import Service

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_PLAIN = "#5c6570"
_OTHER = "cat-other"
TAKEN: Final = "jkqsu"
"""Letters with a meaning of their own: next, previous, ask a colleague, skip, undo."""
KEYS: Final = "1234567890" + "".join(c for c in "abcdefghilmnopqrtvwxyz" if c not in TAKEN)


@dataclass(frozen=True, slots=True)
class ShownCategory:
    """``style`` is the CSS class that carries the colour; ``key`` is empty where there is none left."""

    id: str
    name: str
    description: str
    style: str
    key: str = ""


@dataclass(frozen=True)
class ShownCategories:
    """The taxonomy of the current model in one language; an id it does not know is shown as it is."""

    shown: tuple[ShownCategory, ...]

    def __iter__(self) -> Iterator[ShownCategory]:
        return iter(self.shown)

    def __getitem__(self, category: str) -> ShownCategory:
        for known in self.shown:
            if known.id == category:
                return known
        return ShownCategory(category, category, "", _OTHER)

    def index(self, category: str) -> int:
        """Its place in the taxonomy's order; behind all others where it is not known."""
        return next((i for i, known in enumerate(self.shown) if known.id == category), len(self.shown))


def choosable_of(service: Service) -> Taxonomy:
    """What people may choose: the current model's categories, and those that the next one is to have."""
    return choosable(taxonomy_of(service.champion), read_wished(service.settings.categories))


def taxonomy_of(champion: Champion) -> Taxonomy:
    """The current model's categories; those lanmu comes with while it is loading."""
    return champion.model.taxonomy if champion.ready else read_taxonomy()


def category_keys(taxonomy: Taxonomy) -> dict[str, str]:
    """Category id → its key: digits, then letters, in the taxonomy's order; those beyond the keys have none."""
    return dict(zip(taxonomy.ids, KEYS, strict=False))


def show_categories(taxonomy: Taxonomy, language: Language) -> ShownCategories:
    keys = category_keys(taxonomy)

    def name(category: Category) -> str:
        return category.name_en or category.name if language == "en" else category.name

    return ShownCategories(
        tuple(
            ShownCategory(c.id, name(c), c.description, f"cat-{i}", keys.get(c.id, "")) for i, c in enumerate(taxonomy)
        )
    )


def stylesheet(taxonomy: Taxonomy) -> str:
    """The categories' colours as CSS: one for light pages, a lighter one for dark."""
    lines = [f".{_OTHER}{{--cat-light:{_PLAIN};--cat-dark:{lighter(_PLAIN)}}}"]
    for i, category in enumerate(taxonomy):
        colour = category.colour if _COLOUR.fullmatch(category.colour) else _PLAIN
        lines.append(f".cat-{i}{{--cat-light:{colour};--cat-dark:{lighter(colour)}}}")
    return "\n".join(lines) + "\n"


def lighter(colour: str) -> str:
    """A colour brought near a common brightness for dark pages, by mixing it with white."""
    channels = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    brightness = (0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]) / 255
    share = min(0.65, max(0.0, (0.58 - brightness) / (1 - brightness)))
    return "#" + "".join(f"{round(c + (255 - c) * share):02x}" for c in channels)
