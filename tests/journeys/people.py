"""People with browsers: each in a context of their own, signed in as themselves, watched for errors."""

import re
from collections.abc import Collection

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect
from sqlalchemy import Engine, select

from consult.db import reading_session
from consult.people.models import Member, Role, User
from consult.rooms.models import Room, Seat
from consult.sample.build import PASSWORD
from tests.conftest import csrf_of

#: What a browser says when the server is killed on purpose, or answers a refusal.
EXPECTED_NOISE = re.compile(r"WebSocket connection|ERR_CONNECTION_REFUSED|Failed to load resource|net::ERR")
_WORDS = """(editor) => {
  const copy = editor.cloneNode(true);
  copy.querySelectorAll(".caret").forEach((caret) => caret.remove());
  return copy.textContent;
}"""


def delegates_in(
    engine: Engine, room: int | str, roles: Collection[Role] = (Role.DELEGATE,), *, leading: bool = True
) -> list[str]:
    """E-mail addresses of the people seated in a room (its number, or its public id), those of the first role first.

    Args:
        leading: also who moderates it and its rapporteur.
    """
    its = Room.number if isinstance(room, int) else Room.public_id
    with reading_session(engine) as db:
        query = (
            select(User.email)
            .join(Member, Member.user_id == User.id)
            .join(Seat, Seat.member_id == Member.id)
            .join(Room, Room.id == Seat.room_id)
            .where(its == room, Member.role.in_([role.value for role in roles]), Seat.left_at.is_(None))
        )
        if not leading:
            query = query.where(Seat.duty.is_(None))
        first = next(iter(roles)).value
        return list(db.scalars(query.order_by(Member.role != first, Member.id)))


class Person:
    """Somebody with a browser of their own."""

    def __init__(
        self, browser: Browser, base_url: str, email: str, *, width: int, scheme: str = "light"
    ) -> None:
        self.base_url, self.email, self.width = base_url, email, width
        height = 900 if width > 600 else 760
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, accept_downloads=True
        )
        self.page: Page = self.context.new_page()
        self.problems: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", self._failed)
        self.sign_in()

    def sign_in(self) -> None:
        """What the form on the page sends, without two pages that nobody looks at."""
        address, asking = self.base_url + "/sign-in", self.context.request
        form = {"csrf_token": csrf_of(asking.get(address).text()), "email": self.email, "password": PASSWORD}
        answer = asking.post(address, form=form, max_redirects=0)
        assert answer.status == 303, answer.text()

    def sign_in_on_the_page(self) -> None:
        """As somebody who has not been here."""
        self.context.clear_cookies()
        self.go("/sign-in")
        self.page.get_by_role("textbox", name="Email address").first.fill(self.email)
        self.page.get_by_role("textbox", name="Password").fill(PASSWORD)
        self.press("Sign in")
        expect(self.page).not_to_have_url(re.compile("sign-in"))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not EXPECTED_NOISE.search(message.text):
            self.problems.append(message.text)

    def _failed(self, error: Error) -> None:
        self.problems.append(str(error))

    @property
    def is_on_a_phone(self) -> bool:
        return self.width < 600

    def go(self, path: str) -> None:
        self.page.goto(self.base_url + path)

    def press(self, name: str) -> None:
        """Press the button with this name."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def follow(self, name: str) -> None:
        """Follow the link with this name."""
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def tab(self, name: str) -> None:
        """On a phone: show this part of the room."""
        if self.is_on_a_phone:
            self.page.locator("nav.tabs").get_by_role("link", name=re.compile(f"^{name}")).click()

    @property
    def text(self) -> str:
        """What the editor of the open item says, without the carets of others."""
        editor = self.page.get_by_role("textbox", name="Text of the action item")
        return str(editor.evaluate(_WORDS))

    def write(self, words: str) -> None:
        """Type at the end of the item's text."""
        editor = self.page.get_by_role("textbox", name="Text of the action item")
        editor.click()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type(words, delay=5)

    def sees_saved(self) -> None:
        """The page says that everything is saved."""
        expect(self.page.locator("#status")).to_have_text("All changes saved", timeout=30_000)
