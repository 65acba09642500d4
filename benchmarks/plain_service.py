"""What one would write in an afternoon: FastAPI, jieba and scikit-learn, an article a request.

``WAY=same`` serves the shipped model's features and weights in scikit-learn's own classes;
``WAY=textbook`` one TfidfVectorizer over jieba's words and a LogisticRegression, fitted on the
shipped labels.  Run by ``benchmarks.service``, under uvicorn like lanmu.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
from fastapi import FastAPI
from pydantic import BaseModel

from benchmarks.peers import jieba_words

Answer = Callable[[str, str], tuple[list[str], Any]]


class Article(BaseModel):
    title: str = ""
    text: str = ""


def same_model() -> Answer:
    from classifier.model.model_files import read_model
    from classifier.model.versions import model_path
    from tests.reference.scikit_learn import pipeline

    stored = read_model(model_path())
    scorer = pipeline(stored.weights, jieba_words())
    ids = list(stored.manifest.taxonomy.ids)

    def answer(title: str, text: str) -> tuple[list[str], Any]:
        return ids, stored.weights.probabilities(scorer.decision_function([(title, text)]))[0]

    return answer


def textbook_model() -> Answer:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    from classifier.files import find_shipped
    from training.labels.file import usable_labels

    labels = [label for label in usable_labels(find_shipped("labels.csv")) if label.text]
    vectorizer = TfidfVectorizer(analyzer=jieba_words(), sublinear_tf=True)
    rows = vectorizer.fit_transform([f"{label.title}\n{label.text}" for label in labels])
    model = LogisticRegression(max_iter=300).fit(rows, [label.category for label in labels])
    ids = [str(category) for category in model.classes_]

    def answer(title: str, text: str) -> tuple[list[str], Any]:
        return ids, model.predict_proba(vectorizer.transform([f"{title}\n{text}"]))[0]

    return answer


def create_app() -> FastAPI:
    """The application; uvicorn's factory."""
    answer = same_model() if os.environ.get("WAY") == "same" else textbook_model()
    app = FastAPI()

    @app.post("/tag")
    def tag(article: Article) -> dict[str, Any]:
        ids, shares = answer(article.title, article.text)
        order = np.argsort(-shares)
        ranking = [{"category": ids[k], "probability": float(shares[k])} for k in order]
        return {"category": ids[order[0]], "probability": float(shares[order[0]]), "ranking": ranking}

    @app.get("/healthz")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    return app
