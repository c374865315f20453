"""The JSON of a record: a contract with other programs."""

from __future__ import annotations

import json

import pytest

from consult.exports.record import SCHEMA, from_json, to_json
from tests.exports.records import large, record


def test_a_record_comes_back_as_it_was() -> None:
    assert from_json(to_json(record())) == record()
    assert from_json(to_json(large(12, 24))) == large(12, 24)


def test_a_later_field_does_not_disturb_an_earlier_reader() -> None:
    data = json.loads(to_json(record()))
    data["invented_later"] = {"a": 1}
    assert from_json(json.dumps(data)) == record()


def test_small_counts_stay_hidden_in_json() -> None:
    assert json.loads(to_json(record()))["participation"]["by_group"][1] == {
        "label": "WEOG",
        "number": None,
        "hidden": "few",
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "5",
        '{"schema": "other/1"}',
        f'{{"schema": "{SCHEMA}"}}',
        f'{{"schema": "{SCHEMA}", "sessions": 5}}',
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_json(text)
