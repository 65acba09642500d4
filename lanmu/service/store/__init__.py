"""The service's memory: one SQLite file, reached with SQLAlchemy Core."""

from lanmu.service.store.database import Store, StoreError, StoreUnusable

__all__ = ["Store", "StoreError", "StoreUnusable"]
