"""The first start on an empty database: who holds the token that the server printed makes the first account."""

import hashlib
import hmac

from sqlalchemy import select

from consult.db import Db
from consult.people.models import User


def token_for(secret_key: str) -> str:
    """The token of this installation. It follows from the secret, so that no process has to tell another."""
    digest = hmac.new(secret_key.encode(), b"consult first start", hashlib.sha256)
    return digest.hexdigest()[:40]


def is_waiting(db: Db) -> bool:
    """Whether nobody has an account yet."""
    return db.scalar(select(User.id).limit(1)) is None


def is_granted(db: Db, secret_key: str, token: str) -> bool:
    """Whether this token makes the first account now. Ends for good with the first account."""
    given = token.encode("utf-8", "replace")
    return hmac.compare_digest(token_for(secret_key).encode(), given) and is_waiting(db)
