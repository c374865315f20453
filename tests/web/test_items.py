"""The item page and the acts on items, as a browser meets them."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from consult import clock, richtext
from consult.db import Db
from consult.drafting import service as drafting
from consult.items.models import ActionItem
from consult.items.service import return_item, write_item
from consult.library.models import Source
from tests.cast import World
from tests.conftest import csrf_of, post
from tests.factories.items import TEXT, TITLE, drafted, submitted, under_comment
from tests.web.conftest import Read

Browser = Callable[[str], FlaskClient]


def test_a_seated_delegate_starts_an_item_and_is_taken_to_it(
    db: Db, read: Read, world: World, client_for: Browser
) -> None:
    room = world.rooms[0]
    answer = post(client_for("kenya"), f"/rooms/{room.public_id}/items")
    item = read(select(ActionItem).where(ActionItem.room_id == room.id))[0]
    assert (answer.status_code, answer.location) == (303, f"/rooms/{room.public_id}?item={item.public_id}")


@pytest.mark.parametrize(
    ("name", "status"), [("philippines", 403), ("viewer", 403), ("stranger@example.org", 404)]
)
def test_who_has_no_seat_starts_nothing(
    db: Db, read: Read, world: World, client_for: Browser, name: str, status: int
) -> None:
    answer = post(client_for(name), f"/rooms/{world.rooms[0].public_id}/items")
    assert answer.status_code == status
    assert read(select(ActionItem)) == []


def test_ready_and_submitted_by_form(db: Db, read: Read, world: World, client_for: Browser) -> None:
    item = drafted(db, world)
    db.commit()
    browser = client_for("kenya")
    assert post(browser, f"/items/{item.public_id}/ready", ready="1").status_code == 303
    answer = post(browser, f"/rooms/{world.rooms[0].public_id}/submit")
    assert answer.location == f"/rooms/{world.rooms[0].public_id}"
    assert read(select(ActionItem.state)) == ["submitted"]
    assert "Item 1 was submitted to plenary." in browser.get(f"/items/{item.public_id}").text


def test_submitting_an_item_of_another_room_is_not_found(db: Db, world: World, client_for: Browser) -> None:
    item = drafted(db, world)
    db.commit()
    answer = post(client_for("philippines"), f"/rooms/{world.rooms[1].public_id}/submit", item=item.public_id)
    assert answer.status_code == 404


def test_writing_without_script_keeps_formatting_that_was_not_touched(
    db: Db, world: World, client_for: Browser
) -> None:
    item = drafted(db, world)
    db.commit()
    browser = client_for("canada")
    before = drafting.content_of(db, item).text
    db.commit()
    post(browser, f"/items/{item.public_id}/text", title="New title", text=TEXT)
    post(browser, f"/items/{item.public_id}/text", title="New title", text=TEXT)
    db.expire_all()
    content = drafting.content_of(db, item)
    assert (content.title, content.text, content.facts["term"]) == ("New title", before, "short")
    db.commit()
    post(browser, f"/items/{item.public_id}/text", title="New title", text="One [or two].\r\n\r\nThree.")
    db.expire_all()
    assert richtext.to_text(drafting.content_of(db, item).text) == "One [or two].\n\nThree."


def test_plain_words_written_over_newer_ones_keep_both(
    db: Db, read: Read, world: World, client_for: Browser
) -> None:
    item = drafted(db, world)
    db.commit()
    kenya, canada, address = client_for("kenya"), client_for("canada"), f"/items/{item.public_id}/text"
    base = richtext.to_text(item.text)
    seen = {"base_title": TITLE, "base_text": base}
    assert post(kenya, address, title=TITLE, text=f"{base} Kenya's words.", **seen).status_code == 303
    answer = post(canada, address, title=f"{TITLE}, together", text=f"Canada's words. {base}", **seen)
    assert answer.status_code == 303
    assert read(select(ActionItem.title)) == [f"{TITLE}, together"]
    assert richtext.to_text(read(select(ActionItem.text))[0]) == f"Canada's words. {base} Kenya's words."


def test_a_page_that_uses_little_data_hears_what_the_item_says_and_only_when_it_changed(
    db: Db, world: World, client_for: Browser
) -> None:
    item = drafted(db, world)
    db.commit()
    kenya, address = client_for("kenya"), f"/items/{item.public_id}/text"
    base = richtext.to_text(item.text)
    sent = {"title": TITLE, "text": f"{base}\n\n- one\n- two", "base_title": TITLE, "base_text": base}
    token = csrf_of(kenya.get("/account").text)
    answer = kenya.post(address, data={"csrf_token": token, **sent}, headers={"Accept": "application/json"})
    assert answer.json["text"] == sent["text"]
    assert [block["type"] for block in drafting.content_of(db, item).text["content"]][-1] == "bulletList"
    db.commit()
    again = kenya.get(address, query_string={"since": answer.json["since"]})
    assert again.status_code == 204
    assert kenya.get(address).json["text"] == sent["text"]
    assert client_for("philippines").get(address).status_code in (403, 404)


def test_a_save_whose_answer_was_lost_is_not_made_twice(
    db: Db, read: Read, world: World, client_for: Browser
) -> None:
    item = drafted(db, world)
    db.commit()
    kenya, canada, address = client_for("kenya"), client_for("canada"), f"/items/{item.public_id}/text"
    base = richtext.to_text(item.text)
    seen = {"csrf_token": csrf_of(kenya.get("/account").text), "page": "a1"}
    seen |= {"title": TITLE, "base_title": TITLE, "base_text": base}
    kenya.post(address, data={**seen, "text": f"{base} Teh Parties meet yearly.", "save": "b1"})
    now = richtext.to_text(read(select(ActionItem.text))[0])
    post(
        canada, address, title=TITLE, text=now.replace("meet", "shall meet"), base_title=TITLE, base_text=now
    )
    again = {**seen, "text": f"{base} The Parties meet yearly.", "save": "b2", "after": "b0 b1"}
    assert kenya.post(address, data=again).status_code == 303
    assert richtext.to_text(read(select(ActionItem.text))[0]) == f"{base} The Parties shall meet yearly."
    db.expire_all()


def test_a_text_of_very_many_parts_is_refused_at_once(db: Db, world: World, client_for: Browser) -> None:
    item = drafted(db, world)
    db.commit()
    answer = post(client_for("kenya"), f"/items/{item.public_id}/text", title=TITLE, text="a\n\n" * 39_000)
    assert answer.status_code == 422


def test_a_text_too_long_is_refused_and_kept(db: Db, read: Read, world: World, client_for: Browser) -> None:
    item = drafted(db, world)
    db.commit()
    answer = post(client_for("kenya"), f"/items/{item.public_id}/text", title="x" * 301, text="My words")
    assert answer.status_code == 422
    assert "My words" in answer.text
    assert read(select(ActionItem.title)) == [TITLE]


def test_a_text_for_a_submitted_item_is_refused_and_kept(db: Db, world: World, client_for: Browser) -> None:
    item = submitted(db, world)
    db.commit()
    answer = post(client_for("kenya"), f"/items/{item.public_id}/text", title=TITLE, text="My late words")
    assert answer.status_code == 403
    assert "My late words" in answer.text
    assert "submitted" in answer.text


def test_quoting_a_source(db: Db, world: World, client_for: Browser) -> None:
    item = drafted(db, world)
    source = Source(
        consultation_id=world.consultation.id, position=1, kind="statement", title="Second officers to other States",
        reference="Canada, Panel 3", added_at=clock.now(),
    )  # fmt: skip
    db.add(source)
    db.commit()
    browser = client_for("kenya")
    assert post(browser, f"/items/{item.public_id}/quotes", source=source.public_id).status_code == 303
    assert post(browser, f"/items/{item.public_id}/quotes", source="nothing").status_code == 404
    page = browser.get(f"/items/{item.public_id}").text
    assert "Second officers to other States" in page
    assert "Canada, Panel 3" in page


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("kenya", 200), ("canada", 200), ("ngo", 200), ("facilitator", 200), ("organizer", 200),
        ("philippines", 404), ("panelist", 404), ("viewer", 404), ("stranger@example.org", 404),
    ],
)  # fmt: skip
def test_an_item_in_drafting_is_read_by_its_room_and_staff(
    db: Db, world: World, client_for: Browser, name: str, status: int
) -> None:
    item = drafted(db, world)
    db.commit()
    assert client_for(name).get(f"/items/{item.public_id}").status_code == status


@pytest.mark.parametrize(
    ("name", "status"),
    [("philippines", 200), ("panelist", 200), ("viewer", 200), ("stranger@example.org", 404)],
)
def test_a_submitted_item_is_read_by_everybody_who_takes_part(
    db: Db, world: World, client_for: Browser, name: str, status: int
) -> None:
    item = submitted(db, world)
    db.commit()
    assert client_for(name).get(f"/items/{item.public_id}").status_code == status


def test_nobody_signed_out_reads_an_item(db: Db, world: World, client_for: Browser) -> None:
    item = submitted(db, world)
    db.commit()
    answer = client_for("anonymous").get(f"/items/{item.public_id}")
    assert (answer.status_code, answer.location) == (303, f"/sign-in?next=%2Fitems%2F{item.public_id}")


def test_the_page_shows_text_brackets_facts_and_versions(db: Db, world: World, client_for: Browser) -> None:
    item = submitted(db, world)
    db.commit()
    page = client_for("philippines").get(f"/items/{item.public_id}").text
    for words in (
        TITLE,
        "[ten]",
        "1 bracket left",
        "Short term",
        "Median days",
        "10.7",
        "aligns with",
        "Version 1",
    ):
        assert words in page
    version = client_for("philippines").get(f"/items/{item.public_id}/versions/1")
    assert version.status_code == 200
    assert TITLE in version.text
    assert client_for("philippines").get(f"/items/{item.public_id}/versions/2").status_code == 404


def test_hostile_words_are_shown_as_words(db: Db, world: World, client_for: Browser) -> None:
    item = submitted(db, world, title="<script>alert(1)</script>", text="<img src=x onerror=alert(1)> [x]")
    db.commit()
    page = client_for("kenya").get(f"/items/{item.public_id}").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_sending_back_needs_a_reason_and_keeps_what_was_typed(
    db: Db, world: World, client_for: Browser
) -> None:
    item = under_comment(db, world)[0]
    browser = client_for("facilitator")
    refused = post(browser, f"/items/{item.public_id}/return", reason="y" * 1001)
    assert refused.status_code == 422
    assert "y" * 1001 in refused.text
    assert post(browser, f"/items/{item.public_id}/return", reason="").status_code == 422
    answer = post(browser, f"/items/{item.public_id}/return", reason="Name who pays.")
    assert answer.location == f"/items/{item.public_id}"
    page = browser.get(f"/items/{item.public_id}").text
    assert "Name who pays." in page
    assert "reopen it on the console" in page


def test_a_returned_item_is_no_longer_read_by_everybody(db: Db, world: World, client_for: Browser) -> None:
    item = under_comment(db, world)[0]
    return_item(db, world.actor(db, "facilitator"), item, reason="Again.")
    db.commit()
    assert client_for("panelist").get(f"/items/{item.public_id}").status_code == 404


def test_withdrawing(db: Db, read: Read, world: World, client_for: Browser) -> None:
    item = drafted(db, world)
    db.commit()
    answer = post(client_for("kenya"), f"/items/{item.public_id}/withdraw")
    assert answer.location == f"/rooms/{world.rooms[0].public_id}"
    assert read(select(ActionItem.state)) == ["withdrawn"]


@pytest.mark.parametrize("part", ["document", "lanes", "composer"])
def test_each_live_part_is_the_same_html_without_the_frame(
    db: Db, world: World, client_for: Browser, part: str
) -> None:
    item = under_comment(db, world)[0]
    answer = client_for("panelist").get(f"/items/{item.public_id}?part={part}")
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert answer.text.strip()


def test_a_detail_is_called_the_same_where_it_is_written_read_and_compared(
    db: Db, world: World, client_for: Browser
) -> None:
    item = drafted(db, world)
    facts = {
        "indicator": "Median days",
        "means": "A fund",
        "beneficiaries": "Nationals",
        "actor:states": True,
    }
    write_item(db, world.actor(db, "kenya"), item, facts=facts)
    db.commit()
    browser = client_for("kenya")
    written = browser.get(f"/rooms/{world.rooms[0].public_id}?item={item.public_id}").text
    read_there = browser.get(f"/items/{item.public_id}").text
    compared = browser.get(f"/items/{item.public_id}/compare?from=1&to=now").text
    for name in ("Indicator", "Means of implementation", "Who benefits", "Who acts"):
        assert f">{name}</l" in written, name
        assert f"<dt>{name}</dt>" in read_there, name
        assert f"<dt>{name}</dt>" in compared, name
