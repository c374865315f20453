"""Settings: read from `CONSULT_…` environment variables here and nowhere else. `docs/operations.md` documents each."""

import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
INSTANCE = ROOT / "instance"
#: Of the name of a process, as the tables keep it.
PROCESS_NAME_LENGTH = 60


class BadSetting(ValueError):
    """A setting that cannot be used; the message names the variable and says what to write instead."""


@dataclass(frozen=True)
class Settings:
    """One process's configuration. Field names are the variables' names in lower case, without the prefix."""

    #: SQLAlchemy address of the database.
    database_url: str = f"sqlite:///{INSTANCE / 'consult.sqlite3'}"
    #: Redis address; only wakes other processes early, nothing depends on it. Empty: not used.
    message_queue_url: str = ""
    #: Signs cookies and forms. Production refuses to start without one.
    secret_key: str = ""
    #: The address people use; decides allowed origins, cookie flags and links in mails.
    public_url: str = "http://127.0.0.1:5000"
    #: smtp://user:password@host:port or smtps://…; empty: links are written to the log.
    mail_url: str = ""
    mail_from: str = "consult@localhost"
    #: Name of this process among several; a new one of the same name succeeds the old one at once. Empty: host name and port.
    process_name: str = ""
    #: How many reverse proxies stand in front and set X-Forwarded-*.
    proxy_hops: int = 0
    #: The sample consultation: sign-in links that work many times, a mark on every page.
    demo: bool = False
    #: Prometheus metrics at /metrics.
    metrics: bool = False
    #: Seconds after the end of a round in which a connection that was cut off may still deliver its text.
    late_sync_seconds: int = 60
    #: Seconds for which somebody whose line was lost is still shown as here.
    presence_grace_seconds: int = 30
    #: Editable seconds after a recall.
    recall_seconds: int = 60
    #: Drafting flush interval of a calm server, milliseconds.
    draft_tick_ms: int = 5
    #: How often a page makes sure that it shows what the server has, seconds.
    draft_check_seconds: int = 30
    #: Open drafting connections allowed to one member.
    connections_per_member: int = 3
    #: Open drafting connections allowed in one room.
    connections_per_room: int = 40
    #: "json" for one JSON object a line, "text" for people.
    log_format: str = "text"
    log_level: str = "INFO"

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def public_host(self) -> str:
        return urlsplit(self.public_url).netloc

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def settings_from(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment.

    Raises:
        BadSetting: a variable that cannot be read, or a missing secret outside the sample.
    """
    source = os.environ if environ is None else environ
    values: dict[str, object] = {}
    for name, kind in Settings.__annotations__.items():
        raw = source.get(f"CONSULT_{name.upper()}")
        if raw is not None and raw != "":
            values[name] = _read(name, kind, raw)
    settings = Settings(**values)  # type: ignore[arg-type]
    parts = urlsplit(settings.public_url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/"):
        raise BadSetting(
            "CONSULT_PUBLIC_URL: write the address people use, such as https://consult.example.org"
        )
    if settings.public_url.endswith("/"):
        settings = _with(settings, public_url=settings.public_url.rstrip("/"))
    if not settings.secret_key:
        if not settings.demo:
            raise BadSetting("CONSULT_SECRET_KEY is not set: write at least 32 random characters into it")
        settings = _with(settings, secret_key=secrets.token_urlsafe(32))
    elif len(settings.secret_key) < 32:
        raise BadSetting("CONSULT_SECRET_KEY is too short: write at least 32 random characters into it")
    _check_process_name(settings.process_name)
    return settings


def process_name(*parts: object) -> str:
    """The name of a process from what tells it from others, the most telling first: its number, where it listens, the machine.

    Long ones are shortened behind their beginning; the sum at their end is that of the whole, so no two become one.
    """
    name = ":".join(map(str, parts)).replace("/", ":")
    if len(name) <= PROCESS_NAME_LENGTH:
        return name
    mark = "~" + hashlib.sha256(name.encode()).hexdigest()[:12]
    return name[: PROCESS_NAME_LENGTH - len(mark)] + mark


def _check_process_name(name: str) -> None:
    # A lease is kept under name, slash and a number: a name with a slash could be taken for an earlier start of another process.
    if len(name) > PROCESS_NAME_LENGTH or "/" in name:
        raise BadSetting(
            f"CONSULT_PROCESS_NAME: write at most {PROCESS_NAME_LENGTH} characters without a slash, not {name!r}"
        )


def _with(settings: Settings, **changes: object) -> Settings:
    return Settings(**{**settings.__dict__, **changes})  # type: ignore[arg-type]


def _read(name: str, kind: object, raw: str) -> object:
    if kind in (int, "int"):
        if not raw.isdigit():
            raise BadSetting(f"CONSULT_{name.upper()}: write a whole number, not {raw!r}")
        return int(raw)
    if kind in (bool, "bool"):
        if raw.lower() not in ("0", "1", "true", "false", "yes", "no"):
            raise BadSetting(f"CONSULT_{name.upper()}: write 1 or 0, not {raw!r}")
        return raw.lower() in ("1", "true", "yes")
    return raw
