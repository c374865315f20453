"""What the pages on people show: lines of the list, numbers with their words, options of the forms."""

from collections.abc import Iterable, Sequence

from consult import labels
from consult.people.balance import Balance, Count
from consult.people.models import Role
from consult.people.queries import Participant
from consult.permissions.actor import Actor
from consult.web.pages import t

GROUPS = {"AF": "AFR", "AP": "APG", "EE": "EEG", "LA": "LAC", "WE": "WEOG", "OB": "OB", "ST": "ST"}


def role_options(roles: Iterable[Role]) -> list[tuple[str, str]]:
    """Roles to choose from, with their labels."""
    return [(role.value, t(labels.of("role", role.value))) for role in roles]


def group_label(mark: str) -> str:
    """What a regional group or family of delegations is called, by its two letters."""
    return t(labels.of("group", GROUPS[mark]))


def lines(
    participants: Sequence[Participant], asked: dict[str, str], actor: Actor
) -> list[dict[str, object]]:
    """The list as far as it was asked for, by regional group."""
    return [
        line(person, actor)
        for person in participants
        if person.matches(asked["q"], role=asked["role"], mark=asked["group"])
    ]


def line(person: Participant, actor: Actor) -> dict[str, object]:
    """One person as `actor` may see them: the address is for the secretariat."""
    manages = actor.role == Role.ORGANIZER
    return {
        "id": person.public_id,
        "name": person.name,
        "delegation": person.delegation,
        "mark": person.mark,
        "role": t(labels.of("role", person.role)),
        "duties": ", ".join(t(labels.of("duty", duty)) for duty in person.duties),
        "email": person.email if manages else "",
        "you": person.public_id == actor.public_id,
    }


def balance_view(found: Balance) -> dict[str, object]:
    """The numbers with their words; what is not shown says why."""
    return {
        "people": found.people,
        "delegations": found.delegations,
        "member_states": found.member_states,
        "groups": [_part(count) for count in found.by_group],
        "columns": [
            [(t("Kind of stakeholder"), [(t(count.code), _shown(count)) for count in found.by_family])],
            [(t("Gender"), _labelled(found.by_gender)), (t("Age"), _labelled(found.by_age))],
        ],
    }


def _labelled(counts: Sequence[Count]) -> list[tuple[str, str]]:
    """Genders, and age bands, whose codes are their labels but for "not disclosed"."""
    return [(t(labels.of("gender", count.code)), _shown(count)) for count in counts]


def _part(count: Count) -> dict[str, object]:
    return {
        "hue": count.code.lower(),
        "mark": count.code,
        "label": group_label(count.code),
        "count": count.count,
        "shown": _shown(count),
    }


def _shown(count: Count) -> str:
    if count.count is not None:
        return str(count.count)
    return t("fewer than 5") if count.is_small else t("not shown")
