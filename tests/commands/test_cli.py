"""The list of commands is complete, and a command loads no more than it needs."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from consult.cli import COMMANDS, consult

FOLDER = Path(__file__).resolve().parents[2] / "consult" / "commands"
#: Libraries of the server that a command with files alone must not wait for.
HEAVY = ("sqlalchemy", "flask", "gevent", "babel", "socketio", "redis", "docx", "typst", "pycrdt")


def loaded_by(*arguments: str) -> set[str]:
    """Names of the modules in memory when the command has ended."""
    code = (
        "import sys\nfrom consult.cli import main\n"
        "try:\n    main()\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, timeout=60
    )
    return {name.partition(".")[0] for name in done.stderr.split()}


def test_every_command_of_every_module_is_in_the_list_under_its_name() -> None:
    theirs = {}
    for path in FOLDER.glob("*.py"):
        module = import_module(f"consult.commands.{path.stem}")
        theirs |= {command.name: command for command in getattr(module, "COMMANDS", ())}
    context = click.Context(consult)
    assert {name: consult.get_command(context, name) for name in COMMANDS} == theirs
    assert consult.list_commands(context) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_what_the_list_says_of_a_command_fits_its_line(name: str) -> None:
    says = COMMANDS[name][1]
    assert says.endswith(".")
    assert len(says) <= 58


def test_the_list_of_commands_loads_no_command() -> None:
    modules = loaded_by("--help")
    assert "click" in modules
    assert modules.isdisjoint({*HEAVY, "numpy"})


def test_seating_a_file_loads_nothing_of_the_server(tmp_path: Path) -> None:
    case = tmp_path / "case.json"
    case.write_text('{"participants": [{"id": "a"}, {"id": "b"}], "rooms": [{"id": "r"}]}')
    assert loaded_by("seat", str(case)).isdisjoint(HEAVY)


def test_an_unknown_command_is_wrong_usage() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from consult.cli import main; main()", "seet"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "No such command 'seet'" in done.stderr
