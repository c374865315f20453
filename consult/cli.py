"""The command line. Exit 0: done; 1: failed, with one clear line on stderr; 2: wrong usage."""

import sys

import click
from sqlalchemy.exc import SQLAlchemyError

from consult import __version__
from consult.commands import audit, database, people, record, sample, serving
from consult.config import BadSetting
from consult.errors import DomainError
from consult.exports.run import ExportFailed
from consult.messages import message
from consult.safekeeping import SafekeepingError

GROUPS = (serving, sample, people, database, record, audit)


@click.group()
@click.version_option(__version__)
def consult() -> None:
    """Multi-stakeholder consultations: breakout rooms, live drafting, a record to trust."""


for module in GROUPS:
    for command in module.COMMANDS:
        consult.add_command(command)


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
    except (BadSetting, SafekeepingError, ExportFailed) as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.filename or 'file'}: {error.strerror}")
    except SQLAlchemyError as error:
        _fail(f"the database cannot be used ({type(error).__name__}): `consult check` says more")
    except DomainError as error:
        _fail(message(error.code, "en", **error.params))


def _fail(sentence: str) -> None:
    print(f"consult: {sentence}", file=sys.stderr)
    sys.exit(1)
