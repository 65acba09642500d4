"""A printed issue of two pages for the tests of the service."""

from __future__ import annotations

from tests.reading.sheets import Column, Sheet, pdf_of

SPRING = [
    "清河口镇昨天召开会议，安排今年的春耕备耕任务。" * 3,
    "镇里要求各村抓紧备足种子、化肥和农机具，不误农时。" * 3,
]
BRIDGE = ["连接东西两岸的清河大桥昨天通车，许多市民走上桥面拍照留念。" * 4]


def two_pages() -> bytes:
    """Two articles side by side on the first page, one on the second."""
    sheet = Sheet()
    sheet.line(40, 90, "清河口镇安排春耕备耕", 22)
    sheet.body(SPRING, [Column(40, 130, 240, 420)])
    sheet.line(320, 90, "清河大桥建成通车", 22)
    sheet.body(BRIDGE, [Column(320, 130, 240, 420)])
    other = Sheet()
    other.line(40, 90, "城关镇队夺得联赛冠军", 22)
    other.body(["决赛打满四节，城关镇队以三分优势夺冠，教练和球迷欢呼。" * 3], [Column(40, 130, 240, 420)])
    other.line(320, 90, "义诊队走进北山乡", 22)
    other.body(["县医院的医生为两百位老人量血压、测血糖，还开了药方。" * 3], [Column(320, 130, 240, 420)])
    return pdf_of(sheet, other)
