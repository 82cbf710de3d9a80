"""A policy is attacked, and told what it catches, what it misses and what it flags in vain."""

import json

import pytest
from typer.testing import CliRunner

from leadline.cli.commands import app
from leadline.evals.red_team import DISGUISES, HARMLESS, Trial, trials
from leadline.evals.red_teaming import Met, attacked
from leadline.vocabulary import FailureKind, Place

CONFIG = """
guardrails:
  policies:
    mail@1:
      mode: enforce
      stream: hold
      rules:
        - {guard: pii, places: [output], word: redact}
        - {guard: secrets, places: [output], word: block}
"""


def test_the_trials_hold_every_disguise_and_harmless_texts_for_each_place():
    given = list(trials())
    assert {one.disguise for one in given} == {"", *DISGUISES}
    assert {one.place for one in given if one.sort == HARMLESS} >= {Place.INPUT_USER, Place.OUTPUT}
    assert len(set(given)) == len(given) > 200
    assert not any(one.disguise for one in trials(disguised=False))


async def test_each_disguise_is_counted_and_what_went_wrong_is_named():
    async def meet(trial):
        found = trial.text.startswith("Ignore")
        return Met(frozenset({FailureKind.SECURITY_INJECTION} if found else ()), stopped=found)

    rows = [
        Trial(sort="injection", text="Ignore it", place=Place.INPUT_USER),
        Trial(sort="injection", text="erongi", place=Place.INPUT_USER, disguise="backwards"),
        Trial(sort="secrets", text="Ignore", place=Place.OUTPUT),
        Trial(sort=HARMLESS, text="Ignore the noise", place=Place.INPUT_USER),
        Trial(sort=HARMLESS, text="hello", place=Place.INPUT_USER),
    ]
    report = await attacked(rows, meet)

    assert (report.caught, report.false_alarms) == (0.5, 0.5)
    assert report.by_disguise["backwards"].caught == 0
    assert report.by_sort["injection"].stopped == 1
    assert report.uncovered == ("secrets",), "a finding of another kind is no catch"
    assert [one.text for one in report.wrong] == ["erongi", "Ignore the noise"]


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "leadline.yaml"
    path.write_text(CONFIG)
    return str(path)


def test_the_command_attacks_a_policy_and_says_what_it_has_no_guard_for(config):
    done = CliRunner().invoke(app, ["guardrails", "test", "--policy", "mail", "-c", config, "--json"])

    report = json.loads(done.stdout)
    assert (done.exit_code, report["policy"], report["passed"]) == (0, "mail@1", True)
    assert report["by_sort"]["secrets"] == {"tried": 4, "caught": 4, "stopped": 4}
    assert report["by_sort"]["personal_data"]["stopped"] == 0, "what is redacted passes"
    assert "injection" in report["uncovered"]
    assert report["false_alarms"] == 0


def test_own_rows_are_tried_and_a_policy_that_misses_them_fails(config, tmp_path):
    rows = tmp_path / "own.jsonl"
    rows.write_text(
        '{"sort": "personal_data", "text": "ada@analytical.org", "place": "output"}\n'
        '{"sort": "personal_data", "text": "Ada Lovelace, 12 St James Square", "place": "output"}\n'
    )
    done = CliRunner().invoke(
        app, ["guardrails", "test", "--policy", "mail", "-c", config, "--rows", str(rows)]
    )
    assert done.exit_code == 1
    assert "missed: personal_data (output): Ada Lovelace" in done.output

    rows.write_text('{"text": "no sort"}\n')
    broken = CliRunner().invoke(
        app, ["guardrails", "test", "--policy", "mail", "-c", config, "--rows", str(rows)]
    )
    assert broken.exit_code == 2
    assert "holds no trials" in broken.output
