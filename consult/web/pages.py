"""Rendering: the context every page needs, live pages, and the parts that live updates fetch."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from flask import (
    Flask,
    Response,
    flash,
    g,
    get_flashed_messages,
    make_response,
    redirect,
    request,
    stream_template,
)
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from consult import clock, i18n, labels, richtext
from consult.announce import outbox
from consult.config import ROOT
from consult.errors import NotFound
from consult.messages import message
from consult.permissions.actor import Actor
from consult.permissions.check import allows
from consult.permissions.names import Permission
from consult.web.context import db, settings

TEMPLATES = ROOT / "templates"
_PART = re.compile(r"[a-z][a-z_]{0,40}\Z")
LANGUAGE_COOKIE = "lang"
#: Kept for a year, like the language: whoever has a slow line has it tomorrow too.
LOW_DATA_COOKIE = "low_data"
#: Rendering lets others run after this long.
RENDER_STRETCH_SECONDS = 0.01

#: Pieces of pages that look the same to everybody and are kept: a few hundred bytes each.
KEPT_PIECES = 4_000


@dataclass(frozen=True)
class LivePage:
    """What a live page follows. `audiences`: names of `announce.audiences`; `query`: "room=…", "session=…", or of another page anything
    else: without a query there is no connection."""

    audiences: Sequence[str]
    query: str = ""
    #: Filled at rendering: the sequence number each audience stood at when the page's data was read.
    seen: dict[str, int] = field(default_factory=dict)


def is_low_data() -> bool:
    """Whether the reader wants pages that use little data: asked for in the address, kept in a cookie."""
    return request.args.get("low_data", request.cookies.get(LOW_DATA_COOKIE, "")) == "1"


def language() -> i18n.Language:
    """The reader's language: asked for in the address, kept in a cookie, else English. Read once a request."""
    if "language" not in g:
        g.language = i18n.language(request.args.get("lang") or request.cookies.get(LANGUAGE_COOKIE))
    found: i18n.Language = g.language
    return found


def t(text: str, **params: object) -> str:
    """`text` in the reader's language."""
    return i18n.text(language().code, text, **params)


def say(text: str, kind: str = "done") -> None:
    """A message shown once at the top of the next page. `kind`: done, attention or refused."""
    flash(text, kind)


def refusal(code: str, **params: object) -> str:
    """The sentence for an error code in the reader's language."""
    return message(code, language().code, **params)


def live_page(audiences: Sequence[str], query: str = "page=other") -> LivePage:
    """Follow `audiences` on this page. Call it before the page's data is read, so that nothing falls in between."""
    return LivePage(audiences, query, outbox.heads(db(), audiences))


def render_page(
    template: str,
    *,
    script: str = "js/pages/base.js",
    live: LivePage | None = None,
    breadcrumb: Sequence[tuple[str, str | None]] = (),
    actor: Actor | None = None,
    consultation: Any = None,
    status: int = 200,
    **view: Any,
) -> Response:
    """A page; or, when the address asks for `?part=name`, only its partial `template-without-suffix/_name.html`."""
    part = request.args.get("part") if status < 400 else None
    if part is not None:
        template = _part_of(template, part)
    chosen = language()
    context = {
        "lang": chosen.code,
        "direction": chosen.direction,
        "low_data": is_low_data(),
        "languages": [(entry.code, entry.label) for entry in i18n.LANGUAGES],
        "page_script": script,
        "live": live
        and {"audiences": live.seen, "query": live.query, "now_ms": clock.milliseconds(clock.now())},
        "breadcrumb": breadcrumb,
        "actor": actor,
        "actor_view": _actor_view(actor),
        "user_key": current_user.public_id if current_user.is_authenticated else "",
        "consultation": consultation,
        "is_sample": bool(consultation and consultation.is_sample) or settings().demo,
        "can": lambda permission, subject: (
            actor is not None and allows(actor, Permission(permission), subject)
        ),
        "flashes": get_flashed_messages(with_categories=True) if part is None or part == "flashes" else [],
        "zone": consultation.time_zone if consultation else "UTC",
    }
    response = make_response(_rendered(template, **context, **view), status)
    choices = {"lang": (LANGUAGE_COOKIE, chosen.code), "low_data": (LOW_DATA_COOKIE, str(int(is_low_data())))}
    for asked, (cookie, value) in choices.items():
        if asked in request.args:
            response.set_cookie(
                cookie, value, max_age=31_536_000, samesite="Lax", secure=settings().is_https, httponly=True
            )
    return response


def _part_of(template: str, part: str) -> str:
    """The partial of a page that a live update asks for.

    Raises:
        NotFound: the page has no such part.
    """
    name = f"{template.removesuffix('.html')}/_{part}.html"
    if not _PART.match(part) or name not in _partials():
        raise NotFound()
    return name


@cache
def _partials() -> frozenset[str]:
    return frozenset(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("_*.html"))


def _rendered(template: str, **view: Any) -> str:
    """The template as text. Others are served in between: a page of 600 people takes longer than they should wait."""
    parts: list[str] = []
    since = clock.monotonic()
    for part in stream_template(template, **view):
        parts.append(part)
        if clock.monotonic() - since > RENDER_STRETCH_SECONDS:
            time.sleep(0)
            since = clock.monotonic()
    return "".join(parts)


@lru_cache(maxsize=KEPT_PIECES)
def _once(_language: str, macro: Callable[..., Markup], args: tuple[Any, ...]) -> Markup:
    """What a macro makes of these values, made once: for macros that depend on nothing but them and the language."""
    return macro(*args)


def back_to(address: str) -> BaseResponse:
    """Redirect after a form that was accepted."""
    return redirect(address, code=303)


def _actor_view(actor: Actor | None) -> dict[str, str] | None:
    if not current_user.is_authenticated:
        return None
    view = {"key": current_user.public_id, "name": current_user.name}
    if actor is None:
        return view | {"delegation_name": "", "mark": "", "role_label": ""}
    return view | {
        "delegation_name": actor.delegation_name,
        "mark": actor.mark,
        "role_label": t(labels.of("role", actor.role)),
    }


def register(app: Flask) -> None:
    """Functions and filters every template may use."""
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.newstyle_gettext = True  # type: ignore[attr-defined]
    env.trim_blocks = env.lstrip_blocks = True
    env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: i18n.translations(language().code).gettext(text),
        lambda one, many, n: i18n.translations(language().code).ngettext(one, many, n),
        newstyle=True,
    )
    zone = "UTC"
    env.globals["label"] = lambda kind, value: t(labels.of(kind, value))
    env.globals["once"] = lambda macro, *args: _once(language().code, macro, args)
    env.globals["now"] = clock.now
    env.filters["day"] = lambda moment, zone=zone: i18n.day(moment, language().code, zone)
    env.filters["time_of_day"] = lambda moment, zone=zone: i18n.time_of_day(moment, language().code, zone)
    env.filters["day_and_time"] = lambda moment, zone=zone: i18n.day_and_time(moment, language().code, zone)
    env.filters["ms"] = lambda moment: clock.milliseconds(moment) if isinstance(moment, datetime) else 0
    env.filters["ago"] = lambda moment: i18n.ago(moment, language().code, clock.now())
    env.filters["iso"] = lambda moment: moment.isoformat() if isinstance(moment, datetime) else ""
    env.filters["rich"] = lambda doc: Markup(richtext.to_html(doc))  # noqa: S704  (to_html escapes and allows a fixed list)
