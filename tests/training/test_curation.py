"""Likely wrong labels, and what to label next."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifier.taxonomy import Taxonomy, read_taxonomy
from tests.conftest import Lanmu
from training.curation.curate import suspects
from training.curation.strategies import AtRandom, LeastSure, Pool, Strategy, UnsureDiverseRare
from training.labels.examples import Examples
from training.labels.file import Label, examples_of, labels_csv, read_labels

ROOT = Path(__file__).parents[2]
CHOSEN = ("meetings", "sports", "agriculture", "health")


@pytest.fixture(scope="module")
def labels() -> list[Label]:
    """Thirty written labels of each of four categories."""
    with (ROOT / "labels.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [Label(**row) for row in csv.DictReader(file)]
    return [label for c in CHOSEN for label in [row for row in rows if row.category == c][:30]]


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    full = read_taxonomy()
    return Taxonomy(tuple(full[category] for category in CHOSEN))


def test_planted_wrong_labels_are_found_with_words_as_reasons(labels: list[Label], taxonomy: Taxonomy) -> None:
    examples: Examples = examples_of(labels)
    categories = list(examples.categories)
    planted = {5: "sports", 40: "health", 70: "meetings", 100: "agriculture"}
    for i, wrong in planted.items():
        categories[i] = wrong
    suspected = suspects(replace(examples, categories=tuple(categories)), taxonomy, 8)
    hit = {suspect.index: suspect for suspect in suspected if suspect.index in planted}
    assert len(hit) >= 3
    for i, suspect in hit.items():
        assert suspect.category == planted[i]
        assert suspect.instead == examples.categories[i], "and what they should be"
        assert "other labels speak for" in suspect.reason and "(" in suspect.reason
    assert [s.quality for s in suspected] == sorted(s.quality for s in suspected)


def test_reprints_labelled_otherwise_name_each_other(labels: list[Label], taxonomy: Taxonomy) -> None:
    twin = replace(labels[0], id="转载-1", category="sports")
    suspected = suspects(examples_of([*labels, twin]), taxonomy, 200)
    reasons = {suspect.id: suspect.reason for suspect in suspected}
    assert f"({labels[0].id})" in reasons["转载-1"] and "(转载-1)" in reasons[labels[0].id]


def some_pool(n: int = 200) -> Pool:
    dice = np.random.default_rng(0)
    probabilities = dice.dirichlet(np.full(5, 0.4), n)
    vectors = dice.normal(size=(n, 3))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Pool(probabilities, vectors, np.array([50, 50, 50, 50, 2], np.int64))


@pytest.mark.parametrize("strategy", [AtRandom(1), LeastSure(), UnsureDiverseRare(), UnsureDiverseRare(5, 1.0)])
def test_every_strategy_chooses_as_many_different_ones_as_asked(strategy: Strategy) -> None:
    pool = some_pool()
    for count in (1, 7, 200, 500):
        chosen = strategy.choose(pool, count)
        assert len(chosen) == len(set(chosen)) == min(count, 200)
        assert chosen == strategy.choose(pool, count)
    empty = Pool(np.zeros((0, 5)), np.zeros((0, 3)), np.zeros(5, np.int64))
    assert strategy.choose(empty, 3) == []


def test_what_is_chosen_is_unsure_diverse_and_rare() -> None:
    pool = some_pool()
    margin = np.sort(pool.probabilities, 1)[:, -1] - np.sort(pool.probabilities, 1)[:, -2]
    least, ours = LeastSure().choose(pool, 20), UnsureDiverseRare().choose(pool, 20)
    assert margin[least].max() <= np.delete(margin, least).min()
    assert margin[ours].mean() < margin.mean() / 2

    def spread(chosen: list[int]) -> float:
        alike = pool.vectors[chosen] @ pool.vectors[chosen].T
        return float((alike.sum() - len(chosen)) / (len(chosen) ** 2 - len(chosen)))

    assert spread(ours) < spread(least)
    rare = UnsureDiverseRare(spread=1, rarity=1.0).choose(pool, 20)
    assert pool.probabilities[rare, 4].mean() > pool.probabilities[least, 4].mean()


def test_from_unlabelled_articles_to_labels(lanmu: Lanmu, tmp_path: Path, labels: list[Label]) -> None:
    (tmp_path / "稿").mkdir()
    for label in labels[::6]:
        (tmp_path / "稿" / f"{label.id}.txt").write_text(f"{label.title}\n{label.text}", "utf-8")
    (tmp_path / "稿" / "坏.txt").write_bytes(bytes(range(256)) * 9)
    (tmp_path / "labels.csv").write_bytes(labels_csv([replace(labels[0], category="meetings")]))
    done = lanmu("labels", "next", "稿", "--count", "5", "--out", "sheet.csv")
    assert done.returncode == 1 and "坏.txt" in done.stderr, done.stderr
    sheet = (tmp_path / "sheet.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(sheet, newline="")))
    assert len(rows) == 5 and all(row["guess"] and not row["category"] for row in rows)
    assert labels[0].id not in [row["id"] for row in rows], "what has a label is not asked for"
    refused = lanmu("labels", "import", "sheet.csv")
    assert refused.returncode == 2 and "none of its 5 rows has a category yet" in refused.stderr

    right = {label.id: label.category for label in labels}
    for row in rows[:3]:
        row["category"] = right[row["id"]]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0].keys(), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    (tmp_path / "sheet.csv").write_bytes(text.getvalue().encode("gb18030"))
    done = lanmu("labels", "import", "sheet.csv")
    assert done.returncode == 0 and "3 labels added" in done.stdout, done.stderr
    assert len(read_labels(tmp_path / "labels.csv").labels) == 4


@pytest.mark.slow
def test_suspects_on_the_command_line(lanmu: Lanmu, tmp_path: Path, labels: list[Label]) -> None:
    wrong = [replace(label, category="health") if i == 31 else label for i, label in enumerate(labels)]
    (tmp_path / "labels.csv").write_bytes(labels_csv(wrong))
    done = lanmu("labels", "suspects", "--own-categories", "--count", "5", "--json", "--out", "look.csv")
    assert done.returncode == 0, done.stderr
    printed = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert labels[31].id in [suspect["id"] for suspect in printed] and printed[0]["line"] > 1
    assert "look.csv" in done.stdout and "instead,reason" in (tmp_path / "look.csv").read_text("utf-8-sig")
    assert lanmu("labels", "import", "look.csv", "--own-categories", "--replace").returncode == 0
