"""Mail: no header can be added from outside, and no failure reaches the page."""

import logging
import socketserver
import threading
from collections.abc import Iterator
from typing import ClassVar

import pytest

from consult import mail
from consult.mail import Mail


class Receiver(socketserver.StreamRequestHandler):
    """As much of an SMTP server as one message needs."""

    received: ClassVar[list[str]] = []

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        in_data, lines = False, []
        for raw in self.rfile:
            line = raw.decode().rstrip("\r\n")
            if in_data and line != ".":
                lines.append(line)
            elif in_data:
                self.received.append("\n".join(lines))
                in_data = False
                self.wfile.write(b"250 kept\r\n")
            elif line.upper() == "DATA":
                in_data = True
                self.wfile.write(b"354 go on\r\n")
            elif line.upper() == "QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 good\r\n")


@pytest.fixture
def server() -> Iterator[str]:
    Receiver.received.clear()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Receiver) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield f"smtp://127.0.0.1:{found.server_address[1]}"
        found.shutdown()


def test_a_message_arrives(server: str) -> None:
    mail.send(
        Mail("ada@example.org", "Your sign-in link", "https://consult.test/x\n"),
        url=server,
        sender="consult@example.org",
    )
    (text,) = Receiver.received
    assert "To: ada@example.org" in text
    assert "Subject: Your sign-in link" in text
    assert "https://consult.test/x" in text


def test_a_line_break_adds_no_header() -> None:
    message = mail.composed(Mail("a@b.org", "Hello\r\nBcc: all@example.org", "text"), "consult@example.org")
    assert message["Bcc"] is None
    assert message["Subject"] == "Hello Bcc: all@example.org"


def test_without_a_server_the_text_goes_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "consult.mail"):
        mail.send(Mail("a@b.org", "Subject", "https://consult.test/link"), url="", sender="x@y.org")
    assert "https://consult.test/link" in caplog.text


def test_a_failure_is_logged_and_not_raised(caplog: pytest.LogCaptureFixture) -> None:
    mail.use_runner(lambda work: work())
    try:
        mail.later(lambda: mail.send(Mail("a@b.org", "s", "t"), url="smtp://127.0.0.1:1", sender="x@y.org"))
    finally:
        mail.use_runner(None)
    assert "not sent" in caplog.text
