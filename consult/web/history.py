"""Routes of an item's history: its moments, the difference of two of them, a version with a name, an earlier text restored."""

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from consult.errors import Invalid
from consult.items import history as past
from consult.permissions.check import require
from consult.permissions.names import Permission
from consult.web.context import db
from consult.web.forms import Form, sentences
from consult.web.history_view import Asked, comparison_page, history_page
from consult.web.loading import item_for
from consult.web.pages import back_to, say, t

pages = Blueprint("history", __name__)


@pages.get("/items/<public_id>/history")
def history(public_id: str) -> Response:
    found, actor = item_for(public_id)
    require(actor, Permission.ITEM_HISTORY, found)
    return history_page(found, actor, Asked.of(request.args))


@pages.get("/items/<public_id>/compare")
def compare(public_id: str) -> Response:
    found, actor = item_for(public_id)
    keys = [request.args.get("from", ""), request.args.get("to", past.NOW)]
    points = past.points_in(db(), actor, found, keys)
    return comparison_page(
        found, actor, points[0], points[1], side_by_side=request.args.get("view") == "side"
    )


@pages.post("/items/<public_id>/versions")
def name_version(public_id: str) -> BaseResponse:
    found, actor = item_for(public_id)
    require(actor, Permission.ITEM_HISTORY, found)
    form = Form(request.form)
    name = form.line("name", limit=past.LONGEST_NAME)
    at = request.form.get("at", past.NOW)
    try:
        form.check()
        version = past.name_version(db(), actor, found, past.point_in(db(), actor, found, at), name=name)
    except Invalid as error:
        db().rollback()
        errors = sentences(error.fields or {"name": error.code})
        return history_page(found, actor, Asked(at=at, errors=errors, values=form.values))
    say(t("Version %(number)s is kept as “%(name)s”.", number=version.number, name=version.name))
    return back_to(f"/items/{found.public_id}/history?at={at}")


@pages.post("/items/<public_id>/restore")
def restore(public_id: str) -> BaseResponse:
    found, actor = item_for(public_id)
    require(actor, Permission.ITEM_RESTORE, found)
    point = past.point_in(db(), actor, found, request.form.get("at", ""))
    if request.form.get("confirmed") != "1":
        return history_page(found, actor, Asked(at=point.key, is_restoring=True))
    version = past.restore(db(), actor, found, point)
    say(
        t(
            "The earlier text was restored as version %(number)s. Everything written since stays in the history.",
            number=version.number,
        )
    )
    return back_to(f"/items/{found.public_id}/history")
