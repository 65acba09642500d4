"""Labels to and from other tools, through the command line."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from classifier.messages import Said
from tests.conftest import Lanmu
from tests.reading.office_files import workbook
from training.labels.file import read_labels
from training.labels.formats.imports import import_labels
from training.labels.formats.label_exports import ExportForm, export_labels
from training.labels.label import Label

LABELS = (
    Label("w1", "culture", "desk", "2026-03-01", "剧团下乡", "秦腔唱到了村口,乡亲们搬着凳子来看。"),
    Label("w2", "sports", "desk", "2026-03-02", "", "县队在主场赢了球,NBA 球探也来看。"),
    Label("w3", "health", "", "", "=HYPERLINK(1)", "+8613800000000 义诊队的电话,随时可打。"),
)


@pytest.mark.parametrize("form", ["csv", "fasttext", "annif", "doccano", "label-studio"])
def test_what_is_exported_can_be_imported(tmp_path: Path, form: ExportForm) -> None:
    ending = {"csv": "csv", "fasttext": "txt", "annif": "tsv", "doccano": "jsonl", "label-studio": "json"}[form]
    path = tmp_path / f"labels.{ending}"
    path.write_bytes(export_labels(LABELS, form))
    imported = list(import_labels(path, None, lambda reason: pytest.fail(str(reason))))
    assert [label.category for label in imported] == ["culture", "sports", "health"]
    for label, back in zip(LABELS, imported, strict=True):
        together = f"{label.title}{label.text}".replace(" ", "")
        assert f"{back.title}{back.text}".replace(" ", "") == together
        if form in ("csv", "doccano", "label-studio"):
            assert (back.id, back.title, back.text) == (label.id, label.title, label.text)


def test_a_spreadsheet_gets_no_formula() -> None:
    content = export_labels(LABELS, "csv")
    assert content.startswith(b"\xef\xbb\xbf")
    cells = [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]
    assert "'=HYPERLINK(1)" in cells and not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_label_studio_and_doccano_with_their_oddities(lanmu: Lanmu, tmp_path: Path) -> None:
    def task(number: int, *choices: list[str], **data: str) -> dict[str, object]:
        return {
            "id": number,
            "data": data,
            "annotations": [{"result": [{"value": {"choices": given}}]} for given in choices],
        }

    tasks = [
        task(1, ["文化"], ["文化"], text="庙会开锣,狮子上街。", title="庙会"),
        task(2, ["文化"], ["旅游"], text="游客来看庙会。"),
        task(3, text="还没有人标。"),
        task(4, ["时政"], text="县政府开会研究春耕。"),
    ]
    (tmp_path / "studio.json").write_text(json.dumps(tasks, ensure_ascii=False), "utf-8")
    done = lanmu("labels", "import", "studio.json", "--as", "时政=会议")
    assert done.returncode == 1
    assert "task 2 has 2 choices (文化, 旅游)" in done.stderr and "task 3 has no choices" in done.stderr
    (tmp_path / "doccano.jsonl").write_text(
        '{"id": 1, "text": "县队夺冠,球迷上街庆祝。", "label": ["体育"]}\n'
        '{"id": 2, "text": "两个标签的文章。", "label": ["体育", "文化"]}\n'
        '{"id": 3, "text": "天气预报:明天有雨。", "label": "天气"}\n',
        "utf-8",
    )
    done = lanmu("labels", "import", "doccano.jsonl")
    assert done.returncode == 1 and "item 2 has 2 labels" in done.stderr and "'天气'" in done.stderr
    (tmp_path / "short.json").write_text(
        '[{"text": "义诊队进村。", "id": 7, "sentiment": "卫生健康", "annotator": 1, "annotation_id": 9}]', "utf-8"
    )
    assert lanmu("labels", "import", "short.json").returncode == 0
    categories = {label.id: label.category for label in read_labels(tmp_path / "labels.csv").labels}
    assert categories == {"studio/1": "culture", "studio/4": "meetings", "doccano/1": "sports", "short/7": "health"}


def test_folders_and_a_second_import_that_changes_nothing(lanmu: Lanmu, tmp_path: Path) -> None:
    for name, text in (("体育", "县队夺冠\n县队在主场赢了球。"), ("文化", "庙会开锣,狮子上街,锣鼓一直响到天黑。")):
        (tmp_path / "corpus" / name).mkdir(parents=True)
        (tmp_path / "corpus" / name / "1.txt").write_bytes(text.encode("gb18030"))
    (tmp_path / "corpus" / "体育" / "坏.txt").write_bytes(bytes(range(256)))
    done = lanmu("labels", "import", "corpus")
    assert done.returncode == 1 and "坏.txt" in done.stderr and "2 labels added" in done.stdout
    labels = read_labels(tmp_path / "labels.csv").labels
    assert [(label.id, label.category, label.title) for label in labels] == [
        ("体育/1", "sports", "县队夺冠"), ("文化/1", "culture", "")
    ]  # fmt: skip
    before = (tmp_path / "labels.csv").read_bytes()
    assert "0 labels added" in lanmu("labels", "import", "corpus").stdout
    assert (tmp_path / "labels.csv").read_bytes() == before


def test_annif_lines_and_tables(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"text": "庙会开锣。", "document_id": "d1", "metadata": {"title": "庙会"},'
        ' "subjects": [{"uri": "http://example.org/topics/culture"}]}\n',
        "utf-8",
    )
    (tmp_path / "a.csv").write_text(
        "document_id,text,subject_uris\n"
        "d2,县队夺冠。,<http://example.org/topics#sports>\n"
        "d3,两个主题。,<urn:a> <urn:b>\n",
        "utf-8",
    )
    skipped: list[Said] = []
    (first,) = import_labels(tmp_path / "a.jsonl", None, skipped.append)
    (second,) = import_labels(tmp_path / "a.csv", None, skipped.append)
    assert (first.id, first.category, first.title) == ("d1", "culture", "庙会")
    assert (second.id, second.category) == ("d2", "sports")
    assert "has 2 subjects" in str(skipped[0])


def test_articles_are_added_by_file(lanmu: Lanmu, tmp_path: Path) -> None:
    for folder, text in (
        ("a", "庙会开锣\n狮子上街,锣鼓一直响到天黑。"),
        ("b", "书店开张\n老街的书店开张了,读者排起长队。"),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "稿.txt").write_text(text, "utf-8")
    done = lanmu("labels", "add", "文化", "a/稿.txt", "b/稿.txt", "c/稿.txt")
    assert done.returncode == 1 and "c/稿.txt" in done.stderr
    labels = read_labels(tmp_path / "labels.csv").labels
    assert {label.title for label in labels} == {"庙会开锣", "书店开张"}, "two files of one name are two articles"
    assert "was so already" in lanmu("labels", "add", "文化", "a/稿.txt").stdout
    refused = lanmu("labels", "add", "旅游", "a/稿.txt")
    assert refused.returncode == 2 and "already" in refused.stderr
    assert lanmu("labels", "add", "旅游", "a/稿.txt", "--replace").returncode == 0
    page = Path(__file__).parents[2] / "samples" / "page.md"
    several = lanmu("labels", "add", "会议", page)
    assert several.returncode == 2 and "--position" in several.stderr
    assert lanmu("labels", "add", "会议", page, "--position", "1").returncode == 0


def test_an_import_names_the_known_categories_once_and_every_row_left_out(lanmu: Lanmu, tmp_path: Path) -> None:
    rows = "a,天气,明日有雨,明日有中雨。\nb,星座,今日运势,今天宜读书。\nc,体育,县队夺冠,球迷上街庆祝。\n"
    (tmp_path / "given.csv").write_text(f"id,category,title,text\n{rows}", "utf-8")
    done = lanmu("labels", "import", "given.csv")
    assert done.returncode == 1 and "1 labels added" in done.stdout
    first, second = done.stderr.splitlines()
    assert "a: unknown category '天气'; known are meetings" in first and "--as" in first
    assert second == "lanmu: left out b: unknown category '星座'; say what it is with --as"


@pytest.mark.parametrize("field", ["news_text", "新闻内容", "paragraphs", "fullText", "body"])
@pytest.mark.parametrize("short", [False, True])
def test_label_studio_texts_of_other_names(field: str, short: bool, lanmu: Lanmu, tmp_path: Path) -> None:
    text = "县篮球联赛昨晚落幕,东村队以两分险胜,球迷冒雨欢呼到深夜。"
    value: Any = [{"text": text}] if field == "paragraphs" else text
    data = {"标题": "县篮球联赛落幕", field: value}
    result = {"value": {"choices": ["体育"]}, "from_name": "topic", "to_name": "text", "type": "choices"}
    task = data | {"id": 1, "topic": "体育", "annotation_id": 9} if short else {
        "id": 1, "data": data, "annotations": [{"id": 9, "was_cancelled": False, "result": [result]}],
    }  # fmt: skip
    (tmp_path / "export.json").write_text(json.dumps([task], ensure_ascii=False), "utf-8")
    done = lanmu("labels", "import", "export.json", "--labels", "L.csv")
    assert done.returncode == 0, done.stderr
    assert text in (tmp_path / "L.csv").read_text("utf-8")


def test_label_studio_text_of_no_known_name_is_left_out_by_name(lanmu: Lanmu, tmp_path: Path) -> None:
    result = {"value": {"choices": ["体育"]}, "from_name": "t", "to_name": "text", "type": "choices"}
    task = {"id": 7, "data": {"title": "决赛", "zw": "东村队险胜。"}, "annotations": [{"result": [result]}]}
    (tmp_path / "export.json").write_text(json.dumps([task], ensure_ascii=False), "utf-8")
    done = lanmu("labels", "import", "export.json", "--labels", "L.csv")
    assert done.returncode == 2 and "task 7 has no text" in done.stderr and "zw" in done.stderr


def test_a_sheet_that_was_filled_in_and_saved_as_a_workbook(lanmu: Lanmu, tmp_path: Path) -> None:
    rows = [
        ["id", "category", "guess", "标题", "正文"],
        ["a1", "会议", "会议 93%", "县政府召开防汛会议", "会议听取水利局汇报,\n要求各乡镇上堤巡查。"],
        ["a2", None, "体育 80%", "县篮球联赛落幕", "决赛打满四节。"],
        [20260406, "体育", None, "少年足球赛开赛", "十二支球队参赛。"],
    ]
    (tmp_path / "sheet.xlsx").write_bytes(workbook({"标注": rows, "附注": [["不要改"]]}))
    done = lanmu("labels", "import", "sheet.xlsx", "--labels", "ours.csv")
    assert done.returncode == 0 and "2 labels added" in done.stdout, done.stderr
    found = read_labels(tmp_path / "ours.csv").labels
    assert [(label.id, label.category) for label in found] == [("a1", "meetings"), ("20260406", "sports")]
    assert found[0].text == "会议听取水利局汇报,\n要求各乡镇上堤巡查。"
    (tmp_path / "broken.xlsx").write_bytes(b"PK\3\4 broken")
    done = lanmu("labels", "import", "broken.xlsx", "--labels", "ours.csv")
    assert done.returncode == 2 and "broken.xlsx: cannot be read as a spreadsheet" in done.stderr
