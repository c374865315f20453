"""Copies of the database that are consistent while the server runs, and putting one back.

SQLite: the library's online backup. PostgreSQL: `pg_dump` and `pg_restore`, which must be installed.
"""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import URL, make_url


class SafekeepingError(RuntimeError):
    """A copy that could not be made or put back; the message says why."""


def backup(url: str, file: str) -> int:
    """Write a consistent copy; the file appears only when it is complete.

    Returns:
        Its size in bytes.

    Raises:
        SafekeepingError
    """
    parsed = make_url(url)
    target = Path(file).absolute()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".backup-")
    os.close(handle)
    partial = Path(name)
    try:
        if parsed.get_backend_name() == "sqlite":
            _copy_sqlite(_database_file(parsed), partial)
        else:
            _run("pg_dump", parsed, "--format=custom", f"--file={partial}")
        partial.chmod(0o600)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target.stat().st_size


def restore(url: str, file: str) -> None:
    """Replace the database by a copy made with `backup`.

    Raises:
        SafekeepingError: the file is not such a copy, or the database cannot be written.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        database = _database_file(parsed, must_exist=False)
        _check_sqlite(Path(file))
        database.parent.mkdir(parents=True, exist_ok=True)
        incoming = database.with_suffix(".restoring")
        shutil.copyfile(file, incoming)
        incoming.chmod(0o600)
        with incoming.open("rb") as copied:
            os.fsync(copied.fileno())
        for suffix in ("-wal", "-shm"):
            Path(f"{database}{suffix}").unlink(missing_ok=True)
        incoming.replace(database)
    else:
        _run("pg_restore", parsed, "--clean", "--if-exists", "--no-owner", "--single-transaction", file)


def _database_file(url: URL, *, must_exist: bool = True) -> Path:
    if not url.database or url.database == ":memory:":
        raise SafekeepingError("a database in memory cannot be copied")
    path = Path(url.database)
    if must_exist and not path.exists():
        raise SafekeepingError(f"there is no database at {path}")
    return path


def _copy_sqlite(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as from_, closing(sqlite3.connect(target)) as to:
        from_.backup(to)


def _check_sqlite(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
            sound = copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            ours = copy.execute(
                "SELECT count(*) FROM sqlite_master WHERE name = 'audit_entry'"
            ).fetchone() == (1,)
    except sqlite3.DatabaseError as error:
        raise SafekeepingError(f"{file} is not a copy of a database ({error})") from error
    if not sound or not ours:
        raise SafekeepingError(f"{file} is not a sound copy of a consult database")


def _run(program: str, url: URL, *arguments: str) -> None:
    if shutil.which(program) is None:
        raise SafekeepingError(f"{program} is not installed: install PostgreSQL's client programs")
    environ = {**os.environ, "PGPASSWORD": url.password or ""}
    address = [
        "--host",
        url.host or "localhost",
        "--port",
        str(url.port or 5432),
        "--dbname",
        url.database or "",
    ]
    if url.username:
        address += ["--username", url.username]
    done = subprocess.run(  # noqa: S603  (a fixed program; the address and file are arguments of their own)
        [program, *address, *arguments], env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SafekeepingError(
            f"{program}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'failed'}"
        )
