"""The log shows the first place where it was changed, whatever was done to it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.audit.chain import GENESIS, entry_hash, first_break, sealed
from consult.audit.models import AuditEntry
from consult.audit.service import entries_of, record, verify
from consult.db import Db
from tests.cast import World

FACTS = st.dictionaries(
    st.text(max_size=8), st.one_of(st.integers(), st.text(max_size=20), st.none()), max_size=4
)


def chain_of(facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    entries, previous = [], GENESIS
    for seq, content in enumerate(facts, 1):
        entry: dict[str, Any] = {
            "chain": "abc", "seq": seq, "at": "2017-06-19T10:00:00.000000+00:00", "actor": "m1", "act": "item.submitted",
            "subject": "item:x", "facts": content, "salt": f"{seq:032x}", "previous_hash": previous,
        }  # fmt: skip
        previous = entry["hash"] = entry_hash(previous, entry)
        entries.append(entry)
    return entries


@given(st.lists(FACTS, max_size=6))
def test_an_untouched_chain_holds(facts: list[dict[str, Any]]) -> None:
    assert first_break(chain_of(facts)) is None


@given(st.lists(FACTS, min_size=2, max_size=6), st.data())
def test_any_change_is_found_where_it_was_made(facts: list[dict[str, Any]], data: st.DataObject) -> None:
    entries = chain_of(facts)
    place = data.draw(st.integers(0, len(entries) - 1))
    entries[place] = {**entries[place], "actor": "m2"}
    found = first_break(entries)
    assert found is not None
    assert found.seq == place + 1


@given(st.lists(FACTS, min_size=2, max_size=6), st.data())
def test_a_removed_entry_is_found(facts: list[dict[str, Any]], data: st.DataObject) -> None:
    entries = chain_of(facts)
    place = data.draw(st.integers(0, len(entries) - 2))
    del entries[place]
    found = first_break(entries)
    assert found is not None
    assert found.seq == place + 1


@given(st.lists(FACTS, min_size=2, max_size=6), st.data())
def test_a_sealed_chain_holds_says_nothing_and_shows_every_change(
    facts: list[dict[str, Any]], data: st.DataObject
) -> None:
    whole = chain_of(facts)
    entries = [sealed(entry) for entry in whole]
    assert first_break(entries) is None
    assert all({"actor", "at", "subject", "facts", "salt"}.isdisjoint(entry) for entry in entries)
    place = data.draw(st.integers(0, len(entries) - 1))
    name = data.draw(st.sampled_from(["act", "seal", "chain", "hash"]))
    entries[place] = {**entries[place], name: "another"}
    found = first_break(entries)
    assert found is not None
    assert found.seq == place + 1


def test_two_equal_acts_have_different_seals(db: Db, world: World) -> None:
    for _ in range(2):
        record(db, None, "room.closed", "room:x", chain=world.consultation.public_id)
    first, second = (sealed(entry) for entry in entries_of(db, world.consultation.public_id))
    assert first["seal"] != second["seal"]


def test_verification_reads_what_was_recorded(db: Db, world: World) -> None:
    kenya = world.actor(db, "kenya")
    for number in range(3):
        record(
            db,
            kenya,
            "item.submitted",
            f"item:{number}",
            chain=world.consultation.public_id,
            facts={"n": number},
        )
    db.commit()
    (verdict,) = verify(db)
    assert (verdict.entries, verdict.broken) == (3, None)
    assert [entry["seq"] for entry in entries_of(db, world.consultation.public_id)] == [1, 2, 3]


@pytest.mark.parametrize("tampering", ["facts", "last"])
def test_verification_names_the_first_bad_entry(tampering: str, db: Db, world: World) -> None:
    for number in range(3):
        record(db, None, "room.closed", f"room:{number}", chain=world.consultation.public_id)
    entries = db.query(AuditEntry).order_by(AuditEntry.seq).all()
    if tampering == "facts":
        entries[1].facts = {"changed": True}
    else:
        db.delete(entries[2])
    db.commit()
    (verdict,) = verify(db)
    assert verdict.broken is not None
    assert verdict.broken.seq == (2 if tampering == "facts" else 3)
