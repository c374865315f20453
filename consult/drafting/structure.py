"""Where every letter of a draft stands: enough to judge an update against the document without asking the CRDT library.

Decides whether an update fits (no hole, no unknown reference, every part where the schema allows it, every attribute and fact
of its kind); refuses to decide who may write. Keeps, per client, runs of letters with their place. Pure: no I/O, no clock.

Only the references decide a place on the wire (a piece with a left or right neighbour names no parent), so the neighbours'
places are kept. A piece placed in something deleted for good has the place GONE: the library drops it, and so may we.
"""

from collections.abc import KeysView
from dataclasses import dataclass, field
from typing import NamedTuple

from consult.drafting import schema
from consult.drafting.limits import Limits
from consult.drafting.places import GONE, LOST, Container, Place, Track
from consult.drafting.protocol import Code, Refused, invalid
from consult.drafting.walker import (
    ANY,
    DELETED,
    FORMAT,
    GC,
    STRING,
    TRUSTED,
    TYPE,
    ClientId,
    Deletion,
    Element,
    Format,
    Id,
    Run,
    Struct,
    Typed,
    Walked,
)


@dataclass(slots=True)
class Admission:
    """An update that fits: what it adds. `Structure.take` makes it part of the picture."""

    update: Walked
    tracks: dict[ClientId, Track] = field(default_factory=dict)
    containers: dict[Id, Container] = field(default_factory=dict)
    title_units: int = 0
    #: Suggestions first seen here, and who made each.
    suggestions: dict[str, ClientId] = field(default_factory=dict)

    @property
    def clients(self) -> KeysView[ClientId]:
        """Clients of whom there is something new."""
        return self.tracks.keys()


class TypedOn(NamedTuple):
    """As `Admission`, of an update that only puts text behind a letter of running text: where it stands is all there is to say."""

    update: Typed
    client: ClientId
    end: int
    place: Place
    title_units: int = 0

    @property
    def clients(self) -> tuple[ClientId]:
        """The client of whom there is something new."""
        return (self.client,)


class Structure:
    """The picture of one draft."""

    def __init__(self) -> None:
        self._roots = {name: Container(name) for name in schema.ROOTS}
        self._tracks: dict[ClientId, Track] = {}
        self._containers: dict[Id, Container] = {}
        self._suggestions: dict[str, ClientId] = {}

    def state(self) -> dict[ClientId, int]:
        """How many letters of each client are known."""
        return {client: track.end for client, track in self._tracks.items()}

    def state_of(self, client: ClientId) -> int:
        """How many letters of this client are known."""
        track = self._tracks.get(client)
        return track.end if track else 0

    def admit(self, update: Walked, limits: Limits) -> Admission | TypedOn:
        """Judge an update; the picture stays as it is.

        Raises:
            Refused: `resync` when it builds on something unknown, `invalid` when it does not fit.
        """
        typed = self._typed(update) if isinstance(update, Typed) else None
        return typed or _Judge(self, limits, update).judged()

    def _typed(self, update: Typed) -> TypedOn | None:
        """The judgement on what nearly every update is: text behind a known letter of running text, by a client of whom all before
        is known. Everything else, what does not fit included, is for the judge."""
        _data, client, clock, length, origin, right, _text = update
        if clock != self.state_of(client):
            return None
        place = self._place_of_known(origin)
        if place is None or place.key is not None or place.container.kind != schema.RUN:
            return None
        if right is not None and self._place_of_known(right) is not place:
            return None
        return TypedOn(update, client, clock + length, place)

    def _place_of_known(self, at: Id) -> Place | None:
        track = self._tracks.get(at[0])
        return track.at(at[1]) if track is not None and at[1] < track.end else None

    def take(self, admission: Admission | TypedOn) -> None:
        """Make an admitted update part of the picture."""
        if isinstance(admission, TypedOn):
            track = self._tracks.get(admission.client)
            if track is None:
                track = self._tracks[admission.client] = Track()
            track.add(track.end, admission.end, admission.place)
            return
        for client, fresh in admission.tracks.items():
            track = self._tracks.get(client)
            if track is None:
                track = self._tracks[client] = Track()
            bounds = [*fresh.starts[1:], fresh.end]
            for start, end, place in zip(fresh.starts, bounds, fresh.places, strict=True):
                track.add(start, end, place)
                if place.key is not None:
                    place.container.slots.setdefault(place.key, place)
            for start, end in zip(fresh.dead_starts, fresh.dead_ends, strict=True):
                track.bury(start, end)
        self._containers.update(admission.containers)
        self._suggestions |= admission.suggestions

    def root(self, name: str) -> Container | None:
        return self._roots.get(name)

    def track(self, client: ClientId) -> Track | None:
        return self._tracks.get(client)

    def container(self, at: Id) -> Container | None:
        return self._containers.get(at)

    def suggested_by(self, suggestion: str) -> ClientId | None:
        return self._suggestions.get(suggestion)


class _Judge:
    """One judgement: places every new piece, in an order in which its references are known."""

    def __init__(self, structure: Structure, limits: Limits, update: Walked) -> None:
        self._structure = structure
        self._limits = limits
        self._made = Admission(update)
        self._slots: dict[tuple[Container, str], Place] = {}
        self._waiting: dict[ClientId, list[Struct]] = {}
        for run in update.runs:
            self._queue(run)

    def _queue(self, run: Run) -> None:
        known = self._structure.state_of(run.client)
        if run.clock > known:
            raise Refused(Code.RESYNC, "a hole before the update")
        fresh = [piece for piece in run.structs if piece.end > known]
        if fresh:
            fresh.reverse()
            self._waiting[run.client] = fresh

    def judged(self) -> Admission:
        for client in list(self._waiting):
            self._place_all(client)
        for deletion in self._made.update.deletions:
            self._check_deletion(deletion)
        if not self._slots:
            return self._made
        keys = len({key for container, key in self._slots if container.kind == schema.FACTS_ROOT})
        facts = self._structure.root(schema.FACTS_ROOT)
        if keys and facts is not None and keys + len(facts.slots) > self._limits.fact_keys:
            invalid("too many facts")
        return self._made

    def _place_all(self, first: ClientId) -> None:
        """Place this client's pieces, and before each one what it builds on. A circle can never be placed."""
        straight = self._waiting[first]
        while straight and self._missing(straight[-1]) is None:
            self._place(first, straight.pop())
        if not straight:
            return
        chain: list[tuple[ClientId, int]] = [(first, -1)]
        blocked = {first}
        while chain:
            client, wanted = chain[-1]
            pieces = self._waiting[client]
            if not pieces or 0 <= wanted < self._known(client):
                blocked.discard(client)
                chain.pop()
                continue
            missing = self._missing(pieces[-1])
            if missing is None:
                self._place(client, pieces.pop())
            elif missing[0] in blocked or not self._waiting.get(missing[0]):
                raise Refused(Code.RESYNC, "builds on something unknown")
            else:
                blocked.add(missing[0])
                chain.append(missing)

    def _missing(self, piece: Struct) -> Id | None:
        for at in (piece.origin, piece.right, piece.parent):
            if isinstance(at, tuple) and at[1] >= self._known(at[0]):
                return at
        return None

    def _known(self, client: ClientId) -> int:
        fresh = self._made.tracks.get(client)
        return fresh.end if fresh else self._structure.state_of(client)

    def _at(self, at: Id) -> Place:
        client, clock = at
        track = self._structure.track(client)
        if track is not None and clock < track.end:
            return track.at(clock)
        return self._made.tracks[client].at(clock)

    def _container(self, at: Id) -> Container:
        """What has this id; something deleted for good takes no more parts, a letter never had any."""
        found = self._made.containers.get(at) or self._structure.container(at)
        if found is not None:
            return found
        tracks = (self._structure.track(at[0]), self._made.tracks.get(at[0]))
        if not any(track is not None and track.is_dead(at[1]) for track in tracks):
            invalid("part of a letter")
        return LOST

    def _place(self, client: ClientId, piece: Struct) -> None:
        known = self._known(client)
        place = self._place_of(piece)
        if piece.clock < known:
            before = self._at((client, known - 1))
            if before is not place and GONE not in (before, place):
                invalid("known letters claimed elsewhere")
        self._check(client, piece, place)
        if piece.kind == TYPE and isinstance(piece.content, Element):
            made = LOST if place is GONE else Container(piece.content.tag or schema.RUN)
            self._made.containers[(client, piece.clock)] = made
        fresh = self._made.tracks.setdefault(client, Track(known))
        fresh.add(known, piece.end, place)
        if piece.kind in (GC, DELETED):
            fresh.bury(known, piece.end)

    def _place_of(self, piece: Struct) -> Place:
        if piece.kind == GC:
            return GONE
        beside = [self._at(at) for at in (piece.origin, piece.right) if at is not None]
        if beside:
            if GONE in beside:
                return GONE
            if beside[0] is not beside[-1]:
                invalid("neighbours in different places")
            return beside[0]
        if isinstance(piece.parent, str):
            root = self._structure.root(piece.parent)
            if root is None:
                invalid("unknown root")
            return self._slot(root, piece.key)
        if piece.parent is None:
            invalid("no place")
        return self._slot(self._container(piece.parent), piece.key)

    def _slot(self, container: Container, key: str | None) -> Place:
        if container is LOST:
            return GONE
        if key is None:
            return container.body
        place = container.slots.get(key) or self._slots.get((container, key))
        if place is None:
            place = self._slots[(container, key)] = Place(container, key)
        return place

    def _check(self, client: ClientId, piece: Struct, place: Place) -> None:
        if piece.kind == GC or place is GONE:
            return
        kind = place.container.kind
        if piece.kind == DELETED:
            if place.key is not None and not _may_have_key(kind, place.key):
                invalid("unknown name")
        elif place.key is not None:
            self._check_value(piece, kind, place.key)
        elif kind == schema.TITLE_ROOT:
            self._check_title(piece)
        elif kind == schema.RUN:
            self._check_text(client, piece)
        elif piece.kind != TYPE or not isinstance(piece.content, Element):
            invalid("not a part of the rich text")
        elif not schema.may_contain(kind, piece.content.tag or schema.RUN):
            invalid("a part in the wrong place")

    def _check_value(self, piece: Struct, kind: str, key: str) -> None:
        value = piece.content
        if piece.kind != ANY or isinstance(value, (Format, Element)):
            invalid("not a single value")
        if kind == schema.FACTS_ROOT:
            if not schema.is_fact(key, value, self._limits.fact_units):
                invalid("fact")
        elif not schema.is_attribute(kind, key, value):
            invalid("attribute")

    def _check_title(self, piece: Struct) -> None:
        if piece.kind != STRING:
            invalid("the title is plain text")
        self._made.title_units += piece.length

    def _check_text(self, client: ClientId, piece: Struct) -> None:
        if piece.kind == FORMAT and isinstance(piece.content, Format):
            if not schema.is_mark(piece.content.key, piece.content.value):
                invalid("mark")
            self._check_suggestion(client, piece.content)
        elif piece.kind != STRING:
            invalid("not text")

    def _check_suggestion(self, client: ClientId, mark: Format) -> None:
        """Rule: a suggestion is made in one's own name; later edits around it repeat the mark as it was made.

        What this server wrote down earlier is believed: of a mark that was repeated only the copy may be left.
        """
        made = schema.suggestion_of(mark.key, mark.value)
        if made is None:
            return
        name, by = made
        known = self._made.suggestions.get(name, self._structure.suggested_by(name))
        if self._limits is not TRUSTED and by != (client if known is None else known):
            invalid("a suggestion in somebody else's name")
        if known is None:
            self._made.suggestions[name] = by

    def _check_deletion(self, deletion: Deletion) -> None:
        if deletion.clock + deletion.length > self._known(deletion.client):
            raise Refused(Code.RESYNC, "deletes something unknown")


def _may_have_key(kind: str, key: str) -> bool:
    """Whether a value of this name could have stood here before it was deleted."""
    if kind == schema.FACTS_ROOT:
        return schema.is_fact_key(key)
    return kind in schema.TAGS and key in ("dir", "level", "start", "type")
