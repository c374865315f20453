"""What stored values are called on pages and in exports. English; shown through gettext. Imports only `i18n`."""

from consult.i18n import N_

LABELS: dict[str, dict[str, str]] = {
    "role": {
        "organizer": N_("Secretariat"),
        "facilitator": N_("Facilitator"),
        "panelist": N_("Panelist"),
        "delegate": N_("Delegate"),
        "observer": N_("Observer"),
        "viewer": N_("Viewer"),
    },
    "duty": {
        "head_of_delegation": N_("Head of delegation"),
        "rapporteur": N_("Rapporteur"),
        "interpreter": N_("Interpreter"),
        "moderator": N_("Moderator"),
        "deputy": N_("Deputy"),
    },
    #: The way of a room through its round.
    "step": {
        "names": N_("Names"),
        "ideas": N_("Ideas"),
        "discuss": N_("Discuss"),
        "choose": N_("Choose"),
        "draft": N_("Draft"),
        "read_back": N_("Read back"),
    },
    "help": {
        "procedure": N_("Procedure"),
        "wording": N_("Wording"),
        "technical": N_("Technical"),
        "conduct": N_("Conduct"),
    },
    "mode": {
        "informal": N_("Informal: views are recorded, nothing is adopted"),
        "negotiation": N_("Negotiation"),
        "formal": N_("Formal meeting"),
    },
    "attribution": {
        "name": N_("By name"),
        "delegation": N_("By delegation"),
        "region": N_("By regional group"),
        "none": N_("None (Chatham House Rule)"),
    },
    #: What an item's details are called, by their key, or by what stands before the colon of it (as in "target:10.7").
    "fact": {
        "term": N_("Term"),
        "actor": N_("Who acts"),
        "means": N_("Means of implementation"),
        "beneficiaries": N_("Who benefits"),
        "indicator": N_("Indicator"),
        "baseline": N_("Baseline"),
        "gender": N_("Gender considerations"),
        "review": N_("Review"),
        "target": N_("SDG targets"),
        "instrument": N_("Instruments it builds on"),
        "source": N_("Sources quoted"),
    },
    "term": {
        "short": N_("Short term (up to 2 years)"),
        "medium": N_("Medium term (3-5 years)"),
        "long": N_("Long term (6-20 years)"),
    },
    "lane": {
        "panelists": N_("Panelists"),
        "member_states": N_("Member States"),
        "others": N_("Others"),
    },
    "version_reason": {
        "submitted": N_("As submitted"),
        "recalled": N_("When the room was called back"),
        "closed": N_("When the room closed"),
        "published": N_("As published"),
        "named": N_("Named by hand"),
        "restored": N_("Restored"),
    },
    "comment_kind": {
        "support": N_("Support"),
        "question": N_("Question"),
        "concern": N_("Concern"),
        "proposal": N_("Proposal"),
    },
    "answer": {
        "accepted": N_("Accepted"),
        "accepted_in_part": N_("Accepted in part"),
        "noted": N_("Noted"),
        "not_accepted": N_("Not accepted"),
    },
    "choice": {
        "in_favour": N_("In favour"),
        "against": N_("Against"),
        "abstention": N_("Abstention"),
        "not_voting": N_("Not voting"),
    },
    "group": {
        "AFR": N_("African States"),
        "APG": N_("Asia-Pacific States"),
        "EEG": N_("Eastern European States"),
        "LAC": N_("Latin American and Caribbean States"),
        "WEOG": N_("Western European and other States"),
        "OB": N_("Observers"),
        "ST": N_("Other stakeholders"),
    },
    "gender": {
        "woman": N_("Woman"),
        "man": N_("Man"),
        "non_binary": N_("Non-binary"),
        "undisclosed": N_("Not disclosed"),
    },
    "alignment": {
        "aligns": N_("aligns with"),
        "complements": N_("complements"),
        "adds": N_("adds to"),
    },
}


def of(kind: str, value: str) -> str:
    """The English label of a stored value; the value itself where there is none."""
    return LABELS.get(kind, {}).get(value, value)
