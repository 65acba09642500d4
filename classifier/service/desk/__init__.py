"""The desk: server-rendered pages on which a person settles the doubtful articles."""

from classifier.service.desk.errors import error_page
from classifier.service.desk.rendering import STATIC
from classifier.service.desk.routes import router

__all__ = ["STATIC", "error_page", "router"]
