"""Files, folders, archives, Word, PDF, HTML and standard input; bombs and damage are refused by name."""

# ruff: noqa: E501

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import tarfile
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.errors import InputRefused
from classifier.reading import LIMITS, ReadingOptions, read_bytes, read_open, read_path, read_paths, read_stdin
from tests.reading.word_files import STYLES, paragraph, table, word_file

TEXT = "青石县举办冬季长跑\n\n3月1日,青石县举办冬季长跑活动,三百多名市民参加了比赛。\n"
HTML = (
    "<html><head><meta charset='gbk'><title>牧民喜领新房钥匙_阿川新闻网</title></head><body><ul><li>首页</li></ul><article>"
    "<h1>牧民喜领新房钥匙</h1><p>本报讯(记者 张宁)3月1日,五十户牧民领到了新房钥匙,大家高兴地说,今年冬天不再怕冷了。"
    "新区里水电暖齐全,离学校和卫生室都只有几百米。</p><p>据介绍,今年全县还将新建定居房六百套,牧民生活会更加方便。</p>"
    "</article><script>var a=1;</script></body></html>"
)


def archive(members: dict[str, bytes], kind: str = "zip") -> bytes:
    out = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, data in members.items():
                packed.writestr(name, data)
    else:
        with tarfile.open(fileobj=out, mode=kind) as tar:  # type: ignore[call-overload]
            for name, data in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def test_plain_article() -> None:
    [article] = read_bytes(TEXT.encode(), "2026-03-02/run.txt")
    assert (article.id, article.title, article.date) == ("run", "青石县举办冬季长跑", "2026-03-02")
    assert article.text == "3月1日,青石县举办冬季长跑活动,三百多名市民参加了比赛。"
    [untitled] = read_bytes("3月1日,青石县举办长跑活动。\n\n市民踊跃参加。".encode(), "a.txt")
    assert untitled.title == "" and untitled.text.startswith("3月1日")
    [front] = read_bytes("---\ntitle: 春天的草原\ndate: 2026-03-05\ntags: [a]\n---\n草原返青了。\n".encode(), "b.md")
    assert (front.title, front.date, front.text) == ("春天的草原", "2026-03-05", "草原返青了。")


def test_folder_in_sorted_order_with_refusals(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "2.txt").write_bytes(TEXT.encode("gb18030"))
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "c.txt").write_bytes(b"")
    (tmp_path / "d.txt").write_bytes(os.urandom(900))
    (tmp_path / "photo.jpg").write_bytes(b"x")
    (tmp_path / ".hidden.txt").write_text(TEXT, "utf-8")
    (tmp_path / "empty").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path)
    refused: list[InputRefused] = []
    articles = list(read_paths([tmp_path, tmp_path / "empty", tmp_path / "none.txt"], None, refused.append))
    assert [a.id for a in articles] == ["a", "2"]
    assert [Path(r.name).name for r in refused] == ["c.txt", "d.txt", "empty", "none.txt"]
    assert "folder without articles" in refused[2].reason and "No such file" in refused[3].reason
    with pytest.raises(InputRefused, match=r"c\.txt: is empty"):
        list(read_path(tmp_path))


@pytest.mark.parametrize("kind", ["zip", "w", "w:gz", "w:bz2", "w:xz"])
def test_archives_are_read_in_place(kind: str) -> None:
    members = {
        "新闻/甲.txt": TEXT.encode(),
        "../../etc/乙.md": "# 一\n\n本报讯 甲。\n\n# 二\n\n本报讯 乙。\n".encode(),
        "c.jsonl": b'{"id": "j", "text": "x"}\nbad\n',
        "d.txt": b"\x00\x01\x02" * 90,
        "e.png": b"x",
        "in.zip": archive({"内.txt": TEXT.encode()}),
    }
    ending = {"zip": "zip", "w": "tar", "w:gz": "tar.gz", "w:bz2": "tar.bz2", "w:xz": "txz"}[kind]
    refused: list[InputRefused] = []
    articles = read_bytes(archive(members, kind), f"p.{ending}", refused=refused.append)
    assert [a.id for a in articles] == ["甲", "乙-1", "乙-2", "j", "内"]
    assert [r.name for r in refused] == [f"p.{ending}!c.jsonl:2", f"p.{ending}!d.txt"]
    assert str(articles[-1].source) == f"p.{ending}!in.zip!内.txt"


def test_names_in_gb18030_from_old_zips() -> None:
    raw = archive({"AAAA.txt": TEXT.encode()}).replace(b"AAAA", "甲乙".encode("gb18030"))
    assert read_bytes(raw, "old.zip")[0].id == "甲乙"


def test_bombs_are_refused() -> None:
    zeros = b"0" * 60_000_000
    refused: list[InputRefused] = []
    assert read_bytes(archive({"b.jsonl": zeros, "a.txt": TEXT.encode()}), "b.zip", refused=refused.append)[0].id == "a"
    assert "as a bomb does" in refused[0].reason
    with pytest.raises(InputRefused, match="as a bomb does"):
        read_bytes(gzip.compress(zeros), "b.jsonl.gz")
    with pytest.raises(InputRefused, match=r"larger than|as a bomb does"):
        read_bytes(gzip.compress(zeros), "b.txt.gz")
    nested = archive({"a.txt": TEXT.encode()})
    for _ in range(5):
        nested = archive({"n.zip": nested})
    with pytest.raises(InputRefused, match="archive in archives"):
        read_bytes(nested, "n.zip")


def test_a_lying_zip_size_does_not_read_on() -> None:
    raw = bytearray(archive({"a.txt": b"1" * 5_000}))
    for at in (raw.find(b"PK\x03\x04") + 22, raw.find(b"PK\x01\x02") + 24):
        raw[at : at + 4] = (10).to_bytes(4, "little")
    refused: list[InputRefused] = []
    articles = read_bytes(bytes(raw), "l.zip", refused=refused.append)
    assert len(articles) + len(refused) == 1 and all(len(a.text) <= 10 for a in articles)


def test_limits_are_kept() -> None:
    small = ReadingOptions(limits=replace(LIMITS, file_bytes=100, members=2, articles_a_page=2, page_lines=50))
    with pytest.raises(InputRefused, match="larger than 100 bytes"):
        read_bytes(TEXT.encode() * 3, "a.txt", small)
    with pytest.raises(InputRefused, match="more than 2 members"):
        read_bytes(archive({f"{i}.txt": b"x" for i in range(3)}, "w"), "a.tar", small)
    page = replace(small, limits=replace(LIMITS, articles_a_page=2))
    with pytest.raises(InputRefused, match="more than 2 articles"):
        read_bytes("# 一\n\n甲。\n# 二\n\n乙。\n# 三\n\n丙。\n".encode(), "a.md", page)


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_html(encoding: str) -> None:
    [article] = read_bytes(HTML.encode(encoding), "a.html")
    assert article.title == "牧民喜领新房钥匙" and article.reporters == ("张宁",)
    assert "首页" not in article.text and "var a" not in article.text and "定居房六百套" in article.text
    with pytest.raises(InputRefused, match="no article text"):
        read_bytes(b"<html><body></body></html>", "b.html")


def test_word() -> None:
    body = paragraph("地区行署召开常务会议", style="1") + paragraph("本报讯(记者 张宁)4月8日,会议听取了汇报。")
    body += (
        paragraph("清河口镇播种春麦", style="1")
        + paragraph("本报讯(记者 李丽)八万亩春麦开播。")
        + table(["新渠村", "三千亩"])
    )
    articles = read_bytes(word_file(body, beside={"styles.xml": ("styles", STYLES)}), "p.docx")
    assert [a.title for a in articles] == ["地区行署召开常务会议", "清河口镇播种春麦"]
    assert articles[1].text.endswith("新渠村 三千亩")
    for data in (b"PK\x03\x04" + bytes(99), archive({"a": b"0" * 90_000_000})):
        with pytest.raises(InputRefused, match=r"^x\.docx: "):
            read_bytes(data, "x.docx")


@pytest.mark.parametrize("font", ["STSong-Light", "MSung-Light"])
@pytest.mark.parametrize("password", ["", "secret"])
def test_pdf_in_fonts_that_the_reader_brings_along(font: str, password: str) -> None:
    """Named by their encodings alone (UniGB-UCS2-H, UniCNS-UCS2-H); locked against copying, which is no reading."""
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfgen.canvas import Canvas

    registerFont(UnicodeCIDFont(font))
    out = io.BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption(password, ownerPassword="owner", canCopy=0))
    canvas.setFont(font, 12)
    for line, text in enumerate(("清河口镇春小麦播完", "4月6日,清河口镇三千亩春小麦全部播完,农技站逐块地查墒情。")):
        canvas.drawString(60, 700 - 30 * line, text)
    canvas.save()
    if password:
        with pytest.raises(InputRefused, match="locked with a password"):
            read_bytes(out.getvalue(), "a.pdf")
        return
    (article,) = read_bytes(out.getvalue(), "a.pdf")
    assert article.text.endswith("4月6日,清河口镇三千亩春小麦全部播完,农技站逐块地查墒情。")
    assert (article.title + article.text).startswith("清河口镇春小麦播完")


def test_pdf() -> None:
    from reportlab.pdfgen.canvas import Canvas

    blank, locked = io.BytesIO(), io.BytesIO()
    for out, encrypt in ((blank, None), (locked, "secret")):
        canvas = Canvas(out, encrypt=encrypt)
        canvas.rect(50, 50, 300, 300, fill=1)
        canvas.showPage()
        canvas.save()
    for data, says in (
        (blank.getvalue(), "no text layer"),
        (locked.getvalue(), "password"),
        (b"%PDF-1.4 x", "cannot be read"),
    ):
        with pytest.raises(InputRefused, match=says):
            read_bytes(data, "x.pdf")
    [article] = read_bytes(pdf_with("Spring sowing begins in Qingshi County."), "news.pdf")
    assert "Spring sowing begins" in article.title + article.text


def pdf_with(line: str) -> bytes:
    content = f"BT /F1 12 Tf 20 100 Td ({line}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    ]
    out, offsets = b"%PDF-1.4\n", []
    for i, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (i, body)
    xref = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"xref\n0 5\n0000000000 65535 f \n%strailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        xref,
        len(out),
    )


def test_stdin_is_read_by_its_content() -> None:
    assert [a.id for a in read_stdin(stream=io.BytesIO(TEXT.encode()))] == ["stdin"]
    assert [a.id for a in read_stdin(stream=io.BytesIO(b'{"id": "q", "text": "x"}\n'))] == ["q"]
    assert [a.id for a in read_stdin(stream=io.BytesIO(gzip.compress(TEXT.encode())))] == ["stdin"]
    assert [a.id for a in read_stdin(stream=io.BytesIO(archive({"z.txt": TEXT.encode()})))] == ["z"]


def test_an_open_file_that_cannot_seek() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self, data: bytes) -> None:
            self.rest = io.BytesIO(data)

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
            return self.rest.readinto(buffer)

    for name, data in (
        ("a.zip", archive({"z.txt": TEXT.encode()})),
        ("noname", b'{"text": "x"}\n'),
        ("t.csv", b"text\nx\n"),
    ):
        assert len(list(read_open(io.BufferedReader(Pipe(data)), name))) == 1


def test_fsspec_file() -> None:
    import fsspec

    with fsspec.open("memory://lanmu/p.zip", "wb") as file:
        file.write(archive({"z.txt": TEXT.encode()}))
    with fsspec.open("memory://lanmu/p.zip", "rb") as file:
        assert [a.id for a in read_open(file, "memory://lanmu/p.zip")] == ["z"]


def test_importing_and_reading_text_stays_light() -> None:
    code = (
        "import sys; from classifier.reading import read_bytes; read_bytes('会议召开了。'.encode(), 'a.txt');"
        "heavy = {'numpy', 'pyarrow', 'lxml', 'pypdfium2', 'sklearn', 'jieba', 'charset_normalizer'};"
        "sys.exit(','.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", "清河⼝镇⼈⼤⼯作会\n\n本报讯(记者 ⻢⻓⻘)县⼈⺠政府召开⼯业会议。\n"),
        ("a.md", "# 清河⼝镇⼈⼤⼯作会\n\n本报讯(记者 ⻢⻓⻘)县⼈⺠政府召开⼯业会议。\n"),
        (
            "a.html",
            "<title>清河⼝镇⼈⼤⼯作会</title><h1>清河⼝镇⼈⼤⼯作会</h1><p>本报讯(记者 ⻢⻓⻘)县⼈⺠政府召开⼯业会议。</p>",
        ),
        ("a.jsonl", '{"title": "清河⼝镇⼈⼤⼯作会", "text": "本报讯(记者 ⻢⻓⻘)县⼈⺠政府召开⼯业会议。"}\n'),
        ("a.csv", "title,text\n清河⼝镇⼈⼤⼯作会,本报讯(记者 ⻢⻓⻘)县⼈⺠政府召开⼯业会议。\n"),
    ],
)
def test_radicals_become_plain_characters(name: str, data: str) -> None:
    (article,) = read_bytes(data.encode(), name)
    assert article.title == "清河口镇人大工作会"
    assert article.text == "本报讯(记者 马长青)县人民政府召开工业会议。"


BODY = "清河口镇抢抓农时播种春小麦,全镇三万亩春小麦陆续开播。\n\n农机手说,今年的播种机又快又直。\n"


@pytest.mark.parametrize(
    "head",
    [
        "title: 清河口镇抢播春小麦\ndate: 2026-04-05",
        'title: "清河口镇抢播春小麦"\ndate: 2026-04-05 08:30:00 +0800\ncategories: [农业, 春耕]',
        "title: 清河口镇抢播春小麦\nsubtitle:\ndate: 2026-4-5",
        "title: 清河口镇抢播春小麦\ncover-image: /img/a.jpg\ntags:\n- 春耕\n- 三农\ndate: 2026/04/05",
        "title: >\n  清河口镇抢播\n  春小麦\ndate: 2026-04-05T08:00:00Z",
        "title: |-\n  清河口镇抢播\n  春小麦\ndate: 2026-04-05",
        "title: '清河口镇抢播\n  春小麦'\ndate: 2026-04-05",
        "aliases: []\ncssclasses:\n  - wide\ncreated: 2026-04-05\ntitle: 清河口镇抢播春小麦 # 头条",
        "layout: post\nauthor: @zhang\ntitle: 清河口镇抢播春小麦\ndate: 2026-04-05",
        "标题：清河口镇抢播春小麦\n日期：2026年4月5日",
        "title:清河口镇抢播春小麦\ndate:2026-04-05",
        "title: 清河口镇抢播春小麦\ndate: 2026-04-05\n2026: 春\n专题 名称: 春耕\ntags: #春耕 #三农",
        "title: 清河口镇抢播春小麦\ndate: 2026-04-05\nsummary: |\n  早播 --- 早收\n  ---\n  完",
    ],
)
@pytest.mark.parametrize("more", ["", "# 清河口镇抢播春小麦\n\n", "\ufeff"])
def test_front_matter_of_many_programs(head: str, more: str) -> None:
    source = f"---\n{head}\n---\n\n{more}{BODY}" if more != "\ufeff" else f"{more}---\n{head}\n---\n{BODY}"
    (article,) = read_bytes(source.encode(), "a.md")
    assert (article.title, article.date) == ("清河口镇抢播春小麦", "2026-04-05")
    assert article.text == BODY.strip().replace("\n\n", "\n")


def test_front_matter_in_toml() -> None:
    head = '+++\ntitle = "清河口镇抢播春小麦"\ndate = 2026-04-05T08:00:00+08:00\ntags = ["春耕"]\n+++\n'
    (article,) = read_bytes((head + BODY).encode(), "a.md")
    assert (article.title, article.date, article.text.count("\n")) == ("清河口镇抢播春小麦", "2026-04-05", 1)


def test_front_matter_in_json() -> None:
    head = '{\n  "title": "清河口镇抢播春小麦",\n  "date": "2026-04-05",\n  "tags": ["春耕"]\n}\n'
    for more in ("", "# 清河口镇抢播春小麦\n\n"):
        (article,) = read_bytes((head + more + BODY).encode(), "a.md")
        assert (article.title, article.date, article.text.count("\n")) == ("清河口镇抢播春小麦", "2026-04-05", 1)


def test_an_article_with_front_matter_keeps_its_sub_heads() -> None:
    source = f"---\ntitle: 清河口镇抢播春小麦\n---\n\n{BODY}\n## 早动手\n\n{BODY}\n## 早谋划\n\n{BODY}"
    (article,) = read_bytes(source.encode(), "a.md")
    assert article.title == "清河口镇抢播春小麦" and "早动手\n" in article.text and "早谋划\n" in article.text


@pytest.mark.parametrize(
    "head",
    ["title: 清河口镇抢播春小麦\ndate: 2026-04-05\n---\n", "\n---\ntitle: 清河口镇抢播春小麦\ndate: 2026-04-05\n---\n"],
)
def test_front_matter_without_a_rule_above_or_below_blank_lines(head: str) -> None:
    (article,) = read_bytes((head + BODY).encode(), "a.md")
    assert (article.title, article.date, article.text.count("\n")) == ("清河口镇抢播春小麦", "2026-04-05", 1)


@pytest.mark.parametrize("lines", ["-a: b\n", " \n", "- \n"])
def test_a_head_that_never_ends_costs_no_time(lines: str) -> None:
    began = time.perf_counter()
    read_bytes(("title: 清河口镇抢播春小麦\n" + lines * 200 + BODY).encode(), "a.md")
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    "between",
    [
        "会议指出,要抓好春耕。",
        "会议指出:要抓好春耕。",
        "[" * 3_000,
        "title",
        "王小明：今年怎么样?\n李小红：比去年多三成。",
        "时间：4月5日\n地点：县礼堂",
    ],
)
def test_rules_around_text_are_no_front_matter(between: str) -> None:
    start = time.process_time()
    (article,) = read_bytes(f"---\n{between}\n---\n\n{BODY}".encode(), "a.txt")
    assert time.process_time() - start < 0.5
    read = article.title + article.text
    assert all(line.strip("。") in read for line in between.split("\n"))


_SIGNED_STORIES = (
    "县府召开防汛会议\n县府昨日召开防汛工作会议,要求各乡镇落实责任。\n{first}\n"
    "县长杯篮球赛落幕\n县长杯篮球赛昨日打完决赛,青岭队夺冠。\n观众们为两队鼓掌喝彩。{second}\n"
)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("会议强调,要确保安全度汛。(记者 张宁)", "(记者 李丽)"),
        ("(张宁 记者 李丽 文/图)", "\n(供稿:马强)"),
        ("融媒体记者 | 张宁", "(通讯员 李丽)"),
    ],
)
def test_a_text_of_stories_signed_at_their_ends_is_a_page(first: str, second: str) -> None:
    articles = read_bytes(_SIGNED_STORIES.format(first=first, second=second).encode(), "a.txt")
    assert [article.title for article in articles] == ["县府召开防汛会议", "县长杯篮球赛落幕"]
    assert articles[1].uncertain


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("会议强调,要确保安全度汛。", "(记者 李丽)"),
        ("图为会议现场。(记者 张宁 摄)", "(记者 李丽)"),
        ("会议强调,要确保安全度汛。(以下简称方案)", "(记者 李丽)"),
    ],
)
def test_an_article_signed_once_is_one(first: str, second: str) -> None:
    (article,) = read_bytes(_SIGNED_STORIES.format(first=first, second=second).encode(), "a.txt")
    assert article.title == "县府召开防汛会议" and "青岭队夺冠" in article.text
