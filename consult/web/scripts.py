"""Joins the modules of a page into one file, so that a page asks for a handful of files and not for forty.

Decides what a page's script is made of; refuses to understand JavaScript beyond the import and export statements that
our own modules use, each at the start of a line. Vendor files stay files of their own: they are large, and the same on
every page. What a page loads later (`import()`) is joined into a second file, which shares the modules of the first.
Pure: texts in, texts out.
"""

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ENTRIES, OWN, LATER = "js/pages/", "js/", ".later.js"

_IMPORT = re.compile(r'^import\s+([^;"]+?)\s+from\s+"([^"]+)";\n', re.MULTILINE)
_IMPORTED = re.compile(r'^import [^;"]+ from "([^"]+)";$', re.MULTILINE)
#: Type names in comments are written `{import("…")…}`.
_LATER = re.compile(r'(?<!\{)\bimport\("([^"]+)"\)')
_DEFAULT = re.compile(r"^export default class(?=( extends)? )", re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
_LEFT = re.compile(r"^(import|export)\b.*", re.MULTILINE)


class NotJoinable(ValueError):
    """A module that is written in a way this cannot read; names the file and the line."""


@dataclass(frozen=True)
class Module:
    """One file of ours: which modules it needs before it runs, and which it asks for later."""

    name: str
    source: str
    needs: tuple[str, ...]
    later: tuple[str, ...]


def module(name: str, source: str) -> Module:
    """Read the imports of a file."""
    needs = tuple(_resolved(name, found.group(2)) for found in _IMPORT.finditer(source))
    return Module(name, source, needs, tuple(_resolved(name, path) for path in _LATER.findall(source)))


def joined(files: Mapping[str, str]) -> dict[str, str]:
    """The scripts of the pages under `js/pages/`, each in one file; and one more for what it loads later.

    Raises:
        NotJoinable: for a circle of imports, a missing file or a statement of another form.
    """
    modules = {name: module(name, source) for name, source in files.items() if _is_own(name)}
    needed = {name for part in modules.values() for name in part.needs}
    joined_files: dict[str, str] = {}
    for name in sorted(modules):
        if name.startswith(ENTRIES) and name not in needed:
            first = _in_order([name], modules)
            later = _in_order(_asked_later(first, modules), modules, without=first)
            joined_files[name] = _script(name, first, modules, shares=bool(later))
            if later:
                joined_files[_second(name)] = _script(name, later, modules, shared=first)
    return joined_files


def needs(script: str, name: str) -> list[str]:
    """The files that a joined script imports before it runs."""
    return [_resolved(name, path) for path in _IMPORTED.findall(script)]


def _is_own(name: str) -> bool:
    return name.startswith(OWN) and name.endswith(".js")


def _second(entry: str) -> str:
    return entry.removesuffix(".js") + LATER


def _resolved(importer: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(importer), path))


def _asked_later(names: Iterable[str], modules: Mapping[str, Module]) -> list[str]:
    """Our modules that these load later, and what those load later again."""
    found: list[str] = []
    waiting = list(names)
    while waiting:
        for name in modules[waiting.pop()].later:
            if _is_own(name) and name not in found:
                found.append(name)
                waiting += _in_order([name], modules)
    return found


def _in_order(names: Iterable[str], modules: Mapping[str, Module], without: Iterable[str] = ()) -> list[str]:
    """These modules and all they need, each after what it needs."""
    done, passed, order = set(without), set[str](), list[str]()

    def visit(name: str, importer: str) -> None:
        if name in done or not _is_own(name):
            return
        if name not in modules or name in passed:
            raise NotJoinable(
                f"{importer}: cannot join {name} ({'a circle' if name in passed else 'missing'})"
            )
        passed.add(name)
        for needed in modules[name].needs:
            visit(needed, name)
        done.add(name)
        order.append(name)

    for name in names:
        visit(name, name)
    return order


def _vendor(names: Iterable[str], modules: Mapping[str, Module]) -> list[str]:
    return sorted({needed for name in names for needed in modules[name].needs if not _is_own(needed)})


def _script(
    entry: str,
    names: list[str],
    modules: Mapping[str, Module],
    *,
    shares: bool = False,
    shared: Iterable[str] = (),
) -> str:
    """The modules as functions that run once, in order; `shared` come from the entry's own file."""
    lines = [
        f'import * as {_variable(vendor)} from "{_path(entry, vendor)}";'
        for vendor in _vendor(names, modules)
    ]
    taken = list(shared)
    if taken:
        pairs = ", ".join(_variable(name) for name in taken)
        lines.append(f'import {{ {pairs} }} from "./{posixpath.basename(entry)}";')
    lines += [_function(modules[name], entry) for name in names]
    given = names if shares or taken else []
    if given:
        lines.append(f"export {{ {', '.join(_variable(name) for name in given)} }};")
    return "\n".join(lines) + "\n"


def _function(part: Module, entry: str) -> str:
    """A module as a function that returns what the module exports."""
    exported = [found.group(2) for found in _EXPORT.finditer(part.source)]
    source = _IMPORT.sub(lambda found: _taken(part, found), part.source)
    source = _LATER.sub(lambda found: _asked(part, found.group(1), entry), source)
    if _DEFAULT.search(source):
        source = _DEFAULT.sub("const default_ = class", source)
        exported.append("default: default_")
    source = _EXPORT.sub(r"\1 \2", source)
    left = _LEFT.search(source)
    if left:
        raise NotJoinable(f"{part.name}: cannot read {left.group(0)!r}")
    return (
        f"// {part.name}\n"
        f"const {_variable(part.name)} = (() => {{\n{source}\nreturn {{ {', '.join(exported)} }};\n}})();"
    )


def _taken(part: Module, found: re.Match[str]) -> str:
    """`import x, { a as b } from "p"` as the unpacking of what `p` returned."""
    clause, source = found.group(1), _variable(_resolved(part.name, found.group(2)))
    whole = re.fullmatch(r"(?:(\w+)\s*,?\s*)?(?:\{([^{}*]*)\})?", clause)
    if whole is None:
        raise NotJoinable(f"{part.name}: cannot read {found.group(0)!r}")
    names = [re.sub(r"\s+as\s+", ": ", name.strip()) for name in (whole.group(2) or "").split(",")]
    if whole.group(1):
        names.insert(0, f"default: {whole.group(1)}")
    return f"const {{ {', '.join(filter(None, names))} }} = {source};\n"


def _asked(part: Module, path: str, entry: str) -> str:
    """`import("p")` as it reads from the place of the joined file."""
    name = _resolved(part.name, path)
    if not _is_own(name):
        return f'import("{_path(entry, name)}")'
    return f'import("./{posixpath.basename(_second(entry))}").then((later) => later.{_variable(name)})'


def _path(entry: str, name: str) -> str:
    return posixpath.relpath(name, posixpath.dirname(entry))


def _variable(name: str) -> str:
    """`js/live/socket.js` → `js_live_socket`."""
    return re.sub(r"\W", "_", name.removesuffix(".js"))
