"""Sending mail: SMTP by setting, off the request; without a setting the text goes to the log.

Nothing waits for a mail server: a message is handed to a worker, and what goes wrong there is logged. Imports nothing
of ours.
"""

import logging
import smtplib
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

log = logging.getLogger("consult.mail")
PATIENCE_SECONDS = 15


@dataclass(frozen=True)
class Mail:
    """One message of plain text to one person."""

    to: str
    subject: str
    text: str


def _in_a_worker(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True, name="consult-mail").start()


_run: Callable[[Callable[[], None]], None] = _in_a_worker


def use_runner(runner: Callable[[Callable[[], None]], None] | None) -> None:
    """Set how work is taken off the request (tests run it at once); None restores the worker."""
    global _run
    _run = runner or _in_a_worker


def later(work: Callable[[], None]) -> None:
    """Run `work` after this call returned; a failure is logged, never raised."""

    def carefully() -> None:
        try:
            work()
        except Exception:  # the boundary of background work
            log.exception("mail: not sent")

    _run(carefully)


def send(mail: Mail, *, url: str, sender: str) -> None:
    """Send one message now.

    Args:
        url: `smtp://user:password@host:port` (STARTTLS where offered) or `smtps://…`; empty: to the log.
    """
    if not url:
        log.warning("no mail server is set; mail for %s: %s", mail.to, mail.text)
        return
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    with _connected(parts.scheme, host, parts.port) as server:
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(composed(mail, sender))
    log.info("mail sent: %s", mail.subject)


def composed(mail: Mail, sender: str) -> EmailMessage:
    """The message as it goes over the wire. Line breaks in a subject or address cannot add a header."""
    message = EmailMessage()
    message["From"] = _one_line(sender)
    message["To"] = _one_line(mail.to)
    message["Subject"] = _one_line(mail.subject)
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = make_msgid(domain=_one_line(sender).rpartition("@")[2].strip("> ") or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _connected(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=PATIENCE_SECONDS, context=context)
    server = smtplib.SMTP(host, port or 25, timeout=PATIENCE_SECONDS)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=context)
        server.ehlo()
    return server
