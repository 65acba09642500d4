"""The desk: server-rendered pages on which a person settles the doubtful articles."""

from lanmu.service.desk.errors import error_page
from lanmu.service.desk.rendering import STATIC
from lanmu.service.desk.routes import router

__all__ = ["STATIC", "error_page", "router"]
