"""What the codes of a record are called in a file. Pure: no I/O, no clock."""

from __future__ import annotations

from consult import labels
from consult.i18n import N_, text

_LABELS: dict[str, dict[str, str]] = {
    "mode": {
        "informal": N_("Informal consultation"),
        "negotiation": N_("Negotiation"),
        "formal": N_("Formal meeting"),
    },
    "lane": {
        "panelists": N_("Comments by panelists"),
        "member_states": N_("Comments by Member States"),
        "others": N_("Comments by others"),
    },
    "alignment": {"aligns": N_("aligns"), "complements": N_("complements"), "adds": N_("adds")},
    "state": {
        "drafting": N_("Drafting"),
        "ready": N_("Ready"),
        "submitted": N_("Submitted"),
        "under_comment": N_("Under comment"),
        "tabled": N_("Tabled"),
        "adopted": N_("Adopted"),
        "not_adopted": N_("Not adopted"),
        "referred": N_("Referred"),
        "merged": N_("Merged"),
        "withdrawn": N_("Withdrawn"),
    },
    "attribution": {
        "name": N_("Comments are attributed by name and delegation."),
        "delegation": N_("Comments are attributed by delegation."),
        "region": N_("Comments are attributed by regional group only."),
        "none": N_("Held under the Chatham House Rule: nothing here is attributed to anyone."),
    },
}
LANES = ("panelists", "member_states", "others")

SAMPLE_NOTICE = N_("Sample consultation, synthetic participants")


def label(language: str, family: str, code: str) -> str:
    """The words for a code, ours before those of the pages; a code that is not known is shown as it is."""
    known = _LABELS.get(family, {}).get(code) or labels.of(family, code)
    return text(language, known) if known else ""
