"""Runs benchmarks by name; without a name, all of them."""

import importlib
import sys

NAMES = ("pages", "stalls", "exports", "drafting", "opening", "processes", "satellite", "live", "seating")


def main() -> int:
    """Run what was asked for; 1 when a budget was missed, 2 when a name is unknown."""
    wanted = sys.argv[1:] or list(NAMES)
    unknown = [name for name in wanted if name not in NAMES]
    if unknown:
        print(f"bench: there is no {', '.join(unknown)}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    missed = 0
    for name in wanted:
        missed |= importlib.import_module(f"bench.{name}").main()
    return missed


if __name__ == "__main__":
    sys.exit(main())
