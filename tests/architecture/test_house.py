"""The house keeps its own rules: sizes, the one clock, documented events, covered routes, used partials."""

import ast
import dataclasses
import re
from pathlib import Path

import pytest
from flask import Flask

from consult.announce import events
from consult.permissions.names import Permission

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sorted((ROOT / "consult").rglob("*.py"))
OWN = [*PYTHON, *sorted((ROOT / "tests").rglob("*.py"))]
SCRIPTS = list((ROOT / "static/js").rglob("*.js"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [*OWN, *SCRIPTS], ids=named)
def test_no_file_is_longer_than_400_lines_without_saying_why(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 400 or any("over 400 lines because" in line for line in lines[:12])


def test_only_the_clock_reads_the_time_and_only_the_settings_read_the_environment() -> None:
    wrong = []
    for path in PYTHON:
        source = path.read_text(encoding="utf-8")
        if path.name != "clock.py" and re.search(
            r"datetime\.(now|utcnow)\(|date\.today\(|time\.time\(", source
        ):
            wrong.append(f"{named(path)} reads the time")
        allowed = (
            "config.py",
            "commands/context.py",
            "commands/serving.py",
            "commands/sample.py",
            "safekeeping.py",
        )
        if "os.environ" in source and not named(path).endswith(allowed):
            wrong.append(f"{named(path)} reads the environment")
    assert wrong == []


def test_nothing_is_left_unfinished() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError")
    assert [named(path) for path in PYTHON + SCRIPTS if marks.search(path.read_text(encoding="utf-8"))] == []


def test_live_events_are_the_same_in_python_javascript_and_the_documentation() -> None:
    ours = {event.name for event in events.ALL}
    script = (ROOT / "static/js/live/events.js").read_text(encoding="utf-8")
    documented = set(
        re.findall(
            r"^\| `([a-z_.]+)` \|", (ROOT / "docs/live-events.md").read_text(encoding="utf-8"), re.MULTILINE
        )
    )
    assert documented == ours
    in_script = set(re.findall(r'"([a-z_]+\.[a-z_]+)"', script))
    assert in_script == ours - events.INTERNAL


def test_documented_fields_are_the_events_fields() -> None:
    text = (ROOT / "docs/live-events.md").read_text(encoding="utf-8")
    for event in events.ALL:
        row = re.search(rf"^\| `{re.escape(event.name)}` \| ([^|]*) \|", text, re.MULTILINE)
        assert row is not None
        assert re.findall(r"`([a-z_]+)`", row.group(1)) == [field.name for field in dataclasses.fields(event)]


def test_every_permission_is_asked_for_somewhere() -> None:
    asked = "\n".join(p.read_text(encoding="utf-8") for p in PYTHON if "permissions" not in p.parts)
    templates = "\n".join(p.read_text(encoding="utf-8") for p in TEMPLATES)
    unused = [
        p for p in Permission if f"Permission.{p.name}" not in asked and f'"{p.value}"' not in templates
    ]
    assert unused == []


def test_every_partial_is_used() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in TEMPLATES + PYTHON)
    unused = []
    for path in TEMPLATES:
        name = path.relative_to(ROOT / "templates").as_posix()
        if path.name.startswith("_") and name not in sources:
            unused.append(name)
    assert unused == []


def test_templates_carry_no_inline_script_or_style() -> None:
    wrong = [
        named(path)
        for path in TEMPLATES
        if re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*src=)", path.read_text(encoding="utf-8"))
        and "exports" not in path.parts
    ]
    assert wrong == []


def test_style_sheets_use_logical_properties() -> None:
    physical = re.compile(
        r"(?<![-\w])(margin|padding|border)-(left|right)\s*:|(?<![-\w])(left|right)\s*:\s*[^;]+;|text-align:\s*(left|right)"
    )
    wrong = [
        named(path)
        for path in (ROOT / "static/css").rglob("*.css")
        if physical.search(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def test_packages_of_the_floor_table_exist_and_are_all_there() -> None:
    table = (ROOT / "docs/architecture.md").read_text(encoding="utf-8").split("## How an act travels")[0]
    documented = set(re.findall(r"`([a-z0-9_]+)`", table)) - {"pyproject", "make"}
    present = {
        path.stem if path.is_file() else path.name
        for path in (ROOT / "consult").iterdir()
        if (path.suffix == ".py" and not path.stem.startswith("__")) or (path / "__init__.py").is_file()
    }
    assert documented >= present
    assert {name for name in documented if name not in present} <= {"make lint"}


def test_every_public_function_of_the_domain_says_what_it_does() -> None:
    missing = []
    for path in PYTHON:
        # A predicate's name is its sentence; routes and commands say enough by theirs.
        if any(part in path.parts for part in ("web", "commands", "live")) or path.name == "predicates.py":
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if (
                isinstance(node, ast.FunctionDef)
                and not node.name.startswith("_")
                and ast.get_docstring(node) is None
            ):
                missing.append(f"{named(path)}: {node.name}")
    assert missing == []


#: Addresses anybody may ask for without being signed in; everything else needs a sign-in.
PUBLIC = {
    "/", "/sign-in", "/sign-in/link", "/sign-in/link/<token>", "/invitations/<token>", "/first-start", "/help", "/signed-out",
    "/accessibility", "/healthz", "/readyz", "/metrics", "/csp-report", "/static/<digest_in_path>/<path:name>",
}  # fmt: skip


def test_every_other_route_asks_who_is_there(app: Flask) -> None:
    answers = {}
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if rule.rule in PUBLIC or "GET" not in (rule.methods or ()):
            continue
        address = re.sub(r"<(?:[a-z]+:)?[a-z_]+>", "abcdefghjkmn", rule.rule)
        answer = client.get(address)
        if answer.status_code not in (303, 401, 404, 405) or (
            answer.status_code == 303 and not answer.headers["Location"].startswith("/sign-in")
        ):
            answers[rule.rule] = answer.status_code
    assert answers == {}


def test_every_post_refuses_a_form_without_a_token(app: Flask) -> None:
    client = app.test_client()
    answers = {}
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.rule == "/csp-report":
            continue
        address = re.sub(r"<(?:[a-z]+:)?[a-z_]+>", "abcdefghjkmn", rule.rule).replace("<int:number>", "1")
        answers[rule.rule] = client.post(address, data={"x": "y"}).status_code
    assert {rule: status for rule, status in answers.items() if status not in (400, 404)} == {}
