"""Settings: the data folder and everything the service is told, from the command line and the environment."""

from __future__ import annotations

import base64
import ipaddress
import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from classifier.errors import LanmuError
from classifier.messages import say
from classifier.reading.reading_options import ReadingOptions
from lanmu.service.store.database import DATABASE
from lanmu.service.wished_categories import CATEGORIES

DEFAULT_HOME = "lanmu-data"
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8765
SHORTEST_TOKEN = 16
LONGEST_TOKEN = 200
SECRET_PREFIX = "whsec_"
"""Of a webhook's secret whose rest is base64 (standardwebhooks.com)."""
KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class ServiceLimits:
    """Every bound the service puts on what comes from outside.

    Beyond ``body_bytes`` (JSON), ``upload_bytes`` (files) and ``line_bytes`` (one line of a
    stream) a request is answered 413; where nothing of it comes for ``idle_seconds``, or not all within
    ``body_seconds`` (streams apart), 408.  Its head (``head_bytes``) must come within ``head_seconds``.
    A file gives at most ``read_bytes`` of articles, one of the watched folder ``inbox_articles`` of them.
    ``connections`` may be open, ``connections_an_address`` of them from one address; beyond them
    one that waits is closed for the new one, and where all are at work the answer is 503.
    ``waiting_articles`` and ``waiting_bytes`` bound what waits for the kernel; beyond them the
    answer is 503 with Retry-After, as it is after ``seconds``.  At most ``explained_chars``
    characters a request are explained, which takes longer than tagging.

    An article that Review gives to an editor goes to no other for ``lease_seconds``, which the open
    page renews.  ``second_reading_share`` of the labels are read once more by another editor.
    Articles that arrived more than ``keep_days`` ago are taken out of the queue; their labels stay in
    labels.csv.  What programs were told is kept for ``keep_changes_days``.

    A file of the watched folder is read once it has not changed for ``inbox_still_seconds``; the
    folder is looked through every ``inbox_scan_seconds`` besides the system's own notices.  A
    delivery to the webhook ends after ``webhook_seconds``; it is tried ``webhook_tries`` times, the
    first pause being ``webhook_retry_seconds``, each twice the one before up to
    ``webhook_longest_seconds``.  A label is sent once it has stood for ``webhook_label_seconds``.
    """

    head_bytes: int = 64 * KIB
    form_bytes: int = 64 * KIB
    body_bytes: int = 8 * MIB
    upload_bytes: int = 32 * MIB
    line_bytes: int = 4 * MIB
    article_chars: int = 1_000_000
    title_chars: int = 2_000
    articles_a_request: int = 1_000
    explained_a_request: int = 50
    explained_chars: int = 200_000
    waiting_articles: int = 4_096
    waiting_bytes: int = 64 * MIB
    batch_articles: int = 256
    batch_bytes: int = 4 * MIB
    seconds: float = 30.0
    head_seconds: float = 15.0
    idle_seconds: float = 60.0
    body_seconds: float = 600.0
    readings: int = 2
    reading_seconds: float = 60.0
    waiting_readings: int = 8
    read_bytes: int = 128 * MIB
    inbox_articles: int = 200_000
    connections: int = 1_000
    lease_seconds: float = 300.0
    second_reading_share: float = 0.05
    connections_an_address: int = 256
    keep_days: int = 36_500
    keep_changes_days: int = 90
    session_hours: float = 12.0
    sign_in_tries: int = 5
    sign_in_seconds: float = 300.0
    inbox_still_seconds: float = 2.0
    inbox_scan_seconds: float = 10.0
    webhook_seconds: float = 15.0
    webhook_retry_seconds: float = 5.0
    webhook_longest_seconds: float = 21_600.0
    webhook_tries: int = 30
    webhook_label_seconds: float = 3.0


USER_DICTIONARY = "user-dictionary.txt"


@dataclass(frozen=True)
class Settings:
    """What the service runs with; made by ``prepare``, which also makes the folder and its secrets.

    ``token`` opens the API; ``key`` signs sessions.  ``open_learn``: Annif's ``learn`` works
    without the token; ``open_reading``: Annif's reading works without it from other machines too.
    ``hosts``: names under which the service may be called, besides this machine's own (none: where it
    listens for others, plain addresses too).  ``proxies``: addresses whose forwarding headers are
    believed.  ``watch``: the folder that is watched (None: none is); ``webhook``: where its results
    are sent (empty: nowhere), signed with ``webhook_secret``; ``reading`` says how
    files are read that come without options.
    """

    home: Path
    token: str
    key: bytes
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    accept_accuracy: float | None = None
    threads: int = 1
    open_learn: bool = False
    open_reading: bool = False
    hosts: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    watch: Path | None = None
    webhook: str = ""
    webhook_secret: str = ""
    limits: ServiceLimits = field(default_factory=ServiceLimits)
    reading: ReadingOptions = field(default_factory=ReadingOptions)
    token_is_new: bool = False

    @property
    def database(self) -> Path:
        return self.home / DATABASE

    @property
    def labels(self) -> Path:
        return self.home / "labels.csv"

    @property
    def user_dictionary(self) -> Path:
        """Words that training adds to jieba's."""
        return self.home / USER_DICTIONARY

    @property
    def categories(self) -> Path:
        """The categories that the next model is to have, where an administrator changed the list."""
        return self.home / CATEGORIES

    @property
    def models(self) -> Path:
        return self.home / "models"

    @property
    def inbox(self) -> Path:
        """The folder that is watched where no other is named."""
        return self.home / "inbox"

    @property
    def results(self) -> Path:
        return self.home / "results"

    @property
    def jobs(self) -> Path:
        return self.home / "jobs"

    def watching(self, folder: Path | None = None) -> Settings:
        """These settings with a folder watched: this one, or that of the data folder."""
        return replace(self, watch=self.inbox if folder is None else folder.resolve())

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        return is_loopback(self.host)

    @property
    def address(self) -> str:
        """Where a browser on this machine finds it."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "") else "[::1]" if self.host == "::" else self.host
        return f"http://{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{self.port}/"


def prepare(home: Path | None = None, environment: Mapping[str, str] | None = None, **chosen: object) -> Settings:
    """Settings for a data folder, which is made with its token and key (each readable by its owner only).

    ``home`` goes before $LANMU_HOME, that before ``./lanmu-data``; $LANMU_TOKEN goes before the
    token kept in the folder and is not written down; so do $LANMU_WEBHOOK_SECRET and the secret kept
    for a webhook, whose address is ``webhook`` or $LANMU_WEBHOOK.  A file ``settings.toml`` in the
    folder may set limits.  Raises LanmuError where the folder cannot be made, the token is too weak,
    or a limit is unknown.
    """
    environment = os.environ if environment is None else environment
    folder = home_folder(home, environment)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise LanmuError(say("settings.no_home", folder=str(folder), error=str(error.strerror))) from error
    folder = folder.resolve()
    chosen.setdefault("limits", _limits(folder / "settings.toml"))
    given = _given(environment, "LANMU_TOKEN")
    if given is not None:
        token, new = _check_token(given, "$LANMU_TOKEN"), False
    else:
        token, new = _keep_secret(folder / "token", lambda: secrets.token_urlsafe(24))
        token = _check_token(token, str(folder / "token"))
    key, _ = _keep_secret(folder / "session.key", lambda: secrets.token_hex(32))
    chosen["webhook"] = chosen.get("webhook") or environment.get("LANMU_WEBHOOK", "")
    if chosen["webhook"]:
        chosen["webhook_secret"] = (
            _given(environment, "LANMU_WEBHOOK_SECRET") or _keep_secret(folder / "webhook.secret", new_secret)[0]
        )
    return Settings(home=folder, token=token, key=key.encode(), token_is_new=new, **chosen)  # type: ignore[arg-type]


def home_folder(home: Path | None, environment: Mapping[str, str]) -> Path:
    """The data folder: this one, else $LANMU_HOME, else ``./lanmu-data``."""
    return home or Path(environment.get("LANMU_HOME") or DEFAULT_HOME)


@lru_cache(maxsize=1024)
def is_loopback(address: str) -> bool:
    """Whether an address or name is this machine's own."""
    name = address.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        parsed = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return bool((mapped or parsed).is_loopback)


def _limits(path: Path) -> ServiceLimits:
    """The limits that a settings file sets in its table ``[limits]``; the others are the defaults."""
    if not path.is_file():
        return ServiceLimits()
    try:
        content = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise LanmuError(say("settings.no_toml", path=str(path), error=str(error))) from error
    known = asdict(ServiceLimits())
    for table in content:
        if table != "limits" or not isinstance(content[table], dict):
            raise LanmuError(say("settings.unknown_table", path=str(path), table=table))
    values = content.get("limits", {})
    for name, value in values.items():
        if name not in known:
            raise LanmuError(say("settings.unknown_limit", path=str(path), name=name, known=", ".join(known)))
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e12:
            raise LanmuError(say("settings.no_number", path=str(path), name=name, value=value))
        values[name] = type(known[name])(value)
    return ServiceLimits(**values)


def _given(environment: Mapping[str, str], name: str) -> str | None:
    """A secret from the environment, or from the file that ``NAME_FILE`` names, as containers have them."""
    path = environment.get(f"{name}_FILE")
    if name in environment or not path:
        return environment.get(name)
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise LanmuError(say("settings.file_unreadable", path=str(path), error=str(error), name=name)) from error


def new_secret() -> str:
    """A secret to be kept by both sides."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def _keep_secret(path: Path, make: object) -> tuple[str, bool]:
    """The text kept in a file that only its owner reads, made at first; and whether it is new."""
    try:
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            content = path.read_text("utf-8").strip()
            if content:
                path.chmod(0o600)
                return content, False
            handle = os.open(path, os.O_WRONLY | os.O_TRUNC)
        made: str = make()  # type: ignore[operator]
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(made + "\n")
            file.flush()
            os.fsync(file.fileno())
        path.chmod(0o600)
        return made, True
    except (OSError, UnicodeDecodeError) as error:
        raise LanmuError(say("settings.unusable", path=str(path), error=str(error))) from error


def _check_token(token: str, name: str) -> str:
    token = token.strip()
    if not SHORTEST_TOKEN <= len(token) <= LONGEST_TOKEN or not token.isascii() or not token.isprintable():
        raise LanmuError(say("settings.token", name=name, least=SHORTEST_TOKEN, most=LONGEST_TOKEN))
    return token
