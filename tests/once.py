"""What a test process does once, though nearly every test has an app and people of its own: templates and routes compiled, passwords checked."""

from collections.abc import Callable
from functools import cache
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from consult.people import passwords


class _Compiled(BytecodeCache):
    def __init__(self) -> None:
        self._known: dict[str, tuple[str, object]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._known.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code  # type: ignore[assignment]

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.checksum, bucket.code


_COMPILED = _Compiled()


def compiled_once(app: Flask) -> Flask:
    """The app, with the templates of those before it."""
    app.jinja_env.bytecode_cache = _COMPILED
    return app


def compile_routes_once() -> None:
    """Let rules of the same address share the function that makes addresses of it, which is given the rule it works for."""
    compiled = Rule._compile_builder
    known: dict[tuple[str, bool], Callable[..., Any]] = {}

    def once(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        if rule.defaults or rule.host or rule.subdomain:
            return compiled(rule, append_unknown)
        key = rule.rule, append_unknown
        if key not in known:
            known[key] = compiled(rule, append_unknown)
        return known[key]

    Rule._compile_builder = once  # type: ignore[method-assign]


def check_passwords_once() -> None:
    """Answer from memory whether a password belongs to a hash; the first answer is the real one, slow on purpose."""
    checked = cache(passwords._verify)

    def once(work: Callable[..., Any], *arguments: Any) -> Any:
        return checked(*arguments) if work is passwords._verify else work(*arguments)

    passwords.use_runner(once)
