"""The service's memory: one SQLite file, reached with SQLAlchemy Core."""

from classifier.service.store.database import Store, StoreError

__all__ = ["Store", "StoreError"]
