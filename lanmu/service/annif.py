"""An API compatible with Annif's (Suominen 2019; https://api.annif.org) under ``/v1``, for its clients.

There is one project, the current model; its subjects are the categories.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from classifier.article import Article
from classifier.errors import InputRefused, UnknownCategory
from classifier.reading.documents.plain import read_plain
from classifier.reading.origin import Origin
from classifier.taxonomy import Category, Taxonomy
from lanmu.service.container import Service, TheService
from lanmu.service.problems import Problem, problems
from lanmu.service.security.access import AskFirst, open_learning, open_reading
from lanmu.service.tagger import Tags

router = APIRouter(route_class=AskFirst, prefix="/v1", tags=["annif"])
VOCABULARY = "categories"
MOST_LEARNT = 1_000
BY = "annif"
_NOT_FOUND = problems(400, 401, 404, 413, 422, 503)
PROJECT = "lanmu"
URI = "urn:lanmu:category:"
LANGUAGES = ("zh", "en")
MOST_DOCUMENTS = 32


class ApiInfo(BaseModel):
    title: str
    version: str


class Backend(BaseModel):
    backend_id: str


class Vocabulary(BaseModel):
    vocab_id: str
    languages: list[str]
    size: int | None
    loaded: bool


class VocabularyList(BaseModel):
    vocabs: list[Vocabulary]


class Project(BaseModel):
    project_id: str = Field(examples=[PROJECT])
    name: str
    language: str
    backend: Backend
    vocab: Vocabulary | None
    vocab_language: str | None
    is_trained: bool | None
    modification_time: str | None


class ProjectList(BaseModel):
    projects: list[Project]


class Suggestion(BaseModel):
    uri: str = Field(examples=[URI + "meetings"])
    label: str = Field(examples=["会议"])
    notation: str | None = Field(examples=["meetings"])
    score: float = Field(examples=[0.97])


class SuggestionList(BaseModel):
    results: list[Suggestion]


class BatchSuggestionList(SuggestionList):
    document_id: str | None


class Document(BaseModel):
    text: str = Field(examples=["县政府召开防汛工作会议,会议听取了水利局的汇报。"])
    document_id: str | None = Field(None, max_length=500)
    metadata: dict[str, str] = Field({}, description="`title` is read as the headline.")


class Documents(BaseModel):
    documents: list[Document] = Field(max_length=MOST_DOCUMENTS)


class Subject(BaseModel):
    uri: str = Field(max_length=500, examples=[URI + "meetings"])
    label: str | None = None


class IndexedDocument(BaseModel):
    text: str = Field("", examples=["县政府召开防汛工作会议,会议听取了水利局的汇报。"])
    metadata: dict[str, str] = Field({}, description="`title` is read as the headline.")
    subjects: list[Subject] = Field([], max_length=100, description="The first is the article's category.")


class LanguageQuestion(BaseModel):
    text: str
    languages: list[Annotated[str, Field(min_length=2, max_length=3)]] = Field(min_length=1, max_length=5)


class DetectedLanguage(BaseModel):
    language: str | None
    score: float


class DetectedLanguages(BaseModel):
    results: list[DetectedLanguage]


ProjectId = Annotated[str, Path(max_length=200, description="`lanmu` is the only project.", examples=[PROJECT])]
Language = Annotated[str, Query(max_length=20, description="Of the labels: zh or en.")]
reading = APIRouter(route_class=AskFirst, dependencies=[Depends(open_reading)])


@reading.get("/", responses=problems(401))
async def show_info() -> ApiInfo:
    """What answers here."""
    return ApiInfo(title="lanmu, in the manner of the Annif REST API", version=version("lanmu"))


@reading.get("/vocabs", responses=problems(401, 503))
async def list_vocabularies(service: TheService) -> VocabularyList:
    """The vocabularies: the categories."""
    return VocabularyList(vocabs=[_vocabulary(service.champion.model.taxonomy)])


@reading.get("/projects", responses=problems(401, 503))
async def list_projects(service: TheService) -> ProjectList:
    """The projects."""
    return ProjectList(projects=[_project(service)])


@reading.get("/projects/{project_id}", responses=problems(401, 404, 422, 503))
async def show_project(service: TheService, project_id: ProjectId) -> Project:
    """One project."""
    _check_project(project_id)
    return _project(service)


@reading.post("/projects/{project_id}/suggest", responses=_NOT_FOUND)
async def suggest(
    service: TheService,
    project_id: ProjectId,
    text: Annotated[str, Form()],
    limit: Annotated[int, Form(ge=0, le=2**31 - 1)] = 10,
    threshold: Annotated[float, Form(ge=0.0, le=1.0)] = 0.0,
    language: Annotated[str, Form(max_length=20)] = "",
    metadata_title: Annotated[str, Form()] = "",
) -> SuggestionList:
    """Categories of a text, the best first, with probabilities as scores."""
    _check_project(project_id)
    suggestions = await _suggested(service, [(text, metadata_title)], _language(language), limit, threshold)
    return SuggestionList(results=suggestions[0])


@reading.post("/projects/{project_id}/suggest-batch", responses=_NOT_FOUND)
async def suggest_batch(
    service: TheService,
    project_id: ProjectId,
    given: Documents,
    limit: Annotated[int, Query(ge=0, le=2**31 - 1)] = 10,
    threshold: Annotated[float, Query(ge=0.0, le=1.0)] = 0.0,
    language: Language = "",
) -> list[BatchSuggestionList]:
    """Categories of up to 32 texts."""
    _check_project(project_id)
    texts = [(document.text, document.metadata.get("title", "")) for document in given.documents]
    suggestions = await _suggested(service, texts, _language(language), limit, threshold)
    return [
        BatchSuggestionList(document_id=document.document_id, results=results)
        for document, results in zip(given.documents, suggestions, strict=True)
    ]


@reading.post("/detect-language", responses=problems(400, 401, 413, 422))
async def detect_language(given: LanguageQuestion) -> DetectedLanguages:
    """How much of a text is Chinese; of other languages this service knows nothing (score 0, the rest is null's)."""
    letters = [character for character in given.text[:20_000] if character.isalpha()]
    chinese = sum("\u3400" <= character <= "\u9fff" for character in letters) / len(letters) if letters else 0.0
    scores: dict[str | None, float] = {language: chinese if language == "zh" else 0.0 for language in given.languages}
    scores[None] = 1.0 - max(scores.values())
    ordered = sorted(scores.items(), key=lambda item: -item[1])
    return DetectedLanguages(results=[DetectedLanguage(language=name, score=score) for name, score in ordered])


@router.post(
    "/projects/{project_id}/learn",
    status_code=204,
    dependencies=[Depends(open_learning)],
    responses={**_NOT_FOUND, **problems(403)},
)
async def learn(service: TheService, project_id: ProjectId, documents: list[IndexedDocument]) -> Response:
    """Add labels: each document goes to the queue, labelled with its first subject, and to labels.csv.

    All documents are checked first; with an unknown subject none is added.
    """
    _check_project(project_id)
    if len(documents) > MOST_LEARNT:
        raise Problem(413, f"{len(documents):,} documents are more than {MOST_LEARNT:,}; send them in pieces")
    taxonomy = service.champion.model.taxonomy
    wanted = [(d, _category(taxonomy, d.subjects, i)) for i, d in enumerate(documents, 1) if d.subjects]
    articles = await _articles(service, [(d.text, d.metadata.get("title", "")) for d, _ in wanted])
    known = [(article, category) for article, (_, category) in zip(articles, wanted, strict=True) if article]
    tags = await service.tagger.tag([article for article, _ in known])
    await run_in_threadpool(_learn, service, tags, [category for _, category in known])
    return Response(status_code=204)


router.include_router(reading)


def _learn(service: Service, tags: Tags, categories: list[str]) -> None:
    taken = service.intake.keep(tags, BY)
    service.review.label_many([(one.number, category) for one, category in zip(taken, categories, strict=True)], BY)


async def _suggested(
    service: Service, texts: list[tuple[str, str]], language: str, limit: int, threshold: float
) -> list[list[Suggestion]]:
    articles = await _articles(service, texts)
    tags = await service.tagger.tag([article for article in articles if article is not None])
    tagged = iter(tags.articles)
    taxonomy = tags.model.taxonomy
    results: list[list[Suggestion]] = []
    for article in articles:
        ranking = next(tagged).ranking[:limit] if article is not None else ()
        results.append([_suggestion(taxonomy[c], p, language) for c, p in ranking if p >= threshold])
    return results


async def _articles(service: Service, texts: list[tuple[str, str]]) -> list[Article | None]:
    """Articles of Annif's texts, whose first line may be the headline; None for an empty one."""
    most = service.settings.limits.article_chars
    for i, (text, _) in enumerate(texts, 1):
        if len(text) > most:
            raise Problem(413, f"text {i} has more than {most:,} characters; send less of it")
    return await run_in_threadpool(lambda: [_article(text, title) for text, title in texts])


def _article(text: str, title: str) -> Article | None:
    if title.strip() and text.strip():
        return Article("", title.strip(), text)
    try:
        article = read_plain(text or title, Origin("annif", stem="annif"))
    except InputRefused:
        return None
    return article if article.title or article.text else None


def _category(taxonomy: Taxonomy, subjects: Iterable[Subject], number: int) -> str:
    subject = next(iter(subjects))
    try:
        return taxonomy.find(subject.uri.removeprefix(URI)).id
    except UnknownCategory:
        raise Problem(400, f"document {number}: unknown subject {subject.uri[:200]!r}; see suggest's uris") from None


def _suggestion(category: Category, probability: float, language: str) -> Suggestion:
    label = (category.name_en if language == "en" else category.name) or category.id
    return Suggestion(uri=URI + category.id, label=label, notation=category.id, score=round(probability, 6))


def _vocabulary(taxonomy: Taxonomy) -> Vocabulary:
    return Vocabulary(vocab_id=VOCABULARY, languages=list(LANGUAGES), size=len(taxonomy), loaded=True)


def _project(service: Service) -> Project:
    model = service.champion.model
    changed = (model.path / "manifest.json").stat().st_mtime
    return Project(
        project_id=PROJECT,
        name=f"栏目 {model.manifest.name}",
        language="zh",
        backend=Backend(backend_id="lanmu"),
        vocab=_vocabulary(model.taxonomy),
        vocab_language="zh",
        is_trained=True,
        modification_time=datetime.fromtimestamp(changed, UTC).isoformat(timespec="seconds"),
    )


def _check_project(project_id: str) -> None:
    if project_id != PROJECT:
        raise Problem(404, f"Project '{project_id}' not found; the only one is '{PROJECT}'")


def _language(language: str) -> str:
    if language and language not in LANGUAGES:
        raise Problem(400, f'language "{language}" not supported by vocabulary; give zh or en')
    return language or "zh"
