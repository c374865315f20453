"""The person an act is attributed to, as far as rules need to know. Pure value, no I/O."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Actor:
    """One member of one consultation, with the seats held now.

    Attributes:
        member_id, user_id, delegation_id, consultation_id: row ids, never shown.
        public_id: the member's public id.
        role: a value of `people.models.Role`.
        kind: the delegation's stakeholder type code.
        seats: row ids of the rooms the member is seated in.
        recording: row ids of the rooms where the member is rapporteur or moderator.
        moderating: row ids of the rooms where the member is moderator or stands in.
    """

    member_id: int
    public_id: str
    user_id: int
    consultation_id: int
    role: str
    delegation_id: int
    kind: str
    name: str
    delegation_name: str
    #: Two-letter mark of the regional group or family.
    mark: str
    seats: frozenset[int] = field(default_factory=frozenset)
    recording: frozenset[int] = field(default_factory=frozenset)
    moderating: frozenset[int] = field(default_factory=frozenset)

    @property
    def is_staff(self) -> bool:
        """Organizers and facilitators run the consultation."""
        return self.role in ("organizer", "facilitator")
