"""The desk: server-rendered pages on which a person labels the doubtful articles."""

from lanmu.service.desk.error_pages import error_page, language_of
from lanmu.service.desk.routes import router
from lanmu.service.desk.static_files import serve_static

__all__ = ["error_page", "language_of", "router", "serve_static"]
