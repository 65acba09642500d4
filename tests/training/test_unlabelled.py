"""Fits that unlabelled articles join, and fits from the categories' names alone."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifier.article import Article
from classifier.engine.scoring.scorer import KernelScorer
from classifier.errors import LanmuError
from classifier.model.weights import LinearWeights
from classifier.taxonomy import Category, Taxonomy
from tests.conftest import Lanmu
from tests.training.shipped import shipped_examples
from training.fitting.fit import fit_model
from training.fitting.self_training import make_unlabelled, read_unlabelled
from training.fitting.start import start_of, with_unlabelled
from training.labels.examples import Examples
from training.promotion.from_names import fit_from_names, names_options

DESCRIBED = Taxonomy(
    (
        Category("赛场", "赛场", description="足球、篮球、比赛、冠军、运动员、球队"),
        Category("医卫", "医卫", description="医院、医生、患者、疫苗、健康、治疗"),
        Category("田间", "田间", description="小麦、农民、种植、养殖、丰收、合作社"),
        Category("文苑", "文苑", description="演出、展览、非遗、书法、音乐、舞蹈"),
    )
)
OWN = dict(zip(("sports", "health", "agriculture", "culture"), DESCRIBED.ids, strict=True))


@pytest.fixture(scope="module")
def written() -> Examples:
    """Forty written articles of each of four categories of one's own, taking turns."""
    examples = shipped_examples()
    of_each = [[i for i, category in enumerate(examples.categories) if category == own][:40] for own in OWN]
    some = examples.take([i for together in zip(*of_each, strict=True) for i in together])
    return replace(some, categories=tuple(OWN[category] for category in some.categories))


def accuracy(weights: LinearWeights, examples: Examples) -> float:
    best = KernelScorer(weights).score(*examples.columns).scores.argmax(1)
    return float(np.mean([DESCRIBED.ids[k] == own for k, own in zip(best, examples.categories, strict=True)]))


def without_categories(examples: Examples) -> Examples:
    return replace(examples, categories=("",) * len(examples))


@pytest.mark.slow
def test_unlabelled_articles_help_two_labels_a_category(written: Examples) -> None:
    few, pool, rest = written.take(range(8)), written.take(range(8, 100)), written.take(range(100, 160))
    options = start_of(few, DESCRIBED, None).options
    alone = fit_model(few, DESCRIBED, options)
    joined = fit_model(few, DESCRIBED, with_unlabelled(options), unlabelled=without_categories(pool))
    assert len(joined.held_out.y) == 8
    assert accuracy(joined.weights, rest) >= accuracy(alone.weights, rest)
    assert accuracy(joined.weights, pool) > accuracy(alone.weights, pool) - 0.02
    again = fit_model(few, DESCRIBED, with_unlabelled(options), unlabelled=without_categories(pool))
    assert again.weights.weights.tobytes() == joined.weights.weights.tobytes()


@pytest.mark.slow
def test_what_unlabelled_articles_are_filed_under_is_not_looked_at(written: Examples) -> None:
    few, pool = written.take(range(8)), written.take(range(8, 60))
    options = with_unlabelled(start_of(few, DESCRIBED, None).options)
    misfiled = replace(pool, categories=tuple(reversed(pool.categories)))
    one = fit_model(few, DESCRIBED, options, unlabelled=without_categories(pool))
    other = fit_model(few, DESCRIBED, options, unlabelled=misfiled)
    assert one.weights.weights.tobytes() == other.weights.weights.tobytes()


@pytest.mark.slow
def test_names_and_descriptions_alone_are_better_than_chance_and_never_accepted(written: Examples) -> None:
    guess = fit_from_names(DESCRIBED, names_options(DESCRIBED, None))
    assert accuracy(guess.weights, written) > 0.6
    assert guess.review.threshold > 1.0
    pool, rest = written.take(range(100)), written.take(range(100, 160))
    options = names_options(DESCRIBED, pool)
    joined = fit_from_names(DESCRIBED, options, without_categories(pool))
    assert accuracy(joined.weights, rest) > accuracy(guess.weights, rest) - 0.05


def test_labels_and_repeats_are_no_unlabelled_articles(written: Examples) -> None:
    label = written.take([0])
    articles = [
        Article(label.ids[0], "队员归来", "女排队员昨天回到家乡。"),
        Article("a", label.titles[0], label.texts[0]),
        Article("b", "医院开诊", "新院区今天开诊。"),
        Article("c", "医院开诊", "新院区今天开诊。"),
        Article("d", " ", "\n"),
    ]
    assert make_unlabelled(articles, label).ids == ("b",)


def test_a_folder_without_articles_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(LanmuError, match=r"no unlabelled article"):
        read_unlabelled([str(tmp_path)], None, lambda refusal: None)


def labels_file(path: Path, examples: Examples) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "category", "title", "text"])
        rows.writerows(zip(examples.ids, examples.categories, examples.titles, examples.texts, strict=True))


def archive(folder: Path, examples: Examples) -> None:
    folder.mkdir()
    with (folder / "archive.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "title", "text"])
        rows.writerows(zip(examples.ids, examples.titles, examples.texts, strict=True))


@pytest.mark.slow
def test_train_takes_a_folder_of_unlabelled_articles(lanmu: Lanmu, tmp_path: Path, written: Examples) -> None:
    labels_file(tmp_path / "ours.csv", written.take(range(16)))
    archive(tmp_path / "archive", written.take(range(8, 60)))
    done = lanmu(
        "train", "--labels", "ours.csv", "--own-categories", "--unlabelled", "archive", "--models", "mine"
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "44 unlabelled articles to learn from too" in done.stderr
    alone = lanmu(
        "train", "--labels", "ours.csv", "--own-categories", "--unlabelled", "archive", "--models", "alone",
        "--from-scratch",
    )  # fmt: skip
    assert alone.returncode == 0, alone.stderr
    assert "left out: it learns from the labels alone" in alone.stderr


@pytest.mark.slow
def test_a_wrong_path_is_refused_by_name_even_where_the_articles_would_be_left_out(
    lanmu: Lanmu, tmp_path: Path, written: Examples
) -> None:
    labels_file(tmp_path / "ours.csv", written.take(range(16)))
    archive(tmp_path / "archive", written.take(range(20, 30)))
    command = ("train", "--labels", "ours.csv", "--own-categories", "--from-scratch", "--models", "mine")
    wrong = lanmu(*command, "--unlabelled", "归档")
    assert wrong.returncode == 2 and "归档: is not there" in wrong.stderr and not (tmp_path / "mine").exists()
    one_wrong = lanmu(*command, "--unlabelled", "归档", "--unlabelled", "archive")
    assert one_wrong.returncode == 1 and "refused 归档: is not there" in one_wrong.stderr
    assert "left out" in one_wrong.stderr and "is the current model" in one_wrong.stdout


@pytest.mark.slow
def test_evaluate_learns_from_unlabelled_articles_apart_from_its_labels(
    lanmu: Lanmu, tmp_path: Path, written: Examples
) -> None:
    labels = written.take(range(48))
    labels_file(tmp_path / "ours.csv", labels)
    reprints = replace(
        labels, ids=tuple(f"reprint-{n}" for n in labels.ids), texts=tuple(f"{t}(完)" for t in labels.texts)
    )
    archive(tmp_path / "archive", reprints + written.take(range(48, 84)))
    command = ("evaluate", "--labels", "ours.csv", "--own-categories", "--quick", "--split", "holdout")
    done = lanmu(*command, "--unlabelled", "archive", "--out", "with")
    assert done.returncode == 0, done.stderr
    assert "36 unlabelled articles to learn from too" in done.stderr
    alone = lanmu(*command)
    assert alone.returncode == 0, alone.stderr
    assert _log_loss(alone.stdout) != _log_loss(done.stdout), "they take part"
    report = json.loads((tmp_path / "with" / "report.json").read_text("utf-8"))
    assert report["about"]["unlabelled"]["count"] == 36
    assert "36" in (tmp_path / "with" / "report.html").read_text("utf-8").split('id="about"')[1]
    no_fit = lanmu(*command, "--unlabelled", "archive", "--model", "lanmu-7")
    assert no_fit.returncode == 2 and "leave it out with --model" in no_fit.stderr


def _log_loss(printed: str) -> str:
    return next(line for line in printed.splitlines() if "log loss" in line)


@pytest.mark.slow
def test_train_begins_from_names_and_sends_all_to_review(lanmu: Lanmu, tmp_path: Path, written: Examples) -> None:
    tables = [f'[[category]]\nid = "{c.id}"\nname = "{c.name}"\ndescription = "{c.description}"\n' for c in DESCRIBED]
    (tmp_path / "ours.toml").write_text("\n".join(tables), encoding="utf-8")
    archive(tmp_path / "archive", written.take(range(40)))
    done = lanmu(
        "train", "--from-names", "--categories", "ours.toml", "--unlabelled", "archive", "--models", "mine"
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "a guess from the names of 4 categories; every article it tags goes to review" in done.stdout
    assert "is the current model" in done.stdout
    tagged = lanmu("tag", "archive", "--models", "mine", "--format", "jsonl")
    assert tagged.returncode == 0, tagged.stderr
    assert '"review"' in tagged.stdout and '"accepted"' not in tagged.stdout
    shown = lanmu("models", "show", "--models", "mine")
    assert shown.returncode == 0, shown.stderr
    assert f"4 categories: {'、'.join(c.name for c in DESCRIBED)}" in shown.stdout
    assert "without labels; all it tags goes to review" in shown.stdout
    assert "40 unlabelled articles took part" in shown.stdout and "nothing is accepted" in shown.stdout
    assert "0 labels" not in shown.stdout and "wished accuracy" not in shown.stdout
    second = lanmu("train", "--from-names", "--categories", "ours.toml", "--models", "mine")
    assert "is kept" in second.stdout, "a guess never takes the place of a model"
    with_labels = lanmu("train", "--from-names", "--labels", "ours.csv", "--models", "mine")
    assert with_labels.returncode != 0 and "begins without labels" in with_labels.stderr
    default = lanmu("train", "--from-names", "--models", "other")
    assert default.returncode != 0 and "knows these categories" in default.stderr


@pytest.mark.parametrize(
    ("tables", "more", "said"),
    [
        ('[[category]]\nid = "che"\n[[category]]\nid = "fang"\nname = "楼市"\n', (), "'che': neither its name"),
        (
            '[[category]]\nid = "a"\nname = "车市"\n[[category]]\nid = "b"\nname = "车市"\n',
            (),
            "'a' and 'b' have the same",
        ),
        ('[[category]]\nid = "a"\nname = "车市"\n[[category]]\nid = "b"\nname = "楼市"\n', ("--tune", "5"), "--tune"),
        ('[[category]]\nid = "a"\nname = "车市"\n[[category]]\nid = "b"\nname = "楼市"\n', ("--words", "0"), "--words"),
    ],
)
def test_names_that_say_nothing_and_options_without_use_are_refused(
    lanmu: Lanmu, tmp_path: Path, tables: str, more: tuple[str, ...], said: str
) -> None:
    (tmp_path / "ours.toml").write_text(tables, "utf-8")
    done = lanmu("train", "--from-names", "--categories", "ours.toml", "--models", "mine", *more)
    assert done.returncode == 2 and said in done.stderr
    assert not (tmp_path / "mine").exists()


def test_many_headlines_have_word_vectors_too(written: Examples) -> None:
    headlines = replace(written, texts=("",) * len(written)).take(np.tile(np.arange(len(written)), 3))
    start = start_of(headlines, DESCRIBED, None)
    assert start.options.general and start.alone and not start.said
