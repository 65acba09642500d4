"""Whether lanmu's words are jieba's and its scores scikit-learn's, on whole corpora and on strange strings.

``python -m benchmarks.exactness [--quick]``.  Words of the compiled code are compared with
``jieba.lcut``, with and without the HMM, with jieba's dictionary and with one changed in every way
jieba knows (a file, ``add_word``, ``suggest_freq``, ``del_word``).  Scores of the kernel are
compared with scikit-learn pipelines: the current model's features and weights in scikit-learn's
classes; a model of words and pairs and characters 1-3 in three fields; and one that scikit-learn
fitted alone.  Ends with 1 where anything differs.

The real news and Fudan10 are taken where their corpora are present (LANMU_CORPUS), else the
labels' articles.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.news import labelled_news
from classifier.columns import TextColumn
from classifier.engine.words.dictionary import Dictionary
from classifier.model.features import FeatureSpec
from classifier.model.model_files import read_model
from classifier.model.versions import model_path
from classifier.model.weights import LinearWeights
from tests.reference.comparing import BATCH, Differs, compare_scores, corpus_articles
from tests.reference.scikit_learn import Cut, fitted_model, pipeline
from tests.segmentation.compiled_words import cut_column
from tests.segmentation.strange_texts import strange_texts

STRANGE = 200_000
USER_FILE = "小明硕士 5\n网易杭研 30 nz\n冲乎尔\nv2.0 7\nC# 12 eng\n卡拉OK 3\n学习贯彻 9000 v\n"


@contextmanager
def changed_dictionary() -> Iterator[tuple[Dictionary, Any]]:
    """A dictionary changed in every way, and a jieba tokenizer changed by jieba itself."""
    import jieba
    from jieba import finalseg

    split = set(finalseg.Force_Split_Words)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write(USER_FILE)
        file.flush()
        dictionary = Dictionary().with_file(Path(file.name))
        tokenizer.load_userdict(file.name)
    changed = []
    for word, frequency in (("京都大学深造", 10**6), ("常务会议", None), ("出席开幕式", 50)):
        tokenizer.add_word(word, frequency)
        changed.append((word, tokenizer.FREQ[word]))
    for segment in (("今天", "天气"), ("中", "将"), "习近平总书记"):
        tokenizer.suggest_freq(segment, tune=True)
        changed.append(("".join(segment), tokenizer.FREQ["".join(segment)]))
    for word in ("中国人民", "主持会议", "的一"):
        tokenizer.del_word(word)
        changed.append((word, 0))
    try:
        yield Dictionary((*dictionary.entries, *changed)), tokenizer
    finally:
        finalseg.Force_Split_Words.clear()
        finalseg.Force_Split_Words.update(split)


def compare_words(texts: Iterator[str], dictionary: Dictionary, tokenizer: Any, hmm: bool) -> tuple[int, int]:
    """Cut all texts both ways; returns how many texts and words there were.  Raises Differs."""
    count = words = 0
    while batch := list(islice(texts, BATCH)):
        ends, offsets = cut_column(TextColumn.from_strings(batch), dictionary=dictionary, hmm=hmm)
        for i, text in enumerate(batch):
            expected = tokenizer.lcut(text, HMM=hmm)
            stops = np.cumsum([len(word) for word in expected])
            if not np.array_equal(stops, ends[offsets[i] : offsets[i + 1]]):
                raise Differs(f"words of {text[:200]!r}")
        count += len(batch)
        words += int(offsets[-1])
    return count, words


def shared_cut() -> Cut:
    """``jieba.lcut``; the last texts are remembered, so that several models cut each once."""
    import jieba

    @lru_cache(maxsize=8 * BATCH)
    def cut(text: str) -> list[str]:
        return list(jieba.lcut(text))

    return cut


def reference_models(model: str | None) -> list[tuple[str, LinearWeights, Any]]:
    """The models whose scores are compared, each with its scikit-learn pipeline."""
    from classifier.taxonomy import Taxonomy
    from training.fitting.fit import fit_model
    from training.fitting.fit_options import FitOptions
    from training.labels.examples import Examples

    cut = shared_cut()
    current = read_model(model_path(model))
    labelled = labelled_news()[:3000]
    n = len(labelled)
    examples = Examples(
        tuple(map(str, range(n))), tuple(a[0] for _, a in labelled), tuple(a[1] for _, a in labelled),
        tuple(category for category, _ in labelled), ("",) * n, ("original",) * n,
    )  # fmt: skip
    spec = FeatureSpec(words=2, characters=3, shared=False, character_weight=0.7)
    taxonomy = Taxonomy.of_names(sorted(set(examples.categories)))
    fields = fit_model(examples, taxonomy, FitOptions(spec=spec, keep=150_000)).weights
    alone, alone_pipeline = fitted_model(
        [article for _, article in labelled], [category for category, _ in labelled],
        FeatureSpec(title=0.0, text=1.0, lead=0.0, words=2, characters=3), cut, keep=150_000,
    )  # fmt: skip
    return [
        (current.manifest.name, current.weights, pipeline(current.weights, cut)),
        ("words 1-2 + characters 1-3, three fields", fields, pipeline(fields, cut)),
        ("words 1-2 + characters 1-3, fitted by scikit-learn alone", alone, alone_pipeline),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="every twentieth article, a tenth of the strange strings")
    parser.add_argument("--model", default=None, help="a model's folder or name")
    chosen = parser.parse_args(arguments)
    every, strange = (20, STRANGE // 10) if chosen.quick else (1, STRANGE)
    import jieba

    jieba.setLogLevel(60)
    jieba.initialize()

    def all_texts(seed: int) -> Iterator[str]:
        for title, text in corpus_articles(every):
            yield title
            yield text
        yield from strange_texts(seed, strange)

    try:
        with changed_dictionary() as (changed, tokenizer):
            for hmm in (True, False):
                _say_words("changed dictionary", hmm, compare_words(all_texts(11 + hmm), changed, tokenizer, hmm))
        for hmm in (True, False):
            _say_words("jieba's dictionary", hmm, compare_words(all_texts(21 + hmm), Dictionary(), jieba, hmm))
        models = reference_models(chosen.model)
        count, largest = compare_scores(corpus_articles(every), models)
        for name, difference in largest.items():
            print(f"scores, {name}: {count:,} articles, largest difference {difference:.1e}", flush=True)
        strings = strange_texts(5, strange)
        count, largest = compare_scores(zip(islice(strange_texts(6, strange), strange), strings, strict=True), models)
        for name, difference in largest.items():
            print(f"scores, {name}: {count:,} strange strings, largest difference {difference:.1e}", flush=True)
    except Differs as error:
        print(f"different: {error}")
        return 1
    return 0


def _say_words(name: str, hmm: bool, found: tuple[int, int]) -> None:
    print(f"words, {name}, HMM {'on' if hmm else 'off'}: {found[0]:,} texts, {found[1]:,} words, all alike", flush=True)


if __name__ == "__main__":
    sys.exit(main())
