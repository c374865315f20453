"""How many seats a room has to fill, and what number of a group is fair in it.

The table of shares (group size times room size, over all people) has whole row and column sums, so it can be rounded to
whole numbers up or down in every cell at once (controlled rounding). That is why "every room has the fair number of
every group" is a bound that can be met, for each attribute alone. Pure: no I/O, no clock.
"""

import heapq
from collections.abc import Mapping, Sequence

from consult.errors import Invalid
from consult.seating.case import RoomSpec


def room_sizes(people: int, rooms: Sequence[RoomSpec], taken: Mapping[str, int]) -> dict[str, int]:
    """Seats to fill in each room: as equal as the limits and the seats already taken allow, minima first.

    Args:
        people: number of people, those with a taken seat included.
        taken: seats already fixed, by room id.

    Raises:
        Invalid: `seating.no_rooms`, `seating.room_too_small`, `seating.not_enough_seats`.
    """
    if not rooms:
        raise Invalid("seating.no_rooms")
    limits = {room.id: people if room.capacity is None else room.capacity for room in rooms}
    for room in rooms:
        if taken.get(room.id, 0) > limits[room.id]:
            raise Invalid("seating.room_too_small", room=room.id, seats=limits[room.id])
    sizes = {room.id: taken.get(room.id, 0) for room in rooms}
    least = {room.id: room.minimum for room in rooms}
    open_rooms = [
        (size >= least[room], size, i, room)
        for i, (room, size) in enumerate(sizes.items())
        if size < limits[room]
    ]
    heapq.heapify(open_rooms)
    for _ in range(people - sum(sizes.values())):
        if not open_rooms:
            raise Invalid("seating.not_enough_seats", people=people, seats=sum(limits.values()))
        _, size, i, room_id = heapq.heappop(open_rooms)
        sizes[room_id] = size + 1
        if size + 1 < limits[room_id]:
            heapq.heappush(open_rooms, (size + 1 >= least[room_id], size + 1, i, room_id))
    return sizes


def fair_range(members: int, size: int, people: int) -> tuple[int, int]:
    """The fair number of a group's members in a room: its exact share rounded down, and rounded up."""
    if not people:
        return 0, 0
    return members * size // people, -(-members * size // people)
