"""The address at which a page writes where its network lets no websocket through. Rules: none; it asks `live.posting`."""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from consult.web.context import reading_first
from consult.web.loading import signed_in

pages = Blueprint("sync", __name__)
_ID_LENGTH = 32
#: The refusals of the drafting protocol (docs/live-drafting.md) as HTTP says them; what a person may not see is not there.
STATUSES = {
    "forbidden": 404, "readonly": 403, "invalid": 400, "too_big": 413, "rate": 429, "epoch": 409, "resync": 409, "late": 409,
    "busy": 503, "handover": 503, "retry": 503,
}  # fmt: skip


@pages.post("/drafts/<public_id>/sync")
def sync(public_id: str) -> Response:
    """One message and its answer: with `update` what was typed, without it a join by state vector (`sv`, `epoch`)."""
    with reading_first():
        person = signed_in()
        who = (person.sign_in.id, person.id, person.public_id)
    posting: Any = current_app.extensions["consult.hub"].posting
    room, observes = request.args.get("room", "")[:_ID_LENGTH], request.args.get("as") == "observer"
    connection = posting.visit(*who, room=room, observes=observes)
    form = request.form
    if "update" in form:
        ack = posting.update(connection, public_id, form["update"])
    else:
        epoch = {"epoch": form.get("epoch", type=int)} if "epoch" in form else {}
        ack = posting.join(connection, public_id, {"sv": form.get("sv"), **epoch})
    response = jsonify(ack)
    response.headers["Cache-Control"] = "no-store"
    response.status_code = 200 if ack["ok"] else STATUSES.get(ack["code"], 409)
    if response.status_code in (429, 503):
        response.headers["Retry-After"] = str(max(1, -(-ack.get("after", 1000) // 1000)))
    return response
