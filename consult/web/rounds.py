"""Routes of a round: the lobby, the facilitator console, and what is done there."""

from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, request
from werkzeug.wrappers import Response as BaseResponse

from consult.announce import audiences
from consult.permissions.names import Permission
from consult.proceedings import service as proceedings
from consult.rooms import queries as rooms
from consult.rooms import service as rooms_service
from consult.rooms.models import EDITABLE, Room, RoomState
from consult.rooms.timing import round_state
from consult.seating import service as seating
from consult.web.calling import LEAVING, called_in
from consult.web.clock_acts import confirming_the_end, minutes_left, offer_recall_back
from consult.web.console_commands import call_people_in, opened
from consult.web.context import db, settings
from consult.web.figures import group_parts, in_words
from consult.web.forms import Form
from consult.web.loading import consultation_of, members_called, room_for, round_for, session_of
from consult.web.lobby_view import companions_of, why_here, wishes_for
from consult.web.pages import Later, back_to, live_page, render_page, say, t
from consult.web.round_view import attendance_of, crumbs_of, round_clock
from consult.web.seating_acts import home_of, priced, seen_places, taking_back
from consult.web.seating_view import SeatingView

pages = Blueprint("rounds", __name__)


@pages.get("/rounds/<round_id>")
def lobby(round_id: str) -> BaseResponse:
    found, actor = round_for(round_id)
    session, consultation = session_of(found), consultation_of(found)
    live = live_page(actor, [audiences.session(session.public_id)], query=f"session={session.public_id}")
    seat = next((room for room in found.rooms if room.id in actor.seats), None)
    mine = seat if actor.is_staff or rooms.seats_are_told(session.state) else None
    attending = attendance_of(consultation.id).read_by(actor)
    if not actor.is_staff:
        live = replace(live, people=attending.everybody)
    parts = group_parts(attending.by_mark)
    is_staged = mine is not None and mine.state == RoomState.STAGED
    is_open = mine is not None and mine.state in EDITABLE
    companions = Later(lambda: companions_of(actor, mine))
    return render_page(
        "rooms/lobby.html",
        script="js/pages/live.js",
        live=live,
        actor=actor,
        consultation=consultation,
        breadcrumb=crumbs_of(found, None),
        session=session,
        round=found,
        state=RoomState.STAGED.value if is_staged else round_state(room.state for room in found.rooms),
        mine=mine,
        companions=companions,
        why=Later(
            lambda: why_here(actor, found, mine, companions.value, consultation.time_zone) if mine else []
        ),
        wishes=Later(lambda: wishes_for(actor, found)),
        here=parts,
        here_words=in_words(parts),
        here_count=attending.here,
        people_count=attending.everybody,
        round_clock=Later(lambda: None if is_staged else round_clock(found)),
        call_rules=[
            *called_in(actor),
            {"event": "report_back.opened", "url": f"/s/{session.public_id}", "spread": 3, "text": "over"},
            *([_sent_back(seat, session.public_id)] if seat else []),
        ],
        go_now=f"/rooms/{mine.public_id}" if mine and is_open and not actor.is_staff else "",
    )


@pages.post("/rounds/<round_id>/topics")
def wish_topics(round_id: str) -> BaseResponse:
    """The reader's own order of the topics on offer; a topic that is named twice counts where it is named first."""
    found, actor = round_for(round_id, Permission.TOPIC_WISH)
    topics = list(dict.fromkeys(topic for topic in request.form.getlist("topic") if topic))
    seating.set_topic_wishes(db(), actor, found, topics)
    say(
        t("Your wishes are saved. You can change them until the rooms open.")
        if topics
        else t("You have no wishes now.")
    )
    return back_to(f"/rounds/{found.public_id}")


@pages.post("/rounds/<round_id>/open")
def open_rooms(round_id: str) -> BaseResponse:
    found, actor = round_for(round_id, Permission.ROOM_RUN)
    return opened(found, actor) or back_to(f"/rounds/{found.public_id}/console")


@pages.post("/rounds/<round_id>/nudge")
def call_all_in(round_id: str) -> BaseResponse:
    """Call those again who have a seat in an open room and stayed elsewhere."""
    found, actor = round_for(round_id, Permission.ROOM_RUN)
    call_people_in(actor, [room for room in found.rooms if room.state in EDITABLE])
    return back_to(f"/rounds/{found.public_id}/console")


@pages.post("/rounds/<round_id>/recall")
def recall(round_id: str) -> BaseResponse:
    found, actor = round_for(round_id, Permission.ROOM_RUN)
    at_once = bool(request.form.get("immediately"))
    seconds = settings().recall_seconds
    before = minutes_left(found.rooms)
    called = proceedings.recall(db(), actor, found, immediately=at_once, seconds=seconds)
    offer_recall_back(found, [] if at_once else called, before)
    values = {"count": len(called), "seconds": seconds}
    if at_once:
        say(t("%(count)s rooms are closing now. Everything that was saved is kept.", **values))
    else:
        say(t("%(count)s rooms are recalled and can still write for %(seconds)s seconds.", **values))
    return back_to(f"/rounds/{found.public_id}/console")


@pages.post("/rounds/<round_id>/late-joiners")
def seat_late_joiners(round_id: str) -> BaseResponse:
    found, actor = round_for(round_id, Permission.SEAT_MOVE)
    with taking_back(found):
        count = seating.seat_late_joiners(db(), actor, found)
    say(t("Seated for balance: %(count)s. Nobody else was moved.", count=count))
    return back_to(home_of(found))


@pages.post("/rounds/<round_id>/late-joiners/rule")
def set_late_rule(round_id: str) -> BaseResponse:
    """`after`: seconds after which people who come late are seated by themselves, or nothing."""
    found, actor = round_for(round_id, Permission.SEAT_MOVE)
    form = Form(request.form)
    low, high = rooms_service.LEAST_LATE_SECONDS, rooms_service.MOST_LATE_SECONDS
    after = form.number("after", low=low, high=high) if form.values.get("after") else None
    form.check()
    rooms_service.set_late_rule(db(), actor, found, after=after)
    if after:
        say(t("Who comes late is seated by itself after %(seconds)s seconds.", seconds=after))
    else:
        say(t("Nobody is seated by itself any more."))
    return back_to(f"/rounds/{found.public_id}/console")


@pages.post("/rounds/<round_id>/moves")
def move(round_id: str) -> BaseResponse:
    """Move one or several people; `room` is a room's number, or "none". With `ask` the page says first what it would cost."""
    found, actor = round_for(round_id, Permission.SEAT_MOVE)
    form = Form(request.form)
    reason = form.line("reason", limit=300, required=False)
    raw = form.line("room", limit=4)
    if raw != "none" and not raw.isdecimal():
        form.refuse("room", "field.choice")
    form.check("seating.invalid")
    members = members_called(found, form.choices("member"))
    names = [member.public_id for member in members]
    if form.ticked("ask") and priced(SeatingView(found, actor), names, raw):
        asked = urlencode({"move": ".".join(names), "room": raw, "reason": reason})
        return back_to(f"/rounds/{found.public_id}/seating?{asked}#move-plain")
    number = None if raw == "none" else int(raw)
    with taking_back(found, names):
        seating.move_people(
            db(), actor, found, members, number=number, reason=reason, seen=seen_places(form, names)
        )
    if raw == "none":
        say(t("Without a seat now: %(count)s.", count=len(members)))
    else:
        say(t("Moved to Room %(room)s: %(count)s.", room=raw, count=len(members)))
    return back_to(home_of(found))


@pages.post("/rooms/<room_id>/open")
def open_room(room_id: str) -> BaseResponse:
    """One staged room, whether others are open or not."""
    room, actor = room_for(room_id, Permission.ROOM_RUN)
    return opened(room.round, actor, [room]) or back_to(f"/rounds/{room.round.public_id}/console")


@pages.post("/rooms/<room_id>/recall")
def recall_room(room_id: str) -> BaseResponse:
    room, actor = room_for(room_id, Permission.ROOM_RUN)
    before = minutes_left([room])
    proceedings.recall_room(db(), actor, room, seconds=settings().recall_seconds)
    offer_recall_back(room.round, [room], before)
    values = {"number": room.number, "seconds": settings().recall_seconds}
    say(t("Room %(number)s is recalled and can still write for %(seconds)s seconds.", **values))
    return back_to(f"/rounds/{room.round.public_id}/console")


@pages.post("/rooms/<room_id>/reopen")
def reopen_room(room_id: str) -> BaseResponse:
    room, actor = room_for(room_id, Permission.ROOM_RUN)
    form = Form(request.form)
    minutes = form.number("minutes", low=1, high=120)
    form.check()
    asked = confirming_the_end(
        room.round,
        actor,
        lambda past_end: proceedings.reopen_room(db(), actor, room, minutes=minutes, past_end=past_end),
    )
    if asked is not None:
        return asked
    say(t("Room %(number)s is open again for %(minutes)s minutes.", number=room.number, minutes=minutes))
    return back_to(f"/rounds/{room.round.public_id}/console")


@pages.post("/rooms/<room_id>/duty")
def assign_duty(room_id: str) -> BaseResponse:
    room, actor = room_for(room_id, Permission.SEAT_MOVE)
    form = Form(request.form)
    duty = form.choice("duty", rooms_service.DUTIES)
    form.check()
    (member,) = members_called(room.round, form.choices("member")[:1])
    rooms_service.assign_duty(db(), actor, room, member, duty=duty)
    say(t("The duty is assigned."))
    return back_to(f"/rounds/{room.round.public_id}/console")


def _sent_back(room: Room, session_id: str) -> dict[str, object]:
    """Who stayed in the lobby is taken back as well when their room closes: nobody is left between places."""
    closed = {"room": room.public_id, "state": RoomState.CLOSED.value}
    return {
        "event": "room.state_changed",
        "when": closed,
        "url": f"/s/{session_id}",
        "text": "closed",
        **LEAVING,
    }
