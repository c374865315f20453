"""Attribution: the only place that reveals an author, in pages, cursors, exports and the API. Pure.

Rule: attribution is a setting of the consultation: by name, by delegation, by regional group, or none (Chatham House
Rule: neither identity nor affiliation may be revealed).
"""

from dataclasses import dataclass
from enum import StrEnum


class Attribution(StrEnum):
    NAME = "name"
    DELEGATION = "delegation"
    REGION = "region"
    NONE = "none"


@dataclass(frozen=True)
class Author:
    """What is known about an author before the rule is applied.

    `mark` is the two-letter mark of the regional group or family (AF, AP, EE, LA, WE, OB, ST); `group` its label.
    """

    name: str
    delegation: str
    group: str
    mark: str


@dataclass(frozen=True)
class Shown:
    """What a reader may see: `label` always has words; `mark` may be empty."""

    label: str
    mark: str


def names_authors(rule: str) -> bool:
    """Whether authors may be told apart at all. Under "none" (Chatham House Rule), and under a rule nobody knows, not even by colour."""
    return rule in (Attribution.NAME, Attribution.DELEGATION, Attribution.REGION)


def shown(author: Author, rule: str, *, anonymous: str) -> Shown:
    """How `author` appears under `rule`. `anonymous`: the words for nobody in particular, such as "a participant"."""
    if rule == Attribution.NAME:
        return Shown(f"{author.name} ({author.delegation})", author.mark)
    if rule == Attribution.DELEGATION:
        return Shown(author.delegation, author.mark)
    if rule == Attribution.REGION:
        return Shown(author.group, author.mark)
    return Shown(anonymous, "")
