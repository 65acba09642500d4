"""Category and Taxonomy, read from a categories file."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from classifier.errors import TaxonomyError, UnknownCategory
from classifier.files import find_shipped
from classifier.messages import say

MAX_CATEGORIES = 2_000
_SHOWN = 40
_LONGEST_GUESS = 100
MAX_FILE_BYTES = 4_000_000
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_FIELDS = frozenset({"id", "name", "name_en", "description", "colour", "was", "media_topic", "gbt_20093"})
_MEDIA_TOPIC = re.compile(r"\d{8}")
_GBT_20093 = re.compile(r"[0-9A-Za-z.\-]{1,20}")
_PALETTE = ("#2e6f95", "#c8102e", "#7a9e1f", "#8e5ea2", "#edae49", "#1b9aaa", "#d1495b", "#34495e")


@dataclass(frozen=True, slots=True)
class Category:
    """One category: ``id`` in files and APIs, ``name`` for people (Chinese), ``name_en`` in English.

    ``was``: the ids under which a model knows it from before: one where it was renamed, several where
    they were merged.  ``media_topic`` and ``gbt_20093``: its code in the IPTC Media Topics and in the
    Chinese classification of news (GB/T 20093), for systems that ask for them.
    """

    id: str
    name: str
    name_en: str = ""
    description: str = ""
    colour: str = "#2e6f95"
    was: tuple[str, ...] = ()
    media_topic: str = ""
    gbt_20093: str = ""


@dataclass(frozen=True)
class Taxonomy:
    """The categories in their order; the order is that of score columns."""

    categories: tuple[Category, ...]

    def __post_init__(self) -> None:
        if len(self.categories) < 2:
            raise TaxonomyError(say("category.too_few"))
        if len(self.categories) > MAX_CATEGORIES:
            raise TaxonomyError(say("category.too_many", count=len(self.categories), most=MAX_CATEGORIES))
        seen: set[str] = set()
        for category in self.categories:
            if category.id in seen:
                raise TaxonomyError(say("category.twice", id=category.id))
            seen.add(category.id)

    def __len__(self) -> int:
        return len(self.categories)

    def __iter__(self) -> Iterator[Category]:
        return iter(self.categories)

    def __contains__(self, category_id: object) -> bool:
        return any(category.id == category_id for category in self.categories)

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(category.id for category in self.categories)

    def __getitem__(self, category_id: str) -> Category:
        for category in self.categories:
            if category.id == category_id:
                return category
        raise self._unknown(category_id)

    def find(self, name: str) -> Category:
        """The category with this id, Chinese or English name, or former id; UnknownCategory where there is none."""
        wanted = name.strip().casefold()
        for category in self.categories:
            if wanted in (category.id.casefold(), category.name.casefold(), category.name_en.casefold()) and wanted:
                return category
        for category in self.categories:
            if wanted in (former.casefold() for former in category.was):
                return category
        raise self._unknown(name)

    def _unknown(self, name: str) -> UnknownCategory:
        """That there is no such category, with the one that was meant, if one is near, and the known ones."""
        names = {n.casefold(): c for c in self.categories for n in (c.id, c.name, c.name_en) if n}
        near = difflib.get_close_matches(name.strip().casefold()[:_LONGEST_GUESS], list(names), 1, 0.5)
        meant = say("category.meant", name=names[near[0]].name, id=names[near[0]].id) if near else ""
        shown = [c.id if c.name == c.id else f"{c.id} {c.name}" for c in self.categories[:_SHOWN]]
        known = ", ".join([*shown, *["…"][: len(self.categories) > _SHOWN]])
        return UnknownCategory(say("category.unknown", name=name, meant=meant, known=known))

    @classmethod
    def of_names(cls, names: list[str]) -> Taxonomy:
        """A taxonomy from bare names, for labels that come without a categories file."""
        return cls(tuple(Category(n, n, colour=_PALETTE[i % len(_PALETTE)]) for i, n in enumerate(names)))


def default_path() -> Path:
    """The categories file that ships with the package."""
    return find_shipped("categories.toml")


def read_taxonomy(path: Path | None = None) -> Taxonomy:
    """Read a categories file (TOML, ``[[category]]`` tables); without a path, the shipped one.

    Raises TaxonomyError naming the file, the entry and what to do.
    """
    path = path or default_path()
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise TaxonomyError(say("category.file_too_large", path=str(path), most=MAX_FILE_BYTES))
        content = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise TaxonomyError(say("category.unreadable", path=str(path), error=str(error.strerror))) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TaxonomyError(say("category.no_toml", path=str(path), error=str(error))) from error
    entries = content.get("category")
    if not isinstance(entries, list) or not entries:
        raise TaxonomyError(say("category.no_table", path=str(path)))
    try:
        return Taxonomy(tuple(_category(entry, i) for i, entry in enumerate(entries, 1)))
    except TaxonomyError as error:
        raise TaxonomyError(say("category.in_file", path=str(path), wrong=error.said)) from None


def _category(entry: object, number: int) -> Category:
    if not isinstance(entry, dict):
        raise TaxonomyError(say("category.not_a_table", number=number))
    if unknown := set(entry) - _FIELDS:
        known = ", ".join(sorted(_FIELDS))
        raise TaxonomyError(say("category.unknown_key", number=number, key=sorted(unknown)[0], known=known))
    values: dict[str, str] = {}
    was = _former_ids(entry.get("was", ()), number)
    for key, value in entry.items():
        if key == "was":
            continue
        if not isinstance(value, str):
            raise TaxonomyError(say("category.no_text", number=number, key=key))
        values[key] = value.strip()
    if not values.get("id") or len(values["id"]) > 100 or any(c in values["id"] for c in ',\n\r\t\0"/\\'):
        raise TaxonomyError(say("category.no_id", number=number))
    values["name"] = values.get("name") or values["id"]
    if "colour" in values and not COLOUR.fullmatch(values["colour"]):
        raise TaxonomyError(say("category.colour", id=values["id"], colour=values["colour"]))
    for key, form, asked in (
        ("media_topic", _MEDIA_TOPIC, say("category.eight_digits")),
        ("gbt_20093", _GBT_20093, say("category.letters_and_digits")),
    ):
        if values.get(key) and not form.fullmatch(values[key]):
            raise TaxonomyError(say("category.no_code", id=values["id"], key=key, value=values[key], asked=asked))
    colour = values.pop("colour", _PALETTE[(number - 1) % len(_PALETTE)])
    return Category(**values, colour=colour, was=was)


def _former_ids(was: object, number: int) -> tuple[str, ...]:
    """``was = "old"`` or ``was = ["old", "other"]`` as ids."""
    names = (was,) if isinstance(was, str) else tuple(was) if isinstance(was, list | tuple) else (None,)
    if not all(isinstance(name, str) and name.strip() for name in names):
        raise TaxonomyError(say("category.was", number=number))
    return tuple(str(name).strip() for name in names)
