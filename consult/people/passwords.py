"""Passwords and random tokens. Hashing is slow on purpose and runs off the hub where there is one.

argon2id with the parameters of OWASP's password storage guidance (docs/adr/0030); tokens have 256 bits and only their
SHA-256 is stored.
"""

import hashlib
import secrets
from collections.abc import Callable
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MINIMUM_LENGTH = 15
MAXIMUM_LENGTH = 200
#: Letters and digits as they stand in the alphabet and on keyboards.
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
)
#: 25 ms of one core and 19 MiB a check: a hall of 500 people signs in within 15 seconds on a small machine.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
#: A hash of nothing: verified when there is no account, so that answers take the same time.
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))


def _here(work: Callable[..., Any], *args: Any) -> Any:
    return work(*args)


#: How slow work is run; the server replaces it by a thread pool so that nobody else waits.
run_off_hub: Callable[..., Any] = _here


def use_runner(runner: Callable[..., Any]) -> None:
    """Set how hashing is run: `runner(function, *args)` returns the function's result."""
    global run_off_hub
    run_off_hub = runner


def hashed(password: str) -> str:
    """The argon2id hash to store."""
    return str(run_off_hub(_hasher.hash, password))


def matches(stored: str | None, password: str) -> bool:
    """Whether the password belongs to the stored hash; takes as long when there is none."""
    return bool(run_off_hub(_verify, stored or _NOBODY, password)) and stored is not None


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def problem_with(password: str, *, email: str = "") -> str | None:
    """Why a new password cannot be taken, as an error code; None when it can.

    Length counts, not character classes (NIST SP 800-63B, section 3.1.1).
    """
    if len(password) < MINIMUM_LENGTH:
        return "field.password_short"
    if len(password) > MAXIMUM_LENGTH:
        return "field.password_long"
    simple = "".join(letter for letter in password.lower() if letter.isalnum())
    if len(set(simple)) < 5 or simple == "".join(letter for letter in email.lower() if letter.isalnum()):
        return "field.password_common"
    if _is_repeated(simple) or any(simple in row + row for row in _ROWS):
        return "field.password_common"
    return None


def _is_repeated(simple: str) -> bool:
    """Whether it is one short word again and again, such as "passwordpassword"."""
    lengths = range(1, len(simple) // 2 + 1)
    return any((simple[:n] * len(simple))[: len(simple)] == simple for n in lengths)


def new_token() -> str:
    """A random token for a cookie or a link: 43 characters, 256 bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
