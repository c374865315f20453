"""A slow disk stops nobody: the server's commits run beside its hub."""

import time
from typing import Any

from sqlalchemy import Engine, text

from consult.db import commit_through, sessions_for, unit_of_work


def test_every_commit_goes_through_the_runner_and_counts(engine: Engine) -> None:
    commits: list[str] = []

    def run(commit: Any, raw: Any) -> Any:
        commits.append("begun")
        done = commit(raw)
        commits.append("done")
        return done

    commit_through(engine, run)
    with unit_of_work(sessions_for(engine)) as db:
        db.execute(text("CREATE TABLE kept (word TEXT)"))
        db.execute(text("INSERT INTO kept VALUES ('yes')"))
        assert commits == []
    assert commits == ["begun", "done"]
    with engine.connect() as connection:
        assert connection.execute(text("SELECT word FROM kept")).scalar() == "yes"


def test_others_work_while_one_commit_waits_for_the_disk(engine: Engine) -> None:
    import gevent
    from gevent.threadpool import ThreadPool

    disk = ThreadPool(1)

    def slow(commit: Any, raw: Any) -> Any:
        time.sleep(0.2)
        return commit(raw)

    commit_through(engine, lambda commit, raw: disk.apply(slow, (commit, raw)))
    turns: list[float] = []

    def count() -> None:
        while len(turns) < 1000:
            turns.append(time.monotonic())
            gevent.sleep(0.002)

    counter = gevent.spawn(count)
    with unit_of_work(sessions_for(engine)) as db:
        db.execute(text("CREATE TABLE kept (word TEXT)"))
    counter.kill()
    disk.kill()
    assert len(turns) > 10, "the hub turned while the disk was waited for"
