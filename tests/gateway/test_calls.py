"""One call through the whole hot path, against real servers."""

import asyncio

import msgspec
from tests.gateway.conftest import UPSTREAM_SECRET, openai_answer, openai_chunks, plan_for

from leadline.vocabulary import FailureKind, Route, SelectionReason


async def test_an_answer_passes_byte_for_byte_with_what_the_gateway_knows(start, primary):
    gateway = await start()
    body = b'{"id":"x",  "choices":[{"index":0,"message":{"role":"assistant","content":"Paris"},'
    body += b'"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":3}, "new_field": 1}'
    primary.answers(
        body, x_request_id="req_1", x_ratelimit_remaining_tokens="99", set_cookie="a=b", server="upstream"
    )

    reply = await gateway.chat()

    assert reply.status_code == 200
    assert reply.content == body
    assert reply.headers["x-request-id"] == "req_1"
    assert reply.headers["x-ratelimit-remaining-tokens"] == "99"
    assert "set-cookie" not in reply.headers
    assert "server" not in reply.headers
    assert reply.headers["x-leadline-provider"] == "openai-main"
    assert reply.headers["x-leadline-model"] == "gpt-4o"
    assert reply.headers["x-leadline-selection"] == "primary"
    assert reply.headers["x-leadline-attempts"] == "1"
    assert "x-leadline-selection-cause" not in reply.headers
    assert float(reply.headers["x-leadline-cost-usd"]) == (12 * 2.5 + 3 * 10) / 1e6
    assert float(reply.headers["x-leadline-overhead-ms"]) > 0
    assert reply.headers["x-leadline-checks"] == "json_schema=not_applicable"


async def test_the_record_holds_the_facts(start, primary):
    gateway = await start()
    primary.answers(openai_answer(), x_request_id="req_1")

    reply = await gateway.chat()
    exchange = (await gateway.recorded()).exchange

    assert exchange.request_id == reply.headers["x-leadline-request-id"]
    assert (exchange.alias, exchange.status, exchange.served, exchange.streaming) == (
        "chat",
        200,
        True,
        False,
    )
    assert (exchange.caller.key_alias, exchange.caller.tenant) == ("alice", "acme")
    assert exchange.plan_generation == 7
    assert exchange.counted_input_tokens
    (attempt,) = exchange.attempts
    assert (attempt.number, attempt.status, attempt.failure) == (1, 200, None)
    assert attempt.usage
    assert attempt.usage.input_tokens == 12
    assert attempt.served_model == "gpt-4o-2024-08-06"
    assert attempt.upstream_request_id == "req_1"
    assert attempt.timings.first_byte_ms is not None
    assert attempt.response_bytes > 0


async def test_a_failing_primary_is_retried_once_and_then_replaced(start, primary, fallback):
    gateway = await start()
    primary.answers({"error": {"message": "boom", "type": "server_error"}}, status=503)
    fallback.answers(openai_answer())

    reply = await gateway.chat()
    attempts = (await gateway.recorded()).exchange.attempts

    assert reply.status_code == 200
    assert reply.headers["x-leadline-provider"] == "openai-spare"
    assert reply.headers["x-leadline-selection"] == "fallback"
    assert reply.headers["x-leadline-selection-cause"].startswith("provider.")
    assert reply.headers["x-leadline-attempts"] == str(len(attempts))
    assert [a.target.provider for a in attempts] == ["openai-main", "openai-main", "openai-spare"]
    assert attempts[-1].selection.reason is SelectionReason.FALLBACK
    assert attempts[-1].selection.caused_by_attempt == 2
    assert "HTTP 503" in attempts[-1].selection.detail
    assert attempts[1].selection.reason is SelectionReason.PRIMARY
    assert attempts[1].selection.caused_by_attempt == 1


async def test_a_caller_s_own_fault_is_passed_on_and_never_tried_elsewhere(start, primary, fallback):
    gateway = await start()
    fault = {"error": {"message": "bad value", "type": "invalid_request_error", "code": "invalid_value"}}
    primary.answers(fault, status=400)

    reply = await gateway.chat()
    exchange = (await gateway.recorded()).exchange

    assert reply.status_code == 400
    assert reply.json() == fault
    assert len(primary.heads) == 1
    assert not fallback.heads
    assert exchange.attempts[0].failure
    assert exchange.attempts[0].failure.kind is None


async def test_html_with_status_200_is_a_failure_and_fails_over(start, primary, fallback):
    gateway = await start()
    primary.answers(b"<html>Sign in</html>", content_type="text/html")
    fallback.answers(openai_answer())

    reply = await gateway.chat()
    attempts = (await gateway.recorded()).exchange.attempts

    assert reply.json() == openai_answer()
    assert attempts[0].failure
    assert attempts[0].failure.kind is FailureKind.PROVIDER_MALFORMED


async def test_html_alone_is_a_502_in_the_protocol_s_shape(start, primary):
    gateway = await start()
    primary.answers(b"<html>Sign in</html>", content_type="text/html")

    reply = await gateway.chat("alone")

    assert reply.status_code == 502
    assert reply.json()["error"]["code"] == "upstream_failed"
    assert "Sign in" not in reply.text
    assert reply.headers["x-should-retry"] == "false"


async def test_a_refusing_or_resetting_upstream_is_a_502(start, primary, fallback):
    plan = plan_for(primary, fallback)
    gateway = await start(plan)
    primary.resets()

    reset = await gateway.chat("alone")
    await primary.stop()
    refused = await gateway.chat("alone")

    for number, reply in enumerate((reset, refused), start=1):
        assert reply.status_code == 502
        assert "could not be reached" in reply.json()["error"]["message"]
        (attempt,) = (await gateway.recorded(number)).exchange.attempts
        assert attempt.status == 0
        assert attempt.failure
        assert attempt.failure.kind is FailureKind.PROVIDER_CONNECTION


async def test_a_hanging_upstream_is_a_504(start, primary):
    gateway = await start()
    primary.hangs()

    reply = await gateway.chat("alone")

    assert reply.status_code == 504
    assert reply.json()["error"]["code"] == "upstream_timeout"
    attempt = (await gateway.recorded()).exchange.attempts[0]
    assert attempt.failure
    assert attempt.failure.kind is FailureKind.PROVIDER_TIMEOUT


async def test_json_cut_in_half_is_no_answer(start, primary):
    gateway = await start()
    half = b'{"id":"x","choices":[{"index":0,"message":{"role":"assi'
    primary.cuts_body(half, promised=500)
    primary.answers(half)

    cut_on_the_wire = await gateway.chat("alone")
    cut_before_it = await gateway.chat("alone")

    for number, reply in enumerate((cut_on_the_wire, cut_before_it), start=1):
        assert reply.status_code == 502
        assert "x" not in reply.json().get("id", "")
        failure = (await gateway.recorded(number)).exchange.attempts[0].failure
        assert failure
        assert failure.kind is FailureKind.PROVIDER_TRUNCATED


async def test_the_upstream_s_own_error_reaches_the_client_when_nobody_else_can_answer(start, primary):
    gateway = await start()
    error = {"error": {"message": "slow down", "type": "requests", "code": "rate_limit_exceeded"}}
    primary.answers(error, status=429, retry_after="30")

    reply = await gateway.chat("alone")

    assert reply.status_code == 429
    assert reply.json() == error
    assert reply.headers["retry-after"] == "30"
    assert reply.headers["x-should-retry"] == "false"
    assert reply.headers["x-leadline-provider"] == "openai-main"


async def test_a_refusal_of_our_own_key_is_not_shown_to_the_client(start, primary):
    gateway = await start()
    primary.answers(
        {"error": {"message": "Incorrect API key provided: sk-up***9c1d", "code": "invalid_api_key"}}, 401
    )

    reply = await gateway.chat("alone")

    assert reply.status_code == 502
    assert "sk-up" not in reply.text
    assert "own key" in reply.json()["error"]["message"]


async def test_a_target_whose_key_is_missing_is_replaced(start, primary, fallback):
    def resolve(reference: str) -> str:
        if reference == "env:GONE":
            raise LookupError("the environment variable GONE is not set")
        return UPSTREAM_SECRET

    plan = plan_for(primary, fallback)
    first, second = plan.routes["chat"].targets
    keyless = msgspec.structs.replace(first, secret="env:GONE")
    plan.routes["chat"] = Route(alias="chat", targets=(keyless, second))
    gateway = await start(plan, secrets=resolve)
    fallback.answers(openai_answer())

    reply = await gateway.chat()

    assert reply.status_code == 200
    assert reply.headers["x-leadline-selection-cause"] == "provider.auth"
    assert not primary.heads


async def test_a_client_that_leaves_cancels_the_upstream(start, primary):
    gateway = await start()
    primary.hangs()
    asking = asyncio.create_task(gateway.chat("alone"))
    async with asyncio.timeout(5):
        while not primary.heads:
            await asyncio.sleep(0.001)

    asking.cancel()
    await gateway.http.aclose()

    # 0.2 s is the contract; the target's own deadline is 0.3 s and would set no `left` before it
    await asyncio.wait_for(primary.left.wait(), 0.2)
    exchange = (await gateway.recorded()).exchange
    assert exchange.status == 499
    assert exchange.attempts[0].cancelled
    assert exchange.attempts[0].failure is None
    assert gateway.app.in_flight == 0


async def test_a_client_that_leaves_after_a_question_of_megabytes_cancels_the_upstream_too(start, primary):
    gateway = await start()
    primary.hangs()
    asking = asyncio.create_task(gateway.chat("alone", user="x" * 2_000_000))
    async with asyncio.timeout(5):
        while not primary.heads:
            await asyncio.sleep(0.001)

    asking.cancel()
    await gateway.http.aclose()

    await asyncio.wait_for(primary.left.wait(), 5)
    assert (await gateway.recorded()).exchange.status == 499


async def test_a_full_spool_harms_no_answer(start, primary):
    gateway = await start()
    gateway.spool.full = True
    primary.answers(openai_answer())

    reply = await gateway.chat()

    assert reply.status_code == 200
    gateway.spool.full = False
    gateway.app.beat()
    assert gateway.spool.heartbeats[0].dropped == 1
    assert gateway.spool.heartbeats[0].drop_reason == "the spool is full"


async def test_our_own_mistake_is_a_500_in_the_protocol_s_shape_and_quotes_nothing(start, capsys):
    class Broken:
        async def send(self, _request, _timeouts):
            raise ValueError("Capital of France?")

        async def aclose(self):
            pass

    gateway = await start(transport=Broken())

    reply = await gateway.chat()

    assert reply.status_code == 500
    assert reply.json()["error"]["code"] == "internal_error"
    assert (await gateway.recorded()).exchange.status == 500
    logged = capsys.readouterr()
    assert "ValueError" in logged.out + logged.err
    assert "Capital" not in logged.out + logged.err


async def test_a_mistake_after_the_last_byte_leaves_the_answer_as_it_was(start, primary, fallback, capsys):
    plan = plan_for(primary, fallback)
    # a price that cannot be multiplied stands for any mistake in what comes after a stream
    plan.prices["openai/gpt-4o"] = msgspec.structs.replace(plan.prices["openai/gpt-4o"], input_usd=None)
    gateway = await start(plan)
    primary.streams(openai_chunks("Paris"))

    reply = await gateway.chat(stream=True)
    exchange = (await gateway.recorded()).exchange

    assert reply.content.endswith(b"data: [DONE]\n\n")
    assert exchange.status == 200
    assert not exchange.attempts[0].cancelled
    assert "TypeError" in capsys.readouterr().out
