"""Answers against the form that was asked for, whatever the schema tries."""

import http.server
import json
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.checks.inline.json_schema import JsonSchema
from leadline.vocabulary import FailureKind, FinishReason, ToolCall, Verdict

INVOICE = {
    "type": "object",
    "properties": {
        "total": {"type": "number", "minimum": 0},
        "items": {"type": "array", "items": {"type": "object", "properties": {"price": {"type": "number"}}}},
    },
    "required": ["total"],
    "additionalProperties": False,
}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@pytest.fixture(scope="module")
def judge(answered):
    def judge(text, schema=INVOICE, **answer):
        schema_json = schema if isinstance(schema, bytes) else json.dumps(schema).encode()
        return JsonSchema().inspect(answered(text, question={"schema_json": schema_json}, **answer))

    return judge


@pytest.fixture
def fetched():
    """A listener that writes down who asks it for anything, and its address."""
    paths = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_arguments):
            """Tests are quiet."""

    with http.server.HTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", paths
        server.shutdown()
        thread.join()


def test_an_answer_that_fits_passes(judge):
    signal = judge('{"total": 12.5, "items": [{"price": 12.5}]}')

    assert (signal.verdict, signal.score) == (Verdict.PASS, 1.0)


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ('{"items": []}', "$: required"),
        ('{"total": "12"}', "$.total: type"),
        ('{"total": -1}', "$.total: minimum"),
        ('{"total": 1, "items": [{"price": 1}, {"price": "x"}]}', "$.items[1].price: type"),
        ('{"total": 1, "Anna Smith": 2}', "$: additionalProperties"),
        ('{"total": 1', "$: not JSON"),
        ('```json\n{"total": 1}\n```', "$: not JSON"),
        ("", "$: not JSON"),
        ("[" * 100_000, "$: not JSON"),
        ('{"total": NaN}', "$: not JSON"),
        ("\ud800", "$: not JSON"),
    ],
)
def test_a_broken_answer_is_a_format_failure_with_place_and_rule(judge, text, evidence):
    signal = judge(text)

    assert signal.verdict is Verdict.FAIL
    assert signal.kind is FailureKind.QUALITY_FORMAT
    assert (signal.evidence, signal.score) == (evidence, 0.0)


def test_evidence_never_holds_keys_or_values_of_the_answer(judge):
    people = {
        "type": "object",
        "additionalProperties": {"type": "object", "properties": {"age": {"type": "integer"}}},
    }

    signal = judge('{"Anna Smith": {"age": "DE89 3704"}}', people)

    assert signal.evidence == "$.*.age: type"


def test_json_mode_asks_for_json_of_any_shape(answered):
    mode = {"json_mode": True}

    assert JsonSchema().inspect(answered('{"a": [1]}', question=mode)).verdict is Verdict.PASS
    assert JsonSchema().inspect(answered("Sure! {}", question=mode)).verdict is Verdict.FAIL


def test_without_a_schema_there_is_nothing_to_check(answered):
    assert JsonSchema().inspect(answered("Hello")).verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    "facts",
    [
        {"refused": True},
        {"complete": False},
        {"finish_reason": FinishReason.LENGTH},
        {"finish_reason": FinishReason.FILTERED},
        {"finish_reason": FinishReason.REFUSAL},
    ],
)
def test_an_answer_that_failed_otherwise_is_left_to_its_own_kind(judge, facts):
    assert judge('{"tot', **facts).verdict is Verdict.NOT_APPLICABLE


def test_a_call_that_the_provider_gives_up_on_is_a_format_failure(answered):
    signal = JsonSchema().inspect(
        answered("", finish_reason=FinishReason.MALFORMED, finish_raw="MALFORMED_FUNCTION_CALL")
    )

    assert (signal.verdict, signal.kind) == (Verdict.FAIL, FailureKind.QUALITY_FORMAT)
    assert "MALFORMED_FUNCTION_CALL" in signal.evidence


def test_a_tool_call_instead_of_an_answer_passes_and_needs_readable_arguments(judge, answered):
    good = (ToolCall("weather", '{"city": "Bern"}'), ToolCall("now", ""))
    cut = (*good, ToolCall("weather", '{"city": "Be'))

    assert judge("", tool_calls=good, finish_reason=FinishReason.TOOL_CALLS).verdict is Verdict.PASS
    signal = JsonSchema().inspect(answered("", tool_calls=cut, finish_reason=FinishReason.TOOL_CALLS))
    assert (signal.verdict, signal.evidence) == (Verdict.FAIL, "tool_calls[2].arguments: not JSON")


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "strng"}, "not a valid JSON Schema"),
        (b"{", "not JSON"),
        (b"[" * 60_000, "not JSON"),
        ([1], "neither an object"),
        ({"$ref": "#/$defs/missing"}, "does not hold"),
        ({"pattern": "(?=a)b"}, "pattern"),
        ({"description": "x" * 70_000}, "larger than 65536 bytes"),
        ({"$ref": "file:///etc/passwd"}, "never fetched"),
    ],
)
def test_a_schema_that_cannot_be_applied_is_skipped_with_the_reason(judge, schema, reason):
    signal = judge('{"total": 1}', schema)

    assert signal.verdict is Verdict.SKIPPED
    assert reason in signal.evidence


def test_no_reference_is_ever_fetched(judge, fetched):
    address, paths = fetched
    schemas = [
        {"$ref": f"{address}/a"},
        {"properties": {"total": {"$ref": f"{address}/b#/x"}}},
        {"$id": f"{address}/c/", "$ref": "d"},
        {"$schema": f"{address}/e"},
        {"properties": {"total": {"$dynamicRef": f"{address}/f"}}},
    ]

    verdicts = {judge('{"total": 1}', schema).verdict for schema in schemas}

    assert verdicts == {Verdict.SKIPPED}
    assert paths == []


def doubling(levels):
    """Each definition names the next one twice: 2**levels ways through 60 bytes a level."""
    definitions: dict[str, object] = {
        f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(levels)
    }
    return {"$defs": {**definitions, f"d{levels}": {"type": "string"}}, "$ref": "#/$defs/d0"}


def test_a_schema_that_doubles_at_each_level_is_not_run(judge):
    assert judge("1", doubling(5)).verdict is Verdict.FAIL
    assert "branches" in judge("1", doubling(40)).evidence


def test_a_recursive_schema_judges_deep_answers_without_searching_for_the_place(judge):
    branches = [{"properties": {"x": {"$ref": "#/$defs/a"}, "k": {"const": n}}} for n in (1, 2)]
    schema = {"$defs": {"a": {"anyOf": branches, "type": ["object", "null"]}}, "$ref": "#/$defs/a"}
    text = '{"k": 1, "x": ' * 60 + "7" + "}" * 60

    signal = judge(text, schema)

    assert (signal.verdict, signal.evidence) == (Verdict.FAIL, "$: breaks the schema somewhere")
    assert judge(text.replace("7", "null"), schema).verdict is Verdict.PASS


def test_a_linked_list_may_be_as_long_as_it_likes(judge):
    schema = {"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}}

    assert judge('{"next": ' * 80 + "null" + "}" * 80, schema).verdict is Verdict.PASS
    assert judge('{"next": ' * 80 + "7" + "}" * 80, schema).verdict is Verdict.FAIL


def test_an_answer_shortened_by_the_gateway_is_skipped(judge):
    signal = judge('{"total": 1', text_chars=500_000)

    assert signal.verdict is Verdict.SKIPPED


@given(text=st.text(st.characters(), max_size=200), schema=json_values)
@settings(max_examples=150)
def test_any_text_against_any_schema_gives_one_signal(judge, text, schema):
    assert judge(text, schema).check == "json_schema"


@given(instance=json_values)
@settings(max_examples=100)
def test_every_json_value_passes_the_empty_schema(judge, instance):
    assert judge(json.dumps(instance), {}).verdict is Verdict.PASS


def test_a_known_schema_is_not_compiled_again(judge):
    schema = {"type": "object", "properties": {f"p{n}": {"type": "string"} for n in range(300)}}

    def seconds():
        started = time.perf_counter()
        judge("{}", schema)
        return time.perf_counter() - started

    first = seconds()
    assert min(seconds() for _ in range(5)) < first
