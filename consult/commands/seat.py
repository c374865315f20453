"""`consult seat`: a case file in, an answer file out. It needs no database and no settings."""

import sys
from pathlib import Path
from typing import Any

import click

from consult.seating.allocation import seat as seating_of
from consult.seating.balance import as_json, report
from consult.seating.casefile.answering import answer, as_text, words
from consult.seating.casefile.parsing import MAX_BYTES, parsed
from consult.seating.casefile.reading import BadCase, case_of

MAX_SEED = 2**63 - 1
#: A message shows at most so much of what a file says.
MAX_LINE = 300


@click.command()
@click.argument("file", metavar="CASE.json")
@click.option("-o", "--output", metavar="ANSWER.json", help="Where to write the answer.")
@click.option(
    "--seed",
    type=click.IntRange(0, MAX_SEED),
    help="The draw: the same seed gives the same seating. Default: the seed in the file, or 0.",
)
@click.option(
    "--json", "in_json", is_flag=True, help="Print the answer and the report as JSON, not in words."
)
def seat(file: str, output: str | None, seed: int | None, in_json: bool) -> None:
    """Seat the people of CASE.json (- for standard input) and print the balance report.

    docs/seating.md describes both files. The same file, seed and version give the same answer.
    """
    try:
        given = parsed(_content(file))
        case = case_of(given)
        seed = _seed_in(given) if seed is None else seed
    except BadCase as error:
        raise click.ClickException(_shown(f"{file}: {error}")) from error
    if output is not None and file != "-" and Path(output).exists() and Path(output).samefile(file):
        raise click.ClickException(f"{output}: the answer would replace the case; name another file")
    seating = seating_of(case, seed=seed)
    found = report(case, seating.rounds)
    said = answer(case, seating, found)
    if output is not None:
        Path(output).write_text(as_text(said), encoding="utf-8")
    if in_json:
        click.echo(as_text({**said, "report": as_json(found)}), nl=False)
    else:
        for line in words(seating, found, said["input_hash"]):
            click.echo(_printable(line))


def _content(file: str) -> bytes:
    """The file as it is; of one that is too large, one byte too many and no more."""
    if file == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(file).open("rb") as source:
        return source.read(MAX_BYTES + 1)


def _seed_in(given: dict[str, Any]) -> int:
    """The seed that the record of a proposal names; 0 where there is none."""
    found = given.get("seed", 0)
    if type(found) is not int or not 0 <= found <= MAX_SEED:
        raise BadCase(f"seed must be a whole number from 0 to {MAX_SEED}.")
    return found


def _shown(line: str) -> str:
    """One line, and not an endless one, whatever a name in the file holds."""
    return _printable(line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}…")


def _printable(line: str) -> str:
    """Without what would steer a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in line)


COMMANDS = (seat,)
