"""`fuzz_socket.py` with a probe that means something here: an edit of a draft, seen by another page.

`python bench/hostile.py TOOL --draft ITEM --probe-event edit …` takes the arguments of the tool. After each attack the first
observer writes into a field of the draft and the second must read it there; what is relayed is handed to the tool as bytes,
which it judges at the end. Attacks of the drafting protocol are added: base64 instead of attachments.
"""

import argparse
import base64
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from pycrdt import Doc, Map

#: Where probes write; a field that the sample leaves to the room.
FIELD = "review"


def loaded(path: Path) -> ModuleType:
    """The tool as a module; it lies outside the project."""
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location("fuzz_socket", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"hostile: cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def drafting(observer: type[Any], draft: str) -> type[Any]:
    """The tool's observer, at work on a draft."""

    class Editor(observer):  # type: ignore[misc]
        def __init__(self, base: str, cookie: str, ns: str, name: str) -> None:
            super().__init__(base, cookie, ns, name)
            self.doc: Doc = Doc()
            self.facts: Map = self.doc.get("facts", type=Map)
            self.c.on("u", self.received, namespace=ns)
            self.c.on("connect", self.join, namespace=ns)
            self.plain, self.c.emit = self.c.emit, self.emit
            self.join()

        def join(self) -> None:
            vector = base64.b64encode(self.doc.get_state()).decode()
            self.plain(
                "join", {"v": 1, "draft": draft, "sv": vector}, namespace=self.ns, callback=self.joined
            )

        def joined(self, answer: dict[str, Any]) -> None:
            if not answer.get("ok") or not answer.get("edit"):
                raise SystemExit(f"hostile: {self.name} may not edit {draft}: {answer}")
            self.doc.apply_update(base64.b64decode(answer["update"]))

        def emit(self, event: str, data: Any = None, **rest: Any) -> None:
            if event != "edit":
                self.plain(event, data, **rest)
                return
            before = self.doc.get_state()
            self.facts[FIELD] = data["text"]
            update = base64.b64encode(self.doc.get_update(before)).decode()
            self.plain("u", (update, draft), namespace=self.ns)

        def received(self, update: str, seq: int, of: str) -> None:
            data = base64.b64decode(update)
            self.got.append(("u", (data,)))
            self.doc.apply_update(data)
            self.got.append(("edit", ({"text": self.facts.get(FIELD)},)))

    return Editor


def with_drafting_attacks(tool: ModuleType, draft: str) -> Callable[..., Iterator[Any]]:
    """The tool's attacks, and those that speak the drafting protocol."""
    attacks = tool.attacks

    def all_attacks(settings: Any, events: list[str]) -> Iterator[Any]:
        yield from attacks(settings, events)
        blobs = [base64.b64encode(blob).decode() for blob in tool.BIN]

        def updates(socket: Any) -> None:
            socket.send(tool.ev("join", {"v": 1, "draft": draft, "sv": "AA=="}, ack=1))
            for blob in blobs:
                socket.send(tool.ev("u", blob, draft, ack=2))
                socket.send(tool.ev("a", blob, draft))

        def vectors(socket: Any) -> None:
            for blob in blobs:
                socket.send(tool.ev("join", {"v": 1, "draft": draft, "sv": blob}, ack=1))

        def others(socket: Any) -> None:
            names: list[Any] = ["../1", "999999", "", None, {}, [], 0, "1'--", "x" * 5000, "aaaaaaaaaaaa"]
            for name in names:
                socket.send(tool.ev("join", {"v": 1, "draft": name, "sv": "AA=="}, ack=1))
                socket.send(tool.ev("u", "AAA=", name, ack=2))

        yield f"draft: {len(blobs)} malformed updates and carets in base64", updates
        yield f"draft: {len(blobs)} malformed state vectors", vectors
        yield "draft: foreign and malformed draft ids", others

    return all_attacks


def main() -> int:
    """Run the tool, changed in the two places above."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tool", type=Path, help="path of fuzz_socket.py")
    parser.add_argument("--draft", required=True, help="an action item both observers may edit")
    options, rest = parser.parse_known_args()
    tool: Any = loaded(options.tool)
    tool.Obs = drafting(tool.Obs, options.draft)
    tool.attacks = with_drafting_attacks(tool, options.draft)
    sys.argv = [str(options.tool), *rest]
    return int(tool.main())


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)
