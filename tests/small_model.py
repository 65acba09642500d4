"""A real, small model: three categories, fitted on sentences written here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import RidgeClassifier

from classifier.columns import StringTable
from classifier.model.decisions import ReviewRule
from classifier.model.features import FeatureSpec, PlainCounter
from classifier.model.model_files import Manifest, write_model
from classifier.model.weights import LinearWeights
from classifier.taxonomy import Taxonomy, read_taxonomy
from classifier.text import character_table, normalise
from tests.reference.plain import jieba_cut, string_index, tf_idf

SENTENCES: dict[str, tuple[tuple[str, str], ...]] = {
    "agriculture": (
        ("三千亩晚熟棉花开摘", "秋风一起,河湾村的棉田白成一片。合作社的采棉机昼夜不停,农户算着今年亩产和收购价。"),
        ("冬小麦播种收尾", "农技员下到地头,查墒情、看出苗,提醒种粮大户抢在霜降前浇完越冬水。"),
        ("养羊大户办起饲草合作社", "圈舍里的羊羔膘肥体壮,牧民把苜蓿和青贮玉米拌匀,养殖收入一年比一年多。"),
        ("果农忙着给苹果套袋", "果园里,村民踩着梯子给幼果套袋,技术员讲解疏果和防虫的要领。"),
    ),
    "sports": (
        ("县篮球联赛落幕", "决赛打满四节,城关镇队靠一记压哨三分夺得冠军,球迷把体育馆挤得水泄不通。"),
        ("少年足球队出征全省锦标赛", "十八名小球员完成最后一堂训练课,教练说目标是小组出线,比赛下周开哨。"),
        ("马拉松选手冒雨开跑", "发令枪响,三千名运动员冲出起点,男子组冠军成绩两小时二十一分。"),
        ("游泳馆里的银发冠军", "七十岁的老人每天游一千米,去年在全国老年人运动会上拿下两枚金牌。"),
    ),
    "health": (
        ("山区老人家门口看上专家", "义诊队背着心电图机进村,医生给两百多位老人量血压、测血糖、开药方。"),
        ("县医院开出首台微创手术", "骨科医生用关节镜为患者修复半月板,病人第二天就能下床,住院费也省了一半。"),
        ("流感疫苗开始接种", "疾控中心提醒,老人和孩子要尽早到卫生院接种疫苗,出现发热及时就诊。"),
        ("中医馆的早晨", "刚开门,候诊的患者就坐满了长椅,老中医号脉、针灸,药房飘出草药香。"),
    ),
}


def small_taxonomy() -> Taxonomy:
    full = read_taxonomy()
    return Taxonomy(tuple(full[category] for category in SENTENCES))


def small_weights(spec: FeatureSpec) -> LinearWeights:
    """Fit ridge regression on SENTENCES with the plain counter."""
    table = character_table()
    cut = jieba_cut(spec.hmm)
    counter = PlainCounter(spec, cut, table.is_word)
    articles = [(category, title, text) for category, pairs in SENTENCES.items() for title, text in pairs]
    counts = [counter(normalise(title, table.fold), normalise(text, table.fold)) for _, title, text in articles]
    words = sorted({w for c in counts for (_, analyser), block in c.items() if analyser == "words" for w in block})
    grams = sorted({w for c in counts for (_, analyser), block in c.items() if analyser == "characters" for w in block})
    word_table, gram_table = StringTable.of(words), StringTable.of(grams)
    size = len(words) + len(grams)
    seen = CountVectorizer(analyzer=lambda c: {w for block in c.values() for w in block}).fit(counts)
    frequency = dict(zip(seen.get_feature_names_out(), np.asarray(seen.transform(counts).sum(0)).ravel(), strict=True))
    idf = np.array([np.log(13 / (1 + frequency[w])) + 1 for w in [*word_table, *gram_table]], np.float32)
    X = np.zeros((len(articles), size * spec.groups))
    for i, count in enumerate(counts):
        values = tf_idf(spec, count, string_index(word_table), string_index(gram_table, len(words)), idf)
        for (row, _), value in values.items():
            X[i, row] += value
    y = [list(SENTENCES).index(category) for category, _, _ in articles]
    fitted = RidgeClassifier(alpha=0.1).fit(X, y)
    k = len(SENTENCES)
    return LinearWeights(
        spec=spec,
        words=word_table,
        characters=gram_table,
        idf=idf,
        weights=np.ascontiguousarray(fitted.coef_.T, np.float32),
        intercept=np.asarray(fitted.intercept_, np.float64),
        surprise=np.array([0.0 if " " in w else 6.0 for w in word_table], np.float32),
        surprise_unknown=12.0,
        table=table,
        calibration_matrix=np.eye(k) * 4.0,
        calibration_offset=np.zeros(k),
    )


def small_model(folder: Path, spec: FeatureSpec | None = None, taxonomy: Taxonomy | None = None) -> Path:
    """Write the small model to ``folder``; ``taxonomy``: its categories told otherwise."""
    spec = spec or FeatureSpec(title=1.0, text=1.0, words=2)
    manifest = Manifest(
        name=folder.name,
        taxonomy=taxonomy or small_taxonomy(),
        spec=spec,
        review=ReviewRule(thresholds=((0.9, 0.5), (0.97, 0.6)), words=5),
        surprise_unknown=12.0,
    )
    write_model(folder, manifest, small_weights(spec))
    return folder
