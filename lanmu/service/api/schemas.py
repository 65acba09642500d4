"""What goes into the API and comes out of it, as its OpenAPI description shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.config import JsonDict

EXAMPLE: JsonDict = {
    "id": "A1-3",
    "title": "县政府召开防汛工作会议",
    "text": "本报讯 3月2日,县政府召开防汛工作会议。会议听取了水利局的汇报,要求各乡镇压实责任,落实值班值守。",
    "date": "2026-03-02",
}
MOST_NUMBER = 2**53
State = Literal["accepted", "review", "settled", "skipped"]


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_second(value: Any) -> Any:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value


Moment = Annotated[str, BeforeValidator(_as_second)]
"""A time, to the second, in ISO 8601."""
ArticleId = Annotated[
    str,
    BeforeValidator(_as_text),
    Field(max_length=500, description="Comes back with the answer; a number is taken too."),
    WithJsonSchema({"type": "string", "maxLength": 500}),
]


class Given(BaseModel):
    """What a program sends; a field of another name is refused, as it may be one mistyped."""

    model_config = ConfigDict(extra="forbid")


class ArticleIn(Given):
    """An article to tag.  It needs a title or a text."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    id: ArticleId = ""
    title: str = Field("", description="The headline.")
    text: str = Field("", description="The body, with line breaks between paragraphs.")
    date: str = Field(
        "",
        max_length=40,
        description="2026-03-02; 20260302 or 2026年3月2日 come back so.",
    )


class LineIn(ArticleIn):
    """A line of a stream: rows of tables may have fields that say nothing here."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"examples": [EXAMPLE]})


class ArticlesIn(Given):
    """Articles, in the order in which the answer comes."""

    articles: list[ArticleIn] = Field(min_length=1)


class ExplainIn(ArticleIn):
    """An article, and the two categories between which the words spoke (else the best and the runner-up)."""

    category: str | None = Field(None, max_length=200, examples=["meetings"])
    against: str | None = Field(None, max_length=200, examples=["two_sessions"])
    limit: int = Field(40, ge=1, le=500, description="How many words at most.")


class RankedCategory(BaseModel):
    category: str = Field(examples=["meetings"])
    probability: float = Field(ge=0, le=1, examples=[0.97])


class Evidence(BaseModel):
    """A word and how much it spoke for the category and (below 0) against it."""

    word: str = Field(examples=["会议"])
    weight: float = Field(examples=[1.24])
    field: Literal["title", "text"]
    count: int = Field(examples=[3])


class SourceOut(BaseModel):
    """Where the article was read: a file, a member or line of it, its place on the page."""

    path: str
    member: str
    position: int
    page: int | None = Field(None, description="The printed page it stands on, from one.")
    box: list[float] | None = Field(
        None, description="Its place there: left, top, right, bottom as shares of the page's width and height."
    )


class TaggedOut(BaseModel):
    """An article's category, how sure the model is, and the decision."""

    id: str = Field(examples=["A1-3"])
    title: str = Field(examples=["县政府召开防汛工作会议"])
    category: str = Field(examples=["meetings"])
    category_name: str = Field(examples=["会议"])
    probability: float = Field(ge=0, le=1, examples=[0.97])
    decision: Literal["accepted", "review"]
    secondary: list[str] = Field(description="Further categories it would be looked for under.")
    reasons: list[str] = Field(description="Why it should be reviewed.")
    ranking: list[RankedCategory] = Field(description="All categories, the best first.")
    source: SourceOut
    media_topic: str | None = Field(None, description="The category's IPTC Media Topic, where it has one.")
    gbt_20093: str | None = Field(None, description="The category's code in GB/T 20093, where it has one.")
    column: str | None = None
    subtitle: str | None = None
    byline: str | None = None
    date: str | None = None
    uncertain: list[str] | None = Field(
        None, description="What reading was not sure of, as codes.", examples=[["no_headline", "not_decoded?count=2"]]
    )
    evidence: list[Evidence] | None = None
    model: str = Field(examples=["lanmu-1"])


class ManyTaggedOut(BaseModel):
    articles: list[TaggedOut]


class RefusedOut(BaseModel):
    name: str = Field(examples=["版面.zip!A3.txt"])
    reason: str = Field(examples=["is empty; there is nothing to read"])


class FileTaggedOut(BaseModel):
    """The articles of a file, and what of it could not be read."""

    articles: list[TaggedOut]
    refused: list[RefusedOut]


class ExplainedOut(TaggedOut):
    explained: str = Field(description="The category for which ``evidence`` speaks.")
    against: str = Field(description="The category against which it speaks.")


class CategoryOut(BaseModel):
    id: str = Field(examples=["meetings"])
    name: str = Field(examples=["会议"])
    name_en: str = Field(examples=["Meetings"])
    description: str
    colour: str = Field(examples=["#8c2f39"])
    media_topic: str = Field("", description="Its IPTC Media Topic, or nothing.", examples=["11000000"])
    gbt_20093: str = Field("", description="Its code in GB/T 20093, or nothing.")


class CategoriesOut(BaseModel):
    model: str = Field(examples=["lanmu-1"])
    categories: list[CategoryOut]


class ModelOut(BaseModel):
    """A version of the model; ``problem`` says why it cannot be used, if so."""

    name: str = Field(examples=["lanmu-1"])
    current: bool
    checksum: str = ""
    categories: int = 0
    labels: int | None = None
    tested_on: str | None = Field(
        None,
        description="What the figures were measured on; none of fewer than 30 articles.",
        examples=["1,451 articles held out"],
    )
    test_set: str | None = Field(
        None,
        description="Figures can be compared where this is the same: the versions were tested on the same articles.",
    )
    accuracy: float | None = Field(None, description="On what it was tested on.")
    macro_f1: float | None = None
    problem: str = ""


class ModelsOut(BaseModel):
    current: str | None = Field(examples=["lanmu-1"])
    answering: str | None = Field(description="The version that answers now.", examples=["lanmu-1"])
    models: list[ModelOut]


class ModelDetailsOut(ModelOut):
    manifest: dict[str, Any] = Field(description="All the version says of itself, without the lists of articles.")
    accepted_from: dict[str, float | None] = Field(
        description=(
            "By category the probability from which this service accepts it: the threshold for all, or the stricter"
            " one that an admin chose for it. Null: it always goes to review."
        ),
        examples=[{"meetings": 0.882297, "health": 0.98, "law_safety": None}],
    )


class QueuedOut(TaggedOut):
    """An article of the queue: the tags, and what a person said of it."""

    number: int = Field(examples=[17])
    text: str
    origin: str = Field(examples=["api"])
    arrived: str = Field(examples=["2026-03-02T08:15:00+00:00"])
    state: State
    label: str | None = Field(description="A person's category.", examples=["meetings"])
    labelled_by: str | None = Field(examples=["li"])
    labelled_at: str | None
    version: int = Field(description="Grows with each label; send it back as ``seen``.", examples=[0])


class QueuePageOut(BaseModel):
    articles: list[QueuedOut]
    total: int
    offset: int
    limit: int


class TakenInOut(TaggedOut):
    number: int = Field(description="The article's number in the queue.", examples=[17])
    new: bool = Field(description="False where the same title and body were there already.")


class ManyTakenInOut(BaseModel):
    articles: list[TakenInOut]
    refused: list[RefusedOut] = []


class SettleIn(Given):
    """A person's category for an article; the model's own is an accept."""

    category: str = Field(max_length=200, description="An id or a name.", examples=["meetings"])
    seen: int | None = Field(None, ge=0, le=MOST_NUMBER, description="The version that was looked at.", examples=[0])


class EditIn(Given):
    """What an article shall have instead; what is not given stays."""

    title: str | None = Field(None, max_length=500)
    column: str | None = Field(None, max_length=500)
    seen: int | None = Field(None, ge=0, le=MOST_NUMBER, description="The version that was looked at.")


class SkipIn(Given):
    seen: int | None = Field(None, ge=0, le=MOST_NUMBER, description="The version that was looked at.")


class AcceptIn(Given):
    numbers: list[Annotated[int, Field(ge=1, le=MOST_NUMBER)]] = Field(min_length=1, max_length=1000)


class SettlementOut(BaseModel):
    number: int
    article: int
    action: Literal["accept", "choose", "skip"]
    category: str | None = Field(description="What the article has now.")
    by: str


class SettlementsOut(BaseModel):
    settlements: list[SettlementOut]


class DeedOut(SettlementOut):
    title: str
    at: Moment
    undone: bool


class DeedsOut(BaseModel):
    settlements: list[DeedOut]


class ProgressOut(BaseModel):
    """A day's work in numbers."""

    day: str = Field(examples=["2026-03-02"])
    arrived: int
    states: dict[str, int] = Field(examples=[{"accepted": 41, "review": 9, "settled": 6, "skipped": 1}])
    categories: dict[str, int] = Field(examples=[{"meetings": 12}])
    waiting: int = Field(description="All that wait for review, of whatever day.")
    settled_today: int
    people: dict[str, int] = Field(examples=[{"li": 6}])


class TrainingOut(BaseModel):
    """A run of training; ``result`` holds the gate's verdict: ``promote``, ``reasons``, ``figures``, ``metrics``."""

    number: int
    status: Literal["running", "done", "failed", "stopped"]
    by: str
    started: Moment
    ended: Moment | None
    result: dict[str, Any] | None
    error: str


class TrainingsOut(BaseModel):
    trainings: list[TrainingOut]


class TrainingLogOut(TrainingOut):
    log: str = Field(description="What it has printed so far.")


class MovedOut(BaseModel):
    current: str = Field(examples=["model-2"])


class ChangeOut(BaseModel):
    """A change: ``data`` is what the webhook sends and the result files hold."""

    number: int = Field(examples=[42])
    type: str = Field(examples=["article.labelled"])
    timestamp: str = Field(examples=["2026-03-02T08:15:00+00:00"])
    data: dict[str, object]


class ChangesOut(BaseModel):
    changes: list[ChangeOut]
    next: int = Field(description="The `since` of the next request.", examples=[42])
    more: bool = Field(description="Whether there are more right now.")
    pruned: int = Field(0, description="Changes up to this number are no longer kept (0: all are).")
