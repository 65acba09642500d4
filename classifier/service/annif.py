"""An API compatible with Annif's (Suominen 2019, https://annif.org) under ``/v1``."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter(prefix="/v1", tags=["annif"])
