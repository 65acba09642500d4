"""What Annif's clients send and get: the JSON of its OpenAPI description."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

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
