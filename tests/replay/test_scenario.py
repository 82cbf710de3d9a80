"""Reading a replay file: whole, zipped, cut off or full of nonsense."""

import gzip
import json

import pytest

from leadline.replay.scenario import NotAReplayFile, read

META = {"kind": "meta", "schema": "leadline-replay-v1", "scenario": "small", "duration_s": 60}


def line(t, name="r1", **columns):
    return {
        "t": t,
        "id": name,
        "provider": "openai",
        "model": "m",
        "status": 200,
        "class": "revenue",
        **columns,
    }


def written(path, *lines):
    text = "\n".join(entry if isinstance(entry, str) else json.dumps(entry) for entry in lines) + "\n"
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


@pytest.mark.parametrize("name", ["small.jsonl", "small.jsonl.gz"])
def test_rows_come_in_order_of_time_whether_zipped_or_not(tmp_path, name):
    scenario = read(written(tmp_path / name, META, line(5, "b"), line(2, "a")))

    assert [row.id for row in scenario.rows] == ["a", "b"]
    assert scenario.rows[0].traffic_class == "revenue"
    assert scenario.ends_at == 60
    assert scenario.name == "small"


def test_the_last_attempt_of_a_request_is_the_final_one(tmp_path):
    path = written(
        tmp_path / "f.jsonl", META, line(1, "a", status=503), line(2, "a", attempt=2), line(3, "b")
    )

    assert [row.final for row in read(path).rows] == [False, True, True]


def test_a_late_verdict_does_not_decide_a_request(tmp_path):
    path = written(tmp_path / "f.jsonl", META, line(1, "a"), line(9, "a", route="verdict"))

    assert read(path).rows[0].final is True


def test_unreadable_lines_are_left_out_and_named(tmp_path):
    path = written(tmp_path / "f.jsonl", META, line(1), "{broken", "", line("soon"), line(2, "b"))

    scenario = read(path)

    assert [row.t for row in scenario.rows] == [1, 2]
    assert [bad.number for bad in scenario.bad_lines] == [3, 5]
    assert "$.t" in str(scenario.bad_lines[1])


def test_a_kind_that_a_newer_version_made_up_is_named_and_not_fatal(tmp_path):
    path = written(tmp_path / "f.jsonl", META, line(1, kind="provider.on_strike"), line(2))

    scenario = read(path)

    assert len(scenario.rows) == 1
    assert "on_strike" in scenario.bad_lines[0].reason


def test_a_zip_that_was_cut_gives_what_it_has(tmp_path):
    path = written(tmp_path / "f.jsonl.gz", META, *[line(n, f"r{n}") for n in range(5000)])
    path.write_bytes(path.read_bytes()[:-200])

    scenario = read(path)

    assert 0 < len(scenario.rows) <= 5000
    assert any("the file ends here" in bad.reason for bad in scenario.bad_lines)


@pytest.mark.parametrize("first", ["", "not json", {"schema": "something-else"}, [1, 2]])
def test_a_file_of_another_kind_is_refused_with_a_sentence(tmp_path, first):
    with pytest.raises(NotAReplayFile, match="leadline-replay-v1"):
        read(written(tmp_path / "f.jsonl", first))


def test_the_baseline_of_the_file_is_the_baseline_of_the_rules(tmp_path):
    figures = {"sla_ms": {"m": 4000}, "retrieval": {"kb": [0.8, 0.7]}, "quality": {"format": 0.02}}
    path = written(tmp_path / "f.jsonl", {**META, "baseline": figures, "mitigation": {"DATA": 2}})

    baseline = read(path).baseline

    assert baseline.sla_of("openai", "m") == 4000
    assert baseline.retrieval["kb"] == (0.8, 0.7)
    assert baseline.failure_rate("json_schema", "format") == 0.02
    assert baseline.mitigation == {"DATA": 2}


def test_a_newer_schema_is_refused_with_the_way_out(tmp_path):
    with pytest.raises(NotAReplayFile, match=r"line 1 .*leadline-replay-v2.*Leadline that wrote it"):
        read(written(tmp_path / "f.jsonl", {**META, "schema": "leadline-replay-v2"}, line(1)))


def test_a_zip_that_was_cut_in_its_first_line_is_refused_with_a_sentence(tmp_path):
    path = written(tmp_path / "f.jsonl.gz", {**META, "facts": [f"fact {n}" for n in range(9999)]})
    path.write_bytes(path.read_bytes()[:200])

    with pytest.raises(NotAReplayFile, match="line 1"):
        read(path)


@pytest.mark.parametrize(
    ("meta", "where"),
    [
        ({"expected": {"incidents": [{"key": "COST:a", "opened": "soon"}]}}, r"incidents\[0\]\.opened"),
        ({"expected": {"incidents": [{"severity_final": "HIGH"}]}}, "key"),
        ({"expected": {"incidents": [{"key": "COST:a", "severity_final": "BAD"}]}}, "severity_final"),
        ({"expected": {"low_events": [{"key": "COST:a", "kind": "latency_trend", "t": [1]}]}}, "low_events"),
        ({"expected": []}, "Expected"),
        ({"baseline": {"sla_ms": {"m": "fast"}}}, "sla_ms"),
        ({"mitigation": {"COST": "much"}}, "mitigation"),
    ],
)
def test_a_value_that_cannot_be_used_is_told_with_its_place(tmp_path, meta, where):
    with pytest.raises(NotAReplayFile, match=f"line 1 has a value that cannot be used: .*{where}"):
        read(written(tmp_path / "f.jsonl", {**META, **meta}, line(1)))


def test_what_is_expected_and_nothing_compares_is_told(tmp_path):
    expected = {"incidents": [{"key": "COST:a", "opend": [1, 2]}], "loud": True}

    notes = read(written(tmp_path / "f.jsonl", {**META, "expected": expected}, line(1))).notes

    assert notes == (
        "expected.loud is nothing that a replay compares",
        "expected.incidents[0].opend is nothing that a replay compares",
    )


def test_a_null_column_is_an_absent_one(tmp_path):
    path = written(tmp_path / "f.jsonl", META, line(1, region=None, latency_ms=None, tenant=None))

    scenario = read(path)

    assert scenario.bad_lines == ()
    assert (scenario.rows[0].region, scenario.rows[0].latency_ms) == ("global", 0.0)
