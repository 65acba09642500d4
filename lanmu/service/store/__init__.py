"""The service's memory: one SQLite file, reached with SQLAlchemy Core."""

from lanmu.service.store.database import Store, StoreError

__all__ = ["Store", "StoreError"]
