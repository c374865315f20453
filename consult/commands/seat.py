"""`consult seat`: a case file in, an answer file out. It needs no database and no settings."""

import hashlib
import sys
from pathlib import Path

import click

from consult.seating.allocation import seat as seating_of
from consult.seating.answering import answer, as_text, explanations
from consult.seating.case import Case, Seating
from consult.seating.parsing import MAX_BYTES, parsed
from consult.seating.plan_measures import plan_measures
from consult.seating.reading import BadCase, case_of

#: A message shows at most so much of what a file says.
MAX_LINE = 300


@click.command()
@click.argument("file", metavar="CASE.json")
@click.option("-o", "--output", metavar="ANSWER.json", help="Where to write the answer.")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    default=0,
    show_default=True,
    help="The draw: the same seed gives the same seating.",
)
@click.option(
    "--json", "in_json", is_flag=True, help="Print the answer with the report as JSON, not in words."
)
def seat(file: str, output: str | None, seed: int, in_json: bool) -> None:
    """Seat the people of CASE.json (- for standard input) and print the balance report.

    docs/seating.md describes both files. The same file, seed and version give the same answer.
    """
    content = _content(file)
    try:
        case = case_of(parsed(content))
    except BadCase as error:
        raise click.ClickException(_shown(f"{file}: {error}")) from error
    if output is not None and file != "-" and Path(output).exists() and Path(output).samefile(file):
        raise click.ClickException(f"{output}: the answer would replace the case; name another file")
    seating = seating_of(case, seed=seed)
    found = answer(
        seating,
        {"measures": plan_measures(case, seating.rounds)},
        input_hash=hashlib.sha256(content).hexdigest(),
    )
    if output is not None:
        Path(output).write_text(as_text(found), encoding="utf-8")
    if in_json:
        click.echo(as_text(found), nl=False)
    else:
        for line in _words(case, seating):
            click.echo(_shown(line))


def _content(file: str) -> bytes:
    """The file as it is; of one that is too large, one byte too many and no more."""
    if file == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(file).open("rb") as source:
        return source.read(MAX_BYTES + 1)


def _words(case: Case, seating: Seating) -> list[str]:
    """The balance report, a sentence a line."""
    lines = [str(sentence) for sentence in explanations(seating)]
    lines += [f"  {name}: {value}" for name, value in plan_measures(case, seating.rounds).items()]
    return lines


def _shown(line: str) -> str:
    """One line for a terminal, whatever the file holds: no control characters, no endless names."""
    short = line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}…"
    return "".join(letter if letter.isprintable() else " " for letter in short)


COMMANDS = (seat,)
