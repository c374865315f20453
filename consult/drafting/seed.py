"""The first content of a draft, the same bytes for the same words: a fixed client id, a fixed order.

Seeding twice can therefore never double a text. Pure: no I/O, no clock.
"""

from typing import Any

from pycrdt import Doc

from consult.drafting.content import SEED_CLIENT, DraftContent, write_content


def seed_update(content: DraftContent) -> bytes:
    """The update that brings an empty draft to this content.

    Raises:
        ValueError: content the schema does not know.
    """
    doc: Doc[Any] = Doc(client_id=SEED_CLIENT)
    write_content(doc, title=content.title, text=content.text, facts=content.facts)
    return doc.get_update()
