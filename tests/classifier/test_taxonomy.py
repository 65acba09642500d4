from __future__ import annotations

from pathlib import Path

import pytest

from classifier.errors import TaxonomyError, UnknownCategory
from classifier.files import find_shipped
from classifier.model.model_files import read_manifest
from classifier.model.versions import Registry
from classifier.taxonomy import Taxonomy, read_taxonomy


def test_the_shipped_categories(taxonomy: Taxonomy) -> None:
    models = Registry(find_shipped("models"))
    model = read_manifest(models.path(models.current or ""))
    assert taxonomy.ids == model.taxonomy.ids, "the model that ships knows other categories than the file"
    assert taxonomy["meetings"].name == "会议"
    assert taxonomy.find("民族团结").id == "ethnic_unity"
    assert len({category.colour for category in taxonomy}) == len(taxonomy)
    assert all(category.name_en and category.description for category in taxonomy)


def test_an_empty_name_is_the_id(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('[[category]]\nid = "车"\nname = " "\n[[category]]\nid = "房"\n', "utf-8")
    assert [category.name for category in read_taxonomy(path)] == ["车", "房"]


def test_a_users_own_file(tmp_path: Path) -> None:
    path = tmp_path / "栏目.toml"
    path.write_text('\ufeff[[category]]\nid = "要闻"\n[[category]]\nid = "副刊"\nname = "文学副刊"\n', "utf-8")
    own = read_taxonomy(path)
    assert own.ids == ("要闻", "副刊")
    assert own.find("文学副刊").id == "副刊"
    with pytest.raises(UnknownCategory, match="要闻, 副刊"):
        own.find("体育")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no \\[\\[category\\]\\]"),
        ('[[category]]\nid = "a"', "at least two"),
        ('[[category]]\nid = "a"\n[[category]]\nid = "a"', "stands twice"),
        ('[[category]]\nid = "a"\n[[category]]\nname = "乙"', "category 2: needs an id"),
        ('[[category]]\nid = "a"\n[[category]]\nid = "../b"', "category 2: needs an id"),
        ('[[category]]\nid = "a"\n[[category]]\nid = "b"\ncolor = "#ffffff"', "unknown key 'color'"),
        ('[[category]]\nid = "a"\n[[category]]\nid = "b"\ncolour = "red"', "not of the form"),
        ('[[category]]\nid = "a"\n[[category]]\nid = 3', "must be text"),
        ("category = 1", "no \\[\\[category\\]\\]"),
        ("[[category", "not valid TOML"),
    ],
)
def test_a_bad_file_is_refused_by_name(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "categories.toml"
    path.write_text(content, "utf-8")
    with pytest.raises(TaxonomyError, match=said) as error:
        read_taxonomy(path)
    assert str(path) in str(error.value)
