"""labels.csv as people and spreadsheets write it: read, checked by line, added to."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from classifier.errors import LabelsError
from classifier.reading.reading_options import LIMITS
from classifier.taxonomy import read_taxonomy
from training.labels.checks import clashes
from training.labels.file import Label, append_labels, merge_labels, read_labels, remove_labels, usable_labels
from training.labels.label import cell_text

HEADING = "id,category,source,date,title,text\n"
ROW = 'a1,会议,desk,2026/3/5,县政府召开常务会议,"会议听取了春耕情况汇报,要求\n抓好化肥储备。"\n'
TAXONOMY = read_taxonomy()


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        (HEADING + ROW).encode(),
        codecs.BOM_UTF8 + (HEADING + ROW).encode(),
        (HEADING + ROW).encode("gb18030"),
        (HEADING + ROW).replace("\n", "\r\n").encode("gbk"),
        codecs.BOM_UTF16_LE + (HEADING + ROW).replace(",", "\t").encode("utf-16-le"),
        codecs.BOM_UTF16_BE + (HEADING + ROW).encode("utf-16-be"),
        (HEADING + ROW).replace(",", ";").encode("gb18030"),
        b"sep=;\r\n" + (HEADING + ROW).replace(",", ";").encode(),
        (HEADING + ROW).replace(HEADING, "编号,类别,来源,日期,标题,正文\n").encode("gb18030"),
    ],
    ids=["utf8", "bom", "gb18030", "gbk-crlf", "excel-unicode-text", "utf16be", "semicolons", "sep-line", "chinese"],
)
def test_what_spreadsheets_write_is_read_and_added_to(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path / "labels.csv", content)
    (label,) = usable_labels(path, TAXONOMY)
    assert (label.id, label.category, label.date) == ("a1", "meetings", "2026-03-05")
    assert label.text.replace(";", ",").replace("\t", ",").split() == ["会议听取了春耕情况汇报,要求", "抓好化肥储备。"]
    append_labels(path, [Label("a2", "culture", "desk", "", "剧团下乡", "秦腔\n唱到了村口,乡亲们搬着凳子来看。")])
    assert path.read_bytes().startswith(content.rstrip()), "what was there stays as it was"
    assert [label.id for label in usable_labels(path, TAXONOMY)] == ["a1", "a2"]
    assert usable_labels(path, TAXONOMY)[1].text == "秦腔\n唱到了村口,乡亲们搬着凳子来看。"


def test_findings_are_named_by_line_with_what_to_do(tmp_path: Path) -> None:
    path = written(
        tmp_path / "labels.csv",
        "id,category,source,date,titel,text,备注\n"
        'b1,文化,,2026-03-01,,"庙会开锣,\n狮子上街。",好\n'
        "b2,文华,,2026-03-01,,诗社办了一场朗诵会。,\n"
        "b3,,,,,没有类别的一行。,\n"
        ",体育,,,,没有编号的一行。,\n"
        "b5,体育,,,,,\n"
        "b1,旅游,,2026-03-01,,游客来看庙会。,\n"
        "b6,体育,,8-Mar,,县队夺冠,\n"
        "2.02E+13,体育,,,,编号成了数字,\n"
        "b7,体育,,,,县队夺冠,,多,出来\n",
    )
    table = read_labels(path, TAXONOMY)
    said = {finding.line: str(finding) for finding in table.findings}
    assert [label.id for label in table.labels] == ["b1", "b6"]
    assert "'titel'" in str(table.findings[0]) and "'title'" in str(table.findings[0])
    assert "'备注' is not used" in str(table.findings[1])
    assert "'文华'" in said[4] and "did you mean '文化'" in said[4]
    assert "no category" in said[5]
    assert "no id" in said[6]
    assert "neither title nor text" in said[7]
    assert "b1" in said[8] and "line 2 says culture" in said[8]
    assert "'8-Mar'" in said[9] and table.findings[-3].refused is False
    assert "a spreadsheet made a number" in said[10]
    assert "more cells than the heading" in said[11]
    with pytest.raises(LabelsError, match="line 4"):
        usable_labels(path, TAXONOMY)


def test_the_known_categories_are_named_once(tmp_path: Path) -> None:
    rows = "".join(f"d{i},天气{i},,,,第{i}天有雨。\n" for i in range(5))
    table = read_labels(written(tmp_path / "labels.csv", HEADING + ROW + rows), TAXONOMY)
    said = [str(finding) for finding in table.refused]
    assert [line for line, one in enumerate(said) if "known are " + ", ".join(TAXONOMY.ids) in one] == [0]
    assert all(f"'天气{i}'" in one for i, one in enumerate(said))
    assert all(one.endswith(f"are named for line {table.refused[0].line}") for one in said[1:])


def test_an_unclosed_quote_is_named_and_nothing_is_added_to_it(tmp_path: Path) -> None:
    path = written(tmp_path / "labels.csv", HEADING + ROW + 'c1,体育,,,,"县队\nc2,体育,,,,市队夺冠\n')
    table = read_labels(path, TAXONOMY)
    assert [label.id for label in table.labels] == ["a1"]
    assert "line 4 (c1): opens a quote that is never closed" in str(table.refused[0])
    before = path.read_bytes()
    with pytest.raises(LabelsError, match="line 4"):
        append_labels(path, [Label("c3", "sports", text="马拉松开跑。")])
    assert path.read_bytes() == before


def test_a_quote_closed_too_late_is_told_by_the_line_it_swallows(tmp_path: Path) -> None:
    path = written(
        tmp_path / "labels.csv", HEADING + 'd1,体育,,,,"县队夺冠\nd2,体育,,,,市队夺冠\nd3,体育,,,标题,"省队夺冠"\n'
    )
    assert "swallow line 3" in str(read_labels(path, TAXONOMY).refused[0])


def test_bad_bytes_are_told_and_not_written_back(tmp_path: Path) -> None:
    lines = "".join(f"e{i},体育,,,第{i}场比赛,县队在主场赢了客队。\n" for i in range(60))
    content = (HEADING + lines).encode()
    broken = content.replace("客队".encode(), b"\xe5\xae\xff\xe9\x98\x9f", 1)
    path = written(tmp_path / "labels.csv", broken)
    assert any("cannot be read" in str(finding) and finding.line == 2 for finding in read_labels(path).findings)
    with pytest.raises(LabelsError, match="cannot be read"):
        append_labels(path, [Label("e99", "sports", text="马拉松开跑。")])
    assert path.read_bytes() == broken


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "PNG"),
        ("标题,正文\n县队夺冠,很高兴\n".encode(), "no column 'id'"),
        ("id,category,id,text\n1,体育,2,县队夺冠\n".encode(), "'id' stands twice"),
    ],
)
def test_a_file_that_is_no_labels_file_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(LabelsError, match=said):
        read_labels(written(tmp_path / "labels.csv", content))


def test_lines_that_cannot_be_used_and_stray_columns_survive_adding(tmp_path: Path) -> None:
    content = (
        "category,id,note,text\n"
        "文化,f1,看过两遍,剧团下乡。\n"
        ",f2,还没定,老街的书店开张了。\n"
        '体育,f3,"有,逗号",县队夺冠。\n'
    )
    path = written(tmp_path / "labels.csv", content)
    append_labels(path, [Label("f4", "health", text="义诊队进村。")])
    assert path.read_text("utf-8") == content + "health,f4,,义诊队进村。\n"
    append_labels(path, [Label("f3", "culture", text="县队夺冠。")], replace=True)
    assert 'culture,f3,"有,逗号",县队夺冠。\n' in path.read_text("utf-8")
    assert remove_labels(path, {"f1", "f4"}) == 2
    assert (
        path.read_text("utf-8")
        == 'category,id,note,text\n,f2,还没定,老街的书店开张了。\nculture,f3,"有,逗号",县队夺冠。\n'
    )


def test_adding_says_what_became_of_each(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    first = Label("g1", "culture", text="庙会开锣,狮子上街。")
    assert merge_labels(path, [first, Label("g2", "sports", text="县队夺冠。")]).added == ("g1", "g2")
    merged = merge_labels(
        path,
        [
            first,
            Label("g2", "health", text="县队夺冠。"),
            Label("g1", "culture", text="另一篇文章用了同一个编号。"),
            Label("g3", "health", text="义诊队进村。"),
        ],
    )
    assert merged.there == ("g1",) and merged.added == ("g3",)
    assert "g2: is labelled sports already" in str(merged.refused[0])
    assert "another text" in str(merged.refused[1])
    assert [label.id for label in read_labels(path).labels] == ["g1", "g2", "g3"]


def test_a_linked_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    path = tmp_path / "labels.csv"
    path.symlink_to(tmp_path / "shared" / "ours.csv")
    append_labels(path, [Label("h1", "culture", text="庙会开锣。")])
    assert path.is_symlink() and "h1" in (tmp_path / "shared" / "ours.csv").read_text("utf-8")


def test_near_duplicates_with_different_labels_are_found(tmp_path: Path) -> None:
    text = (
        "本报讯 3月5日,县医院组织医务人员到河湾村开展义诊,为两百多名群众量血压、测血糖,发放健康手册四百份。"
        "医生提醒,冬春交替要注意保暖,有基础病的老人要按时服药,出现胸闷及时就医。村民李大爷说,家门口就能看上专家,很方便。"
    )
    other = "县足球队昨晚在主场以三比一战胜邻县队,连续第五场不败,教练赞扬了年轻球员下半场的跑动,球迷久久不愿离去。"
    path = tmp_path / "labels.csv"
    append_labels(
        path,
        [
            Label("i1", "health", text=text),
            Label("i2", "sports", text=other),
            Label("i3", "livelihood", text=text.replace("两百多名", "二百余名")),
        ],
    )
    (finding,) = clashes(read_labels(path, TAXONOMY).labels)
    assert finding.id == "i3" and "(i1)" in finding.problem and "health" in finding.problem


SENTENCES = [
    "近年来,文化,体育,旅游,教育,卫生等各项事业蓬勃发展。",
    '他说:"文化,体育,旅游",\n又说:"体育,文化,教育"。',
    "第一行\r\n\r\nid,体育,,,,标题\n",
    "\ufeff开头有记号,\x00中间有控制字符\x1b[2J",
    "坏字\ufffd与半个\ud83d字,行分隔\u2028段分隔\u2029下一行\x85",
    "'=1+1",
    '"',
    "sep=;",
]


@pytest.mark.parametrize("text", SENTENCES)
def test_what_is_written_is_read_back(tmp_path: Path, text: str) -> None:
    path = tmp_path / "labels.csv"
    for number, body in enumerate((f"正文开头。\n{text}", f"{text}\n正文结尾。", f"{text}县队夺冠")):
        append_labels(path, [Label(f"稿-{number}", "sports", title=f"题{number}", text=body)])
        append_labels(path, [Label(f"后-{number}", "culture", text="庙会开锣。")])
    table = read_labels(path, TAXONOMY)
    assert not table.refused
    assert [label.id for label in table.labels] == [f"{which}-{number}" for number in range(3) for which in "稿后"]
    assert usable_labels(path, TAXONOMY)[0].text == cell_text(f"正文开头。\n{text}").strip()


def test_the_longest_article_can_be_labelled_and_a_longer_one_is_refused_alone(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    longest = "县" * LIMITS.article_chars
    append_labels(path, [Label("长", "sports", text=longest)])
    assert len(usable_labels(path, TAXONOMY)[0].text) == len(longest)
    before = path.read_bytes()
    merged = merge_labels(
        path, [Label("太长", "sports", text="县" * (4 * LIMITS.article_chars + 1)), Label("好", "sports", text="赢了")]
    )
    assert merged.added == ("好",) and "太长: has a text of more than" in str(merged.refused[0])
    for name in ("", "9" * 401, "2.02E+13"):
        with pytest.raises(LabelsError, match="has an id"):
            append_labels(path, [Label(name, "sports", text="赢了")])
    assert path.read_bytes().startswith(before) and len(usable_labels(path, TAXONOMY)) == 2


def test_a_labels_file_keeps_its_rights(tmp_path: Path) -> None:
    path = written(tmp_path / "labels.csv", HEADING + ROW)
    path.chmod(0o600)
    append_labels(path, [Label("新", "sports", text="赢了")])
    assert path.stat().st_mode & 0o777 == 0o600
