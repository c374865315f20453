"""The black-box acceptance tools, run on a sample that is being served: `python -m bench.acceptance TOOL …`.

Reads who is who from `instance/demo.json`, signs in as each person, collects the pages that person is shown, and runs the
tool on them; every command line is printed first. TOOL is a11y, headers, weight or fuzz. What follows `--` goes to the
tool as it stands. Results of the last runs: docs/acceptance.md.
"""

import argparse
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT.parent / "shared" / "tools" / "acceptance"
CAST = ROOT / "instance" / "demo.json"
PEOPLE = ("facilitator", "delegate", "panelist", "organizer", "anonymous")
#: Where a person begins, as far as they may see it; the rest is found by following links.
STARTS = ("/", "/sign-in", "/help", "/accessibility", "/account", "/c/new")
CONSULTATION = (
    "",
    "/people",
    "/people/import",
    "/people/invite",
    "/library",
    "/sources/new",
    "/sessions/new",
    "/outcomes",
    "/settings",
)
SESSION = ("", "/edit", "/projector", "/report-back", "/decisions", "/summary")
#: No pages: files, ways out, and what a link does at once.
NO_PAGES = ("/static/", "/sign-in/link", "/signed-out")
IDENTIFIER = re.compile(r"(?<=/)[a-z0-9]{12}(?=[/?]|$)")
#: How many pages of one kind are looked at: rooms and items differ by their state.
OF_A_KIND = {"/rooms/*": 3, "/items/*": 4}
WEIGHTS = {
    "sign-in": "kb=60,req=8,cls=0.1",
    "session": "kb=150,req=15,cls=0.1",
    "room": "kb=300,req=20,cls=0.1",
}


class Person:
    """Somebody of the cast, in a browser of their own."""

    def __init__(self, cast: dict[str, Any], name: str, number: int = 0) -> None:
        self.base, self.session = cast["base_url"], cast["session"]
        self.start = [
            *STARTS,
            *(f"/c/{cast['consultation']}{page}" for page in CONSULTATION),
            *(f"/s/{self.session}{page}" for page in SESSION),
        ]
        self.http = requests.Session()
        self.login: list[str] = []
        if name != "anonymous":
            found = cast["people"]["delegates"][number] if name == "delegate" else cast["people"][name]
            fields = {field: found[field] for field in ("email", "password")}
            self.login = ["/sign-in " + " ".join(f"{key}={quote(value)}" for key, value in fields.items())]
            token = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/sign-in").text)
            assert token
            self.http.post(f"{self.base}/sign-in", {"csrf_token": token[1], **fields}).raise_for_status()

    def get(self, path: str) -> requests.Response:
        return self.http.get(self.base + path, allow_redirects=False, timeout=20)

    def signed_in(self) -> list[str]:
        return ["--login", *self.login] if self.login else []

    def pages(self) -> list[str]:
        """The pages this person is shown, a few of each kind."""
        waiting, found, kinds = list(self.start), list[str](), dict[str, int]()
        for path in waiting:
            kind = IDENTIFIER.sub("*", path.partition("?")[0]) + ("?" if "?" in path else "")
            if kinds.get(kind, 0) >= OF_A_KIND.get(kind, 1):
                continue
            answer = self.get(path)
            if answer.status_code != 200 or not is_page(answer):
                continue
            kinds[kind] = kinds.get(kind, 0) + 1
            found.append(path)
            links = (
                link.replace("&amp;", "&").partition("#")[0]
                for link in re.findall(r'href="([^"]+)"', answer.text)
            )
            waiting += [
                link
                for link in links
                if link.startswith("/") and not link.startswith(NO_PAGES) and link not in waiting
            ]
        return found

    def room(self) -> tuple[str, str] | None:
        """The room this person sits in, and the item it shows."""
        room = re.search(r'"/rooms/([a-z0-9]{12})"', self.get(f"/s/{self.session}").text)
        item = room and re.search(r'data-draft-id-value="(\w+)"', self.get(f"/rooms/{room[1]}").text)
        return (room[1], item[1]) if room and item else None


def is_page(answer: requests.Response) -> bool:
    return (
        answer.headers["Content-Type"].startswith("text/html") and "Content-Disposition" not in answer.headers
    )


def a11y(cast: dict[str, Any], people: list[str]) -> list[list[str]]:
    """One run for each person, over all they are shown."""
    looks = ["--rtl-param", "lang=ar", "--keyboard", "--widths", "1280,375"]
    return [[*given_pages(Person(cast, name)), *looks] for name in people]


def headers(cast: dict[str, Any], people: list[str]) -> list[list[str]]:
    """One run for each person, with the downloads of the summary where it may be read."""
    runs = []
    files = [
        f"/s/{cast['session']}/summary/download/{form}" for form in ("docx", "pdf", "html", "md", "json")
    ]
    for person in (Person(cast, name) for name in people if name != "anonymous"):
        may_read = person.get(files[0]).status_code == 200
        downloads = ["--downloads", ",".join(files)] if may_read else []
        runs.append([*given_pages(person), "--public", "/sign-in", "--logout", "/sign-out", *downloads])
    return runs


def weight(cast: dict[str, Any], _people: list[str]) -> list[list[str]]:
    """Sign-in, session and room, each with its own budget."""
    delegate = Person(cast, "delegate")
    found = delegate.room()
    paths = {"session": f"/s/{cast['session']}"} | ({"room": f"/rooms/{found[0]}"} if found else {})
    runs = [["--paths", "/sign-in", "--budget", WEIGHTS["sign-in"]]]
    runs += [
        ["--paths", path, *delegate.signed_in(), "--budget", WEIGHTS[page]] for page, path in paths.items()
    ]
    return [["--idle", "20", *run] for run in runs]


def fuzz(cast: dict[str, Any], _people: list[str]) -> list[list[str]]:
    """A delegate attacks; another writes an item on two pages meanwhile."""
    people = [Person(cast, "delegate", number) for number in range(8)]
    for number, observer in enumerate(people):
        found = observer.room()
        if found:
            room, item = found
            who = [*people[number - 1].signed_in(), "--observer-login", *observer.login]
            events = ["--scan", "--scan-paths", f"/rooms/{room}", "--events", "follow,clock,here,join,u,a"]
            return [["--draft", item, *who, *events, "--probe-event", "edit", "--bin-event", "u"]]
    raise SystemExit("acceptance: nobody is in a room; serve the sample with --stage drafting")


def given_pages(person: Person) -> list[str]:
    return [*person.signed_in(), "--paths", ",".join(person.pages())]


RUNS = {"a11y": a11y, "headers": headers, "weight": weight, "fuzz": fuzz}


def main() -> int:
    """Run a tool; 1 when any run found something."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tool", choices=tuple(RUNS))
    parser.add_argument("--as", dest="people", default=",".join(PEOPLE[:3]), help="of: " + ", ".join(PEOPLE))
    parser.add_argument("--tools", type=Path, default=TOOLS, help="folder of the tools")
    parser.add_argument("--cast", type=Path, default=CAST, help="what `consult demo` wrote")
    parser.add_argument(
        "--print", dest="only_print", action="store_true", help="print the command lines only"
    )
    parser.add_argument("rest", nargs="*", help="after --: for the tool")
    options = parser.parse_args()
    script = [str(ROOT / "bench/hostile.py"), str(options.tools / "fuzz_socket.py")]
    start = script if options.tool == "fuzz" else [str(options.tools / f"{options.tool}.py")]
    failed = 0
    cast = json.loads(options.cast.read_text(encoding="utf-8"))
    for run in RUNS[options.tool](cast, options.people.split(",")):
        command = [sys.executable, *start, "--base", cast["base_url"], *run, *options.rest]
        print("$ " + shlex.join(command), flush=True)
        failed |= 0 if options.only_print else subprocess.run(command, check=False).returncode
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
