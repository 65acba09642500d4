"""Run the service with uvicorn until it is told to stop."""

from __future__ import annotations

import signal
import socket
import sys
from dataclasses import replace

import uvicorn
from filelock import FileLock, Timeout

from classifier.errors import LanmuError
from classifier.messages import say
from lanmu.language import speak
from lanmu.service.app import create_app
from lanmu.service.connections import BoundedProtocol, Connections
from lanmu.service.container import build_service
from lanmu.service.logs import log_to_stderr
from lanmu.service.security.sign_in import FIRST_ADMIN
from lanmu.service.settings import Settings

GRACE_SECONDS = 20
BACKLOG = 512
SPARE_FILES = 256
SWITCH_SECONDS = 0.0005
"""The longest the tagger and the event loop wait for each other; with Python's own 5 ms answers are slower."""


def run(settings: Settings) -> int:
    """Serve until SIGINT or SIGTERM, then answer what is under way and end; returns the exit code."""
    try:
        with FileLock(settings.home / "serve.lock", blocking=False):
            return _run(settings)
    except Timeout as error:
        raise LanmuError(say("service.home_in_use", home=str(settings.home))) from error


def _run(settings: Settings) -> int:
    listener = _listening(settings)
    settings = replace(settings, port=listener.getsockname()[1])
    log_to_stderr()
    sys.setswitchinterval(SWITCH_SECONDS)
    _allow_files(settings.limits.connections + SPARE_FILES)
    service = build_service(settings)
    _greet(settings)
    config = uvicorn.Config(
        create_app(service),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies) or None,
        http=BoundedProtocol.of(Connections(settings.limits, settings.proxies)),
        ws="none",
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=15,
        lifespan="on",
    )
    server = uvicorn.Server(config)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # uvicorn raises the signal once more when it has ended in order
    server.run(sockets=[listener])
    return 0 if server.started else 2


def _allow_files(most: int) -> None:
    """Let this process have as many files and connections open, where the system's hard limit allows."""
    try:
        import resource
    except ImportError:  # Windows
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        raise LanmuError(say("service.no_port", host=settings.host, port=settings.port, error=str(error))) from error
    return listener


def _greet(settings: Settings) -> None:
    print(speak("serve.serves", home=str(settings.home), address=settings.address), flush=True)
    if settings.watch is not None:
        print(speak("serve.watching", folder=str(settings.watch)), flush=True)
    if settings.token_is_new:
        if sys.stdout.isatty():  # what is no terminal is kept: a journal, the log of a container
            print(speak("serve.token", token=settings.token), flush=True)
        print(
            speak("serve.sign_in", name=FIRST_ADMIN, file=str(settings.home / "token")),
            flush=True,
        )
