"""The attribution rule: what each setting lets a reader see, and nothing beyond."""

import pytest

from consult.disclosure.attribution import Attribution, Author, shown

AUTHOR = Author(name="Delegate KEN-1", delegation="Kenya", group="African States", mark="AF")


@pytest.mark.parametrize(
    ("rule", "label", "mark"),
    [
        (Attribution.NAME, "Delegate KEN-1 (Kenya)", "AF"),
        (Attribution.DELEGATION, "Kenya", "AF"),
        (Attribution.REGION, "African States", "AF"),
        (Attribution.NONE, "A participant", ""),
    ],
)
def test_each_rule_shows_what_it_says(rule: Attribution, label: str, mark: str) -> None:
    found = shown(AUTHOR, rule, anonymous="A participant")
    assert (found.label, found.mark) == (label, mark)


@pytest.mark.parametrize("rule", ["", "unknown", "NONE"])
def test_an_unknown_rule_reveals_nobody(rule: str) -> None:
    assert shown(AUTHOR, rule, anonymous="A participant").label == "A participant"
