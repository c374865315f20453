"""Rate limits, keyed by account first: a whole delegation hall shares one address."""

from flask import current_app
from limits import RateLimitItem, parse

from consult.config import Settings
from consult.errors import TooMany
from consult.web.context import client_address
from consult.web.limiter import Limiter

#: Attempts on one account since the last that succeeded.
PER_ACCOUNT = parse("10 per 15 minutes")
#: Failed attempts from one address; coarse on purpose.
PER_ADDRESS = parse("200 per 15 minutes")
#: Mailed links for one account.
LINKS_PER_ACCOUNT = parse("5 per hour")
#: Reports of refused content that are written to the log for one address; anybody can send them.
REPORTS_PER_ADDRESS = parse("60 per minute")


def limiter_for(settings: Settings) -> Limiter:
    """Counts in Redis when there is one and it answers, else in this process."""
    return Limiter(settings.message_queue_url)


def check(limit: RateLimitItem, *key: str) -> None:
    """Refuse when `limit` is used up for `key`.

    Raises:
        TooMany: with the seconds to wait.
    """
    limiter: Limiter = current_app.extensions["consult.limiter"]
    if not limiter.test(limit, *key):
        from consult import clock

        reset, _left = limiter.get_window_stats(limit, *key)
        raise TooMany("too_many", after=max(1, int(reset - clock.now().timestamp())))


def count(limit: RateLimitItem, *key: str) -> None:
    """Count one attempt."""
    limiter: Limiter = current_app.extensions["consult.limiter"]
    limiter.hit(limit, *key)


def used_up(limit: RateLimitItem, *key: str) -> bool:
    """Count one act and say whether it is over the limit."""
    limiter: Limiter = current_app.extensions["consult.limiter"]
    return not limiter.hit(limit, *key)


def begin_attempt(kind: str, account: str) -> None:
    """Count an attempt on an account before its secret is compared, which takes long: of a thousand guesses sent at the
    same moment ten are compared.

    Raises:
        TooMany: this account or this address has failed too often.
    """
    check(PER_ADDRESS, kind, client_address())
    limiter: Limiter = current_app.extensions["consult.limiter"]
    if not limiter.hit(PER_ACCOUNT, kind, account):
        check(PER_ACCOUNT, kind, account)


def failed(kind: str) -> None:
    """An attempt failed: count it, coarsely, against the address too."""
    count(PER_ADDRESS, kind, client_address())


def succeeded(kind: str, account: str) -> None:
    """An attempt succeeded: the account's failures before it are forgiven."""
    limiter: Limiter = current_app.extensions["consult.limiter"]
    limiter.clear(PER_ACCOUNT, kind, account)
