"""The independent evaluator and generator of seating cases, when they are beside the project."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from consult.seating.case import Person, RoomSpec

TOOLS = Path(__file__).parents[3] / "shared" / "tools" / "seating"


def tool(name: str) -> ModuleType:
    """The module of that name among the seating tools."""
    spec = importlib.util.spec_from_file_location(f"seating_{name}", TOOLS / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def people_of(case: dict[str, Any]) -> list[Person]:
    """The people of a case."""
    return [
        Person(
            p["id"],
            p.get("region"),
            p.get("stakeholder"),
            p.get("role"),
            p.get("gender"),
            p.get("delegation"),
            tuple(p.get("languages") or ()),
        )
        for p in case["participants"]
        if not p.get("absent")
    ]


def rooms_of(case: dict[str, Any]) -> list[RoomSpec]:
    """The rooms of a case."""
    return [RoomSpec(r["id"], r.get("max"), tuple(r.get("languages") or ())) for r in case["rooms"]]
