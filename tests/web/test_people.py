"""The page on people: everybody sees who takes part, only the secretariat changes it, and no small number is shown."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select

from consult import mail
from consult.db import Db
from consult.mail import Mail
from consult.people import importing
from consult.people.imports import import_plan
from consult.people.models import Invitation, Member, User
from tests import cast
from tests.cast import World
from tests.conftest import post

Browser = Callable[[str], FlaskClient]
EVERYBODY = sorted(cast.CAST)
HEADER = "name,email,delegation_iso3,organisation,stakeholder_type,role,languages,gender,age_band,needs"


@pytest.fixture
def address(world: World) -> str:
    return f"/c/{world.consultation.public_id}/people"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Mail]]:
    found: list[Mail] = []
    monkeypatch.setattr(mail, "send", lambda message, **_where: found.append(message))
    mail.use_runner(lambda work: work())
    yield found
    mail.use_runner(None)


def test_everybody_sees_who_takes_part_and_only_the_secretariat_sees_addresses(
    world: World, client_for: Browser, address: str
) -> None:
    for name in EVERYBODY:
        page = client_for(name).get(address)
        assert page.status_code == 200, name
        assert "Delegate KEN-1" in page.text
        manages = name == "organizer"
        assert ("can@example.org" in page.text) == manages, name
        assert ("Import a list" in page.text) == manages, name
        assert "noise-" not in page.text


def test_strangers_are_told_that_there_is_no_such_page(
    world: World, client_for: Browser, address: str
) -> None:
    stranger = client_for(cast.STRANGER)
    assert stranger.get(address).status_code == 404
    assert stranger.get("/c/nosuchpageno/people").status_code == 404
    assert client_for("anonymous").get(address).status_code == 303


def acts(world: World) -> dict[str, dict[str, str]]:
    """Every address that changes people, and a form it would take."""
    base, canada = f"/c/{world.consultation.public_id}/people", world.members["canada"].public_id
    return {
        f"{base}/invite": {
            "email": "a@b.org",
            "name": "A",
            "role": "observer",
            "kind": "ngo",
            "delegation": "X",
        },
        f"{base}/import": {"act": "import"},
        f"{base}/{canada}/role": {"role": "viewer"},
        f"{base}/{canada}/withdraw": {},
        f"{base}/invitations/abcdefghjkmn/withdraw": {},
    }


@pytest.mark.parametrize("name", [name for name in EVERYBODY if name != "organizer"])
def test_nobody_else_changes_who_takes_part(db: Db, world: World, client_for: Browser, name: str) -> None:
    client = client_for(name)
    for path, fields in acts(world).items():
        answer = post(client, path, **fields, is_admin="1", approved="1")
        assert answer.status_code == 403, path
        assert "Only the secretariat can do this." in answer.text
    for path in ("/import", "/invite", f"/{world.members['canada'].public_id}"):
        assert client.get(f"/c/{world.consultation.public_id}/people{path}").status_code == 403, path
    assert db.scalars(select(Member).where(Member.withdrawn_at.is_not(None))).all() == []
    assert db.scalars(select(Invitation)).all() == []


def test_the_secretariat_of_one_consultation_is_nobody_in_another(world: World, client_for: Browser) -> None:
    other = client_for("noise-sec@example.org")
    for path, fields in acts(world).items():
        assert post(other, path, **fields).status_code == 404, path


def test_a_member_of_another_consultation_cannot_be_reached_through_ones_own(
    db: Db, world: World, client_for: Browser, address: str
) -> None:
    query = select(Member.public_id).join(User, User.id == Member.user_id)
    foreign = db.scalars(query.where(User.email == "noise-ken@example.org")).one()
    db.rollback()
    client = client_for("organizer")
    assert client.get(f"{address}/{foreign}").status_code == 404
    assert post(client, f"{address}/{foreign}/withdraw").status_code == 404
    assert post(client, f"{address}/{foreign}/role", role="viewer").status_code == 404


def test_the_list_is_narrowed_without_script(world: World, client_for: Browser, address: str) -> None:
    client = client_for("viewer")
    found = client.get(address, query_string={"q": "kényà ken"}).text
    assert "Delegate KEN-1" in found
    assert "Delegate CAN-1" not in found
    assert "Delegate CAN-1" in client.get(address, query_string={"group": "WE"}).text
    assert "Delegate CAN-1" not in client.get(address, query_string={"role": "observer"}).text
    assert "Nobody matches" in client.get(address, query_string={"q": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in client.get(address, query_string={"q": "<script>alert(1)</script>"}).text


@pytest.mark.parametrize("part", ["balance", "list", "invitations"])
def test_parts_are_what_live_updates_fetch(
    world: World, client_for: Browser, address: str, part: str
) -> None:
    answer = client_for("organizer").get(address, query_string={"part": part})
    assert answer.status_code == 200
    assert "<html" not in answer.text


def test_the_part_with_invitations_is_empty_for_others(
    db: Db, world: World, client_for: Browser, address: str, sent: list[Mail]
) -> None:
    invite(client_for("organizer"), address)
    assert (
        "ada@example.org" not in client_for("kenya").get(address, query_string={"part": "invitations"}).text
    )


def test_small_numbers_are_not_shown(world: World, client_for: Browser, address: str) -> None:
    page = client_for("viewer").get(address, query_string={"part": "balance"}).text
    cells = re.findall(r'<td class="table__num">([^<]*)</td>', page)
    assert cells
    assert not {"1", "2", "3", "4"} & set(cells)
    assert "fewer than 5" in cells


def test_gender_and_age_never_stand_beside_a_person(
    db: Db, world: World, client_for: Browser, address: str
) -> None:
    world.members["kenya"].gender, world.members["kenya"].age_band = "non_binary", "65+"
    db.commit()
    client = client_for("organizer")
    for path in (f"{address}?part=list", f"{address}/{world.members['kenya'].public_id}"):
        page = client.get(path).text
        assert "Non-binary" not in page
        assert "65+" not in page


def test_a_page_of_191_people_takes_few_statements(
    db: Db, world: World, client_for: Browser, address: str, engine: Engine
) -> None:
    rows = [f"Person {n},p{n}@example.org,,Org {n},ngo,observer,en,woman,35-44," for n in range(180)]
    importing.import_people(db, None, world.consultation, import_plan("\n".join([HEADER, *rows]).encode()))
    db.commit()
    client, statements = client_for("organizer"), []
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert client.get(address).text.count('data-filter-target="item"') == 191
    assert len(statements) <= 20, statements


def invite(client: FlaskClient, address: str, **change: str) -> object:
    fields = {
        "email": "ada@example.org",
        "name": "Ada",
        "role": "delegate",
        "kind": "member_state",
        "delegation": "ken",
    }
    return post(client, f"{address}/invite", **(fields | change))


def test_an_invitation_goes_to_the_invited_and_nowhere_else(
    world: World, client_for: Browser, address: str, sent: list[Mail]
) -> None:
    client = client_for("organizer")
    assert invite(client, address).status_code == 303
    found = re.search(r"/invitations/(\S+)", sent[0].text)
    assert sent[0].to == "ada@example.org"
    assert found
    page = client.get(address).text
    assert "Ada" in page
    assert found.group(1) not in page, "the inviter could accept in the name of the invited"
    assert client_for("anonymous").get(f"/invitations/{found.group(1)}").status_code == 200


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"email": "no address"}, "Write an e-mail address"),
        ({"email": "ken@example.org"}, "takes part already"),
        ({"name": ""}, "Fill this in."),
        ({"delegation": "Atlantis"}, "There is no State of that kind"),
        ({"delegation": "Holy See"}, "There is no State of that kind"),
        ({"kind": "ngo", "delegation": "Caritas"}, "Only people of a Member State"),
        ({"kind": "kingdom"}, "Choose one of the options."),
        ({"role": "admin"}, "Choose one of the options."),
    ],
)
def test_an_invitation_that_cannot_be_sent_keeps_what_was_typed(
    db: Db,
    world: World,
    client_for: Browser,
    address: str,
    sent: list[Mail],
    change: dict[str, str],
    said: str,
) -> None:
    answer = invite(client_for("organizer"), address, **change)
    assert answer.status_code == 422
    assert said in answer.text
    assert "error" in answer.text.lower()
    assert sent == []
    assert db.scalars(select(Invitation)).all() == []


def test_an_invitation_is_withdrawn(
    db: Db, world: World, client_for: Browser, address: str, sent: list[Mail]
) -> None:
    client = client_for("organizer")
    invite(client, address)
    found = re.search(rf"{address}/invitations/\w+/withdraw", client.get(address).text)
    assert found
    assert post(client, found.group()).status_code == 303
    assert post(client, found.group()).status_code == 409
    assert "ada@example.org" not in client.get(address).text


def test_a_role_is_changed(db: Db, world: World, client_for: Browser, address: str) -> None:
    client, member = client_for("organizer"), f"{address}/{world.members['kenya'].public_id}"
    assert post(client, f"{member}/role", page=member, role="facilitator").status_code == 303
    assert "is now: Facilitator" in client.get(address).text
    assert post(client, f"{member}/role", page=member, role="emperor").status_code == 422
    db.refresh(world.members["kenya"])
    assert world.members["kenya"].role == "facilitator"


def test_a_withdrawn_member_is_refused_at_the_next_act(
    world: World, client_for: Browser, address: str
) -> None:
    kenya, organizer = client_for("kenya"), client_for("organizer")
    assert kenya.get(address).status_code == 200
    member = f"{address}/{world.members['kenya'].public_id}"
    assert post(organizer, f"{member}/withdraw", page=member).status_code == 303
    assert kenya.get(address).status_code == 404
    assert kenya.get("/account").status_code == 200, "their account stays theirs"
    assert organizer.get(member).status_code == 404


def test_the_last_of_the_secretariat_is_told_why_they_stay(
    world: World, client_for: Browser, address: str
) -> None:
    client, me = client_for("organizer"), f"{address}/{world.members['organizer'].public_id}"
    answer = post(client, f"{me}/withdraw", page=me)
    assert answer.status_code == 409
    assert "needs at least one person in the secretariat" in answer.text
    assert client.get(address).status_code == 200


def test_hostile_names_stay_text(db: Db, world: World, client_for: Browser, address: str) -> None:
    world.users["kenya"].name = '"><img src=x onerror=alert(1)>'
    db.commit()
    client = client_for("organizer")
    for path in (address, f"{address}/{world.members['kenya'].public_id}"):
        assert "<img src=x" not in client.get(path).text
