"""A receiver of deliveries on the loopback, as a newspaper's CMS would have one."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Post:
    """One delivery as it arrived, and what was answered."""

    headers: dict[str, str]
    body: bytes
    status: int

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


Answer = Callable[[dict[str, str], bytes], int]


class Receiver:
    """Answers each delivery by ``answer``; keeps all of them in ``posts``."""

    def __init__(self, answer: Answer = lambda headers, body: 204, headers: dict[str, str] | None = None) -> None:
        self.answer = answer
        self.extra = headers or {}
        self.posts: list[Post] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                body = self.rfile.read(length)
                if len(body) < length:  # the sender was killed in the middle
                    self.close_connection = True
                    return
                headers = {name.lower(): value for name, value in self.headers.items()}
                status = receiver.answer(headers, body)
                receiver.posts.append(Post(headers, body, status))
                try:
                    self.send_response(status)
                    self.send_header("content-length", "0")
                    for name, value in receiver.extra.items():
                        self.send_header(name, value)
                    self.end_headers()
                except OSError:  # the sender has gone
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request: object, address: object) -> None:
                """A killed sender is nothing to print."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/lanmu"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def taken(self) -> list[Post]:
        return [post for post in self.posts if 200 <= post.status < 300]

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
