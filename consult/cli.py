"""The command line. Exit 0: done; 1: failed, with one clear line on stderr; 2: wrong usage.

A command's module is imported when it is called, so that `consult seat` starts without the libraries of the server.
"""

import gc
import os
import sys
from importlib import import_module

import click

from consult import __version__

#: Where each command is, as module:attribute below `consult.commands`, and what the list of commands says of it.
COMMANDS = {
    "audit": ("audit:audit", "Check the hash-chained log of every act."),
    "check": ("database:check", "Check settings, database, queue, mail and clock."),
    "create-organizer": ("people:create_organizer", "Make the first account and print a sign-in link."),
    "db": ("database:db", "The schema, and safe copies of the database."),
    "demo": ("sample:demo", "Build the sample consultation and serve it."),
    "export": ("record:export", "Write the record of a consultation to a file."),
    "import": ("people:import_group", "Bring people in from CSV or XLSX."),
    "seat": ("seat:seat", "Seat people in balanced rooms: a file in, a file out."),
    "serve": ("serving:serve", "Serve in production."),
    "sign-in-link": ("people:sign_in_link", "Print a link that signs a person in, once."),
}
#: Failures that say themselves what is wrong: module and class. One that was raised has its module loaded.
SPEAKING = (
    ("consult.config", "BadSetting"),
    ("consult.safekeeping", "SafekeepingError"),
    ("consult.exports.run", "ExportFailed"),
)


class OnCall(click.Group):
    """The group of all commands, each imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        # Nothing that is being loaded is garbage: not looking for any saves a tenth of the start.
        gc.disable()
        found = getattr(import_module(f"consult.commands.{module}"), attribute)
        gc.freeze()
        gc.enable()
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in COMMANDS.items()])


@click.group(cls=OnCall)
@click.version_option(__version__)
def consult() -> None:
    """Multi-stakeholder consultations: breakout rooms, live drafting, a record to trust."""


def main() -> None:
    """Run a command; turn refusals into one line."""
    try:
        consult(standalone_mode=False)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(1)
    except click.Abort:
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read the output has gone: nothing more can be said, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        _fail(f"{error.filename or 'file'}: {error.strerror}")
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        _fail(sentence)


def _sentence(error: Exception) -> str | None:
    """What is said of a failure; None when it is not one that is expected."""
    if any(_is(error, *place) for place in SPEAKING):
        return str(error)
    if _is(error, "sqlalchemy.exc", "SQLAlchemyError"):
        return f"the database cannot be used ({type(error).__name__}): `consult check` says more"
    if _is(error, "consult.errors", "DomainError"):
        from consult.messages import message

        return message(error.code, "en", **error.params)  # type: ignore[attr-defined]
    return None


def _is(error: Exception, module: str, name: str) -> bool:
    return module in sys.modules and isinstance(error, getattr(sys.modules[module], name))


def _fail(sentence: str) -> None:
    print(f"consult: {sentence}", file=sys.stderr)
    sys.exit(1)
