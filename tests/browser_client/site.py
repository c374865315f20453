"""A site made of the real `static/js` and a server that lives in the test: it speaks Socket.IO and the drafting protocol.

It does what the real server promises, and misbehaves on request: down, read-only, late, failing commits, small limits.
"""

import base64
import json
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

from playwright.sync_api import Page, Route, WebSocketRoute
from pycrdt import Doc, Map, Text, XmlFragment

STATIC = Path(__file__).parents[2] / "static"
ORIGIN = "http://localhost:5119"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
NOW_MS = 1_782_213_540_000


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@dataclass
class SharedDraft:
    """One draft at the server."""

    doc: Doc[Any] = field(default_factory=Doc)
    seq: int = 0
    updates: list[bytes] = field(default_factory=list)
    late: list[bytes] = field(default_factory=list)

    @property
    def text(self) -> str:
        return str(self.doc.get("default", type=XmlFragment))

    @property
    def title(self) -> str:
        return str(self.doc.get("title", type=Text))

    @property
    def facts(self) -> dict[str, Any]:
        return self.doc.get("facts", type=Map).to_py() or {}


class Line:
    """One open connection, as Engine.IO and Socket.IO frames."""

    def __init__(self, site: "Site", route: WebSocketRoute) -> None:
        self.site, self.route = site, route
        self.drafts: set[str] = set()
        self.audiences: set[str] = set()
        self.query = parse_qs(urlparse(route.url).query)
        route.on_message(lambda frame: self.receive(str(frame)))
        route.on_close(lambda *_: site.lines.discard(self))
        opening = {
            "sid": "x",
            "upgrades": [],
            "pingInterval": 60_000,
            "pingTimeout": 60_000,
            "maxPayload": 256_000,
        }
        route.send("0" + json.dumps(opening))

    def receive(self, frame: str) -> None:
        if frame.startswith("40"):
            self.site.lines.add(self)
            self.route.send('40{"sid":"y"}')
        elif frame.startswith("42"):
            digits = frame[2 : frame.index("[")]
            name, *args = json.loads(frame[2 + len(digits) :])
            self.site.received.append(name)
            answer = self.site.answer(self, name, args)
            if digits and answer is not None:
                self.route.send(f"43{digits}{json.dumps([answer])}")

    def emit(self, name: str, *args: Any) -> None:
        self.route.send("42" + json.dumps([name, *args]))


class Posted:
    """Who asked by POST: hears nothing by itself."""

    def __init__(self) -> None:
        self.drafts: set[str] = set()


class Site:
    """The pages and the live server of one test."""

    def __init__(self, render: Callable[["Site", dict[str, str]], str]) -> None:
        self.render = render
        self.drafts: dict[str, SharedDraft] = {}
        self.lines: set[Line] = set()
        self.received: list[str] = []
        self.events: list[dict[str, Any]] = []
        self.posts: list[dict[str, list[str]]] = []
        self.parts: dict[str, str] = {}
        self.requested: list[str] = []
        self.is_up = True
        self.is_behind = False
        self.is_silent = False
        #: The network lets no websocket through.
        self.is_blocking = False
        self.edit = True
        self.epoch = 1
        self.limit = 64 * 1024
        self.refusal: str | None = None
        self.join_refusal: str | None = None
        self.post_answer: Callable[[dict[str, list[str]]], tuple[int, str]] | None = None

    def serve(self, page: Page) -> None:
        page.route(f"{ORIGIN}/**", self._respond)
        page.route_web_socket("**/socket.io/**", self._connect)

    def draft(self, name: str = "i1") -> SharedDraft:
        return self.drafts.setdefault(name, SharedDraft())

    # Misbehaving.

    def fall_silent(self) -> None:
        """The connection is half open: it stands, and nothing comes back."""
        self.is_silent = True

    def go_down(self) -> None:
        """The server process is gone: every connection ends, new ones are not taken."""
        self.is_up = False
        for line in list(self.lines):
            line.route.close()
        self.lines.clear()

    def block(self) -> None:
        """From now on no websocket gets through; HTTP does."""
        self.is_blocking = True
        for line in list(self.lines):
            line.route.close()
        self.lines.clear()

    def come_back(self) -> None:
        self.is_up = True
        self.is_silent = False

    def permit(self, edit: bool, epoch: int, reason: str = "") -> None:
        """A room closes or opens again."""
        self.edit, self.epoch = edit, epoch
        for line in self.lines:
            for draft in line.drafts:
                line.emit("perm", {"draft": draft, "edit": edit, "epoch": epoch, "reason": reason})

    def announce(
        self, name: str, data: dict[str, Any], audience: str = "room:r1", *, send: bool = True
    ) -> None:
        """A live event; with `send` false it is lost on the way."""
        seq = 1 + sum(event["audience"] == audience for event in self.events)
        event = {"name": name, "version": 1, "audience": audience, "seq": seq, "at": NOW_MS, "data": data}
        self.events.append(event)
        for line in self.lines:
            if send and audience in line.audiences:
                line.emit("event", event)

    # The wire.

    def _connect(self, route: WebSocketRoute) -> None:
        if self.is_up and not self.is_blocking:
            Line(self, route)
        else:
            route.close()

    def answer(self, line: Line, name: str, args: list[Any]) -> dict[str, Any] | None:
        if self.is_silent:
            return None
        handler = getattr(self, f"_on_{name}", None)
        return handler(line, *args) if handler else {"ok": True}

    def _on_clock(self, line: Line, *_: Any) -> dict[str, Any]:
        return {"ok": True, "now": NOW_MS}

    def _on_follow(self, line: Line, payload: dict[str, Any]) -> dict[str, Any]:
        wanted: dict[str, int] = payload["audiences"]
        line.audiences = set(wanted)
        heads = {
            name: max((e["seq"] for e in self.events if e["audience"] == name), default=0) for name in wanted
        }
        missed = [e for e in self.events if e["audience"] in wanted and e["seq"] > wanted[e["audience"]]]
        return {"ok": True, "seqs": heads, "missed": None if self.is_behind else missed}

    def _on_join(self, line: Line | Posted, payload: dict[str, Any]) -> dict[str, Any]:
        if self.join_refusal:
            return {"ok": 0, "code": self.join_refusal, "message": "You have no seat in this room."}
        epoch = payload.get("epoch")
        if epoch is not None and epoch < self.epoch and self.edit:
            return {"ok": 0, "code": "epoch", "message": "The room was opened again."}
        draft = self.draft(payload["draft"])
        line.drafts.add(payload["draft"])
        return {
            "ok": 1,
            "edit": self.edit,
            "epoch": self.epoch,
            "seq": draft.seq,
            "update": _encoded(draft.doc.get_update(base64.b64decode(payload["sv"]))),
            "sv": _encoded(draft.doc.get_state()),
            "limits": {"update_bytes": self.limit, "batch_ms": 10},
            "reason": None if self.edit else "The room is closed.",
        }

    def _on_u(self, line: Line | Posted, update: str, name: str) -> dict[str, Any]:
        draft, data = self.draft(name), base64.b64decode(update)
        refusal = self.refusal or (None if self.edit else "readonly")
        if len(data) > self.limit:
            refusal = "too_big"
        if refusal == "late":
            draft.late.append(data)
        if refusal:
            return {"ok": 0, "code": refusal, "message": "The room is closed."}
        before = draft.doc.get_state()
        draft.doc.apply_update(data)
        is_gap = data[:1] != b"\0" and draft.doc.get_state() == before and len(data) > 400
        assert not is_gap, "an update with a gap came in: its pieces are in the wrong order"
        draft.seq += 1
        draft.updates.append(data)
        for other in self.lines:
            if other is not line and name in other.drafts:
                other.emit("u", update, draft.seq, name)
        return {"ok": 1, "seq": draft.seq}

    def _on_c(self, line: Line | Posted, payload: dict[str, Any]) -> dict[str, Any]:
        return {"ok": 1, "sv": _encoded(self.draft(payload["draft"]).doc.get_state())}

    def _on_a(self, line: Line, states: str, name: str) -> None:
        for other in self.lines:
            if other is not line and name in other.drafts:
                other.emit("a", states, name)

    # The pages.

    def _respond(self, route: Route) -> None:
        address = urlparse(route.request.url)
        if address.path.startswith("/static/"):
            self._file(route, address.path.removeprefix("/static/"))
            return
        if not self.is_up:
            route.abort("connectionrefused")
            return
        if address.path == "/healthz":
            route.fulfill(json={"ok": True})
            return
        if address.path.startswith("/drafts/"):
            self._sync(route, address.path.split("/")[2])
            return
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        self.requested.append(
            address.path + (f"?{address.query.removeprefix('u=A&')}" if "part" in query else "")
        )
        status = 200
        if route.request.method == "POST":
            fields = parse_qs(route.request.post_data or "", keep_blank_values=True)
            self.posts.append(fields)
            status, html = self.post_answer(fields) if self.post_answer else (200, self.render(self, query))
        elif "part" in query:
            names = parse_qs(address.query)["part"]
            html = self.parts[names[0]]
            if len(names) > 1:
                html = "".join(
                    f'<template data-part="{name}">{self.parts[name]}</template>' for name in names
                )
        else:
            html = self.render(self, query)
        kind = "application/json" if html.startswith("{") else "text/html; charset=utf-8"
        route.fulfill(
            status=status, body=html, headers={"Content-Type": kind, "Content-Security-Policy": POLICY}
        )

    def _sync(self, route: Route, draft: str) -> None:
        """What the real server answers at `/drafts/<id>/sync`."""
        fields = {name: values[0] for name, values in parse_qs(route.request.post_data or "").items()}
        line = Posted()
        if "update" in fields:
            self.received.append("post u")
            answer = self._on_u(line, fields["update"], draft)
        else:
            self.received.append("post join")
            known = {"epoch": int(fields["epoch"])} if "epoch" in fields else {}
            answer = self._on_join(line, {"draft": draft, "sv": fields["sv"], **known})
        route.fulfill(status=200 if answer["ok"] else 409, json=answer)

    def _file(self, route: Route, name: str) -> None:
        path = STATIC / name
        if not path.is_file():
            route.fulfill(status=404, body="")
            return
        kind = "text/javascript" if path.suffix == ".js" else mimetypes.guess_type(name)[0] or "text/plain"
        route.fulfill(body=path.read_bytes(), headers={"Content-Type": kind})
