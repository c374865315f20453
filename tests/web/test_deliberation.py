"""Comments, answers, the report-back and the hall's screen, as a browser meets them."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from consult.db import Db
from consult.deliberation import service
from consult.deliberation.models import Comment, Disposition
from consult.items.models import ActionItem
from tests.cast import World
from tests.conftest import post
from tests.factories.items import close_rooms, submitted, under_comment
from tests.web.conftest import Read

Browser = Callable[[str], FlaskClient]


def comment_on(browser: FlaskClient, item: ActionItem, **fields: str):  # type: ignore[no-untyped-def]
    address = f"/items/{item.public_id}/comments"
    return post(browser, address, **{"kind": "question", "text": "Who pays?", "message_id": "m1", **fields})


def test_a_panelist_comments_and_everybody_reads_it_in_the_panelists_lane(
    db: Db, world: World, client_for: Browser
) -> None:
    item = under_comment(db, world)[0]
    answer = comment_on(client_for("panelist"), item, text="Who pays?\n\n<b>And when?</b>")
    assert (answer.status_code, answer.location) == (303, f"/items/{item.public_id}")
    page = client_for("viewer").get(f"/items/{item.public_id}").text
    lane = page.split('id="lane-panelists"')[1].split('id="lane-member_states"')[0]
    assert "Who pays?" in lane
    assert "&lt;b&gt;And when?" in lane
    assert "IOM" in lane


def test_the_same_message_sent_again_is_one_comment(
    db: Db, read: Read, world: World, client_for: Browser
) -> None:
    item, browser = under_comment(db, world)[0], client_for("canada")
    assert [comment_on(browser, item).status_code for _ in range(3)] == [303] * 3
    assert len(read(select(Comment))) == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": ""}, "Fill this in."),
        ({"text": "z" * 5001}, "Shorten this to at most 5000 characters."),
        ({"kind": ""}, "Choose one of the options."),
        ({"kind": "praise"}, "Choose one of the options."),
    ],
)
def test_a_refused_comment_says_why_and_keeps_the_text(
    db: Db, read: Read, world: World, client_for: Browser, fields: dict[str, str], words: str
) -> None:
    item = under_comment(db, world)[0]
    answer = comment_on(client_for("panelist"), item, **{"text": "My long thought", **fields})
    assert answer.status_code == 422
    assert words in answer.text
    assert fields.get("text", "My long thought") in answer.text
    assert "<title>Error: " in answer.text
    assert read(select(Comment)) == []


def test_a_comment_without_a_form_field_is_refused_in_words(
    db: Db, world: World, client_for: Browser
) -> None:
    item = under_comment(db, world)[0]
    assert post(client_for("panelist"), f"/items/{item.public_id}/comments").status_code == 422
    assert comment_on(client_for("panelist"), item, message_id="m" * 41).status_code == 422


def test_a_viewer_has_no_form_and_is_refused(db: Db, world: World, client_for: Browser) -> None:
    item, browser = under_comment(db, world)[0], client_for("viewer")
    page = browser.get(f"/items/{item.public_id}").text
    assert "Post comment" not in page
    assert "as a viewer" in page
    refused = comment_on(browser, item, text="Let me say this")
    assert refused.status_code == 403
    assert "Let me say this" in refused.text


def test_a_reply_stands_under_its_comment(db: Db, read: Read, world: World, client_for: Browser) -> None:
    item = under_comment(db, world)[0]
    comment_on(client_for("panelist"), item)
    comment = read(select(Comment))[0]
    comment_on(client_for("canada"), item, parent=comment.public_id, text="The donors.", kind="")
    page = client_for("kenya").get(f"/items/{item.public_id}").text
    assert "The donors." in page.split('class="replies"')[1]
    assert comment_on(client_for("canada"), item, parent="nothing").status_code == 404


def test_the_facilitator_answers_and_a_delegate_cannot(
    db: Db, read: Read, world: World, client_for: Browser
) -> None:
    item = under_comment(db, world)[0]
    comment_on(client_for("panelist"), item)
    address = f"/items/{item.public_id}/comments/{read(select(Comment))[0].public_id}/answer"
    assert post(client_for("canada"), address, answer="noted", reason="No").status_code == 403
    facilitator = client_for("facilitator")
    assert 'name="answer"' in facilitator.get(f"/items/{item.public_id}").text
    assert 'name="answer"' not in client_for("canada").get(f"/items/{item.public_id}").text
    refused = post(facilitator, address, answer="noted", reason="")
    assert refused.status_code == 422
    assert "Fill this in." in refused.text
    assert post(facilitator, address, answer="accepted_in_part", reason="The donors will.").status_code == 303
    page = client_for("panelist").get(f"/items/{item.public_id}").text
    assert "Accepted in part" in page
    assert "The donors will." in page
    assert len(read(select(Disposition))) == 1


@pytest.mark.parametrize(
    ("rule", "shown", "hidden"),
    [
        ("name", ["Delegate CAN-1 (Canada)"], []),
        ("delegation", ["Canada"], ["Delegate CAN-1"]),
        ("region", ["Western European"], ["Delegate CAN-1", "Canada"]),
        ("none", ["A participant"], ["Delegate CAN-1", "Canada", "Western European"]),
    ],
)
def test_authors_appear_under_the_attribution_rule(
    db: Db, world: World, client_for: Browser, rule: str, shown: list[str], hidden: list[str]
) -> None:
    item = under_comment(db, world)[0]
    world.consultation.attribution = rule
    db.commit()
    comment_on(client_for("canada"), item)
    lanes = client_for("kenya").get(f"/items/{item.public_id}?part=lanes").text
    assert all(words in lanes for words in shown)
    assert not any(words in lanes for words in hidden)


def test_report_back_room_by_room_with_comment_counts(db: Db, world: World, client_for: Browser) -> None:
    item = under_comment(db, world, 2)[0]
    comment_on(client_for("panelist"), item)
    comment_on(client_for("canada"), item)
    page = client_for("viewer").get(f"/s/{world.session.public_id}/report-back").text
    assert "Room 1" in page
    assert "2 comments" in page
    assert "2 not answered yet" in page
    assert f"/items/{item.public_id}" in page
    assert "Open report-back" not in page


def test_the_facilitator_opens_the_report_back_and_nobody_else(
    db: Db, read: Read, world: World, client_for: Browser
) -> None:
    item = submitted(db, world)
    close_rooms(db, world)
    db.commit()
    address = f"/s/{world.session.public_id}/report-back"
    assert "Open report-back" not in client_for("kenya").get(address).text
    assert post(client_for("kenya"), address).status_code == 403
    facilitator = client_for("facilitator")
    assert "Open report-back" in facilitator.get(address).text
    assert post(facilitator, address).location == address
    assert read(select(ActionItem.state).where(ActionItem.id == item.id)) == ["under_comment"]


def test_the_report_back_does_not_open_while_people_draft(db: Db, world: World, client_for: Browser) -> None:
    submitted(db, world)
    db.commit()
    assert post(client_for("facilitator"), f"/s/{world.session.public_id}/report-back").status_code == 409


def test_before_any_item_the_report_back_says_what_will_be_here(world: World, client_for: Browser) -> None:
    page = client_for("kenya").get(f"/s/{world.session.public_id}/report-back").text
    assert "No item has been submitted yet" in page


def test_the_hall_sees_the_list_and_one_item_large(db: Db, world: World, client_for: Browser) -> None:
    first, second = under_comment(db, world, 2)
    address, browser = f"/s/{world.session.public_id}/projector", client_for("facilitator")
    assert first.title in browser.get(address).text
    page = browser.get(f"{address}?item={first.public_id}").text
    assert "1 of 2" in page
    assert f"?item={second.public_id}" in page
    assert browser.get(f"{address}?item=nothing").status_code == 200
    assert 'data-theme="dark"' in browser.get(f"{address}?background=black").text


def test_plenary_leads_to_the_report_back(world: World, client_for: Browser) -> None:
    answer = client_for("kenya").get(f"/s/{world.session.public_id}/plenary")
    assert answer.location == f"/s/{world.session.public_id}/report-back"


@pytest.mark.parametrize("page", ["report-back", "projector", "decisions", "plenary"])
def test_strangers_see_nothing_of_a_session(world: World, client_for: Browser, page: str) -> None:
    assert client_for("stranger@example.org").get(f"/s/{world.session.public_id}/{page}").status_code == 404


def test_a_page_of_many_comments_takes_few_statements(
    db: Db, world: World, client_for: Browser, statements: list[str]
) -> None:
    item = under_comment(db, world)[0]
    for number in range(30):
        actor = world.actor(db, ("panelist", "canada", "kenya", "observer", "ngo")[number % 5])
        comment = service.post_comment(db, actor, item, kind="support", text=f"Yes {number}")
        service.post_comment(db, actor, item, kind="support", text="And more", parent=comment)
        service.answer_comment(
            db, world.actor(db, "facilitator"), comment, answer="noted", reason="Thank you."
        )
    db.commit()
    browser = client_for("facilitator")
    for address in (f"/items/{item.public_id}", f"/s/{world.session.public_id}/report-back"):
        statements.clear()
        assert browser.get(address).status_code == 200
        assert len(statements) <= 20, "\n".join(statements)
