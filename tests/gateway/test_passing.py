"""Calls past the routes, and responses that are kept where they were made."""

import gzip
import json

import msgspec
import pytest
from tests.gateway.conftest import KEY, UPSTREAM_SECRET, hashed, openai_answer, plan_for, target

from leadline.vocabulary import KeyGrant, Operation, Route, WireProtocol

BEARER = {"authorization": f"Bearer {KEY}"}
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "model": "gpt-5-2026-01-01",
    "status": "completed",
    "output": [
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Paris"}]}
    ],
    "usage": {"input_tokens": 12, "output_tokens": 3},
}


@pytest.fixture
async def gateway(start, primary, fallback):
    plan = plan_for(primary, fallback)
    accounts = {
        "main": target("openai", "", primary.url, "openai-main"),
        "spare": target("openai", "", fallback.url, "openai-spare"),
        "claude": target("anthropic", "", fallback.url.removesuffix("/v1")),
    }
    embeds = tuple(
        target("openai", model, upstream.url, name)
        for model, upstream, name in [
            ("e-3", primary, "openai-main"),
            ("e-4", fallback, "openai-other"),
            ("e-3", fallback, "openai-spare"),
        ]
    )
    keys = {**plan.keys, hashed(KEY): KeyGrant(alias="alice", tenant="acme", rights=("passthrough",))}
    routes = {**plan.routes, "embed": Route(alias="embed", targets=embeds, retries=0)}
    return await start(msgspec.structs.replace(plan, accounts=accounts, keys=keys, routes=routes))


async def test_a_call_goes_on_as_it_is_with_the_providers_key(gateway, fallback):
    fallback.answers({"id": "file-1"}, x_request_id="req_9")

    reply = await gateway.http.post(
        "/spare/v1/files?purpose=batch&key=x",
        content=b"--b",
        headers={**BEARER, "content-type": "multipart/x"},
    )
    record = await gateway.recorded()

    assert (reply.status_code, reply.json()) == (200, {"id": "file-1"})
    assert fallback.heads[0].startswith("POST /v1/files?purpose=batch HTTP/1.1")
    assert f"authorization: Bearer {UPSTREAM_SECRET}" in fallback.heads[0]
    assert "content-type: multipart/x" in fallback.heads[0]
    assert KEY not in fallback.heads[0]
    assert fallback.bodies == [b"--b"]
    exchange = record.exchange
    assert (exchange.protocol, exchange.operation) == (WireProtocol.PASSTHROUGH, Operation.PASSTHROUGH)
    assert exchange.served
    assert exchange.attempts[0].target.provider == "openai-spare"
    assert exchange.attempts[0].upstream_request_id == "req_9"
    assert record.signals == ()


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
async def test_a_packed_body_goes_on_packed(gateway, fallback, encoding):
    """Nobody reads it here, so nobody has to be able to."""
    fallback.answers({"id": "file-1"})
    packed = gzip.compress(b'{"a": 1}')

    reply = await gateway.http.post(
        "/spare/v1/files", content=packed, headers={**BEARER, "content-encoding": encoding}
    )

    assert reply.status_code == 200
    assert fallback.bodies == [packed]
    assert f"content-encoding: {encoding}" in fallback.heads[0].lower()


async def test_every_method_passes_and_a_mount_is_the_first_account_of_its_type(gateway, primary, fallback):
    primary.answers({"deleted": True})
    fallback.answers({"data": []})

    gone = await gateway.http.delete("/openai/v1/files/f-1", headers=BEARER)
    listed = await gateway.http.get("/anthropic/v1/messages/batches?limit=1", headers=BEARER)

    assert gone.json() == {"deleted": True}
    assert primary.heads[0].startswith("DELETE /v1/files/f-1 ")
    assert listed.json() == {"data": []}
    assert fallback.heads[0].startswith("GET /v1/messages/batches?limit=1 ")
    assert "anthropic-version: 2023-06-01" in fallback.heads[0]


async def test_a_key_without_the_right_is_refused(gateway, primary):
    reply = await gateway.http.get("/openai/v1/files", headers={"authorization": "Bearer lk-bob"})

    assert reply.status_code == 403
    assert reply.json()["error"]["code"] == "passthrough_not_allowed"
    assert primary.heads == []


async def test_a_stream_passes_and_one_that_breaks_off_is_cut(gateway, primary):
    primary.streams([b"data: 1\n\n", b"data: 2\n\n"])
    whole = await gateway.http.post("/main/v1/anything", json={}, headers=BEARER)

    assert whole.content == b"data: 1\n\ndata: 2\n\n"
    assert (await gateway.recorded()).exchange.served


async def test_what_is_not_found_there_is_nobodys_failure(gateway, primary):
    primary.answers({"error": {"message": "No such file", "type": "invalid_request_error"}}, 404)

    reply = await gateway.http.get("/main/v1/files/f-2", headers=BEARER)
    (attempt,) = (await gateway.recorded()).exchange.attempts

    assert (reply.status_code, reply.json()["error"]["message"]) == (404, "No such file")
    assert attempt.failure
    assert attempt.failure.kind is None


async def test_a_broken_provider_is_a_failure_of_that_provider(gateway, primary):
    primary.answers({"error": {"message": "oops", "type": "server_error"}}, 503)

    reply = await gateway.http.get("/main/v1/files", headers=BEARER)
    record = await gateway.recorded()

    assert reply.status_code == 503
    assert record.exchange.attempts[0].failure.kind == "provider.outage"


async def test_a_path_of_nobody_is_unknown(gateway):
    reply = await gateway.http.get("/nowhere/v1/files", headers=BEARER)

    assert reply.json()["error"]["code"] == "unknown_path"


async def test_a_response_is_fetched_from_where_it_was_made_by_its_tenant_only(gateway, primary, fallback):
    primary.answers({"error": {"message": "oops"}}, 503)
    fallback.answers(RESPONSE)
    bob = {"authorization": "Bearer lk-bob"}
    made = await gateway.http.post("/v1/responses", json={"model": "chat", "input": "Capital?"}, headers=bob)
    assert made.json()["id"] == "resp_1"
    await gateway.recorded()
    fallback.heads.clear()

    fetched = await gateway.http.get("/v1/responses/resp_1/input_items", headers=bob)
    foreign = await gateway.http.get("/v1/responses/resp_2", headers=bob)

    assert fetched.status_code == 200
    assert fallback.heads[0].startswith("GET /v1/responses/resp_1/input_items ")
    assert foreign.status_code == 403


async def test_a_response_goes_on_where_the_earlier_one_is_kept(gateway, primary, fallback):
    primary.answers({"error": {"message": "oops"}}, 503)
    fallback.answers(RESPONSE)
    asked = {"model": "chat", "input": "Capital?"}
    await gateway.http.post("/v1/responses", json=asked, headers=BEARER)
    await gateway.recorded()
    primary.heads.clear()

    more = await gateway.http.post(
        "/v1/responses", json={**asked, "previous_response_id": "resp_1"}, headers=BEARER
    )
    exchange = (await gateway.recorded(2)).exchange

    assert more.status_code == 200
    assert primary.heads == []
    assert exchange.attempts[-1].target.provider == "openai-spare"
    assert exchange.answer.text_chars == 5


async def test_an_unknown_earlier_response_goes_to_the_primary_and_nowhere_else(gateway, primary, fallback):
    primary.answers({"error": {"message": "oops", "type": "server_error"}}, 503)

    reply = await gateway.http.post(
        "/v1/responses",
        json={"model": "chat", "input": "x", "previous_response_id": "resp_0"},
        headers=BEARER,
    )

    assert reply.status_code == 503
    assert fallback.heads == []


async def test_embeddings_fail_over_to_the_same_model_only_and_are_not_checked(gateway, primary, fallback):
    primary.answers({"error": {"message": "oops"}}, 503)
    fallback.answers({"data": [{"embedding": [0.1]}], "model": "e-3", "usage": {"prompt_tokens": 2}})

    reply = await gateway.http.post("/v1/embeddings", json={"model": "embed", "input": "Hi"}, headers=BEARER)
    record = await gateway.recorded()

    assert reply.status_code == 200
    assert [json.loads(body)["model"] for body in fallback.bodies] == ["e-3"]
    assert [one.target.provider for one in record.exchange.attempts] == ["openai-main", "openai-spare"]
    assert record.exchange.operation is Operation.EMBEDDINGS
    assert record.exchange.attempts[-1].usage.input_tokens == 2
    assert record.signals == ()


async def test_a_chat_is_still_a_chat(gateway, primary):
    primary.answers(openai_answer())
    await gateway.chat()

    record = await gateway.recorded()

    assert record.exchange.operation is Operation.CHAT
    assert record.signals
