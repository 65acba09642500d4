"""An API compatible with Annif's (Suominen 2019; https://api.annif.org) under ``/v1``, for its clients."""

from lanmu.service.annif.annif_routes import router

__all__ = ["router"]
