"""Breaks a real installation on purpose and checks the record afterwards: `make faults ARGS="F1 F5"`.

`python -m tests.faults [F1 …] [--backend sqlite|postgresql|two] [--short] [--keep FOLDER]`. Prints a table; 1 when a promise was
broken. What a fault needs and this machine has not is listed as not run.
"""

import argparse
import importlib
import os
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.faults.plan import FAULTS, Fault, NotHere, Run
from tests.faults.site import BACKENDS

MODULES = ("faults_of_processes", "faults_of_services", "faults_of_networks", "faults_of_contents")
MOST_VIOLATIONS = 12


def load() -> None:
    """Fill the plan."""
    for name in MODULES:
        importlib.import_module(f"tests.faults.{name}")


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tests.faults", description=__doc__.splitlines()[0])
    parser.add_argument("faults", nargs="*", metavar="F", help="numbers, such as F1 F5; default: all")
    parser.add_argument("--backend", action="append", choices=list(BACKENDS), help="default: all of them")
    parser.add_argument("--short", action="store_true", help="fewer people, shorter faults")
    parser.add_argument("--keep", type=Path, help="keep databases and logs of the servers here")
    options = parser.parse_args(argv)
    load()
    unknown = [name for name in options.faults if name not in FAULTS]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(ordered())}")
    broken = 0
    print("| fault | on | result | seconds | measured |\n| --- | --- | --- | ---: | --- |", flush=True)
    for number in ordered():
        if options.faults and number not in options.faults:
            continue
        fault = FAULTS[number]
        for backend in options.backend or list(BACKENDS):
            if backend in fault.backends:
                broken += not one(fault, backend, options)
    return 1 if broken else 0


def ordered() -> list[str]:
    return sorted(FAULTS, key=lambda number: int(number[1:]))


def one(fault: Fault, backend: str, options: argparse.Namespace) -> bool:
    """Run one and print its row; whether every promise was kept (or it could not be run)."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="faults-") as temporary:
        folder = Path(temporary) if options.keep is None else options.keep / f"{fault.number}-{backend}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        run = Run(folder, backend, is_short=options.short)
        result = "kept"
        try:
            fault.run(run)
        except (NotHere, FileNotFoundError) as reason:
            result = f"not run: {reason}"
        except Exception:  # what the scenario itself could not do is a finding too
            run.verdict.violations.append(traceback.format_exc(limit=-3))
    if run.verdict.violations:
        result = "**BROKEN**"
    measured = ", ".join(f"{name} {value}" for name, value in run.verdict.measured.items())
    took = time.monotonic() - began
    print(f"| {fault.number} {fault.title} | {backend} | {result} | {took:.0f} | {measured} |", flush=True)
    for violation in run.verdict.violations[:MOST_VIOLATIONS]:
        print(f"  {violation}", file=sys.stderr, flush=True)
    return not run.verdict.violations


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)
