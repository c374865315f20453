"""A simulated page brings back what a real one would."""

from pycrdt import Doc, Text

from tests.faults.news import brings_something


def test_letters_and_deletions_the_server_lacks_are_news_and_nothing_else_is() -> None:
    page: Doc = Doc(client_id=101)
    page["title"] = Text()
    page["title"] += "abc"
    server: Doc = Doc(client_id=1)
    assert brings_something(page.get_update(server.get_state()), server.get_update(page.get_state()))
    server.apply_update(page.get_update())
    assert not brings_something(page.get_update(server.get_state()), server.get_update(page.get_state()))
    del page["title"][1:2]
    assert brings_something(page.get_update(server.get_state()), server.get_update(page.get_state()))
    server.apply_update(page.get_update())
    assert not brings_something(page.get_update(server.get_state()), server.get_update(page.get_state()))
