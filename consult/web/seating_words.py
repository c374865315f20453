"""What the seating page calls measures, proofs and acts. Words only; what is true of a seating is said by `seating`."""

from collections.abc import Callable, Mapping

from consult.i18n import N_
from consult.seating.service import Act, ActKind, Constraints, Mix
from consult.web.pages import t

#: Measures in a few words, for tables where sentences do not fit. Lower is better in each.
MEASURES: Mapping[str, str] = {
    "unassigned": N_("People without a seat"),
    "capacity": N_("Places outside the limits of rooms"),
    "pins": N_("Fixed seats not kept"),
    "apart": N_("Pairs that meet and were not to"),
    "together": N_("Groups that are parted"),
    "moved": N_("People moved who had a seat"),
    "size": N_("Uneven room sizes"),
    "D.region": N_("Places outside the fair number: regional groups"),
    "D.role": N_("Places outside the fair number: roles"),
    "D.stakeholder": N_("Places outside the fair number: kinds of stakeholders"),
    "D.mobility": N_("Places outside the fair number: origin, transit, destination"),
    "delegation_pairs": N_("Pairs of one delegation in a room"),
    "lang_uncovered": N_("People who cannot follow"),
    "lang_bridged": N_("People who rely on a neighbour for their language"),
    "no_facilitator": N_("Rooms without a facilitator"),
    "repeats": N_("Repeated meetings"),
    "topic": N_("Places down people's lists of topics"),
    "isolated": N_("People alone of their kind in a room"),
}
PROOFS: Mapping[str, str] = {
    "arithmetic": N_("proven: arithmetic"),
    "pigeonhole": N_("proven: pigeonhole"),
    "flow": N_("proven: network flow"),
    "assignment": N_("proven: assignment"),
    "components": N_("proven: language groups"),
    "best_found": N_("best found"),
}
#: What each kind of proof means, for the reader who asks.
PROOF_MEANINGS: Mapping[str, str] = {
    "arithmetic": N_("Shares are rounded up or down; no seating can be nearer to them."),
    "pigeonhole": N_("There are more people than places for them to be apart."),
    "flow": N_("Every way to fill the rooms around the fixed seats was ruled out but the cheapest."),
    "assignment": N_("No other way of giving everybody a place costs less."),
    "components": N_("People who share no language cannot be helped by any choice of rooms."),
    "best_found": N_("The search found nothing better; that nothing better exists is not proven."),
}
ATTRIBUTES: Mapping[str, tuple[str, str]] = {
    "region": (N_("Regional group"), ""),
    "role": (N_("Role"), ""),
    "stakeholder": (N_("Kind of stakeholder"), ""),
    "gender": (N_("Gender"), N_("From what people declared; never shown per person, nor counted per room.")),
}
MIXES: Mapping[Mix, str] = {
    Mix.FRESH: N_("fresh mix"),
    Mix.AGAIN: N_("mix again"),
    Mix.SAME: N_("same rooms as before"),
    Mix.TOPICS: N_("follow topic wishes"),
}
_ALSO: Mapping[str, str] = {"facilitator": N_("with facilitators"), "panelist": N_("with panelists")}
_BY_ONE: Mapping[ActKind, str] = {
    ActKind.MOVED: N_("%(person)s: %(before)s to %(after)s"),
    ActKind.SEATED: N_("%(person)s, who came late: seated in %(after)s"),
    ActKind.ACCEPTED: N_("%(person)s: %(before)s to %(after)s, a move that was offered"),
    ActKind.LOCKED: N_("%(person)s: locked in %(before)s"),
    ActKind.UNLOCKED: N_("%(person)s: unlocked"),
    ActKind.UNDONE: N_("%(person)s: taken back, now in %(after)s"),
}
_BY_MANY: Mapping[ActKind, str] = {
    ActKind.MOVED: N_("%(people)s: to %(after)s"),
    ActKind.EXCHANGED: N_("%(people)s: exchanged"),
    ActKind.SEATED: N_("%(people)s, who came late: seated for balance"),
    ActKind.ACCEPTED: N_("%(people)s: an exchange that was offered"),
    ActKind.LOCKED: N_("%(people)s: locked"),
    ActKind.UNLOCKED: N_("%(people)s: unlocked"),
    ActKind.UNDONE: N_("%(people)s: taken back"),
}
#: More people than this are counted instead of named.
MOST_NAMED = 3


def act_words(act: Act, name: Callable[[str], str]) -> str:
    """What was done, to whom: "Ama Mensah: Room 2 to Room 3".

    Args:
        name: what a member with this public id is called.
    """
    first, after = act.entries[0], {entry.after for entry in act.entries}
    if len(act.entries) == 1 and act.kind in _BY_ONE:
        places = {"before": room_name(first.before), "after": room_name(first.after)}
        return t(_BY_ONE[act.kind], person=name(first.member), **places)
    people = [name(entry.member) for entry in act.entries]
    words = t("%(count)s people", count=len(people)) if len(people) > MOST_NAMED else ", ".join(people)
    return t(_BY_MANY.get(act.kind, "%(people)s"), people=words, after=room_name(min(after, key=str)))


def room_name(number: int | None) -> str:
    """A room as it is called; "no room" for None."""
    return t("no room") if number is None else t("Room %(number)s", number=number)


def mix_reasons(*, before: int | None, topics: int, wishes: int, people: int) -> dict[str, tuple[str, bool]]:
    """What each way to mix does, and whether it is possible now: value -> (words, possible).

    Args:
        before: number of the round before, None when there is none.
        topics: topics on offer.
        wishes: people who have ranked them, of `people`.
    """
    never = t("There is no earlier round in this session yet.")
    if topics:
        ranked = t("%(count)s of %(all)s people have ranked the topics on offer.", count=wishes, all=people)
    else:
        ranked = t(
            "No topics are on offer yet. Give rooms topics below and propose; people can then rank them."
        )
    return {
        "fresh": (t("Without regard to earlier rounds."), True),
        "again": (t("As few people as possible meet again.") if before else never, bool(before)),
        "same": (
            t("People stay where they were; newcomers fill in.") if before else never,
            bool(before),
        ),
        "topics": (ranked, bool(topics)),
    }


def digest(asked: Constraints) -> list[str]:
    """What is in force beside the usual, in a few words each."""
    found = [t(MIXES[asked.mix])]
    found += [t(word) for role, word in _ALSO.items() if role in asked.roles]
    counts = (
        (N_("topics: %(count)s"), len(set(asked.topics.values()))),
        (N_("rooms with interpretation: %(count)s"), len(asked.languages)),
        (N_("fixed seats: %(count)s"), len(asked.pins)),
        (N_("groups kept together: %(count)s"), len(asked.together)),
        (N_("groups kept apart: %(count)s"), len(asked.apart)),
        (N_("smallest room: %(count)s"), asked.smallest or 0),
        (N_("largest room: %(count)s"), asked.largest or 0),
    )
    found += [t(N_("only people who are here"))] if asked.only_present else []
    found += [t(N_("nobody alone"))] if asked.nobody_isolated else []
    return found + [t(words, count=count) for words, count in counts if count]
