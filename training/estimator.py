"""lanmu's model as a scikit-learn estimator: ``fit``, ``predict``, ``predict_proba``; for folds and searches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from classifier.article import Article
from classifier.engine.scoring.scorer import KernelScorer
from classifier.errors import LabelsError
from classifier.messages import say
from classifier.model.features import FeatureSpec
from classifier.taxonomy import Taxonomy
from training.fitting.fit import fit_model
from training.fitting.fit_options import FitOptions, choose_default_options
from training.labels.examples import Examples

Text = str | tuple[str, str] | Article
"""What stands for an article: its text, (headline, body), or an Article."""


class TopicEstimator(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """TF-IDF on jieba's words and a linear model with calibrated probabilities, as ``lanmu train`` fits it.

    Every parameter that is None is chosen from the labels, as ``lanmu train`` does without options.
    docs/accuracy.md says what each does.

    Parameters
    ----------
    words, characters
        N-grams up to this n, of words and of characters.
    title, text, lead
        How much each part of an article counts; the lead is the first characters of the body.
    solver
        ``svc`` (linear support vector machine) or ``ridge``.
    penalty
        Ridge's alpha, or 1 / C.
    balance
        0: each article counts alike; 1: each category.
    idf_power
        The power of the inverse document frequency.
    folds
        How many folds the probabilities are calibrated on.
    seed
        The seed of the folds.

    Attributes
    ----------
    classes_
        The categories, in the order of predict_proba's columns.
    fitted_
        The model: weights, review rule, figures on held-out folds (training.fitting.fit.Fitted).

    Examples
    --------
    >>> from sklearn.model_selection import cross_val_score
    >>> texts = ["县队夺得篮球联赛冠军", "田径运动会今天开赛", "小麦开镰收割", "棉花进入采收期"] * 5
    >>> labels = ["体育", "体育", "三农", "三农"] * 5
    >>> cross_val_score(TopicEstimator(folds=2), texts, labels, cv=2).round(1).tolist()
    [1.0, 1.0]
    """

    def __init__(
        self,
        *,
        words: int | None = None,
        characters: int | None = None,
        title: float | None = None,
        text: float | None = None,
        lead: float | None = None,
        solver: str | None = None,
        penalty: float | None = None,
        balance: float | None = None,
        idf_power: float | None = None,
        folds: int = 5,
        seed: int = 0,
    ) -> None:
        self.words = words
        self.characters = characters
        self.title = title
        self.text = text
        self.lead = lead
        self.solver = solver
        self.penalty = penalty
        self.balance = balance
        self.idf_power = idf_power
        self.folds = folds
        self.seed = seed

    def fit(self, X: Sequence[Text], y: Sequence[str]) -> TopicEstimator:
        """Fit on labelled articles.

        Parameters
        ----------
        X
            Texts, (headline, body) pairs, or Articles.
        y
            Their categories.

        Raises
        ------
        LabelsError
            Where the labels are too few to learn from, or X and y differ in length.
        """
        titles, texts = _columns(X)
        categories = tuple(str(category) for category in y)
        if len(titles) != len(categories):
            raise LabelsError(say("fit.articles_and_labels", articles=len(titles), labels=len(categories)))
        n = len(titles)
        examples = Examples(
            tuple(str(i) for i in range(n)), titles, texts, categories, ("",) * n, ("original",) * n
        )  # fmt: skip
        taxonomy = Taxonomy.of_names(sorted(set(categories)))
        self.fitted_ = fit_model(examples, taxonomy, self._options(choose_default_options(examples, taxonomy)))
        self.classes_ = np.array(taxonomy.ids, dtype=object)
        return self

    def predict_proba(self, X: Sequence[Text]) -> NDArray[np.float64]:
        """Calibrated probabilities, float64[n, K]."""
        return self.fitted_.weights.probabilities(self.decision_function(X))

    def decision_function(self, X: Sequence[Text]) -> NDArray[np.float64]:
        """Scores before calibration, float64[n, K]."""
        check_is_fitted(self, "fitted_")
        titles, texts = _columns(X)
        columns = Examples(("",) * len(titles), titles, texts, *(("",) * len(titles),) * 3).columns
        return KernelScorer(self.fitted_.weights).score(*columns).scores

    def predict(self, X: Sequence[Text]) -> NDArray[np.object_]:
        """The most probable category of each article."""
        chosen: NDArray[np.object_] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return chosen

    def _options(self, options: FitOptions) -> FitOptions:
        """The chosen parameters over those that suit the labels."""
        chosen = {name: value for name, value in self.get_params().items() if value is not None}
        of_spec = {name: chosen[name] for name in (f.name for f in fields(FeatureSpec)) if name in chosen}
        of_fit = {name: chosen[name] for name in (f.name for f in fields(FitOptions)) if name in chosen}
        return replace(options, spec=replace(options.spec, **of_spec), **of_fit)


def _columns(X: Sequence[Text]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Headlines and bodies."""
    pairs = [_title_and_text(article) for article in X]
    return tuple(title for title, _ in pairs), tuple(text for _, text in pairs)


def _title_and_text(article: Any) -> tuple[str, str]:
    if isinstance(article, Article):
        return article.title, article.text
    if isinstance(article, str):
        return "", article
    title, text = article
    return str(title), str(text)
