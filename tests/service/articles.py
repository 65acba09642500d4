"""Articles that the tests send: of the small model's three categories, and doubtful ones."""

HARVEST = {
    "id": "a1",
    "title": "棉花进入采收期",
    "text": "河湾村的棉田白成一片。合作社的采棉机昼夜不停,农户算着今年亩产和收购价,种粮大户抢着浇越冬水。",
}
MATCH = {
    "id": "a2",
    "title": "县篮球联赛落幕",
    "text": "决赛打满四节,城关镇队靠一记压哨三分夺得冠军,球迷把体育馆挤得水泄不通,教练说目标是小组出线。",
}
CLINIC = {
    "id": "a3",
    "title": "专家义诊进山村",
    "text": "义诊队背着心电图机进村,医生给老人量血压、测血糖、开药方,卫生院提醒孩子及时接种疫苗。",
}
DOUBTFUL = {
    "id": "a4",
    "title": "村里的运动会",
    "text": "农闲时节,村民在晒场上拔河赛跑,卫生院的医生在场边守着,合作社送来苹果。",
}
HOSTILE = {
    "id": "<img src=x onerror=alert(1)>",
    "title": "<script>alert('题')</script>",
    "text": "<script>alert(1)</script><img src=x onerror=alert(2)> 医生给老人量血压,开药方 \x00\x1b[2J",
}
EVERY = [HARVEST, MATCH, CLINIC, DOUBTFUL, HOSTILE]
