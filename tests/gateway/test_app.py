"""Who is admitted, what a wrong request is told in the words of its protocol, and who may see what."""

from typing import Any

import anthropic
import httpx
import msgspec
import openai
import pytest
import uuid_utils
from tests.gateway.conftest import (
    KEY,
    UPSTREAM_SECRET,
    Chosen,
    hashed,
    openai_answer,
    plan_for,
)

from leadline.vocabulary import KeyGrant

QUESTION = {"messages": [{"role": "user", "content": "?"}]}
CHAT = "/v1/chat/completions"
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "openai": (CHAT, {"model": "chat", **QUESTION}),
    "anthropic": ("/v1/messages", {"model": "claude", "max_tokens": 9, **QUESTION}),
    "gemini": ("/v1beta/models/gem:generateContent", {"contents": [{"parts": [{"text": "?"}]}]}),
}
PLACES: dict[str, dict[str, Any]] = {
    "bearer": {"headers": {"authorization": f"Bearer {KEY}"}},
    "x-api-key": {"headers": {"x-api-key": KEY}},
    "api-key": {"headers": {"api-key": KEY}},
    "x-goog-api-key": {"headers": {"x-goog-api-key": KEY}},
    "query": {"params": {"key": KEY}},
}


def told(reply: httpx.Response, protocol: str) -> str:
    """The sentence of an error, found where the protocol's own SDK looks for it."""
    body = reply.json()
    if protocol == "anthropic":
        assert body["type"] == "error"
    if protocol == "gemini":
        assert body["error"]["code"] == reply.status_code
        assert body["error"]["status"]
    message = body["error"]["message"]
    assert isinstance(message, str)
    return message


@pytest.mark.parametrize("protocol", CALLS)
async def test_no_key_and_a_wrong_key_are_401_in_the_client_s_own_shape(start, protocol):
    gateway = await start()
    path, body = CALLS[protocol]

    without = await gateway.http.post(path, json=body)
    wrong = await gateway.http.post(path, json=body, headers={"x-api-key": "lk-guess-123"})

    assert (without.status_code, wrong.status_code) == (401, 401)
    assert "x-api-key" in told(without, protocol)
    assert "not known" in told(wrong, protocol)
    assert "lk-guess-123" not in wrong.text
    assert gateway.spool.observations == []


@pytest.mark.parametrize("protocol", CALLS)
async def test_an_unknown_model_is_404_with_the_nearest_names(start, protocol):
    gateway = await start()
    path, body = CALLS[protocol]
    near = {"openai": "chatt", "anthropic": "cloude", "gemini": "gemm"}[protocol]
    path = path.replace("gem:", f"{near}:")
    if "model" in body:
        body = {**body, "model": near}

    reply = await gateway.http.post(path, json=body, headers={"x-api-key": KEY})
    exchange = (await gateway.recorded()).exchange

    assert reply.status_code == 404
    assert repr({"openai": "chat", "anthropic": "claude", "gemini": "gem"}[protocol]) in told(reply, protocol)
    assert (exchange.status, exchange.attempts) == (404, ())
    assert exchange.alias == ""  # a made-up name must not become a label


@pytest.mark.parametrize("protocol", CALLS)
async def test_an_unreadable_body_is_400(start, protocol):
    gateway = await start()

    reply = await gateway.http.post(CALLS[protocol][0], content=b'{"model": "ch', headers={"x-api-key": KEY})

    assert reply.status_code == 400
    assert told(reply, protocol)
    assert (await gateway.recorded()).exchange.status == 400


@pytest.mark.parametrize("protocol", CALLS)
@pytest.mark.parametrize("announced", [True, False], ids=["announced", "chunked"])
async def test_a_body_over_the_limit_is_413(start, primary, protocol, announced):
    gateway = await start(settings={"body_limit_bytes": 100_000})

    async def chunks():
        for _ in range(30):
            yield b" " * 10_000

    body: Any = b" " * 300_000 if announced else chunks()
    reply = await gateway.http.post(CALLS[protocol][0], content=body, headers={"x-api-key": KEY})

    assert reply.status_code == 413
    assert "100000 bytes" in told(reply, protocol)
    assert reply.headers["connection"] == "close"
    assert not primary.heads
    assert (await gateway.recorded()).exchange.status == 413


async def test_a_request_that_cannot_be_put_to_a_model_s_protocol_is_400_with_the_reason(start):
    gateway = await start()

    reply = await gateway.chat("claude", n=3)

    assert reply.status_code == 400
    assert "anthropic/claude-5 was not asked: `n`" in told(reply, "openai")


async def test_a_model_that_another_key_has_is_unknown_to_this_one_and_not_hinted_at(start):
    gateway = await start()

    exact, near = await gateway.chat("alone", key="lk-bob"), await gateway.chat("alon", key="lk-bob")

    assert (exact.status_code, near.status_code) == (404, 404)
    assert "'alone'" not in told(near, "openai")


@pytest.mark.parametrize("place", PLACES)
async def test_a_key_opens_from_every_place_and_goes_nowhere(start, primary, place, capsys):
    gateway = await start()
    primary.answers(openai_answer())

    reply = await gateway.http.post(CHAT, json=CALLS["openai"][1], **PLACES[place])
    record = await gateway.recorded()

    assert reply.status_code == 200
    assert KEY not in primary.heads[0]
    assert f"Bearer {UPSTREAM_SECRET}" in primary.heads[0]
    assert KEY.encode() not in msgspec.msgpack.encode(record)
    assert UPSTREAM_SECRET.encode() not in msgspec.msgpack.encode(record)
    logged = capsys.readouterr()
    assert KEY not in logged.out + logged.err
    assert UPSTREAM_SECRET not in reply.text + str(reply.headers)


async def test_our_own_headers_do_not_go_upstream(start, primary):
    gateway = await start()
    primary.answers(openai_answer())

    await gateway.chat(headers={"x-leadline-template": "report", "x-leadline-user": "u1", "x-trace": "t1"})

    assert "x-leadline" not in primary.heads[0].lower()
    assert "x-trace: t1" in primary.heads[0].lower()


async def test_a_header_that_comes_twice_goes_upstream_as_one_list(start, primary):
    gateway = await start()
    primary.answers(openai_answer())
    twice = [("x-api-key", KEY), ("anthropic-beta", "one"), ("anthropic-beta", "two")]

    await gateway.http.post(CHAT, json=CALLS["openai"][1], headers=twice)

    assert "anthropic-beta: one, two" in primary.heads[0].lower()


@pytest.mark.parametrize("protocol", CALLS)
async def test_a_body_compressed_in_a_way_unknown_here_is_415_and_asked_for_plain(start, protocol):
    gateway = await start()
    headers = {"x-api-key": KEY, "content-encoding": "zstd"}

    reply = await gateway.http.post(CALLS[protocol][0], content=b"(packed", headers=headers)

    assert reply.status_code == 415
    assert "plain" in told(reply, protocol)


async def test_the_rate_limit_is_429_with_retry_after_and_every_entry_is_left_again(start, primary, fallback):
    class OneAtATime:
        """Admits one request, then says when to come back."""

        def __init__(self) -> None:
            self.inside = 0
            self.entered = 0

        def enter(self, _key_hash: str, _grant: KeyGrant) -> float | None:
            if self.entered:
                return 7.0
            self.entered += 1
            self.inside += 1
            return None

        def leave(self, _key_hash: str, _grant: KeyGrant) -> None:
            self.inside -= 1

    limits = OneAtATime()
    plan = plan_for(primary, fallback)
    plan.keys[hashed(KEY)] = KeyGrant(alias="alice", requests_per_minute=1)
    gateway = await start(plan, limits=limits)
    primary.answers(openai_answer())

    admitted, refused = await gateway.chat(), await gateway.chat()

    assert (admitted.status_code, refused.status_code) == (200, 429)
    assert refused.headers["retry-after"] == "7"
    assert "1 requests a minute" in told(refused, "openai")
    assert limits.inside == 0
    assert (await gateway.recorded(2)).exchange.status == 429


async def test_an_unknown_path_names_the_known_ones(start):
    gateway = await start()

    reply = await gateway.http.post("/v1/completionz", json={})

    assert reply.status_code == 404
    assert "POST /v1/chat/completions" in told(reply, "openai")
    assert "GET /v1/models" in told(reply, "openai")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", CHAT, "POST"), ("DELETE", "/v1/models", "GET"), ("POST", "/health", "GET")],
)
async def test_a_wrong_method_is_405_and_says_which_is_right(start, method, path, allowed):
    gateway = await start()

    reply = await gateway.http.request(method, path)

    assert reply.status_code == 405
    assert reply.headers["allow"] == allowed


async def test_models_are_listed_in_the_shape_of_who_asks_and_only_those_it_can_call(start):
    gateway = await start()
    openai_list = await gateway.http.get("/v1/models", headers={"authorization": f"Bearer {KEY}"})
    claude_list = await gateway.http.get(
        "/v1/models", headers={"authorization": f"Bearer {KEY}", "anthropic-version": "2026-10-21"}
    )
    gemini_list = await gateway.http.get("/v1beta/models", params={"key": KEY})
    restricted = await gateway.http.get("/models", headers={"authorization": "Bearer lk-bob"})

    everything = ["alone", "chat", "claude", "gem"]
    assert [model["id"] for model in openai_list.json()["data"]] == everything
    assert [model["id"] for model in claude_list.json()["data"]] == everything
    assert [model["name"] for model in gemini_list.json()["models"]] == [f"models/{n}" for n in everything]
    assert [model["id"] for model in restricted.json()["data"]] == ["chat"]


async def test_one_model_is_shown_as_it_is_listed(start):
    gateway = await start()
    bearer = {"authorization": f"Bearer {KEY}"}

    shown = await gateway.http.get("/v1/models/chat", headers=bearer)
    gemini = await gateway.http.get("/v1beta/models/gem", headers={"x-goog-api-key": KEY})
    hidden = await gateway.http.get("/v1/models/claude", headers={"authorization": "Bearer lk-bob"})

    assert (shown.json()["id"], shown.json()["object"]) == ("chat", "model")
    assert gemini.json()["name"] == "models/gem"
    assert hidden.status_code == 404


async def test_models_need_a_key(start):
    gateway = await start()

    assert (await gateway.http.get("/v1/models")).status_code == 401


async def test_without_a_plan_it_lives_but_is_not_ready(start, primary, fallback):
    plans = Chosen(None)
    gateway = await start(plans=plans)

    alive = await gateway.http.get("/health/liveliness")
    not_ready = await gateway.http.get("/health/readiness")
    early = await gateway.chat()
    plans.plan = plan_for(primary, fallback)
    gateway.app.follow_plan()
    ready = await gateway.http.get("/health/readiness")

    assert (alive.status_code, not_ready.status_code, early.status_code) == (200, 503, 503)
    assert "plan" in told(early, "openai")
    assert ready.status_code == 200
    assert ready.json()["plan_generation"] == 7


async def test_a_request_can_be_looked_up_by_its_own_tenant_only(start, primary):
    gateway = await start()
    primary.answers(openai_answer("secret answer"))
    request_id = (await gateway.chat()).headers["x-leadline-request-id"]
    path = f"/v1/requests/{request_id}"

    own = await gateway.http.get(path, headers={"x-api-key": KEY})
    others = await gateway.http.get(path, headers={"x-api-key": "lk-bob"})
    nobodys = await gateway.http.get(path)

    assert own.json()["exchange"]["request_id"] == request_id
    assert own.json()["signals"][0]["check"] == "json_schema"
    assert "secret answer" not in own.text
    assert (others.status_code, nobodys.status_code) == (404, 401)


async def test_a_request_of_another_worker_is_waited_for_until_the_watch_has_read_it(start, primary):
    asked = 0

    async def look_up(request_id: str, _tenant: str) -> dict[str, object] | None:
        nonlocal asked
        asked += 1
        return {"exchange": {"request_id": request_id}} if asked == 3 else None

    one, other = await start(), await start(look_up=look_up, settings={"workers": 2})
    primary.answers(openai_answer())
    request_id = (await one.chat()).headers["x-leadline-request-id"]

    found = await other.http.get(f"/v1/requests/{request_id}", headers={"x-api-key": KEY})

    assert found.json()["exchange"]["request_id"] == request_id


async def test_nobody_waits_for_other_workers_where_there_are_none(start):
    asked = []

    async def look_up(request_id: str, _tenant: str) -> dict[str, object] | None:
        asked.append(request_id)
        return None

    gateway = await start(look_up=look_up)
    new = str(uuid_utils.uuid7())

    found = await gateway.http.get(f"/v1/requests/{new}", headers={"x-api-key": KEY})

    assert found.status_code == 404
    assert asked == [new]


async def test_an_older_request_is_asked_of_the_watch_within_the_tenant(start):
    asked = []

    async def look_up(request_id: str, tenant: str) -> dict[str, object] | None:
        asked.append((request_id, tenant))
        return {"exchange": {"request_id": request_id}, "events": ["e"]} if request_id == "old" else None

    gateway = await start(look_up=look_up)

    known = await gateway.http.get("/v1/requests/old", headers={"x-api-key": KEY})
    unknown = await gateway.http.get("/v1/requests/never", headers={"x-api-key": KEY})

    assert known.json()["events"] == ["e"]
    assert unknown.status_code == 404
    assert asked == [("old", "acme"), ("never", "acme")]


async def test_the_real_sdks_raise_their_own_errors(start):
    gateway = await start()

    async with openai.AsyncOpenAI(api_key="wrong", base_url=f"{gateway.url}/v1") as client:
        with pytest.raises(openai.AuthenticationError, match="not known"):
            await client.chat.completions.create(model="chat", messages=[{"role": "user", "content": "?"}])
    async with anthropic.AsyncAnthropic(api_key=KEY, base_url=gateway.url) as client:
        with pytest.raises(anthropic.NotFoundError, match="claude"):
            await client.messages.create(
                model="cloude", max_tokens=9, messages=[{"role": "user", "content": "?"}]
            )
