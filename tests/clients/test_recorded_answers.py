"""Recorded exchanges through the real SDKs: the client notices nothing, the record misses nothing."""

import json
from dataclasses import dataclass

import httpx2
import msgspec
import pytest
from tests.clients.gateway_process import APP_KEY, PROVIDER_KEYS, Gateway
from tests.clients.recordings import USAGE, due_bytes, lacks_usage, replayable
from tests.clients.sdks import SDKS, Heard
from tests.clients.upstream import NAME, Seen
from tests.providers.conftest import Recorded
from tests.providers.recorded_facts import NEVER_FINISHED, differences

from leadline.vocabulary import Exchange, Observation

pytestmark = [
    # most recorded models are on their way out by now, and the SDK of their maker says so
    pytest.mark.filterwarnings("ignore:The model .* is deprecated:DeprecationWarning"),
]


@dataclass(frozen=True)
class Replayed:
    """One exchange, asked again: through the gateway, and for comparison at the upstream itself."""

    row: Recorded
    alias: str
    heard: Heard
    heard_directly: Heard
    seen: Seen
    record: Observation


@pytest.fixture(scope="module", params=[f"{name}, {how}" for name in SDKS for how in ("sync", "async")])
def replayed(request, recordings, upstream, gateway) -> list[Replayed]:
    """Every exchange that the SDK can ask; half of them under an alias of ours."""
    name, how = request.param.split(", ")
    sdk = SDKS[name]
    rows = [row for row in recordings if row.row["api"] in sdk.apis and _answered(row) and replayable(row)]
    models = [row.facts["model_requested"] for row in rows]
    aliases = [model if at % 2 else f"recorded-{model}" for at, model in enumerate(models)]
    directly = sdk.heard(how, upstream.url, PROVIDER_KEYS[name], zip(rows, models, strict=True))
    upstream.seen.clear()
    through = sdk.heard(how, gateway.url, APP_KEY, zip(rows, aliases, strict=True))
    return [
        Replayed(row, alias, heard, direct, upstream.seen[row.id][-1], _record(gateway, heard))
        for row, alias, heard, direct in zip(rows, aliases, through, directly, strict=True)
    ]


def test_every_answer_that_an_sdk_can_ask_for_is_replayed(replayed):
    api = replayed[0].row.row["api"]
    streamed = [one for one in replayed if one.row.streamed]

    assert len(replayed) >= {"chat.completions": 275, "messages": 260}.get(api, 265)
    assert len(streamed) >= 30
    assert any(one.row.row["tools"] for one in streamed)
    assert any(one.row.row["tools"] for one in replayed if not one.row.streamed)


def test_the_client_gets_the_recorded_bytes(replayed):
    for one in replayed:
        due = due_bytes(one.row)
        if one.row.id in NEVER_FINISHED:
            # [DONE] came without any finish: it is held back, and the error that stands there is read
            assert one.heard.body.startswith(due.removesuffix(b"data: [DONE]\n\n"))
            assert one.heard.raised is not None
        else:
            assert one.heard.body == due, one.row.id


def test_the_program_behind_the_sdk_cannot_tell_the_gateway_from_the_provider(replayed):
    for one in replayed:
        if due_bytes(one.row) == one.row.body and one.row.id not in NEVER_FINISHED:
            assert one.heard.verdict == one.heard_directly.verdict, one.row.id
    assert sum(bool(one.heard.told) for one in replayed) > 0.7 * len(replayed)


def test_the_headers_of_the_provider_arrive_and_ours_beside_them(replayed):
    for one in replayed:
        headers = one.heard.headers
        for name in ("x-request-id", "request-id", "x-ratelimit-remaining-tokens", "server-timing"):
            assert headers.get(name) == one.row.reply.headers.get(name), (one.row.id, name)
        assert headers["x-leadline-provider"] in PROVIDER_KEYS
        assert headers["x-leadline-model"] == one.row.facts["model_requested"]
        assert headers["x-leadline-selection"] == "primary"
        assert headers["x-leadline-attempts"] == "1"
        assert ("x-leadline-overhead-ms" in headers) is not one.row.streamed


def test_the_upstream_sees_our_key_the_recorded_model_and_nothing_of_ours_else(replayed):
    for one in replayed:
        headers = one.seen.headers
        given = {headers.get("authorization"), headers.get("x-api-key"), headers.get("x-goog-api-key")}
        keys = {key.removeprefix("Bearer ") for key in given if key}
        assert len(keys) == 1, one.row.id
        assert keys <= set(PROVIDER_KEYS.values())
        assert APP_KEY not in one.seen.target + str(headers)
        assert APP_KEY.encode() not in one.seen.body
        assert not [name for name in headers if name.startswith("x-leadline-")]
        _assert_asked_as_recorded(one)


def _assert_asked_as_recorded(one: Replayed) -> None:
    asked, recorded = json.loads(one.seen.body), json.loads(one.row.request.body)
    model = one.row.facts["model_requested"]
    if one.row.row["api"] == "chat.completions" and recorded.get("stream"):
        options = recorded.pop("stream_options", None) or {}
        assert asked.pop("stream_options") == {**options, "include_usage": True}
    if one.row.provider.protocol == "gemini.generate":
        recorded.setdefault("generationConfig", {})  # the SDK always sends one
        recorded.pop("model", None)
        asked.pop("model", None)
        assert f"/models/{model}:" in one.seen.target
    else:
        assert asked["model"] == model
    assert asked == recorded, one.row.id


def test_the_record_holds_the_recorded_facts(replayed):
    for one in replayed:
        exchange = one.record.exchange
        answer = exchange.answer
        assert answer, one.row.id
        wrong = differences(answer, one.row)
        if lacks_usage(one.row):
            del wrong["usage"]
            assert answer.usage == USAGE
        assert not wrong, one.row.id
        assert answer.complete is (one.row.id not in NEVER_FINISHED)
        assert not answer.text


def test_the_record_says_who_asked_for_what_and_how_it_was_served(replayed):
    for one in replayed:
        exchange = one.record.exchange
        (attempt,) = exchange.attempts
        assert exchange.alias == one.alias
        assert exchange.protocol is one.row.provider.protocol
        assert exchange.streaming is bool(one.row.row["streaming"])
        assert (exchange.status, attempt.status) == (200, 200)
        assert exchange.served is (one.row.id not in NEVER_FINISHED)
        assert (exchange.caller.key_alias, exchange.caller.tenant) == ("app", "acme")
        assert exchange.caller.feature == "checkout"
        assert attempt.target.model == one.row.facts["model_requested"]
        assert attempt.timings.first_byte_ms is not None
        assert attempt.response_bytes >= len(due_bytes(one.row))
        headers = one.row.reply.headers
        told = headers.get("x-request-id") or headers.get("request-id") or headers.get("apim-request-id")
        assert attempt.upstream_request_id in {told, one.row.facts["id"]} - {None}


def test_what_no_sdk_asks_for_arrives_as_recorded_too(recordings, gateway):
    """Streams framed as an array, integers for names, signatures cut by the recorder."""
    rows = [row for row in recordings if _answered(row) and not replayable(row)]
    with httpx2.Client(base_url=gateway.url, headers={"authorization": f"Bearer {APP_KEY}"}) as client:
        for row in rows:
            body = json.loads(row.request.body)
            if "_note" in body:
                body = {"model": "claude-sonnet-4-6", "max_tokens": 9, "messages": [], "stream": row.streamed}
            url = f"{row.request.path}?{row.request.query}"
            reply = client.post(url, json=body, headers={NAME: row.id})
            record = gateway.record(reply.headers["x-leadline-request-id"])

            assert reply.content == row.body, row.id
            assert record.exchange.answer
            assert not differences(record.exchange.answer, row), row.id
    assert len(rows) == 19


def test_a_client_can_ask_what_became_of_its_request(recordings, gateway):
    rows = (row for row in recordings if row.row["api"] == "messages")
    row = next(row for row in rows if _answered(row) and replayable(row))
    (heard,) = SDKS["anthropic"].ask(gateway.url, APP_KEY, [(row, row.facts["model_requested"])])
    request_id = heard.headers["x-leadline-request-id"]
    headers = {"x-api-key": APP_KEY}

    known = httpx2.get(f"{gateway.url}/v1/requests/{request_id}", headers=headers).json()

    assert msgspec.convert(known["exchange"], Exchange) == gateway.record(request_id).exchange
    assert known["exchange"]["answer"]["response_id"] == row.facts["id"]
    assert httpx2.get(f"{gateway.url}/v1/requests/unheard-of", headers=headers).status_code == 404


def _answered(row: Recorded) -> bool:
    return row.reply.status == 200 and row.kind != "error_in_200"


def _record(gateway: Gateway, heard: Heard) -> Observation:
    return gateway.record(heard.headers["x-leadline-request-id"])
