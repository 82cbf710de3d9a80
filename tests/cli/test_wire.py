"""`leadline wire verify`: what it prints and how it ends."""

import json
from pathlib import Path

from tests.wirecheck.test_verifying import AS_READ, exchange
from typer.testing import CliRunner

from leadline.cli.commands import app


def run(tmp_path, rows, *options):
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return CliRunner().invoke(app, ["wire", "verify", str(file), *options])


WRONG_MODEL = exchange(facts={**AS_READ, "model": "m-2"})


def test_agreement_is_told_per_api_and_per_fact(tmp_path):
    done = run(tmp_path, [exchange()])

    assert done.exit_code == 0
    assert "chat.completions" in done.output
    assert "15 of 15 facts agreed: 100.00 %" in done.output


def test_below_the_threshold_the_exit_status_is_1_and_the_disagreement_is_told(tmp_path):
    done = run(tmp_path, [WRONG_MODEL])

    assert done.exit_code == 1
    assert "x1 model: we read m-1, recorded is m-2" in done.output
    assert "who is right is open" in done.output
    assert run(tmp_path, [WRONG_MODEL], "--at-least", "90").exit_code == 0


def test_a_program_gets_everything_as_json(tmp_path):
    told = json.loads(run(tmp_path, [exchange(), WRONG_MODEL, exchange(api="images")], "--json").output)

    assert (told["compared"], told["agreed"], told["passed"]) == (30, 29, False)
    assert told["disagreements"][0]["fact"] == "model"
    assert told["not_read"] == [{"provider": "openai", "api": "images", "exchanges": 1}]


def test_a_file_that_is_none_is_told_in_a_sentence(tmp_path):
    missing = CliRunner().invoke(app, ["wire", "verify", str(Path(tmp_path, "nothing.jsonl"))])
    other = run(tmp_path, [{"a": 1}])
    foreign = run(tmp_path, [exchange(api="images")])

    assert [done.exit_code for done in (missing, other, foreign)] == [2, 2, 2]
    assert "cannot be read: No such file" in missing.output
    assert "holds no recorded exchange; line 1" in other.output
    assert "None of these exchanges" in foreign.output
