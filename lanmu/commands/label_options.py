"""Options that commands on labels share, and what they stand for."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from classifier.errors import InputRefused, LabelsError, LanmuError
from classifier.messages import say
from lanmu.commands.options import EXPERT, INPUT
from lanmu.commands.unread import NamedRefusals
from lanmu.language import speak

if TYPE_CHECKING:
    from classifier.taxonomy import Taxonomy
    from training.fitting.fit_options import FitOptions
    from training.fitting.start import Start
    from training.labels.examples import Examples
    from training.labels.label import Label


class Solver(StrEnum):
    svc = "svc"
    ridge = "ridge"


LabelsOption = Annotated[
    Path | None,
    typer.Option(
        "--labels", help="A labels file (default: ./labels.csv, else the shipped one).", rich_help_panel=INPUT
    ),
]
CategoriesOption = Annotated[
    Path | None,
    typer.Option(
        "--categories",
        help="A categories file; without it ./categories.toml, else the shipped one.",
        rich_help_panel=INPUT,
    ),
]
OwnOption = Annotated[
    bool,
    typer.Option(
        "--own-categories", help="Take the categories from the labels instead of a file.", rich_help_panel=INPUT
    ),
]
CorpusOption = Annotated[
    bool,
    typer.Option(
        "--corpus/--no-corpus",
        help="Add the shipped labels of real news where their texts are present.",
        rich_help_panel=INPUT,
    ),
]
WordsOption = Annotated[
    int | None, typer.Option("--words", help="Word n-grams up to this (0-2).", min=0, max=2, rich_help_panel=EXPERT)
]
CharactersOption = Annotated[
    int | None,
    typer.Option("--characters", help="Character n-grams up to this (0-3).", min=0, max=3, rich_help_panel=EXPERT),
]
SolverOption = Annotated[
    Solver | None, typer.Option("--solver", help="How weights are fitted.", rich_help_panel=EXPERT)
]
PenaltyOption = Annotated[
    float | None, typer.Option("--penalty", help="More is smoother.", min=1e-6, max=1e6, rich_help_panel=EXPERT)
]
FromScratchOption = Annotated[
    bool,
    typer.Option(
        "--from-scratch", help="Learn from these labels alone, also where they are few.", rich_help_panel=EXPERT
    ),
]
SeedOption = Annotated[
    int, typer.Option("--seed", help="Of folds and solvers.", min=0, max=2**31 - 1, rich_help_panel=EXPERT)
]

UserDictionaryOption = Annotated[
    Path | None,
    typer.Option(
        "--user-dictionary",
        help="Words to keep whole, such as names: a word a line, as jieba reads it; the model keeps them.",
        rich_help_panel=INPUT,
    ),
]

UnlabelledOption = Annotated[
    list[str] | None,
    typer.Option(
        "--unlabelled",
        help="Articles without labels that training may learn from too, where labels are few: files or folders.",
        metavar="PATH",
        rich_help_panel=INPUT,
    ),
]


def labels_path(labels: Path | None) -> Path:
    """The labels file that commands write to: the one given, or labels.csv here."""
    return labels or Path("labels.csv")


def labels_to_read(labels: Path | None) -> Path:
    """The labels file that commands read: the one given, labels.csv here, or the one that ships."""
    from classifier.files import find_shipped

    path = labels_path(labels)
    return path if labels is not None or path.exists() else find_shipped("labels.csv")


def taxonomy_of(categories: Path | None) -> Taxonomy:
    """The categories of the file given, of ./categories.toml, or those that ship."""
    from classifier.taxonomy import read_taxonomy

    here = Path("categories.toml")
    return read_taxonomy(categories or (here if here.exists() else None))


def taxonomy_and_labels(path: Path, categories: Path | None, own: bool) -> tuple[Taxonomy, tuple[Label, ...]]:
    """The categories (``own``: those of the labels, else of a categories file), and the labels of a sound file."""
    from classifier.taxonomy import Taxonomy
    from training.labels.file import usable_labels

    if own:
        labels = usable_labels(path)
        return Taxonomy.of_names(sorted({label.category for label in labels})), labels
    taxonomy = taxonomy_of(categories)
    return taxonomy, usable_labels(path, taxonomy)


def read_examples(labels: Path | None, categories: Path | None, own: bool, corpus: bool) -> tuple[Examples, Taxonomy]:
    """The labels with their texts, and the categories (``own``: those of the labels); ``corpus`` adds real news."""
    from training.labels.corpora import has_corpus, join_corpora, real_examples, real_labels
    from training.labels.file import examples_of

    taxonomy, usable = taxonomy_and_labels(labels_to_read(labels), categories, own)
    examples = examples_of(join_corpora(usable))
    if corpus:
        if not has_corpus():
            raise LabelsError(say("labels.no_corpus"))
        examples = examples + real_examples(real_labels())
    return examples, taxonomy


@dataclass(frozen=True, slots=True)
class FitWishes:
    """What a user wishes of a fit; None where it may be as suits the labels.

    Wishes of features or solver mean from scratch, without a model to start from.
    """

    words: int | None = None
    characters: int | None = None
    solver: Solver | None = None
    penalty: float | None = None
    seed: int = 0
    accept_accuracy: float | None = None
    user_dictionary: Path | None = None
    from_scratch: bool = False

    @property
    def alone(self) -> bool:
        """Whether the fit begins from the labels alone."""
        given = (self.words, self.characters, self.solver, self.penalty)
        return self.from_scratch or any(wish is not None for wish in given)


def fit_start(
    examples: Examples,
    taxonomy: Taxonomy,
    wished: FitWishes,
    models: Path | None = None,
    base: FitOptions | None = None,
) -> Start:
    """How to begin with the labels: as ``base`` says or as suits them, but as wished.

    ``models``: the folder of versions that a fit may start from.  Raises InputRefused naming the user
    dictionary where it cannot be read.
    """
    from dataclasses import replace

    from classifier.model.versions import Registry, models_folder
    from training.fitting.fit_options import choose_default_options
    from training.fitting.start import Start, start_of, starting_model

    if base is not None and not base.prior:
        start = Start(base)
    elif wished.alone:
        start = Start(choose_default_options(examples, taxonomy))
    else:
        start = start_of(examples, taxonomy, starting_model(Registry(models_folder(models))))
    features = {"words": wished.words, "characters": wished.characters}
    solving = {
        "solver": wished.solver and wished.solver.value,
        "penalty": wished.penalty,
        "accept_accuracy": wished.accept_accuracy,
    }
    spec = replace(start.options.spec, **_given(features))
    start = replace(start, options=replace(start.options, spec=spec, seed=wished.seed, **_given(solving)))
    if wished.user_dictionary is None:
        return start
    if not wished.user_dictionary.is_file():
        raise LanmuError(say("dictionary.no_file", path=str(wished.user_dictionary)))
    return start.with_user_dictionary(wished.user_dictionary)


def _given(wishes: dict[str, Any]) -> dict[str, Any]:
    return {name: wish for name, wish in wishes.items() if wish is not None}


def read_unlabelled_pool(
    paths: list[str], labels: Examples | None, start: Start | None, seed: int, *, apart: bool = False
) -> tuple[Examples | None, int]:
    """The unlabelled articles that join the fit, if any, and how many inputs were refused, each named on stderr.

    ``apart``: without near-duplicates of labels.  LanmuError where no path is there, whether they join or not.
    """
    from training.fitting.self_training import read_unlabelled

    if not paths:
        return None, 0
    refusals = NamedRefusals()
    there = [path for path in paths if Path(path).exists()]
    missing = [path for path in paths if path not in there]
    if not there:
        raise LanmuError(say("labels.unlabelled_missing", paths=", ".join(missing)))
    for path in missing:
        refusals(InputRefused(path, say("labels.path_missing")))
    if start is not None and start.alone:
        print(speak("train.unlabelled_left_out", why=start.alone), file=sys.stderr)
        return None, refusals.count
    pool = read_unlabelled(there, labels, refusals, seed, apart=apart)
    refusals.tell_rest()
    print(speak("train.unlabelled", count=len(pool)), file=sys.stderr)
    return pool, refusals.count
