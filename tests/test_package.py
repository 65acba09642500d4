"""The package that users install: what is in the wheel, and that it works alone in a fresh environment."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from lanmu.__main__ import EXTRAS, explain_missing
from tests.reading.office_files import OFFICE, workbook
from tests.reading.test_reading_sources import pdf_with

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
MOST_BYTES = 8_000_000


def test_a_missing_package_is_explained_by_its_extra() -> None:
    assert "lanmu[train]" in str(explain_missing("sklearn.svm"))
    assert "lanmu[service]" in str(explain_missing("uvicorn"))
    assert "install lanmu again" in str(explain_missing("numba"))
    for extra, packages in EXTRAS.items():
        assert len(PROJECT["optional-dependencies"][extra]) <= len(packages) + 1


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT], check=True)
    return next(folder.glob("lanmu-*.whl"))


@pytest.mark.slow
def test_the_wheel_holds_what_users_need_and_no_more(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {
        "classifier", "lanmu", "training", f"lanmu-{PROJECT['version']}.dist-info",
    }  # fmt: skip
    assert {f"{package}/py.typed" for package in ("classifier", "lanmu", "training")} <= set(names)
    assert not [name for name in names if "test" in name.split("/")[-1] or "/tests/" in name]
    assert len([name for name in names if name.endswith("/weights.safetensors")]) == 1
    assert wheel.stat().st_size <= MOST_BYTES


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_wheel_alone_reads_every_kind(wheel: Path, tmp_path: Path) -> None:
    """Without the lock, as pip resolves it today."""
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", wheel], check=True)
    kinds = write_one_of_each_kind(tmp_path / "news")
    command = [tmp_path / "venv" / "bin" / "lanmu", "tag", ROOT / "samples" / "page.md", *kinds, "--format", "csv"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = done.stdout.splitlines()[1:]
    assert len(rows) == 7 + len(kinds) and all(path.name in done.stdout for path in kinds)


TEXT = "本报讯（记者 林若溪）4月6日，清河口镇三千亩春小麦全部播完。镇农技站的技术员逐块地查墒情，提醒农户及时镇压保墒。"


def write_one_of_each_kind(folder: Path) -> list[Path]:
    """A web page, Word files old and new, a spreadsheet and a PDF with one article each."""
    folder.mkdir()
    heading = "清河口镇春小麦播完"
    html = f"<html><head><title>{heading}</title></head><body><h1>{heading}</h1><p>{TEXT}</p></body></html>"
    (folder / "page.html").write_text(html, "utf-8")
    with zipfile.ZipFile(folder / "story.docx", "w") as file:
        for name, content in DOCX.items():
            file.writestr(name, content.replace("TEXT", TEXT))
    (folder / "list.xlsx").write_bytes(workbook({"稿件": [["标题", "正文"], [heading, TEXT]]}))
    coded = "".join(f"\\u{ord(character)}?" for character in TEXT)
    (folder / "old.rtf").write_text("{\\rtf1\\ansi " + coded + "\\par}", "ascii")
    (folder / "old.doc").write_bytes((OFFICE / "清河.doc").read_bytes())
    (folder / "story.pdf").write_bytes(pdf_with("Spring sowing begins in Qingshi County."))
    return sorted(folder.iterdir())


DOCX = {
    "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>',
    "_rels/.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>',
    "word/document.xml": '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:body><w:p><w:r><w:t>TEXT</w:t></w:r></w:p></w:body></w:document>",
}
"""The least that a Word file is made of."""
