"""Who is in which room of the Socket.IO server: as the library's own manager has it, whatever pages do."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from socketio import Manager, Server

from consult.live.manager import IndexedManager

SIDS, ROOMS = ("one", "two", "three"), ("room:a", "room:b", "session:c")
ACTS = st.one_of(
    st.tuples(st.sampled_from(("connect", "pre_disconnect", "disconnect")), st.sampled_from(SIDS)),
    st.tuples(st.sampled_from(("enter", "leave")), st.sampled_from(SIDS), st.sampled_from(ROOMS)),
    st.tuples(st.just("close"), st.sampled_from(ROOMS)),
)


def done(manager: Manager, act: tuple[str, ...], names: dict[str, str]) -> None:
    name, *rest = act
    sid = names.get(rest[0], "")
    if name == "close":
        manager.basic_close_room(rest[0], "/")
    elif name == "connect":
        if not sid:
            names[rest[0]] = manager.connect(f"eio-{rest[0]}", "/")
    elif not sid:
        return
    elif name == "pre_disconnect":
        manager.pre_disconnect(sid, "/")
    elif name == "disconnect":
        manager.basic_disconnect(names.pop(rest[0]), "/")
    elif name == "enter":
        manager.basic_enter_room(sid, "/", rest[1])
    else:
        manager.basic_leave_room(sid, "/", rest[1])


def told(manager: Manager, names: dict[str, str]) -> dict[str, Any]:
    """Everything the server asks a manager, by the names of this test."""
    known = {sid: name for name, sid in names.items()}
    return {
        "rooms": {
            room: {known[sid] for sid, _eio in manager.get_participants("/", room)} for room in (*ROOMS, None)
        }
        if "/" in manager.rooms
        else {},
        "of": {name: sorted(set(manager.get_rooms(sid, "/")) & set(ROOMS)) for name, sid in names.items()},
        "connected": {name for name, sid in names.items() if manager.is_connected(sid, "/")},
        "leaving": {known.get(sid) for waiting in manager.pending_disconnect.values() for sid in waiting},
    }


@given(st.lists(ACTS, max_size=40))
def test_it_answers_as_the_librarys_own(acts: list[tuple[str, ...]]) -> None:
    plain, indexed = Manager(), IndexedManager()
    plain_names: dict[str, str] = {}
    indexed_names: dict[str, str] = {}
    for manager in (plain, indexed):
        Server(client_manager=manager, async_mode="threading")
    for act in acts:
        done(plain, act, plain_names)
        done(indexed, act, indexed_names)
        assert told(indexed, indexed_names) == told(plain, plain_names)
        for room in ROOMS:
            known = dict(indexed.get_participants("/", room)) if "/" in indexed.rooms else {}
            assert indexed.pages_in(room, str) == known
    for name in list(indexed_names):
        indexed.basic_disconnect(indexed_names.pop(name), "/")
    assert not indexed.rooms
    assert not indexed._rooms_of, "nothing is kept of who has gone"
    assert not indexed._found
