"""Rendering: the context every page needs, live pages, and the parts that live updates fetch."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property, lru_cache, partial
from typing import Any

from flask import (
    Flask,
    Response,
    current_app,
    flash,
    g,
    get_flashed_messages,
    make_response,
    redirect,
    request,
)
from flask_login import current_user
from jinja2.runtime import Context
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from consult import clock, i18n, labels, richtext
from consult.announce import audiences, outbox
from consult.config import ROOT
from consult.errors import NotFound
from consult.messages import message
from consult.permissions.actor import Actor
from consult.permissions.check import allows
from consult.permissions.names import Permission
from consult.web.calling import called_in
from consult.web.context import db, settings

TEMPLATES = ROOT / "templates"
_PART = re.compile(r"[a-z][a-z_]{0,40}\Z")
LANGUAGE_COOKIE = "lang"
#: Kept for a year, like the language: whoever has a slow line has it tomorrow too.
LOW_DATA_COOKIE = "low_data"
#: Rendering lets others run after this long.
RENDER_STRETCH_SECONDS = 0.01
#: Pieces of text between two looks at the time.
LOOK_AFTER_PIECES = 50

#: How long a page that was fetched ahead is kept: as long as the longest prompt and spread (`round_view`).
AHEAD_SECONDS = 15
#: What one page takes when all ask for theirs, and the longest that anybody waits for that.
PAGE_MS, MOST_CROWD_MS = 8, 5_000
#: Parts that one request may ask for: more than any page has.
MOST_PARTS = 30
#: Pieces of pages that look the same to everybody and are kept: a few hundred bytes each.
KEPT_PIECES = 4_000


class Later:
    """A value of a page that is made when a template first names it: a part of the page makes only its own."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    @cached_property
    def value(self) -> Any:
        return self._make()


def by_need(view: object) -> dict[str, Any]:
    """The cached properties of an object, under their names, each made when it is asked for."""
    return {
        name: Later(partial(getattr, view, name))
        for name, kind in vars(type(view)).items()
        if isinstance(kind, cached_property) and not name.startswith("_")
    }


class Reading(Context):
    """How templates read their values."""

    def resolve_or_missing(self, key: str) -> Any:
        found = super().resolve_or_missing(key)
        return found.value if isinstance(found, Later) else found


@dataclass(frozen=True)
class LivePage:
    """What a live page follows. `audiences`: names of `announce.audiences`; `query`: "room=…", "session=…", or of another page anything
    else: without a query there is no connection."""

    audiences: Sequence[str]
    query: str = ""
    #: How many people may have the same page open.
    people: int = 0
    #: Filled at rendering: the sequence number each audience stood at when the page's data was read.
    seen: dict[str, int] = field(default_factory=dict)


def is_low_data() -> bool:
    """Whether the reader wants pages that use little data: asked for in the address, kept in a cookie."""
    return request.args.get("low_data", request.cookies.get(LOW_DATA_COOKIE, "")) == "1"


def is_ahead() -> bool:
    """Whether a page fetches the one it is about to go to: the browser keeps that until then, and nothing has been seen yet."""
    return request.headers.get("Consult-Ahead") == "1"


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


def live_page(
    actor: Actor | None, followed: Sequence[str], query: str = "page=other", people: int = 0
) -> LivePage:
    """Follow these audiences on this page, and what concerns its reader alone.

    Call it before the page's data is read, so that nothing falls in between.
    """
    heard = [*followed, audiences.member(actor.public_id)] if actor else followed
    return LivePage(heard, query, people, outbox.heads(db(), heard))


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
    """A page; or, when the address asks for `?part=name`, only its partial `template-without-suffix/_name.html`.

    Several parts come each in a `<template data-part="name">`. `call_rules` of the view: where a live page takes its person, when
    there is more than being called in.
    """
    parts = request.args.getlist("part")[:MOST_PARTS] if status < 400 else []
    templates = [_part_of(template, part) for part in parts]
    shows_messages = "flashes" in parts if parts else not is_ahead()
    chosen = language()
    context = {
        "lang": chosen.code,
        "direction": chosen.direction,
        "low_data": is_low_data(),
        "languages": [(entry.code, entry.label) for entry in i18n.LANGUAGES],
        "page_script": script,
        "live": live and _live_view(live),
        "breadcrumb": breadcrumb,
        "actor": actor,
        "actor_view": _actor_view(actor),
        "user_key": current_user.public_id if current_user.is_authenticated else "",
        "consultation": consultation,
        "is_sample": bool(consultation and consultation.is_sample) or settings().demo,
        "can": lambda permission, subject: (
            actor is not None and allows(actor, Permission(permission), subject)
        ),
        "flashes": get_flashed_messages(with_categories=True) if shows_messages else [],
        "zone": consultation.time_zone if consultation else "UTC",
    }
    view |= context
    view.setdefault("call_rules", called_in(actor) if live else [])
    if len(parts) < 2:
        body = _rendered(templates[0] if templates else template, **view)
    else:
        pieces = zip(parts, templates, strict=True)
        body = "".join(
            f'<template data-part="{part}">{_rendered(name, **view)}</template>' for part, name in pieces
        )
    response = make_response(body, status)
    if is_ahead() and status < 400:
        response.headers["Cache-Control"] = f"private, max-age={AHEAD_SECONDS}"
    choices = {"lang": (LANGUAGE_COOKIE, chosen.code), "low_data": (LOW_DATA_COOKIE, str(int(is_low_data())))}
    for asked, (cookie, value) in choices.items():
        if asked in request.args:
            response.set_cookie(
                cookie, value, max_age=31_536_000, samesite="Lax", secure=settings().is_https, httponly=True
            )
    return response


def _live_view(live: LivePage) -> dict[str, Any]:
    """What the `live` controller needs. `crowd`: milliseconds over which the pages of all spread what they fetch at the same news."""
    return {
        "audiences": live.seen,
        "query": live.query,
        "now_ms": clock.milliseconds(clock.now()),
        "crowd": min(live.people * PAGE_MS, MOST_CROWD_MS),
    }


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
    current_app.update_template_context(view)
    parts: list[str] = []
    since = clock.monotonic()
    for number, part in enumerate(current_app.jinja_env.get_template(template).generate(view)):
        parts.append(part)
        if number % LOOK_AFTER_PIECES == 0 and clock.monotonic() - since > RENDER_STRETCH_SECONDS:
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
    env.context_class = Reading
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
