"""What went wrong in products of this kind, row by row of the security bar, and the test here that would have caught it."""

from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent.parent
#: Row -> the tests that hold it, as "file::function".
HELD: dict[int, tuple[str, ...]] = {
    1: ("permissions/test_events.py::test_nobody_comes_in_without_a_sign_in",),
    2: ("permissions/test_events.py::test_who_is_answered",),
    3: ("permissions/test_events.py::test_every_event_has_its_row",),
    4: ("permissions/test_routes.py::test_the_drafts_of_a_room_are_read_in_the_room_only",),
    5: ("permissions/test_routes.py::test_nothing_of_another_consultation_is_reached",),
    6: ("live/test_connections.py::test_each_audience_is_followed_by_those_it_is_for",),
    7: (
        "security/test_time.py::test_a_second_after_the_deadline_nothing_is_done_any_more",
        "drafting/test_rights_while_writing.py::test_the_time_is_over_by_the_servers_clock",
    ),
    8: (
        "live/test_connections.py::test_who_left_one_of_two_consultations_hears_nothing_more_of_it",
        "live/test_connections.py::test_signing_out_closes_the_open_connection_within_two_seconds",
    ),
    9: ("live/test_connections.py::test_events_reach_their_audience_and_nobody_else",),
    10: ("decisions/test_polls.py::test_there_is_no_result_before_the_close_and_turnout_meanwhile",),
    11: ("permissions/test_routes.py::test_the_drafts_of_a_room_are_read_in_the_room_only",),
    12: ("permissions/test_routes.py::test_who_is_answered",),
    16: ("permissions/test_routes.py::test_nothing_of_another_consultation_is_reached",),
    18: (
        "decisions/test_parallel_casts.py::test_fifty_casts_of_one_delegation_make_one_ballot",
        "security/test_guessing.py::test_of_many_guesses_sent_at_once_ten_are_compared",
    ),
    22: ("web/test_invitations.py::test_an_invitation_that_has_ended_is_refused_on_every_path",),
    27: ("web/test_errors.py::test_hostile_text_is_shown_as_text",),
    28: (
        "richtext/test_validated.py::test_whatever_comes_in_comes_out_allowed",
        "live/test_drafting.py::test_hostile_updates_are_refused_and_the_others_notice_nothing",
    ),
    33: ("exports/test_filenames.py::test_no_name_can_do_harm",),
    36: ("people/test_import_workbooks.py::test_a_document_type_is_refused_wherever_it_stands",),
    37: (
        "people/test_import_workbooks.py::test_an_archive_that_unpacks_to_far_more_is_refused",
        "web/test_importing.py::test_an_import_makes_nobody_more_than_the_list_says",
    ),
    38: ("exports/test_hostile.py::test_is_content_and_nothing_else",),
    39: ("web/test_account.py::test_nothing_leads_away_after_signing_in",),
    40: ("web/test_account.py::test_links_are_built_from_the_configured_address",),
    41: (
        "web/test_security.py::test_every_act_needs_a_token",
        "permissions/test_routes.py::test_acts_are_not_done_by_reading",
    ),
    42: ("live/test_connections.py::test_nobody_connects_without_a_sign_in_or_from_elsewhere",),
    48: ("security/test_slow_patterns.py::test_hostile_lengths_cost_little",),
    53: (
        "security/test_logs.py::test_a_statement_that_failed_does_not_tell_its_values",
        "security/test_logs.py::test_a_token_in_an_address_is_not_logged",
    ),
}


@pytest.mark.parametrize("row", HELD)
def test_the_row_is_held_by_a_test_that_is_there(row: int) -> None:
    for name in HELD[row]:
        file, _, function = name.partition("::")
        assert f"def {function}(" in (HERE / file).read_text(encoding="utf-8"), name
