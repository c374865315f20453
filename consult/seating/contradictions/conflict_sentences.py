"""Says in one sentence why wishes cannot all be kept. Pure: values only, no I/O, no clock."""

from collections.abc import Callable, Iterable, Sequence

from consult.i18n import N_
from consult.seating.case import Case, RoomSpec, Wish, WishKind
from consult.seating.sentences import Sentence

#: More people than this are counted instead of named where the names would say little.
MANY_PEOPLE = 10
Names = Callable[[str], str]


def sentence_of(wishes: Sequence[Wish], case: Case, names: Names = str, rooms: Names = str) -> Sentence:
    """Why these wishes cannot all be kept.

    Args:
        wishes: a minimal set of wishes that contradict each other, such as `Conflict.wishes`.
        case: the case they were found in.
        names: gives the name that is shown for the id of a person.
        rooms: the same for rooms.
    """
    return _Teller(wishes, case, names, rooms).sentence()


class _Teller:
    def __init__(self, wishes: Sequence[Wish], case: Case, names: Names, rooms: Names) -> None:
        self.case, self.name, self.room = case, names, rooms
        self.seats = [w for w in wishes if w.kind in (WishKind.PIN, WishKind.SEATED)]
        self.apart = [w for w in wishes if w.kind == WishKind.APART]
        self.together = [w for w in wishes if w.kind == WishKind.TOGETHER]
        self.has_limits = any(w.kind == WishKind.CAPACITY for w in wishes)
        self.specs = {room.id: room for room in case.rooms}
        self.rounds = sorted({w.round for w in wishes if w.round is not None}) if case.rounds > 1 else []
        self.linked = _merged(w.people for w in self.together)

    def sentence(self) -> Sentence:
        found = self._of_limits() if self.has_limits else self._of_kinds()
        return found or self._of_all()

    def _of_kinds(self) -> Sentence | None:
        match bool(self.seats), bool(self.together), bool(self.apart):
            case True, False, False:
                return self._seats()
            case True, True, False:
                return self._seats_together()
            case True, _, True:
                return self._seats_apart()
            case False, True, True:
                return self._together_apart()
            case False, True, False:
                return self._together()
            case False, False, True:
                return self._apart()
        return None

    def _seats(self) -> Sentence | None:
        people = sorted({w.people[0] for w in self.seats})
        rooms = sorted({str(w.room) for w in self.seats})
        if len(self.seats) == 1 and rooms[0] not in self.specs:
            return self._say(
                N_("%(person)s is to sit in %(room)s, which is not one of the rooms."),
                N_("In round %(round)s, %(person)s is to sit in %(room)s, which is not one of the rooms."),
                person=self.name(people[0]),
                room=self.room(rooms[0]),
            )
        if len(people) == 1 and len(rooms) == 2:
            return self._two_rooms(people[0])
        if len(rooms) != 1:
            return None
        about = {"people": self._people(people), "room": self.room(rooms[0])}
        match self.specs[rooms[0]].capacity:
            case 0:
                return self._say(
                    N_("%(people)s is to sit in %(room)s, which has no seats."),
                    N_("In round %(round)s, %(people)s is to sit in %(room)s, which has no seats."),
                    **about,
                )
            case 1:
                return self._say(
                    N_("%(people)s are both to sit in %(room)s, which has one seat."),
                    N_("In round %(round)s, %(people)s are both to sit in %(room)s, which has one seat."),
                    **about,
                )
            case seats:
                return self._say(
                    N_("%(people)s are all to sit in %(room)s, which has %(seats)s seats."),
                    N_(
                        "In round %(round)s, %(people)s are all to sit in %(room)s, which has %(seats)s seats."
                    ),
                    **about,
                    seats=seats,
                )

    def _two_rooms(self, person: str) -> Sentence:
        seated = [w for w in self.seats if w.kind == WishKind.SEATED]
        room, other = (str(w.room) for w in (*seated, *(w for w in self.seats if w not in seated)))
        about = {"person": self.name(person), "room": self.room(room), "other": self.room(other)}
        if seated:
            return self._say(
                N_("%(person)s sits in %(room)s and is not to be moved, but is also to sit in %(other)s."),
                N_(
                    "In round %(round)s, %(person)s sits in %(room)s and is not to be moved, but is also to sit in %(other)s."
                ),
                **about,
            )
        return self._say(
            N_("%(person)s is to sit in %(room)s and in %(other)s at the same time."),
            N_("In round %(round)s, %(person)s is to sit in %(room)s and in %(other)s at the same time."),
            **about,
        )

    def _seats_together(self) -> Sentence | None:
        if len(self.linked) == 1 and len(self.seats) == 2 and self.seats[0].room != self.seats[1].room:
            first, second = self.seats
            if len({first.people[0], second.people[0]} & self.linked[0]) < 2:
                return None
            return self._say(
                N_("%(a)s is to sit in %(room)s and %(b)s in %(other)s, but they must stay together."),
                N_(
                    "In round %(round)s, %(a)s is to sit in %(room)s and %(b)s in %(other)s, but they must stay together."
                ),
                a=self.name(first.people[0]),
                b=self.name(second.people[0]),
                room=self.room(str(first.room)),
                other=self.room(str(second.room)),
            )
        placed = {w.people[0] for w in self.seats}
        if len({w.room for w in self.seats}) > 1 or not self._are_all_placed():
            return None
        room = self.specs[str(self.seats[0].room)]
        return self._say(
            N_(
                "%(people)s are to sit in %(room)s, some because they must stay together with others there: more people than its seats (%(seats)s)."
            ),
            N_(
                "In round %(round)s, %(people)s are to sit in %(room)s, some because they must stay together with others there: more people than its seats (%(seats)s)."
            ),
            people=self._people(placed.union(*self.linked)),
            room=self.room(room.id),
            seats=room.capacity,
        )

    def _seats_apart(self) -> Sentence | None:
        """Two people who are not to meet and whose seats, or those of their groups, are in one room."""
        rooms = {str(w.room) for w in self.seats}
        placed = {w.people[0] for w in self.seats}.union(*self.linked)
        if len(rooms) > 1 or len(self.apart) != 1 or not self._are_all_placed():
            return None
        if len(placed & set(self.apart[0].people)) != 2:
            return None
        a, b = sorted(placed & set(self.apart[0].people))
        about = {"a": self.name(a), "b": self.name(b), "room": self.room(rooms.pop())}
        if self.together:
            return self._say(
                N_(
                    "%(a)s and %(b)s must not meet, but both come to %(room)s, as these groups stay together: %(groups)s."
                ),
                N_(
                    "In round %(round)s, %(a)s and %(b)s must not meet, but both come to %(room)s, as these groups stay together: %(groups)s."
                ),
                **about,
                groups=self._groups(self.together),
            )
        return self._say(
            N_("%(a)s and %(b)s must not meet, but are both to sit in %(room)s."),
            N_("In round %(round)s, %(a)s and %(b)s must not meet, but are both to sit in %(room)s."),
            **about,
        )

    def _together_apart(self) -> Sentence | None:
        if len(self.apart) != 1 or len(self.linked) != 1:
            return None
        both = sorted(set(self.apart[0].people) & set(self.linked[0]))
        if len(both) < 2:
            return None
        about = {"a": self.name(both[0]), "b": self.name(both[1])}
        if len(self.together) > 1:
            return self._say(
                N_("%(a)s and %(b)s must not meet, but these groups keep them together: %(groups)s."),
                **about,
                groups=self._groups(self.together),
            )
        if len(both) > 2:
            return self._say(
                N_("%(people)s must stay together, and must not meet."), people=self._people(both)
            )
        return self._say(N_("%(a)s and %(b)s must stay together, and must not meet."), **about)

    def _together(self) -> Sentence | None:
        most = max((self._most(room) for room in self.case.rooms), default=0)
        if len(self.linked) == 1:
            # Those who are away in a round bind the others all the same, but take no seat: the fullest round counts.
            here = max((self._here(self.linked[0], n) for n in range(1, self.case.rounds + 1)), key=len)
            return self._say(
                N_(
                    "%(people)s must stay together: %(size)s people, and no room has more seats than %(seats)s."
                ),
                people=self._people(here),
                size=len(here),
                seats=most,
            )
        return self._say(
            N_("There are no rooms that take all of these groups with their members together: %(groups)s."),
            groups=self._groups(self.together),
        )

    def _apart(self) -> Sentence | None:
        rooms = sum(self._most(room) > 0 for room in self.case.rooms)
        if len(self.apart) > 1:
            return self._say(
                N_("There are not enough rooms (%(rooms)s) to keep apart the members of each: %(groups)s."),
                rooms=rooms,
                groups=self._groups(self.apart),
            )
        people = self.apart[0].people
        here = max((self._here(people, n) for n in range(1, self.case.rounds + 1)), key=len)
        return self._say(
            N_("There are not enough rooms (%(rooms)s) to keep %(people)s apart."),
            people=self._people(here),
            rooms=rooms,
        )

    def _of_limits(self) -> Sentence | None:
        people = [
            len(self._here([p.id for p in self.case.people], n)) for n in range(1, self.case.rounds + 1)
        ]
        seats = sum(self._most(room) for room in self.case.rooms)
        needed = sum(self._fewest(room) for room in self.case.rooms)
        if self.together or self.apart:
            return None
        if self.seats:
            return self._seats_and_limits()
        if max(people) > seats:
            return self._say(
                N_("The rooms do not have seats for everybody (people: %(people)s, seats: %(seats)s)."),
                people=max(people),
                seats=seats,
            )
        if self.case.allow_empty:
            return self._say(
                N_(
                    "Whichever rooms are used, some have fewer people than they ask for or more than they have seats (people: %(people)s)."
                ),
                people=", ".join(map(str, sorted(set(people)))),
            )
        return self._say(
            N_("The rooms ask for at least %(needed)s people in all (people: %(people)s)."),
            needed=needed,
            people=min(people),
        )

    def _seats_and_limits(self) -> Sentence | None:
        """Fixed seats that leave too few people for what the other rooms ask for."""
        if self.case.allow_empty:
            return None
        fixed: dict[str, set[str]] = {room.id: set() for room in self.case.rooms}
        for wish in self.seats:
            fixed[str(wish.room)].add(wish.people[0])
        needed = sum(max(0, self._fewest(room) - len(fixed[room.id])) for room in self.case.rooms)
        everybody = [person.id for person in self.case.people]
        placed = set().union(*fixed.values())
        present = [set(self._here(everybody, n)) for n in self.rounds or range(1, self.case.rounds + 1)]
        left = min(len(people - placed) for people in present if placed <= people)
        if len(placed) > MANY_PEOPLE:
            return self._say(
                N_(
                    "Fixed seats (%(fixed)s) leave too few people to fill the rooms: %(left)s, where at least %(needed)s are asked for."
                ),
                N_(
                    "In round %(round)s, fixed seats (%(fixed)s) leave too few people to fill the rooms: %(left)s, where at least %(needed)s are asked for."
                ),
                fixed=len(placed),
                left=left,
                needed=needed,
            )
        return self._say(
            N_(
                "The fixed seats of %(people)s leave too few people to fill the rooms: %(left)s, where at least %(needed)s are asked for."
            ),
            N_(
                "In round %(round)s, the fixed seats of %(people)s leave too few people to fill the rooms: %(left)s, where at least %(needed)s are asked for."
            ),
            people=self._people(placed),
            left=left,
            needed=needed,
        )

    def _of_all(self) -> Sentence:
        """Every wish, for what has no sentence of its own."""
        seats = (
            f"{self.name(w.people[0])}: {self.room(str(w.room))}"
            + (f" ({w.round})" if w.round and self.case.rounds > 1 else "")
            for w in self.seats
        )
        about: dict[str, object] = {
            "seats": "; ".join(seats) or "–",
            "together": self._groups(self.together) or "–",
            "apart": self._groups(self.apart) or "–",
        }
        if self.has_limits:
            return Sentence(
                N_(
                    "These wishes cannot all be kept. Fixed seats: %(seats)s. Together: %(together)s. Apart: %(apart)s. And every room with as many people as it asks for."
                ),
                about,
            )
        return Sentence(
            N_(
                "These wishes cannot all be kept. Fixed seats: %(seats)s. Together: %(together)s. Apart: %(apart)s."
            ),
            about,
        )

    def _are_all_placed(self) -> bool:
        """Whether somebody in every group that stays together has a fixed seat."""
        placed = {w.people[0] for w in self.seats}
        return not any(placed.isdisjoint(group) for group in self.linked)

    def _say(self, message: str, in_round: str | None = None, **params: object) -> Sentence:
        if in_round and self.rounds:
            return Sentence(in_round, {"round": self.rounds[0], **params})
        return Sentence(message, params)

    def _people(self, ids: Iterable[str]) -> str:
        return ", ".join(self.name(person) for person in sorted(ids))

    def _groups(self, wishes: Sequence[Wish]) -> str:
        return "; ".join(self._people(wish.people) for wish in wishes)

    def _here(self, ids: Iterable[str], number: int) -> list[str]:
        wanted = set(ids)
        return [
            p.id for p in self.case.people if p.id in wanted and (p.present is None or number in p.present)
        ]

    def _most(self, room: RoomSpec) -> int:
        return len(self.case.people) if room.capacity is None else room.capacity

    def _fewest(self, room: RoomSpec) -> int:
        return room.minimum if room.capacity is None else min(room.minimum, room.capacity)


def _merged(groups: Iterable[Iterable[str]]) -> list[set[str]]:
    found: list[set[str]] = []
    for group in groups:
        new = set(group)
        for other in [other for other in found if other & new]:
            found.remove(other)
            new |= other
        found.append(new)
    return found
