"""What a signed-in browser is called in the list of devices. Pure: no I/O, no clock."""

#: What the header of a browser contains, and its name; the first that fits. Order matters: most name their ancestors.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def device_name(agent: str) -> str:
    """The browser and the system, such as "Firefox on Windows"; empty when the header says neither.

    Args:
        agent: the `User-Agent` header, which anybody can write anything into.
    """
    browser = next((name for part, name in _BROWSERS if part in agent), "")
    system = next((name for part, name in _SYSTEMS if part in agent), "")
    return f"{browser} on {system}" if browser and system else browser or system
