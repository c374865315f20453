"""Names of signed-in browsers."""

import pytest

from consult.people.devices import device_name


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 Version/17.0 Mobile Safari/604", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/120 Safari/537 Edg/120", "Edge on Windows"),
        ("curl/8", ""),
        ("", ""),
        ("<script>alert(1)</script> Firefox", "Firefox"),
    ],
)  # fmt: skip
def test_a_browser_is_named_by_what_it_says(agent: str, name: str) -> None:
    assert device_name(agent) == name
