"""The lane a comment is shown in. Pure: no I/O, no clock."""

PANELISTS, MEMBER_STATES, OTHERS = "panelists", "member_states", "others"
LANES = (PANELISTS, MEMBER_STATES, OTHERS)


def lane_of(role: str, kind: str) -> str:
    """The lane of a person's comments.

    Rule: panelists comment in a lane of their own, Member States in theirs, everybody else in the third.

    Args:
        role: the member's role.
        kind: the stakeholder type of the delegation they speak for.
    """
    if role == "panelist":
        return PANELISTS
    return MEMBER_STATES if kind == "member_state" else OTHERS
