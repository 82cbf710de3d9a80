"""What comes around an answer is guarded as the answer is: errors of upstreams, stored responses, blocks of a
sentence; and what goes on of a request is what was read of it.
"""

from typing import Any

import msgspec
import pytest
from tests.gateway.conftest import KEY, openai_answer, openai_chunks, target
from tests.gateway.test_guardrail_scopes import scoped
from tests.gateway.test_guardrails import (
    SECRET_WORD,
    anthropic_answer,
    anthropic_events,
    ask,
    guarded,
    rule,
    text_of,
)
from tests.gateway.test_passing import RESPONSE

from leadline.vocabulary import Place, Word

BEARER = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
FAILED = {
    "error": {
        "message": "Failed to call a function.",
        "code": "tool_use_failed",
        "failed_generation": "We say nightjar.",
    }
}


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("protocol", ["openai", "anthropic", "gemini"])
@pytest.mark.parametrize("status", [400, 500])
async def test_what_a_model_said_is_not_given_in_an_error(
    start, primary, fallback, protocol, streaming, status
):
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK)))
    primary.answers(FAILED, status)

    reply = await ask(gateway, protocol, streaming)
    record = await gateway.recorded()

    assert reply.status_code == 400
    assert reply.headers["x-leadline-policy"] == "words@2"
    assert SECRET_WORD not in reply.text
    assert [one.word for one in record.signals if one.policy] == [Word.BLOCK]


@pytest.mark.parametrize("word", [Word.HOLD, Word.FALL_BACK])
async def test_an_error_that_no_person_can_release_is_blocked(start, primary, fallback, word):
    gateway = await start(guarded(primary, fallback, rule(word)))
    primary.answers(FAILED, 400)

    reply = await gateway.chat("alone")

    assert reply.json()["error"]["code"] == "blocked_by_policy"
    assert "x-leadline-review" not in reply.headers
    assert SECRET_WORD not in reply.text


async def test_an_error_is_redacted_and_stays_what_it_was(start, primary, fallback):
    gateway = await start(guarded(primary, fallback, rule(Word.REDACT)))
    primary.answers(FAILED, 400)

    reply = await gateway.chat("alone")

    assert reply.status_code == 400
    assert reply.json()["error"] == FAILED["error"] | {"failed_generation": "We say [CODE_NAME]."}


async def test_an_error_in_which_nothing_is_found_passes_as_it_came(start, primary, fallback):
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK)))
    told = {"error": {"message": "max_tokens is too large", "type": "invalid_request_error"}}
    primary.answers(told, 400)

    reply = await gateway.chat("alone")

    assert (reply.status_code, reply.json()) == (400, told)


@pytest.mark.parametrize("window", [0, 8])
async def test_an_error_in_a_stream_is_read_too(start, primary, fallback, window):
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK), window=window))
    said = openai_chunks("Something of some length that ", "goes out", finish=None)
    primary.streams([*said, b"data: " + msgspec.json.encode(FAILED) + b"\n\n"])

    assert SECRET_WORD not in (await gateway.chat("alone", stream=True)).text


@pytest.mark.parametrize(
    "body",
    [
        (
            b'{"model":"alone","messages":[{"role":"user","content":"nightjar"}],'
            b'"messages":[{"role":"user","content":"x"}]}'
        ),
        b'{"model":"alone","messages":[{"role":"user","content":"nightjar","content":"x"}]}',
        (
            b'{"model":"alone","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function",'
            b'"function":{"name":"f","description":"nightjar","description":"y"}}]}'
        ),
    ],
)
async def test_of_a_name_that_stands_twice_only_what_was_read_goes_on(start, primary, fallback, body):
    places = [place for place in Place if place.asked]
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK, *places)))
    primary.answers(openai_answer("ok"))

    reply = await gateway.http.post("/v1/chat/completions", content=body, headers=BEARER)

    assert reply.status_code == 200
    assert SECRET_WORD.encode() not in primary.bodies[0]


async def test_half_a_surrogate_hides_nothing(start, primary, fallback):
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK, Place.INPUT_USER)))
    body = b'{"model":"alone","messages":[{"role":"user","content":"night\\ud800jar"}]}'

    reply = await gateway.http.post("/v1/chat/completions", content=body, headers=BEARER)

    assert (reply.status_code, primary.bodies) == (400, [])


@pytest.mark.parametrize(("model", "status"), [("alone", 403), ("chat", 200)])
async def test_a_stored_response_is_held_to_what_holds_for_its_model(start, primary, fallback, model, status):
    plan = scoped(primary, fallback, route=("words@2",))
    accounts = {"main": target("openai", "", primary.url, "openai-main")}
    gateway = await start(msgspec.structs.replace(plan, accounts=accounts))
    primary.answers(RESPONSE)
    made = await gateway.http.post("/v1/responses", json={"model": model, "input": "x"}, headers=BEARER)
    assert made.status_code == 200
    await gateway.recorded()

    fetched = await gateway.http.get("/v1/responses/resp_1", headers=BEARER)

    assert fetched.status_code == status


CITED: list[dict[str, Any]] = [
    {"type": "text", "text": "They speak of the night"},
    {
        "type": "text",
        "text": "jar sings at dusk",
        "citations": [{"type": "char_location", "cited_text": "at dusk", "document_index": 0}],
    },
    {"type": "text", "text": ", and no more of it."},
]


def blocks_of_a_stream():
    begun, *_, end, stop = anthropic_events()
    events: list[dict[str, Any]] = []
    for at, block in enumerate(CITED):
        text = {"type": "text_delta", "text": block["text"]}
        events += [
            {"type": "content_block_start", "index": at, "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "index": at, "delta": text},
            {"type": "content_block_stop", "index": at},
        ]
    told = [b"event: %s\ndata: %s\n\n" % (one["type"].encode(), msgspec.json.encode(one)) for one in events]
    return [begun, *told, end, stop]


@pytest.mark.parametrize("word", [Word.BLOCK, Word.REDACT])
@pytest.mark.parametrize(("streaming", "window"), [(False, 0), (True, 0), (True, 10)])
async def test_what_goes_on_in_another_block_is_read_as_one(
    start, primary, fallback, word, streaming, window
):
    gateway = await start(guarded(primary, fallback, rule(word), window=window))
    if streaming:
        primary.streams(blocks_of_a_stream())
    else:
        primary.answers(anthropic_answer("") | {"content": CITED})

    reply = await ask(gateway, "anthropic", streaming)

    if word is Word.BLOCK:
        assert "words@2" in reply.text
        assert "jar" not in reply.text
    else:
        said = "They speak of the [CODE_NAME] sings at dusk, and no more of it."
        assert text_of("anthropic", streaming, reply) == said


@pytest.mark.parametrize("window", [0, 10])
async def test_what_goes_on_in_another_part_of_a_stream_is_read_as_one(start, primary, fallback, window):
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK), window=window))
    kind = "response.output_text"
    events = [
        {"type": "response.created", "response": RESPONSE | {"output": [], "status": "in_progress"}},
        {"type": f"{kind}.delta", "output_index": 0, "content_index": 0, "delta": "of the night"},
        {"type": f"{kind}.done", "output_index": 0, "content_index": 0, "text": "of the night"},
        {"type": f"{kind}.delta", "output_index": 0, "content_index": 1, "delta": "jar sings"},
        {"type": "response.completed", "response": RESPONSE},
    ]
    primary.streams([b"data: " + msgspec.json.encode(one) + b"\n\n" for one in events])

    reply = await gateway.http.post(
        "/v1/responses", json={"model": "alone", "input": "x", "stream": True}, headers=BEARER
    )

    assert "words@2" in reply.text
    assert "jar" not in reply.text
