"""`consult demo`: the sample consultation, built anew and served."""

import json
import os
import secrets
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from consult import migrating
from consult.commands.serving import start
from consult.config import INSTANCE
from consult.db import Db, engine_for, sessions_for, unit_of_work
from consult.people import accounts
from consult.people.models import Member, Role
from consult.rehearsal.casting import left_free, played
from consult.sample.build import PASSWORD, Sample, Stage, build, existing

LINK_DAYS = 365
#: Opens the front page once the server answers; a person who has no screen here is not bothered.
_OPENING = "import socket,sys,time,webbrowser\nfor _ in range(100):\n    try: socket.create_connection((sys.argv[1], int(sys.argv[2])), 1).close(); break\n    except OSError: time.sleep(0.1)\nwebbrowser.open(sys.argv[3])"


@click.command()
@click.option(
    "--participants",
    default=60,
    show_default=True,
    type=click.IntRange(12, 2000),
    help="How many people take part.",
)
@click.option(
    "--stage",
    default=Stage.REGISTRATION.value,
    show_default=True,
    type=click.Choice([stage.value for stage in Stage]),
    help="How far the session has come.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=5000, show_default=True, help="Port to listen on.")
@click.option("--database", help="Database address; default: instance/demo.sqlite3.")
@click.option("--keep", is_flag=True, help="Go on with the sample as it was left.")
@click.option(
    "--rehearse", is_flag=True, help="Simulated people write, raise hands and ask for help in the rooms."
)
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
def demo(
    participants: int,
    stage: str,
    host: str,
    port: int,
    database: str | None,
    keep: bool,
    rehearse: bool,
    no_open: bool,
) -> None:
    """Build the sample consultation (Geneva, June 2017; synthetic participants) and serve it."""
    if rehearse and not keep and stage != Stage.DRAFTING:
        raise click.UsageError("--rehearse needs rooms at work: add --stage drafting")
    _check_free(host, port)
    INSTANCE.mkdir(exist_ok=True)
    url = database or f"sqlite:///{INSTANCE / 'demo.sqlite3'}"
    base_url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    cast_file = INSTANCE / "demo.json"
    cast = _kept(url, base_url) if keep else None
    if cast is None:
        _empty(url)
        cast = _built(url, base_url, participants, Stage(stage))
    if rehearse and not played(cast):
        raise click.ClickException("--rehearse: there is nobody in a room who could be played")
    _write(cast_file, json.dumps(cast, ensure_ascii=False, indent=1))
    _print(cast, rehearse=rehearse)
    if rehearse:
        rehearsing(base_url, cast_file)
    if not no_open and (os.environ.get("DISPLAY") or sys.platform in ("darwin", "win32")):
        address = cast["people"]["facilitator"]["sign_in_url"]
        subprocess.Popen([sys.executable, "-c", _OPENING, host, str(port), address])  # noqa: S603
    start(
        host,
        port,
        {
            "CONSULT_DEMO": "1",
            "CONSULT_DATABASE_URL": url,
            "CONSULT_PUBLIC_URL": base_url,
            "CONSULT_SECRET_KEY": _secret(INSTANCE / "demo.key"),
        },
    )


def rehearsing(base_url: str, cast_file: Path, *options: str) -> subprocess.Popen[bytes]:
    """Start the simulated people; they wait for the server, which takes the place of this process and whose end is theirs."""
    command = [sys.executable, "-m", "consult.rehearsal", "--url", base_url, "--cast", str(cast_file)]
    return subprocess.Popen([*command, "--parent", str(os.getpid()), *options])  # noqa: S603  (our own module, no shell)


def _check_free(host: str, port: int) -> None:
    """Refuse before anything is built anew: what listens there may be the sample that somebody is using."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"cannot listen on {host} port {port} ({error.strerror}): stop what is there, or choose another with --port"
            ) from error


def _kept(url: str, base_url: str) -> dict[str, Any] | None:
    """The cast of the sample as it was left, with new links; None when this database holds none."""
    if migrating.pending(url) is not None:
        return None
    engine = engine_for(url)
    with unit_of_work(sessions_for(engine)) as db:
        sample = existing(db)
        cast = _cast(db, sample, base_url) if sample else None
    engine.dispose()
    return cast


def _built(url: str, base_url: str, participants: int, stage: Stage) -> dict[str, Any]:
    engine = engine_for(url)
    with unit_of_work(sessions_for(engine)) as db:
        cast = _cast(db, build(db, number=participants, stage=stage), base_url)
    engine.dispose()
    return cast


def _empty(url: str) -> None:
    """An empty database at the newest migration."""
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        for suffix in ("", "-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
    else:
        migrating.downgrade(url, "base")
    migrating.upgrade(url)


def _cast(db: Db, sample: Sample, base_url: str) -> dict[str, Any]:
    """The people to sign in as, with links that may be used many times."""

    rooms = sample.rooms_of(db)

    def part(member: Member) -> dict[str, str]:
        token = accounts.issue_link(db, member.user, reusable=True, days=LINK_DAYS)
        return {
            "email": member.user.email,
            "password": PASSWORD,
            "name": member.user.name,
            "delegation": member.delegation.name,
            "sign_in_url": f"{base_url}/sign-in/link/{token}",
        }

    members = sample.members
    rapporteur = sample.rapporteur()
    delegates = [member for member in members if member.role == Role.DELEGATE and member is not rapporteur]
    return {
        "base_url": base_url,
        "consultation": sample.consultation.public_id,
        "session": sample.session.public_id,
        "people": {
            "organizer": part(sample.staff(Role.ORGANIZER)),
            "facilitator": part(sample.staff(Role.FACILITATOR)),
            "panelist": part(sample.staff(Role.PANELIST)),
            "observer": part(sample.observer()),
            "rapporteur": part(rapporteur),
            "delegates": [part(member) for member in delegates],
        },
        "seated": [
            {"email": member.user.email, "password": PASSWORD, "role": member.role, "room": rooms[member.id]}
            for member in members
            if member.id in rooms
        ],
    }


def _print(cast: dict[str, Any], *, rehearse: bool) -> None:
    people = cast["people"]
    shown = [
        (role, people[role]) for role in ("organizer", "facilitator", "panelist", "observer", "rapporteur")
    ]
    # In a rehearsal all whom nobody plays.
    free = left_free(cast)
    delegates = [person for person in people["delegates"] if person["email"] in free or not rehearse]
    delegates = delegates if rehearse else delegates[:6]
    shown += [("delegate", person) for person in delegates]
    click.echo("Sample consultation, synthetic participants. Each link signs in, as often as you like:\n")
    for role, person in shown:
        click.echo(f"  {role:12} {person['name']:18} {person['delegation'][:28]:28} {person['sign_in_url']}")
    click.echo(f"\nMore delegates in instance/demo.json; everybody's password: {PASSWORD}")
    if rehearse:
        click.echo(
            f"Rehearsal: nobody plays those above; {len(played(cast))} others are simulated people in the rooms"
        )
    click.echo(f"Serving {cast['base_url']} (Ctrl-C stops)", nl=True)


def _secret(path: Path) -> str:
    """A key for this sample alone, kept so that sign-ins survive a restart."""
    if not path.exists():
        _write(path, secrets.token_urlsafe(32))
    return path.read_text(encoding="utf-8").strip()


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600, exist_ok=True)
    path.write_text(text, encoding="utf-8")


COMMANDS = (demo,)
