"""Changes: what became of articles, from a number on; for programs that ask instead of being told."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from classifier.messages import say
from lanmu.service.api.schemas import MOST_NUMBER
from lanmu.service.api.tagging import json_response
from lanmu.service.container import TheService
from lanmu.service.problems import Problem, problems
from lanmu.service.security.access import AskFirst, Reader
from lanmu.service.store import change_log, choices

router = APIRouter(route_class=AskFirst, tags=["queue"], responses=problems(401, 403, 422))
MOST = 1_000


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


@router.get("/changes", response_model=ChangesOut, responses=problems(409, 410))
def list_changes(
    service: TheService,
    who: Reader,
    since: Annotated[int, Query(ge=0, le=MOST_NUMBER, description="0 at first, then the `next` of the answer.")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> Response:
    """What changed after a number, in order: tags of the watched folder, and every label given, corrected, taken back.

    409 where `since` lies beyond the newest change, as after a restored backup: begin again at 0. 410 where changes
    after `since` are no longer kept: list the articles, then go on from the number it names.
    """
    with service.store.reading() as connection:
        listed = change_log.since(connection, since, limit)
        last = change_log.last(connection)
        pruned = choices.read_pruned_changes(connection)
    if since > last:
        raise Problem(409, say("changes.beyond", since=since, last=last))
    if 0 < since < pruned:
        raise Problem(410, say("changes.pruned", since=since, pruned=pruned))
    told = [
        {
            "number": one.number,
            "type": one.kind,
            "timestamp": one.at.isoformat(timespec="milliseconds"),
            "data": json.loads(one.record),
        }
        for one in listed
    ]
    upto = listed[-1].number if listed else since
    return json_response({"changes": told, "next": upto, "more": bool(listed) and upto < last, "pruned": pruned})
