"""The details of an item as a form, as a browser without script meets it, beside people who write them live."""

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from consult.db import Db
from consult.items import plain_facts, service
from consult.items.models import ActionItem
from tests.cast import STRANGER, World
from tests.conftest import csrf_of
from tests.web.conftest import Read

Browser = Callable[[str], FlaskClient]
FACTS = {"term": "short", "means": "A fund", "actor:states": True, "target:10.7": "aligns"}


@pytest.fixture
def item(db: Db, world: World) -> ActionItem:
    kenya = world.actor(db, "kenya")
    made = service.create_item(db, kenya, world.rooms[0], title="Training")
    service.write_item(db, kenya, made, facts=dict(FACTS))
    db.commit()
    return made


def fields_of(page: str) -> dict[str, Any]:
    """What a browser would send if nothing was changed."""
    form = page[page.index('action="/items/') :]
    found: dict[str, Any] = {"csrf_token": csrf_of(form)}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)"(?: id="[^"]*")? value="([^"]*)"', form):
        found[name] = unescape(value)
    for name, value in re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\n?([^<]*)</textarea>', form):
        found[name] = unescape(value)
    for name, body in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body) or re.search(r'value="([^"]*)"', body)
        found[name] = chosen[1] if chosen else ""
    for name, value in re.findall(r'<input type="checkbox" name="(\w+)" value="([^"]*)" checked', form):
        found.setdefault(name, []).append(value)
    return found


def test_sent_as_it_is_the_form_changes_nothing(read: Read, item: ActionItem, client_for: Browser) -> None:
    browser = client_for("canada")
    page = browser.get(f"/items/{item.public_id}/details").text
    answer = browser.post(f"/items/{item.public_id}/details", data=fields_of(page))
    assert answer.status_code == 303
    assert read(select(ActionItem.facts)) == [FACTS]


def test_everything_the_editor_offers_can_be_said(read: Read, item: ActionItem, client_for: Browser) -> None:
    browser = client_for("canada")
    address = f"/items/{item.public_id}/details"
    sent = fields_of(browser.get(address).text)
    sent |= {
        "term": "long",
        "actor": ["ngo", "rcp"],
        "indicator": "Officers trained",
        "means": "",
        "target:10.7": "",
        "add_target": "8.8",
        "relation": "adds",
        "add_instrument": "ICCPR",
    }
    assert browser.post(address, data=sent).status_code == 303
    assert read(select(ActionItem.facts)) == [
        {
            "actor:ngo": True,
            "actor:rcp": True,
            "instrument:ICCPR": True,
            "indicator": "Officers trained",
            "target:8.8": "adds",
            "term": "long",
        }
    ]
    assert 'value="8.8"' in browser.get(address).text


def test_what_others_wrote_meanwhile_stays_and_is_never_overwritten_unseen(
    db: Db, world: World, read: Read, item: ActionItem, client_for: Browser
) -> None:
    browser, address = client_for("canada"), f"/items/{item.public_id}/details"
    sent = fields_of(browser.get(address).text) | {"means": "Twinning", "review": "In 2027"}
    theirs = FACTS | {"means": "A trust fund", "gender": "Half of the officers"}
    service.write_item(db, world.actor(db, "kenya"), item, facts=theirs)
    db.commit()
    refused = browser.post(address, data=sent)
    assert refused.status_code == 422
    assert "Somebody else wrote here meanwhile" in refused.text
    assert "A trust fund" in refused.text
    again = fields_of(refused.text)
    assert (again["means"], again["review"], again["gender"]) == (
        "Twinning",
        "In 2027",
        "Half of the officers",
    )
    assert json.loads(again["base"]) == theirs
    assert read(select(ActionItem.facts)) == [theirs], "nothing was written"
    assert browser.post(address, data=again).status_code == 303
    assert read(select(ActionItem.facts)) == [theirs | {"means": "Twinning", "review": "In 2027"}]


def test_what_is_too_long_is_said_and_kept(read: Read, item: ActionItem, client_for: Browser) -> None:
    browser, address = client_for("canada"), f"/items/{item.public_id}/details"
    refused = browser.post(
        address, data=fields_of(browser.get(address).text) | {"means": "x" * 2001, "review": "In 2027"}
    )
    assert refused.status_code == 422
    assert "x" * 2001 in refused.text
    assert fields_of(refused.text)["review"] == "In 2027"
    assert read(select(ActionItem.facts)) == [FACTS]


@pytest.mark.parametrize("base", ["", "[]", "{", None])
def test_a_form_that_is_none_of_ours_is_refused(
    item: ActionItem, client_for: Browser, base: str | None
) -> None:
    browser, address = client_for("canada"), f"/items/{item.public_id}/details"
    sent = fields_of(browser.get(address).text)
    sent.pop("base")
    answer = browser.post(address, data=sent if base is None else sent | {"base": base})
    assert answer.status_code == 422


def test_who_may_not_write_has_no_form(db: Db, world: World, item: ActionItem, client_for: Browser) -> None:
    address = f"/items/{item.public_id}/details"
    assert client_for(STRANGER).get(address).status_code == 404
    assert client_for("panelist").get(address).status_code in (403, 404)
    browser = client_for("canada")
    sent = fields_of(browser.get(address).text) | {"means": "Words typed as the room closed"}
    world.rooms[0].state = "closed"
    db.commit()
    assert browser.get(address).status_code == 403
    late = browser.post(address, data=sent)
    assert late.status_code in (403, 409)
    assert "Words typed as the room closed" in late.text, "to be copied"


words = st.dictionaries(
    st.sampled_from(["means", "review", "term", "actor:states", "target:10.7"]), st.sampled_from("abc")
)


@given(words, words, words)
def test_each_change_counts_once_and_nothing_else_changes(
    base: dict[str, str], mine: dict[str, str], now: dict[str, str]
) -> None:
    against = plain_facts.contradicted(base, mine, now)
    result = plain_facts.brought_over(base, mine, now)
    for key in {*base, *mine, *now}:
        is_mine = mine.get(key) != base.get(key)
        assert result.get(key) == (mine if is_mine else now).get(key)
        is_theirs = now.get(key) != base.get(key)
        differs = mine.get(key) != now.get(key)
        assert (key in against) == (key in ("means", "review") and is_mine and is_theirs and differs)
