"""What goes in and out of the API, as its OpenAPI description shows it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

EXAMPLE: JsonDict = {
    "id": "2026-03-02-A1-3",
    "title": "县政府召开防汛工作会议",
    "text": "本报讯 3月2日,县政府召开防汛工作会议。会议听取了水利局的汇报,要求各乡镇压实责任。",
}
ArticleId = Annotated[str, Field(max_length=500)]


class ArticleIn(BaseModel):
    """An article to tag.  A title or a text is needed."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: ArticleId = Field("", description="Comes back with the answer.")
    title: str = ""
    text: str = ""
    date: str = Field("", max_length=40, description="Such as 2026-03-02.")


class RankedCategory(BaseModel):
    category: str = Field(examples=["meetings"])
    probability: float = Field(ge=0, le=1, examples=[0.97])


class Evidence(BaseModel):
    """A word and how much it spoke for the category and against the runner-up."""

    word: str = Field(examples=["会议"])
    weight: float = Field(examples=[1.24])
    field: Literal["title", "text"]
    count: int


class SourceOut(BaseModel):
    path: str
    member: str
    position: int


class TaggedOut(BaseModel):
    """An article's category, how sure the model is, and the decision."""

    id: str
    title: str
    category: str = Field(examples=["meetings"])
    category_name: str = Field(examples=["会议"])
    probability: float = Field(ge=0, le=1)
    decision: Literal["accepted", "review"]
    secondary: list[str]
    reasons: list[str]
    ranking: list[RankedCategory]
    source: SourceOut
    column: str | None = None
    subtitle: str | None = None
    byline: str | None = None
    date: str | None = None
    uncertain: list[str] | None = None
    evidence: list[Evidence] | None = None
    model: str = Field(examples=["lanmu-1"])


class CategoryOut(BaseModel):
    id: str = Field(examples=["meetings"])
    name: str = Field(examples=["会议"])
    name_en: str = Field(examples=["Meetings"])
    description: str
    colour: str = Field(examples=["#8c2f39"])


class CategoriesOut(BaseModel):
    model: str
    categories: list[CategoryOut]
