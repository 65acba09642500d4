"""TopicModel: articles in, tagged articles out; and ``load``, the front door to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

import numpy as np
from numpy.typing import NDArray

from classifier.article import Article, TaggedArticle
from classifier.columns import TextColumn
from classifier.engine.scoring.python_scorer import PythonScorer
from classifier.errors import ModelError
from classifier.messages import say
from classifier.model.decisions import Decisions, decide, list_reasons
from classifier.model.explanation import Explainer
from classifier.model.form import form_bits
from classifier.model.model_files import StoredModel, read_model
from classifier.model.versions import model_path
from classifier.model.weights import Scores
from classifier.reading import read_path

if TYPE_CHECKING:
    from classifier.engine.scoring.python_scorer import PythonScorer
    from classifier.engine.scoring.scorer import KernelScorer
    from classifier.model.explanation import Explainer

Engine = Literal["auto", "compiled", "python"]
FEW_BYTES = 50_000
"""Up to this much text in all, the engine in plain Python ends sooner than loading the compiled kernel."""


class TopicModel:
    """A model ready for work.

    Parameters
    ----------
    stored
        What ``read_model`` read; ``classifier.load()`` and ``TopicModel.load(folder)`` do both.
    engine
        ``compiled`` (fast), ``python`` (the same in plain Python, starts at once), or
        ``auto``: Python for little text, the compiled one from then on. Both give jieba's words and the
        same scores within 1e-9.
    threads
        Threads of the compiled engine.
    accept_accuracy
        The share of right ones wished among the accepted, instead of the one the model came with.

    Examples
    --------
    >>> import classifier
    >>> model = classifier.load()
    >>> tagged = model.tag("县医院开展义诊", "医生为两百多名老人量血压、测血糖，并送去常用药品。")
    >>> tagged.category_name
    '卫生健康'
    """

    def __init__(
        self,
        stored: StoredModel,
        *,
        engine: Engine = "auto",
        threads: int = 1,
        accept_accuracy: float | None = None,
    ) -> None:
        self.path = stored.path
        self.manifest = stored.manifest
        self.weights = stored.weights
        self.taxonomy = stored.manifest.taxonomy
        self.engine: Engine = engine
        self.threads = threads
        self._scored = 0
        rule = stored.manifest.review
        self.review = rule if accept_accuracy is None else rule.at(accept_accuracy)

    @classmethod
    def load(
        cls,
        path: Path,
        *,
        engine: Engine = "auto",
        threads: int = 1,
        accept_accuracy: float | None = None,
    ) -> TopicModel:
        """Load a model's folder; ModelError where it is damaged, or its parts do not fit."""
        try:
            return cls(read_model(path), engine=engine, threads=threads, accept_accuracy=accept_accuracy)
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            # A manifest with right checksums can still say anything.
            why = f"{type(error).__name__}: {error}"
            raise ModelError(say("model.misfit", path=str(path), why=why)) from error

    @cached_property
    def kernel(self) -> KernelScorer:
        from classifier.engine.scoring.scorer import KernelScorer  # loads LLVM, which little text does without

        return KernelScorer(self.weights, threads=self.threads)

    @cached_property
    def python_scorer(self) -> PythonScorer:
        return PythonScorer(self.weights)

    @cached_property
    def explainer(self) -> Explainer:
        return Explainer(self.weights)

    def _takes_kernel(self, size: int = 0) -> bool:
        """Whether the compiled kernel scores this much more text (bytes), which is counted."""
        if self.engine != "auto" or "kernel" in self.__dict__:
            return self.engine != "python"
        self._scored += size
        return self._scored >= FEW_BYTES

    def score(self, titles: TextColumn, texts: TextColumn) -> Scores:
        """Scores before calibration, and familiarity."""
        scorer = self.kernel if self._takes_kernel(_size_of(titles, texts)) else self.python_scorer
        return scorer.score(titles, texts)

    def decide(self, titles: TextColumn, texts: TextColumn) -> Decisions:
        """Categories, probabilities and decisions of many articles, as arrays."""
        if self._takes_kernel(_size_of(titles, texts)):
            return self.kernel.decide(titles, texts, self.review)
        form = form_bits(titles, texts, self.weights.table.fold)
        return decide(self.python_scorer.score(titles, texts), self.weights, self.review, form)

    def decide_strings(self, titles: Sequence[str], texts: Sequence[str]) -> Decisions:
        """The same for Python strings; sooner than making columns of them first."""
        _check_lengths(len(titles), len(texts))
        if self._takes_kernel():
            return self.kernel.decide(titles, texts, self.review)
        return self.decide(TextColumn.from_strings(titles), TextColumn.from_strings(texts))

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Category probabilities (texts, categories) of bare texts, such as a page's paragraphs."""
        return self.decide_strings([""] * len(texts), texts).probabilities

    @overload
    def tag(self, what: str, text: str = "", *, explain: bool = False) -> TaggedArticle: ...
    @overload
    def tag(self, what: Article, *, explain: bool = False) -> TaggedArticle: ...
    @overload
    def tag(self, what: Path | Sequence[Article], *, explain: bool = False) -> list[TaggedArticle]: ...
    def tag(
        self, what: str | Article | Path | Sequence[Article], text: str = "", *, explain: bool = False
    ) -> TaggedArticle | list[TaggedArticle]:
        """Give an article, or each of several, its category, its probability and its decision.

        Parameters
        ----------
        what
            A headline (its body is ``text``), an Article, several of them, or the path of a file or folder,
            of which all articles are read.
        text
            The body that goes with a headline.
        explain
            Add the words that spoke for and against.

        Returns
        -------
        TaggedArticle or list of TaggedArticle
            One for a headline or an Article, else a list in their order.

        Raises
        ------
        InputRefused
            Where a file cannot be read. To go on without it, read with ``read_path(path, refused=…)`` first.
        """
        if isinstance(what, str):
            return self.tag([Article("", title=what, text=text)], explain=explain)[0]
        if isinstance(what, Article):
            return self.tag([what], explain=explain)[0]
        articles = list(read_path(what)) if isinstance(what, Path) else what
        if not articles:
            return []
        titles, texts = [article.title for article in articles], [article.text for article in articles]
        tagged = self._tagged(articles, self.decide_strings(titles, texts))
        return [self.explain(article) for article in tagged] if explain else tagged

    def explain(self, tagged: TaggedArticle, limit: int = 12) -> TaggedArticle:
        """The same with the words that spoke for its category and against the runner-up, strongest first."""
        best, second = (self.taxonomy.ids.index(category) for category, _ in tagged.ranking[:2])
        evidence = self.explainer.evidence(tagged.article.title, tagged.article.text, best, second)
        return replace(tagged, evidence=tuple(evidence[:limit]))

    def _tagged(self, articles: Sequence[Article], decisions: Decisions) -> list[TaggedArticle]:
        ids = self.taxonomy.ids
        categories = self.taxonomy.categories
        order = np.argsort(-decisions.probabilities, axis=1, kind="stable")
        falling = np.take_along_axis(decisions.probabilities, order, axis=1)
        with_second = self.review.with_second(falling).tolist()
        tagged: list[TaggedArticle] = []
        for article, ranks, shares, bits, two in zip(
            articles, order.tolist(), falling.tolist(), decisions.reasons.tolist(), with_second, strict=True
        ):
            ranking = tuple(zip([ids[k] for k in ranks], shares, strict=True))
            reasons = list_reasons(bits)
            tagged.append(
                TaggedArticle(
                    article=article,
                    category=ids[ranks[0]],
                    category_name=categories[ranks[0]].name,
                    probability=shares[0],
                    decision="review" if reasons else "accepted",
                    ranking=ranking,
                    secondary=(ranking[1][0],) if two else (),
                    reasons=reasons,
                    media_topic=categories[ranks[0]].media_topic,
                    gbt_20093=categories[ranks[0]].gbt_20093,
                )
            )
        return tagged


def load(
    model: str | Path | None = None,
    *,
    models: str | Path | None = None,
    engine: Engine = "auto",
    threads: int = 1,
    accept_accuracy: float | None = None,
) -> TopicModel:
    """Load a model.

    Parameters
    ----------
    model
        A version's name or a model's folder; without it $LANMU_MODEL, else the current version.
    models
        The folder of versions; without it $LANMU_MODELS, ``./models``, else those that ship with lanmu.
    engine, threads, accept_accuracy
        As TopicModel takes them.

    Raises
    ------
    ModelError
        Where there is no such model, or a byte of it has changed.

    Examples
    --------
    >>> load(accept_accuracy=0.99).review.accept_accuracy
    0.99
    """
    folder = model_path(None if model is None else str(model), None if models is None else Path(models))
    return TopicModel.load(folder, engine=engine, threads=threads, accept_accuracy=accept_accuracy)


def _size_of(titles: TextColumn, texts: TextColumn) -> int:
    """How many bytes of text there are; ModelError where the columns differ in length."""
    _check_lengths(len(titles), len(texts))
    return int(titles.offsets[-1] - titles.offsets[0] + texts.offsets[-1] - texts.offsets[0])


def _check_lengths(titles: int, texts: int) -> None:
    if titles != texts:
        raise ModelError(say("model.titles_and_texts", titles=titles, texts=texts))
