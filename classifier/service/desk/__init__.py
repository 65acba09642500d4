"""The desk: server-rendered pages on which a person settles the doubtful articles."""

from classifier.service.desk.routes import STATIC, error_page, router

__all__ = ["STATIC", "error_page", "router"]
