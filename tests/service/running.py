"""The application over a service that runs, its model loaded: the one way in which tests start it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.testclient import TestClient

from lanmu.service.app import create_app
from lanmu.service.container import Service
from tests.waiting import eventually


def ready(service: Service) -> Service:
    """The started service, once its model is loaded: before, it tags, settles and judges nothing."""
    champion = service.champion
    eventually(lambda: champion.ready, lambda: f"a loaded model ({champion.problem or 'no problem is told'})")
    return service


@contextmanager
def running(service: Service, **client: Any) -> Iterator[TestClient]:
    """A client of the started service; ``client`` are TestClient's options.  Stopped at the end."""
    with TestClient(create_app(service), **client) as browser:
        ready(service)
        yield browser
