"""What the service says of articles and files, in the reader's language."""

from __future__ import annotations

from classifier.article import Article
from classifier.errors import InputRefused, LanmuError
from classifier.messages import join, text_of
from classifier.model.decisions import explain_reason
from classifier.reading.doubts import explain_doubt
from lanmu.service.desk.languages import Wording
from lanmu.service.store.refusals import Told


def reason(code: str, t: Wording) -> str:
    """Why an article is in review, as a sentence."""
    return explain_reason(code, t.language)


def doubts(article: Article, t: Wording) -> str:
    """What reading was not sure of, in the reader's language; empty where it was sure of everything."""
    return text_of(join([explain_doubt(told, t.language) for told in article.uncertain]), t.language)


def said(error: LanmuError, t: Wording) -> str:
    """An error in the reader's language; of a file that is refused, with its name as a title."""
    if isinstance(error, InputRefused):
        return t("refused.named", name=error.name, reason=text_of(error.said, t.language))
    return error.text(t.language)


def reason_of(told: Told, t: Wording) -> str:
    """Why something was refused, in the reader's language."""
    return told.reason(t.language)
