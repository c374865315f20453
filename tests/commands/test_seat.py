"""`consult seat`: a case file in, an answer file out, and one clear line for whatever cannot be read."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from consult.commands.seat import MAX_LINE, seat
from consult.seating.allocation import VERSION
from consult.seating.casefile.parsing import MAX_BYTES
from consult.seating.casefile.reading import case_of
from consult.seating.casefile.writing import case_json, input_hash

CONSULT = [sys.executable, "-c", "from consult.cli import main; main()"]
LANGUAGES = (["en"], ["en", "fr"], ["es"], ["en", "es"])


def case_with(**changes: Any) -> dict[str, Any]:
    """Twelve people of three regional groups for three rooms."""
    people = [
        {
            "id": f"p{i:02d}",
            "region": ("African", "GRULAC", "WEOG")[i % 3],
            "gender": ("woman", "man", None)[i % 3],
            "role": "facilitator" if i < 3 else "delegate",
            "delegation": f"d{i // 2}",
            "languages": LANGUAGES[i % 4],
        }
        for i in range(12)
    ]
    rooms = [{"id": f"R{i}", "min": 4, "max": 4} for i in (1, 2, 3)]
    return {"participants": people, "rooms": rooms, **changes}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def seated(folder: Path, case: object, *arguments: str) -> Result:
    """The command on this case, in this process."""
    text = case if isinstance(case, str) else json.dumps(case)
    (folder / "case.json").write_text(text)
    return CliRunner().invoke(seat, ["case.json", *arguments])


def refused(folder: Path, case: object) -> str:
    """The one line that this case is refused with."""
    done = seated(folder, case, "-o", "answer.json")
    assert (done.exit_code, done.stdout) == (1, ""), done.output
    assert not (folder / "answer.json").exists()
    lines = done.stderr.splitlines()
    assert len(lines) == 1
    return lines[0].removeprefix("Error: case.json: ")


def run(*arguments: str, cwd: Path, text: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    """The command as a person runs it."""
    return subprocess.run(
        [*CONSULT, "seat", *arguments],
        cwd=cwd,
        env={**os.environ, **environ},
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_everybody_has_a_seat_in_every_round_and_the_report_is_printed(folder: Path) -> None:
    case = case_with(rounds=2)
    done = seated(folder, case, "-o", "answer.json", "--seed", "7")
    assert (done.exit_code, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) > 3
    answer = json.loads((folder / "answer.json").read_text())
    ids = [person["id"] for person in case["participants"]]
    assert [list(seats) for seats in answer["rounds"]] == [ids, ids]
    assert {room for seats in answer["rounds"] for room in seats.values()} == {"R1", "R2", "R3"}
    assert answer["status"] in {"ok", "optimal"}
    expected = input_hash(case_json(case_of(case)), seed=7, version=VERSION)
    assert (answer["seed"], answer["version"], answer["input_hash"]) == (7, VERSION, expected)
    assert done.stdout.splitlines()[: len(answer["explanations"])] == answer["explanations"]
    measures = {measure["name"]: measure for measure in answer["measures"]}
    assert measures["size"].items() >= {"value": 0, "bound": 0, "at_bound": True}.items()
    assert "repeats" in measures
    for measure in answer["measures"]:
        assert f"- {measure['sentence']}" in done.stdout.splitlines()


def test_as_json_it_prints_the_answer_with_the_report_and_no_words(folder: Path) -> None:
    done = seated(folder, case_with(), "-o", "answer.json", "--json")
    printed = json.loads(done.stdout)
    written = json.loads((folder / "answer.json").read_text())
    assert printed == {**written, "report": printed["report"]}
    assert [room["room"] for room in printed["report"]["tables"][0]["rooms"]] == ["R1", "R2", "R3"]


def test_nothing_that_is_printed_or_written_counts_a_gender(folder: Path) -> None:
    case = case_with(nobody_isolated=True)
    done = seated(folder, case, "-o", "answer.json", "--json")
    words = seated(folder, case).stdout
    for text in (done.stdout, words, (folder / "answer.json").read_text()):
        assert "woman" not in text
    hidden = {"D.gender", "isolated"}
    told = [measure for measure in json.loads(done.stdout)["measures"] if measure["name"] in hidden]
    assert {measure["name"] for measure in told} == hidden
    assert not any({"value", "bound"} & measure.keys() for measure in told)


def test_the_seed_of_a_file_counts_unless_another_is_named(folder: Path) -> None:
    def seed(case: dict[str, Any], *arguments: str) -> int:
        return int(json.loads(seated(folder, case, "--json", *arguments).stdout)["seed"])

    assert seed(case_with()) == 0
    assert seed(case_with(seed=5)) == 5
    assert seed(case_with(seed=5), "--seed", "6") == 6
    assert seed({"case": case_with(), "seed": 9}) == 9
    assert refused(folder, case_with(seed=-1)).startswith("seed must be a whole number from 0")
    assert refused(folder, case_with(seed="1")).startswith("seed must be a whole number from 0")


def test_the_answer_is_the_same_byte_for_byte_in_every_process(folder: Path) -> None:
    (folder / "case.json").write_text(json.dumps(case_with(rounds=3)))
    written = []
    for hash_seed in ("1", "2"):
        done = run(
            "case.json", "-o", f"{hash_seed}.json", "--seed", "3", cwd=folder, PYTHONHASHSEED=hash_seed
        )
        assert (done.returncode, done.stderr) == (0, "")
        written.append(((folder / f"{hash_seed}.json").read_bytes(), done.stdout))
    assert written[0] == written[1]


def test_a_dash_reads_standard_input(folder: Path) -> None:
    text = json.dumps(case_with())
    piped = run("-", "--json", cwd=folder, text=text)
    (folder / "case.json").write_text(text)
    assert (piped.returncode, piped.stdout) == (0, run("case.json", "--json", cwd=folder).stdout)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Not JSON: Expecting value (line 1, column 1)."),
        ('{"rooms":\n [,]}', "Not JSON: Expecting value (line 2, column 3)."),
        ('{"rounds": NaN}', "Not JSON: NaN is no number."),
        ('{"rounds": -Infinity}', "Not JSON: -Infinity is no number."),
        ("[" * 200_000, "The file is nested too deeply."),
        ('{"a":' * 100_000, "The file is nested too deeply."),
        ('{"rounds": ' + "9" * 5000 + "}", "The file has a number that is too long."),
        ('{"rooms": [], "rooms": []}', "'rooms' is named twice in one object."),
        ('{"name": "\\ud800"}', "The file has an escape such as \\ud800 that is no character."),
        ("[]", "The file must hold one JSON object."),
        ("{}", "There are no rooms."),
    ],
)
def test_a_file_that_is_no_case_is_refused(folder: Path, text: str, says: str) -> None:
    assert refused(folder, text) == says


def test_bytes_that_are_no_text_are_refused(folder: Path) -> None:
    (folder / "case.json").write_bytes(b'{"name": "\xff"}')
    done = CliRunner().invoke(seat, ["case.json"])
    assert (done.exit_code, done.stderr) == (1, "Error: case.json: The file is not UTF-8 text (byte 11).\n")


def test_a_mark_of_byte_order_as_some_editors_write_it_does_not_matter(folder: Path) -> None:
    assert seated(folder, "\ufeff" + json.dumps(case_with())).exit_code == 0


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"constraints": {"pins": [{"participant": "p00", "room": "R9"}]}},
            "constraints.pins[0]: there is no room 'R9'.",
        ),
        ({"seated": [{"p00": "R9"}]}, "seated[0]: there is no room 'R9'."),
        ({"past_meetings": [["p00", "p99"]]}, "past_meetings[0]: there is no participant 'p99'."),
        ({"participants": [{"id": "a"}, {"id": "a"}]}, "participant 'a' is named twice."),
        ({"rooms": [{"id": "R1"}, {"id": "R1"}]}, "room 'R1' is named twice."),
        ({"rooms": [{"id": "R1", "max": -1}]}, "rooms[0]: max must be a whole number from 0."),
        ({"rooms": [{"id": "R1", "min": 5, "max": 4}]}, "rooms[0]: min 5 is more than max 4."),
        ({"rounds": 0}, "the file: rounds must be a whole number from 1."),
        ({"rounds": 1e999}, "Not JSON: Infinity is no number."),
        ({"balance": ["shoe size"]}, "balance: 'shoe size' is no attribute that can be balanced."),
    ],
)
def test_what_is_wrong_with_a_case_is_said_with_its_place(
    folder: Path, changes: dict[str, Any], says: str
) -> None:
    assert refused(folder, case_with(**changes)) == says


def test_a_message_stays_one_line_whatever_the_file_holds(folder: Path) -> None:
    room = "\x1b[31mR\n" * 10_000
    line = refused(folder, case_with(seated=[{"p00": room}]))
    assert "\x1b" not in line
    assert len(line) <= MAX_LINE + 1


@pytest.mark.parametrize("row", ["{}", '{"id": "p0123456789", "region": "African"}'])
def test_a_million_rows_are_refused_at_once(folder: Path, row: str) -> None:
    """The small rows fit the limit on bytes and are counted; the others are not even read."""
    text = f'{{"rooms": [{{"id": "R"}}], "participants": [{",".join([row] * 10**6)}]}}'
    begun = time.perf_counter()
    says = refused(folder, text)
    assert time.perf_counter() - begun < 5
    assert says == (
        "1000000 participants; at most 2000 can be seated."
        if len(text) <= MAX_BYTES
        else "The file is larger than 8 MB. At most 2000 people can be seated, and a file of so many is far smaller."
    )


def test_wishes_that_go_in_a_circle_are_answered_and_named(folder: Path) -> None:
    wishes = {"together": [["p00", "p01"], ["p01", "p02"], ["p02", "p00"]], "apart": [["p00", "p02"]]}
    done = seated(folder, case_with(constraints=wishes), "-o", "answer.json")
    assert (done.exit_code, done.stderr) == (0, "")
    answer = json.loads((folder / "answer.json").read_text())
    assert answer["status"] == "adjusted"
    assert answer["conflicts"]
    assert any("p00" in says and "p02" in says for says in answer["explanations"])
    assert any(says.startswith("Given up") for says in answer["explanations"])
    assert set(answer["explanations"]) <= set(done.stdout.splitlines())
    assert len(answer["rounds"][0]) == 12


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["none.json"], "consult: none.json: No such file or directory"),
        (["."], "consult: .: Is a directory"),
        (["case.json", "-o", "no/answer.json"], "consult: no/answer.json: No such file or directory"),
        (["case.json", "-o", "."], "consult: .: Is a directory"),
        (
            ["case.json", "-o", "case.json"],
            "Error: case.json: the answer would replace the case; name another file",
        ),
    ],
)
def test_files_that_cannot_be_read_or_written_are_named(
    folder: Path, arguments: list[str], says: str
) -> None:
    (folder / "case.json").write_text(json.dumps(case_with()))
    done = run(*arguments, cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{says}\n")
    assert json.loads((folder / "case.json").read_text()) == case_with()


@pytest.mark.parametrize("arguments", [[], ["case.json", "--seed", "-1"], ["case.json", "--seed", "x"]])
def test_wrong_usage_ends_with_two(folder: Path, arguments: list[str]) -> None:
    assert CliRunner().invoke(seat, arguments).exit_code == 2


def test_a_reader_who_goes_away_is_no_failure_to_explain(folder: Path) -> None:
    (folder / "case.json").write_text(json.dumps(case_with()))
    with subprocess.Popen(
        [*CONSULT, "seat", "case.json"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1
