"""The locks install on every Python the product names, not only on the one they were made on."""

import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = ("3.11.0", "3.11.2", "3.12.0", "3.13.0", "3.14.0")


def environment(python: str, extra: str) -> dict[str, str]:
    short = ".".join(python.split(".")[:2])
    given = {"python_full_version": python, "python_version": short, "extra": extra}
    return {**{name: str(value) for name, value in default_environment().items()}, **given}


def pinned(lock: str, python: str) -> dict[str, str]:
    """What a lock installs on this Python: versions by name."""
    lines = re.findall(r"^[a-zA-Z].*?(?= \\$)", (ROOT / "deploy" / lock).read_text(), re.MULTILINE)
    wanted = [Requirement(line) for line in lines]
    return {
        canonicalize_name(one.name): str(one.specifier).removeprefix("==")
        for one in wanted
        if one.marker is None or one.marker.evaluate(environment(python, ""))
    }


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_what_a_locked_package_needs_is_locked(lock: str, python: str) -> None:
    """Debian 12 has Python 3.11.2, on which the client of Redis needs a package that 3.11.3 made unnecessary."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = ["dev"] if "dev" in lock else []
    wanted = [
        *project["dependencies"],
        *(line for extra in extras for line in project["optional-dependencies"][extra]),
    ]
    there = pinned(lock, python)
    asked = [(Requirement(line), "the project") for line in wanted]
    seen: set[tuple[str, str]] = set()
    while asked:
        need, by = asked.pop()
        name = canonicalize_name(need.name)
        assert name in there, f"{name}, which {by} needs on Python {python}, is not in {lock}"
        assert need.specifier.contains(there[name], prereleases=True), (
            f"{name} {there[name]} is not what {by} needs"
        )
        for extra in ("", *need.extras):
            if (name, extra) in seen or not is_installed(name):
                continue
            seen.add((name, extra))
            for line in distribution(name).requires or ():
                further = Requirement(line)
                if further.marker is None or further.marker.evaluate(environment(python, extra)):
                    asked.append((further, f"{name} {there[name]}"))


def is_installed(name: str) -> bool:
    try:
        distribution(name)
    except ImportError:  # of another Python only
        return False
    return True
