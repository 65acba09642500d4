"""The watched folder: how it stands, and what the webhook was not able to deliver."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from classifier.messages import say
from lanmu.service.container import service_of
from lanmu.service.inbox.watching import WatchedFolder
from lanmu.service.problems import Problem, problems
from lanmu.service.security.access import Admin, AskFirst, Editor
from lanmu.service.store import audit, deliveries

router = APIRouter(route_class=AskFirst, prefix="/inbox", tags=["operation"], responses=problems(401, 403, 404))


class DeadDeliveryOut(BaseModel):
    """A change that the webhook's receiver did not take in all its tries."""

    change: int = Field(description="The change's number, as in `/api/v1/changes`.")
    article: int = Field(description="The article's number in the queue.")
    title: str
    tries: int
    error: str = Field(examples=["answered 500"])


class WebhookOut(BaseModel):
    host: str = Field(examples=["cms.example.com"])
    waiting: int = Field(description="Changes on their way.")
    dead: int = Field(description="Changes given up.")
    given_up: list[DeadDeliveryOut] = Field(description="The latest 50 given up.")


class InboxOut(BaseModel):
    """Files and results are counted since the service started."""

    folder: str = Field(examples=["/var/lib/lanmu/inbox"])
    waiting: int = Field(description="Files that lie in the folder.")
    done: int
    refused: int
    new: int = Field(description="New results.")
    problems: list[str] = Field(description="What does not work, in words.")
    webhook: WebhookOut | None


class RetriedOut(BaseModel):
    retried: int


@router.get("")
def inbox(request: Request, who: Editor) -> InboxOut:
    """How the watched folder and its webhook stand; 404 where no folder is watched."""
    folder = _inbox(request)
    return InboxOut.model_validate({**asdict(folder.state), "webhook": _webhook(request, folder)})


@router.post("/webhook/retry")
def retry(request: Request, who: Admin) -> RetriedOut:
    """Send the changes that were given up once more, from the first try on."""
    folder = _inbox(request)
    address = request.client.host if request.client else ""
    with service_of(request).store.writing() as connection:
        count = deliveries.revive(connection)
        if count:
            audit.note(connection, who.name, "deliveries tried again", details={"count": count}, address=address)
    folder.outgoing.wake()
    return RetriedOut(retried=count)


def _inbox(request: Request) -> WatchedFolder:
    folder = service_of(request).inbox
    if folder is None:
        raise Problem(404, say("service.no_inbox"))
    return folder


def _webhook(request: Request, folder: WatchedFolder) -> WebhookOut | None:
    webhook = folder.outgoing.webhook
    if webhook is None:
        return None
    with service_of(request).store.reading() as connection:
        counts = deliveries.count_by_state(connection)
        given_up = [DeadDeliveryOut(**asdict(one)) for one in deliveries.dead(connection)]
    return WebhookOut(host=webhook.host, waiting=counts["waiting"], dead=counts["dead"], given_up=given_up)
