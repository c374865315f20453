"""The table of routes: for every address of the product, who is answered, and how the others are refused.

`{name}` is an id that `stage.py` knows. The outcome of somebody who is not named in `ok` or `special` is `others`:
"403" (may see the thing, may not do this) or "404" (is not to know that there is such a thing). Those who take no part
in the consultation (a stranger, the organizer of another, a member who withdrew) get 404 everywhere, and who is not
signed in is sent to the sign-in page, or answered 401 where that would lose a form. Addresses in `PUBLIC` and `OWN`
belong to no consultation.
"""

from dataclasses import dataclass, field

from tests.cast import CAST

EVERYBODY = frozenset(CAST)
STAFF = frozenset({"organizer", "facilitator", "cofacilitator"})
ORGANIZER = frozenset({"organizer"})
ROOM1 = frozenset({"kenya", "canada", "ngo"})
ROOM2 = frozenset({"philippines", "observer"})
RAPPORTEUR = frozenset({"kenya"})


@dataclass(frozen=True)
class Row:
    """One address with a method, and what it answers."""

    rule: str
    address: str
    ok: frozenset[str]
    others: str = "403"
    fields: dict[str, str] = field(default_factory=dict)
    special: dict[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        return self.rule.split()[0]

    def outcome(self, name: str) -> str:
        return "ok" if name in self.ok else self.special.get(name, self.others)


def row(rule: str, address: str, ok: frozenset[str], others: str = "403", **fields: str) -> Row:
    return Row(rule, address, ok, others, fields)


C, S, R, D = "/c/{consultation}", "/s/{session}", "/rounds/{round}", "/decisions/{decision}"
RC, RS, RR, RI = "/c/<consultation_id>", "/s/<session_id>", "/rounds/<round_id>", "/items/<public_id>"
DETAILS = {
    "title": "T", "short_title": "S", "starts_on": "2017-06-19", "ends_on": "2017-06-20", "time_zone": "Europe/Zurich",
    "attribution": "delegation",
}  # fmt: skip
SESSION = {"title": "T", "short_title": "S", "mode": "informal", "target_words": "100"}
SOURCE = {"kind": "document", "title": "T", "reference": "A/2"}
PERSON = {
    "email": "one.more@example.org", "name": "One", "role": "delegate", "kind": "member_state", "delegation": "Peru",
}  # fmt: skip

ROOMS_STILL_OPEN = dict.fromkeys(STAFF, "409")

#: Answered alike whoever asks. The expected status.
PUBLIC: dict[str, tuple[str, dict[str, str], int]] = {
    "GET /": ("/", {}, 200),
    "GET /accessibility": ("/accessibility", {}, 200),
    "GET /help": ("/help", {}, 200),
    "GET /healthz": ("/healthz", {}, 200),
    "GET /readyz": ("/readyz", {}, 200),
    "GET /metrics": ("/metrics", {}, 404),
    "GET /first-start": ("/first-start?token=guessed", {}, 404),
    "POST /first-start": ("/first-start", {"token": "guessed"}, 404),
    "GET /invitations/<token>": ("/invitations/guessed", {}, 403),
    "POST /invitations/<token>": ("/invitations/guessed", {"name": "X"}, 403),
    "GET /sign-in": ("/sign-in", {}, 200),
    "POST /sign-in": ("/sign-in", {"email": "nobody@example.org", "password": "wrong"}, 403),
    "POST /sign-in/link": ("/sign-in/link", {"email": "nobody@example.org"}, 303),
    "GET /sign-in/link/<token>": ("/sign-in/link/guessed", {}, 403),
    "POST /sign-in/link/<token>": ("/sign-in/link/guessed", {}, 403),
    "POST /sign-out": ("/sign-out", {}, 303),
    "GET /signed-out": ("/signed-out", {}, 200),
    "POST /signed-out": ("/signed-out", {}, 303),
    "POST /csp-report": ("/csp-report", {}, 204),
    "GET /static/<digest_in_path>/<path:name>": ("/static/0/nothing.css", {}, 404),
}

#: A person's own account: whoever is signed in, for themselves only. The expected status.
OWN: dict[str, tuple[str, dict[str, str], int]] = {
    "GET /account": ("/account", {}, 200),
    "POST /account/name": ("/account/name", {"name": "New Name"}, 303),
    "POST /account/password": ("/account/password", {"current": "wrong", "password": "another long sentence"}, 422),
    "POST /account/devices/sign-out": ("/account/devices/sign-out", {}, 303),
    "POST /account/devices/<handle>/sign-out": ("/account/devices/{foreign_device}/sign-out", {}, 404),
    "GET /c/new": ("/c/new", {}, 403),
    "POST /c/new": ("/c/new", {**DETAILS, "body": "B"}, 403),
}  # fmt: skip

ROWS: tuple[Row, ...] = (
    # the consultation
    row(f"GET {RC}", C, EVERYBODY),
    row(f"GET {RC}/library", f"{C}/library", EVERYBODY),
    row(f"GET {RC}/outcomes", f"{C}/outcomes", EVERYBODY),
    row(f"GET {RC}/people", f"{C}/people", EVERYBODY),
    row(f"GET {RC}/settings", f"{C}/settings", ORGANIZER),
    row(f"POST {RC}/settings", f"{C}/settings", ORGANIZER, **DETAILS),
    Row(f"POST {RC}/publish", f"{C}/publish", frozenset(), "403", {}, {"organizer": "409"}),
    row(f"GET {RC}/sessions/new", f"{C}/sessions/new", ORGANIZER),
    row(f"POST {RC}/sessions/new", f"{C}/sessions/new", ORGANIZER, **SESSION),
    row(f"GET {RC}/sources/new", f"{C}/sources/new", ORGANIZER),
    row(f"POST {RC}/sources/new", f"{C}/sources/new", ORGANIZER, **SOURCE),
    row(f"GET {RC}/sources/<source_id>", C + "/sources/{source}", ORGANIZER),
    row(f"POST {RC}/sources/<source_id>", C + "/sources/{source}", ORGANIZER, **SOURCE),
    row(f"GET {RC}/people/<member_id>", C + "/people/{canada}", ORGANIZER),
    row(f"POST {RC}/people/<member_id>/role", C + "/people/{canada}/role", ORGANIZER, role="panelist"),
    row(f"POST {RC}/people/<member_id>/withdraw", C + "/people/{canada}/withdraw", ORGANIZER),
    row(f"GET {RC}/people/import", f"{C}/people/import", ORGANIZER),
    Row(f"POST {RC}/people/import", f"{C}/people/import", frozenset(), "403", {}, {"organizer": "422"}),
    row(f"GET {RC}/people/invite", f"{C}/people/invite", ORGANIZER),
    row(f"POST {RC}/people/invite", f"{C}/people/invite", ORGANIZER, **PERSON),
    row(
        f"POST {RC}/people/invitations/<invitation_id>/withdraw",
        C + "/people/invitations/{invitation}/withdraw",
        ORGANIZER,
    ),
    row(f"GET {RC}/record/<form>", f"{C}/record/json", STAFF),
    # a draft, where no websocket gets through; nothing stays in this test's database, so nobody can take the room: 503
    Row(
        "POST /drafts/<public_id>/sync",
        "/drafts/{draft1}/sync",
        frozenset(),
        "404",
        {"sv": "AA=="},
        dict.fromkeys(ROOM1 | STAFF, "503"),
    ),
    # sessions
    row(f"GET {RS}", S, EVERYBODY),
    row(f"GET {RS}/edit", "/s/{planned}/edit", ORGANIZER),
    row(f"POST {RS}/edit", "/s/{planned}/edit", ORGANIZER, **SESSION),
    row(f"POST {RS}/open", "/s/{planned}/open", STAFF),
    Row(f"POST {RS}/close", f"{S}/close", frozenset(), special=ROOMS_STILL_OPEN),
    row(f"POST {RS}/rounds", f"{S}/rounds", STAFF),
    Row(f"POST {RS}/report-back/open", f"{S}/report-back/open", frozenset(), special=ROOMS_STILL_OPEN),
    Row("POST /s/<public_id>/report-back", f"{S}/report-back", frozenset(), special=ROOMS_STILL_OPEN),
    row("GET /s/<public_id>/report-back", f"{S}/report-back", EVERYBODY),
    row("GET /s/<public_id>/plenary", f"{S}/plenary", EVERYBODY),
    row("GET /s/<public_id>/projector", f"{S}/projector", EVERYBODY),
    row("GET /s/<public_id>/decisions", f"{S}/decisions", EVERYBODY),
    row("POST /s/<public_id>/decisions", f"{S}/decisions", STAFF, item="{commented}", minutes="5"),
    row("POST /s/<public_id>/decisions/close", f"{S}/decisions/close", STAFF),
    row(f"GET {RS}/summary", f"{S}/summary", EVERYBODY),
    row(f"POST {RS}/summary", f"{S}/summary", STAFF, body='{"type":"doc","content":[{"type":"paragraph"}]}', base="{base}"),
    row(f"POST {RS}/summary/generate", f"{S}/summary/generate", STAFF),
    row(f"POST {RS}/summary/publish", f"{S}/summary/publish", STAFF, base="{base}"),
    row(f"GET {RS}/summary/versions/<int:number>", f"{S}/summary/versions/1", STAFF),
    row(f"GET {RS}/summary/download/<form>", f"{S}/summary/download/json", STAFF),
    # rounds and their rooms
    row(f"GET {RR}", R, EVERYBODY),
    row(f"GET {RR}/console", f"{R}/console", STAFF),
    row(f"POST {RR}/clock", f"{R}/clock", STAFF, act="less", minutes="5"),
    row(f"POST {RR}/recall", f"{R}/recall", STAFF),
    row(f"POST {RR}/open", "/rounds/{staged_round}/open", STAFF),
    row(f"POST {RR}/late-joiners", f"{R}/late-joiners", STAFF),
    row(f"POST {RR}/late-joiners/rule", f"{R}/late-joiners/rule", STAFF, after="60"),
    row(f"POST {RR}/moves", f"{R}/moves", STAFF, member="{canada}", room="2"),
    row(f"GET {RR}/seating", "/rounds/{planned_round}/seating", STAFF),
    row(f"POST {RR}/seating", "/rounds/{planned_round}/seating", STAFF, rooms="2", minutes="20", topic="T"),
    row(f"POST {RR}/seating/apply", "/rounds/{planned_round}/seating/apply", STAFF, plan="{plan}"),
    row(f"POST {RR}/seating/again", "/rounds/{planned_round}/seating/again", STAFF),
    row(f"POST {RR}/seating/choose", "/rounds/{planned_round}/seating/choose", STAFF, plan="{plan}"),
    row(f"POST {RR}/seating/check", "/rounds/{planned_round}/seating/check", STAFF, plan="{plan}"),
    row(f"POST {RR}/seating/selected", "/rounds/{planned_round}/seating/selected", STAFF, act="lock", member="{canada}"),
    row(f"POST {RR}/seating/undo", "/rounds/{planned_round}/seating/undo", STAFF),
    row(f"GET {RR}/seating/price", "/rounds/{planned_round}/seating/price?room=1&member={canada}", STAFF),
    row(f"GET {RR}/seating/plans/<plan_id>.<form>", "/rounds/{planned_round}/seating/plans/{plan}.csv", STAFF),
    # an offer that was never made
    Row(f"POST {RR}/seating/offers", f"{R}/seating/offers", frozenset(), fields={"seen": "x"}, special=dict.fromkeys(STAFF, "409")),
    row(f"POST {RR}/topics", "/rounds/{planned_round}/topics", EVERYBODY - {"viewer"}),
    row("GET /rooms/<room_id>", "/rooms/{room1}", STAFF | ROOM1),
    row(f"POST {RR}/command", f"{R}/command", STAFF, line="+1"),
    row(f"POST {RR}/moves/back", f"{R}/moves/back", STAFF, seat="{canada}.2.1"),
    row(f"POST {RR}/broadcasts", f"{R}/broadcasts", STAFF, text="Two minutes to go"),
    row("POST /rooms/<room_id>/broadcasts/<broadcast_id>/read", "/rooms/{room1}/broadcasts/{broadcast}/read", ROOM1),
    row("POST /rooms/<room_id>/help", "/rooms/{room1}/help", ROOM1, category="wording"),
    row("POST /rooms/<room_id>/help/cancel", "/rooms/{room2}/help/cancel", STAFF | ROOM2),
    row("POST /rooms/<room_id>/help/take", "/rooms/{room2}/help/take", STAFF),
    Row("POST /rooms/<room_id>/help/release", "/rooms/{taken_room}/help/release", frozenset({"facilitator"}),
        special=dict.fromkeys(("organizer", "cofacilitator"), "409")),
    row("POST /rooms/<room_id>/duty", "/rooms/{room1}/duty", STAFF, member="{canada}", duty="moderator"),
    row("POST /rooms/<room_id>/duties", "/rooms/{room2}/duties", STAFF | ROOM2, act="take", duty="moderator", member="{philippines}"),
    row("POST /rooms/<room_id>/duties", "/rooms/{room1}/duties", STAFF | RAPPORTEUR, act="hand_over", duty="rapporteur", member="{kenya}"),
    row("GET /rooms/<room_id>/regroup", "/rooms/{room1}/regroup", STAFF),
    row("POST /rooms/<room_id>/merge", "/rooms/{room1}/merge", STAFF, into="2"),
    row("POST /rooms/<room_id>/split", "/rooms/{room1}/split", STAFF, member="{canada}"),
    row("POST /rooms/<room_id>/hand", "/rooms/{room1}/hand", ROOM1, act="raise"),
    row("POST /rooms/<room_id>/floor", "/rooms/{room1}/floor", STAFF | RAPPORTEUR, act="time", minutes="2"),
    row("POST /rooms/<room_id>/step", "/rooms/{room1}/step", STAFF, to="ideas", seen="names"),
    row("POST /rooms/<room_id>/brief", "/rooms/{room1}/brief", STAFF, text="Find two practices", seen=""),
    row("POST /rooms/<room_id>/documents", "/rooms/{room1}/documents", STAFF),
    row("POST /rooms/<room_id>/chat", "/rooms/{room1}/chat", STAFF | ROOM1, text="Good morning"),
    row("POST /rooms/<room_id>/chat/<message_id>/remove", "/rooms/{room1}/chat/{message}/remove", STAFF | frozenset({"canada"})),
    row("POST /rooms/<room_id>/clock", "/rooms/{room1}/clock", STAFF, act="pause"),
    Row("POST /rounds/<round_id>/nudge", "/rounds/{round}/nudge", frozenset(), special=dict.fromkeys(STAFF, "409")),
    Row("POST /rooms/<room_id>/nudge", "/rooms/{room1}/nudge", frozenset(), special=dict.fromkeys(STAFF, "409")),
    row("POST /rooms/<room_id>/recall", "/rooms/{room1}/recall", STAFF),
    row("POST /rooms/<room_id>/open", "/rooms/{staged_room}/open", STAFF),
    row("POST /rooms/<room_id>/reopen", "/rooms/{closed_room}/reopen", STAFF, minutes="5"),
    row("POST /rooms/<public_id>/items", "/rooms/{room1}/items", STAFF | ROOM1),
    row("POST /rooms/<public_id>/submit", "/rooms/{room1}/submit", STAFF | ROOM1, item="{draft1}"),
    # items: a draft is known to its room only
    row(f"GET {RI}", "/items/{submitted}", EVERYBODY),
    row(f"GET {RI}", "/items/{draft1}", STAFF | ROOM1, "404"),
    row(f"GET {RI}", "/items/{draft2}", STAFF | ROOM2, "404"),
    row(f"GET {RI}/versions/<int:number>", "/items/{submitted}/versions/1", EVERYBODY),
    row(f"GET {RI}/versions/<int:number>", "/items/{back1}/versions/1", STAFF | ROOM1, "404"),
    row(f"GET {RI}/versions/<int:number>", "/items/{back2}/versions/1", STAFF | ROOM2, "404"),
    row(f"GET {RI}/history", "/items/{submitted}/history", STAFF | ROOM1),
    row(f"GET {RI}/history", "/items/{draft1}/history", STAFF | ROOM1, "404"),
    row(f"GET {RI}/history", "/items/{draft2}/history", STAFF | ROOM2, "404"),
    row(f"GET {RI}/compare", "/items/{submitted}/compare?from=v1&to=now", EVERYBODY),
    row(f"GET {RI}/compare", "/items/{submitted}/compare?from=1&to=now", STAFF | ROOM1),
    row(f"GET {RI}/compare", "/items/{draft1}/compare?from=1&to=now", STAFF | ROOM1, "404"),
    row(f"POST {RI}/versions", "/items/{draft1}/versions", STAFF | ROOM1, "404", name="Before lunch", at="1"),
    row(f"POST {RI}/versions", "/items/{submitted}/versions", STAFF | ROOM1, name="Before lunch", at="1"),
    row(f"POST {RI}/restore", "/items/{draft1}/restore", STAFF | ROOM1, "404", at="1", confirmed="1"),
    row(f"GET {RI}/writers", "/items/{back1}/writers", STAFF | ROOM1, "404"),
    row(f"GET {RI}/text", "/items/{back1}/text", STAFF | ROOM1, "404"),
    row(f"POST {RI}/text", "/items/{draft1}/text", STAFF | ROOM1, "404", title="T", text="New"),
    row(f"POST {RI}/quotes", "/items/{draft1}/quotes", STAFF | ROOM1, "404", source="{source}"),
    row(f"POST {RI}/ready", "/items/{draft2}/ready", STAFF | ROOM2, "404", ready="0"),
    row(f"POST {RI}/withdraw", "/items/{draft1}/withdraw", STAFF | ROOM1, "404"),
    row(f"POST {RI}/place", "/items/{draft1}/place", STAFF | ROOM1, "404", step="down"),
    row(f"POST {RI}/copy", "/items/{draft1}/copy", STAFF | ROOM1, "404"),
    row(f"GET {RI}/details", "/items/{draft1}/details", STAFF | ROOM1, "404"),
    Row(f"POST {RI}/details", "/items/{draft1}/details", frozenset(), "404", {}, dict.fromkeys(STAFF | ROOM1, "422")),
    row(f"GET {RI}/split", "/items/{draft1}/split", STAFF | ROOM1, "404"),
    Row(f"POST {RI}/split", "/items/{draft1}/split", frozenset(), "404", {}, dict.fromkeys(STAFF | ROOM1, "422")),
    row(f"GET {RI}/merge", "/items/{draft1}/merge?into={back1}", STAFF | ROOM1, "404"),
    row(f"POST {RI}/merge", "/items/{draft1}/merge", STAFF | ROOM1, "404", into="{back1}"),
    row(f"POST {RI}/notes", "/items/{draft1}/notes", STAFF | ROOM1, "404", text="Which States?"),
    Row(f"POST {RI}/notes", "/items/{submitted}/notes", frozenset(), "403", {"text": "Which States?"}),
    row(f"POST {RI}/notes/<note_id>/replies", "/items/{draft1}/notes/{note1}/replies", STAFF | ROOM1, "404", text="Those"),
    row(f"POST {RI}/notes/<note_id>/resolve", "/items/{draft1}/notes/{note1}/resolve", STAFF | ROOM1, "404"),
    row(f"POST {RI}/notes/<note_id>/anchor", "/items/{draft1}/notes/{note1}/anchor", STAFF | ROOM1, "404",
        start="AAUGAA==", end="AAUHQQ=="),
    row(f"POST {RI}/return", "/items/{submitted}/return", STAFF, reason="Please say who pays."),
    Row(f"POST {RI}/late/<late_id>", "/items/{draft1}/late/{late1}", STAFF | RAPPORTEUR, "404",
        {"decision": "drop"}, {"canada": "403", "ngo": "403"}),
    Row(f"POST {RI}/comments", "/items/{commented}/comments", EVERYBODY - {"viewer"}, "403",
        {"kind": "question", "text": "Why?"}),
    Row(f"POST {RI}/comments/<comment_id>/answer", "/items/{commented}/comments/{comment}/answer",
        STAFF | RAPPORTEUR, "403", {"answer": "accepted", "reason": "Done"}),
    # decisions: staff of the meeting and viewers speak for no delegation
    row("GET /decisions/<public_id>", D, EVERYBODY),
    row("POST /decisions/<public_id>/close", f"{D}/close", STAFF),
    row("POST /decisions/<public_id>/ballots", f"{D}/ballots", EVERYBODY - {"organizer", "viewer"},
        choice="in_favour", confirmed="1"),
)  # fmt: skip

#: What the state refuses to everybody, those included who hold the right: who asks, the row's rule, address, status.
REFUSED_BY_STATE: tuple[tuple[str, str, str, dict[str, str], int], ...] = (
    ("kenya", "POST", "/items/{submitted}/text", {"title": "T", "text": "N"}, 403),
    ("kenya", "POST", "/items/{submitted}/restore", {"at": "1", "confirmed": "1"}, 403),
    ("kenya", "POST", "/items/{submitted}/withdraw", {}, 403),
    ("kenya", "POST", "/items/{submitted}/ready", {}, 403),
    ("kenya", "GET", "/items/{submitted}/split", {}, 403),
    ("kenya", "GET", "/items/{submitted}/merge", {}, 403),
    ("kenya", "POST", "/items/{submitted}/merge", {"into": "{draft1}"}, 403),
    ("facilitator", "POST", "/items/{draft1}/merge", {"into": "{draft2}"}, 404),
    ("kenya", "POST", "/items/{draft1}/comments", {"kind": "question", "text": "W"}, 403),
    ("facilitator", "POST", "/items/{draft1}/return", {"reason": "R"}, 403),
    ("facilitator", "POST", "/items/{tabled}/return", {"reason": "R"}, 403),
    ("facilitator", "POST", "/rooms/{closed_room}/items", {}, 403),
    ("facilitator", "POST", "/rooms/{closed_room}/clock", {"act": "pause"}, 409),
    ("facilitator", "POST", "/rooms/{room1}/clock", {"act": "resume"}, 409),
    ("facilitator", "POST", "/rooms/{room1}/reopen", {"minutes": "5"}, 409),
    ("facilitator", "POST", "/rooms/{room1}/open", {}, 409),
    ("facilitator", "POST", "/rooms/{closed_room}/open", {}, 409),
    ("facilitator", "POST", "/s/{session}/open", {}, 409),
    ("facilitator", "POST", "/s/{planned}/close", {}, 409),
    ("facilitator", "POST", "/s/{planned}/report-back", {}, 409),
    ("facilitator", "POST", "/s/{session}/decisions", {"item": "{tabled}", "minutes": "5"}, 409),
    ("facilitator", "POST", "/rounds/{round}/seating", {"rooms": "2", "minutes": "20", "topic": "T"}, 409),
    ("facilitator", "POST", "/rounds/{planned_round}/open", {}, 409),
    ("organizer", "POST", "/c/{consultation}/people/{organizer}/withdraw", {}, 409),
)
