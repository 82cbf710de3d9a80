"""`leadline replay`, `triage` and `postmortem`, on real files and with the watch dead."""

import gzip
import json
import time

import msgspec
import pytest
from tests.watch.records import observation
from typer.testing import CliRunner

from leadline.cli.commands import app
from leadline.replay.player import play
from leadline.replay.scenario import read
from leadline.storage import TickCommit
from leadline.storage.duckdb import DuckDBFacts
from leadline.storage.fact_rows import rows_of_observation
from leadline.storage.sqlite import SQLiteIncidents
from leadline.triage.baseline import Baseline
from leadline.triage.desk import TickResult
from leadline.triage.rows import rows_of
from leadline.triage.rules import Rules
from leadline.vocabulary import (
    Attempt,
    Caller,
    FailureKind,
    ProviderIdentifier,
    Selection,
    SelectionReason,
)

META = {"schema": "leadline-replay-v1", "scenario": "small", "onset_s": 100, "duration_s": 400}
EXPECTED = {"incidents": [{"key": "PROVIDER:openai", "severity_final": "CRITICAL", "resolved": "open"}]}


def run(*arguments, columns="200"):
    result = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": columns})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def outage(path, **meta):
    """A hundred seconds of health, then every call fails."""
    lines = [{**META, **meta}] + [
        {"t": t, "id": f"r{t}", "provider": "openai", "model": "m", "status": 503 if t > 100 else 200}
        for t in range(1, 300)
    ]
    data = "\n".join(json.dumps(line) for line in lines).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


@pytest.mark.parametrize("name", ["small.jsonl", "small.jsonl.gz"])
def test_a_file_that_gives_what_it_expects_ends_well(tmp_path, name):
    result = run("replay", outage(tmp_path / name, expected=EXPECTED))

    assert result.exit_code == 0
    assert "PROVIDER:openai" in result.output
    assert "as expected" in result.output


def test_each_miss_is_a_sentence_and_the_status_is_one(tmp_path):
    wrong = {"incidents": [{"key": "PROVIDER:openai", "severity_final": "LOW"}, {"key": "DATA:kb"}]}

    result = run("replay", outage(tmp_path / "small.jsonl", expected=wrong))

    assert result.exit_code == 1
    assert "2 misses" in result.output
    assert "small: DATA:kb: no incident was opened" in result.output
    assert "final severity CRITICAL is not LOW" in result.output


def test_a_line_that_cannot_be_read_is_told_with_its_number_and_the_status_is_one(tmp_path):
    path = outage(tmp_path / "small.jsonl", expected=EXPECTED)
    path.write_text(path.read_text() + "\n{broken\n")

    result = run("replay", path)

    assert result.exit_code == 1
    assert "1 line could not be read" in result.output
    assert "small, line 301: " in result.output


def test_an_expectation_that_nothing_compares_is_told_and_no_miss(tmp_path):
    result = run("replay", outage(tmp_path / "small.jsonl", expected={**EXPECTED, "loud": True}))

    assert result.exit_code == 0
    assert "small, line 1: expected.loud is nothing that a replay compares" in result.output


def test_a_newer_schema_ends_with_a_sentence_and_two(tmp_path):
    result = run("replay", outage(tmp_path / "small.jsonl", schema="leadline-replay-v2"))

    assert result.exit_code == 2
    assert "leadline-replay-v2" in result.output


def test_a_file_without_expectations_is_played_and_shown(tmp_path):
    result = run("replay", outage(tmp_path / "small.jsonl"))

    assert result.exit_code == 0
    assert "1 incident" in result.output


def test_programs_get_everything(tmp_path):
    result = run("replay", "--json", outage(tmp_path / "small.jsonl", expected=EXPECTED))

    (scenario,) = json.loads(result.output)
    assert scenario["as_expected"] is True
    assert scenario["incidents"][0]["count"] == 199


def test_the_rules_of_a_configuration_decide(tmp_path):
    config = tmp_path / "lazy.yaml"
    config.write_text(
        "watch: {rules: {overrides: {hard_min: 100000, error_rate_min: 100000, target_min: 100000}}}"
    )

    result = run("replay", "-c", config, outage(tmp_path / "small.jsonl"))

    assert "no incidents" in result.output


def test_two_configurations_are_compared_on_the_same_history(tmp_path):
    usual, lazy = tmp_path / "a.yaml", tmp_path / "b.yaml"
    usual.write_text("{}")
    lazy.write_text("watch: {rules: {overrides: {hard_min: 40, target_min: 40, error_rate_min: 40}}}")
    path = outage(tmp_path / "small.jsonl")

    same = run("replay", "--diff", usual, usual, path)
    other = run("replay", "--diff", usual, lazy, path)
    (told,) = json.loads(run("replay", "--json", "--diff", usual, lazy, path).output)

    assert same.exit_code == 0
    assert "Both decide the same." in same.output
    assert other.exit_code == 1
    assert "1m50s → 2m20s" in other.output
    assert told["side"] == "changed"
    assert "opened_at" in told["changed"]


def test_the_shipped_scenarios_pass():
    result = run("replay", "--shipped", "--json")

    assert result.exit_code == 0
    assert len(json.loads(result.output)) >= 8


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["replay"], "leadline replay --shipped"),
        (["replay", "absent.jsonl"], "absent.jsonl cannot be read"),
        (["replay", "--record", "x.jsonl", "-c", "absent.yaml"], "absent.yaml cannot be read"),
        (["triage"], "--symptom"),
    ],
)
def test_a_wrong_use_is_told_with_the_next_step(arguments, sentence):
    result = run(*arguments)

    assert result.exit_code == 2
    assert sentence in result.output


def target(provider):
    return ProviderIdentifier(provider=provider, model="m")


def fallen_back(number, at):
    """openai fails, anthropic serves it."""
    first = Attempt(
        number=1,
        target=target("openai"),
        selection=Selection(reason=SelectionReason.PRIMARY),
        started_at=at - 2,
        ended_at=at - 1,
        status=503,
        failure=observation("x", failed=True).exchange.attempts[0].failure,
    )
    second = Attempt(
        number=2,
        target=target("anthropic"),
        selection=Selection(reason=SelectionReason.FALLBACK, caused_by=FailureKind.PROVIDER_OUTAGE),
        started_at=at - 1,
        ended_at=at,
        status=200,
    )
    return observation(
        f"r{number}",
        at,
        attempts=(first, second),
        caller=Caller(key_alias="web", tenant="acme", feature="search", user="u`|1"),
    )


@pytest.fixture
def house(tmp_path):
    """A data folder as a dead watch leaves it, ten minutes after an outage that a fallback carried."""
    begin = float(int(time.time()) // 10 * 10 - 600)
    seen = [fallen_back(number, begin + number) for number in range(60)]
    results: list[TickResult] = []
    play([row for one in seen for row in rows_of(one)], Rules(), Baseline(), begin + 120, results.append)
    facts = DuckDBFacts.open(tmp_path / "leadline-data" / "facts")
    stored: dict[str, list] = {}
    for one in seen:
        for table, row in rows_of_observation(one):
            stored.setdefault(table, []).append(row)
    facts.append(stored, "recorder", {})
    events = [event for result in results for event in result.events]
    facts.append_events(events, "triage", len(events))
    facts.close()
    incidents = SQLiteIncidents.open(tmp_path / "leadline-data" / "incidents.db")
    for result in results:
        incidents.commit(
            TickCommit(
                at=result.state.at,
                cursor={},
                snapshot=b"",
                incidents=result.incidents,
                updates=result.updates,
            )
        )
    incidents.close()
    (tmp_path / "leadline.yaml").write_text(f"data_dir: {tmp_path / 'leadline-data'}\n")
    last = {one.incident_id: one for result in results for one in result.incidents}
    return tmp_path / "leadline.yaml", *last, events


def test_stored_telemetry_is_recorded_and_gives_the_same_incident(house, tmp_path):
    config, incident_id, _ = house
    path = tmp_path / "recorded.jsonl.gz"

    result = run("replay", "--record", path, "--since", "1h", "-c", config)
    scenario = read(path)
    (incident,) = play(scenario.rows, Rules(), scenario.baseline, scenario.ends_at).incidents

    assert result.exit_code == 0
    assert "120 rows" in result.output
    assert incident.incident_id == incident_id
    assert run("replay", path).exit_code == 0


def test_a_postmortem_is_written_from_what_is_stored(house):
    config, incident_id, _ = house

    text = run("postmortem", incident_id, "-c", config).output

    assert text.startswith("# HIGH: PROVIDER:openai")
    for part in ("Timeline", "What each rule decided, and why", "Causal chain across providers", "Counts"):
        assert f"## {part}" in text
    assert "at least 5 hard failures and 20% of the calls within 60 s" in text
    assert "openai/m (primary): provider.outage, 503 → anthropic/m (fallback, because of" in text
    assert "60 failure events became one incident and 1 page." in text
    assert "u'\\|1" in text


def test_triage_takes_an_incident_an_event_or_a_request(house):
    config, incident_id, events = house

    of_incident = run("triage", incident_id, "-c", config).output
    of_event = json.loads(run("triage", events[0].event_id, "-c", config, "--json").output)
    of_request = json.loads(run("triage", "r7", "-c", config, "--json").output)

    assert f"leadline events --incident {incident_id} --kind provider.outage" in of_incident
    assert "docs/runbooks/provider.outage.md" in of_incident
    assert [branch["subtype"] for branch in of_event] == ["outage"]
    assert of_request[0]["because"] == ["provider.outage of openai/m"]


@pytest.mark.parametrize("command", ["triage", "postmortem"])
def test_an_unknown_name_is_told_with_the_next_step(house, command):
    result = run(command, "prv-nobody", "-c", house[0])

    assert result.exit_code == 1
    assert "`leadline incidents` lists them" in result.output


def test_a_symptom_needs_no_data():
    branches = json.loads(run("triage", "--symptom", "slow and wrong answers", "--json").output)

    assert {branch["category"] for branch in branches} == {"provider", "quality"}
    assert msgspec.json.encode(branches)
