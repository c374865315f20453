"""Routes of importing people: check a list, see what it would do, bring everybody in."""

import base64
import binascii

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from consult.people import import_messages, passwords, service
from consult.people.import_vocabulary import COLUMNS
from consult.people.imports import CellProblem, ImportPlan, import_plan
from consult.people.tables import MAX_BYTES
from consult.permissions.actor import Actor
from consult.permissions.names import Permission
from consult.programme.models import Consultation
from consult.web.context import db
from consult.web.loading import consultation_for
from consult.web.pages import back_to, refusal, render_page, say, t
from consult.web.people import crumbs, people_address

pages = Blueprint("importing", __name__)

#: A list up to this size goes along with its check, so that it need not be chosen again.
MAX_CARRIED = 1_000_000
#: Problems shown at once; more do not help.
MAX_SHOWN = 200


@pages.get("/c/<consultation_id>/people/import")
def import_form(consultation_id: str) -> BaseResponse:
    consultation, actor = consultation_for(consultation_id, Permission.PEOPLE_MANAGE)
    return _page(consultation, actor)


@pages.post("/c/<consultation_id>/people/import")
def import_list(consultation_id: str) -> BaseResponse:
    """Reading the list takes long, so no transaction is open meanwhile; who may import is asked again afterwards."""
    consultation, actor = consultation_for(consultation_id, Permission.PEOPLE_MANAGE)
    data, name = _uploaded()
    if data is None:
        return _page(consultation, actor, errors={"file": refusal("field.file_missing")}, status=422)
    db().rollback()
    plan: ImportPlan = passwords.run_off_hub(import_plan, data)
    consultation, actor = consultation_for(consultation_id, Permission.PEOPLE_MANAGE)
    if not plan.is_clean:
        return _page(consultation, actor, name=name, plan=plan, status=422)
    if request.form.get("act") != "import":
        carried = base64.b64encode(data).decode() if len(data) <= MAX_CARRIED else ""
        return _page(consultation, actor, name=name, plan=plan, carried=carried)
    outcome = service.import_people(db(), actor, consultation, plan)
    values = {"added": outcome.added, "present": outcome.present}
    say(t("%(added)s people were imported; %(present)s took part already.") % values)
    return back_to(people_address(consultation))


def _uploaded() -> tuple[bytes | None, str]:
    """The bytes of the list, chosen now or carried along from its check, and the file's name."""
    file = request.files.get("file")
    if file is not None and file.filename:
        file.stream.seek(0)  # the act may be tried a second time after a conflict
        return file.stream.read(MAX_BYTES + 1), file.filename[:100]
    try:
        data = base64.b64decode(request.form.get("carried", ""), validate=True)
    except (binascii.Error, ValueError):
        data = b""
    return data or None, request.form.get("name", "")[:100]


def _page(
    consultation: Consultation,
    actor: Actor,
    *,
    name: str = "",
    plan: ImportPlan | None = None,
    carried: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    problems = plan.problems if plan else ()
    outcome = service.planned(db(), consultation, plan) if plan and plan.is_clean else None
    return render_page(
        "people/import.html",
        actor=actor,
        consultation=consultation,
        breadcrumb=crumbs(consultation, t("People"), t("Import a list")),
        address=people_address(consultation),
        columns=COLUMNS,
        name=name,
        outcome=outcome,
        carried=carried,
        problems=[_problem(problem) for problem in problems[:MAX_SHOWN]],
        problem_count=len(problems),
        errors=errors or {},
        status=status,
    )


def _problem(problem: CellProblem) -> dict[str, object]:
    return {
        "row": problem.row,
        "column": problem.column,
        "value": problem.value,
        "message": t(import_messages.MESSAGES[problem.code], **problem.params),
    }
