"""Who wrote what, without saying who: a member's pseudonym in one draft.

Pure: no I/O, no clock. The salt is kept with the draft; when it is destroyed, nobody can tell any more whose a pseudonym was.
"""

import hashlib
import secrets


def new_salt() -> str:
    """Fresh random material for the pseudonyms of one draft."""
    return secrets.token_hex(16)


def owner_of(salt: str, member_id: int) -> str:
    """A member's pseudonym in one draft: stable while the salt is kept, unlinkable afterwards."""
    return hashlib.blake2b(f"{salt}:{member_id}".encode(), digest_size=12).hexdigest()
