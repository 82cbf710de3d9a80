"""OpenAI's responses clients are answered by those who speak something else; the real SDK reads it."""

from typing import Any

import msgspec
import openai
import pytest
from tests.gateway.conftest import KEY, openai_answer, openai_chunks, plan_for, target
from tests.gateway.test_translating import ANTHROPIC_ANSWER, events

from leadline.vocabulary import Route

WEATHER: dict[str, Any] = {
    "type": "function",
    "name": "weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
ITEMS: list[dict[str, Any]] = [
    {"role": "user", "content": "Weather in Paris?"},
    {"type": "reasoning", "id": "rs_1", "summary": []},
    {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "weather", "arguments": "{}"},
    {"type": "function_call_output", "call_id": "c1", "output": "rain"},
]


@pytest.fixture
def crossing(primary, fallback):
    """`chat` is OpenAI, then Anthropic; `hosted` a host that speaks chat alone."""
    first = target("openai", "gpt-4o", primary.url, "openai-main")
    second = target("anthropic", "claude-sonnet-4-5", fallback.url, "anthropic-spare")
    hosted = target("mistral", "mistral-small", fallback.url, "mistral")
    plan = plan_for(primary, fallback)
    routes = {
        "chat": Route(alias="chat", targets=(first, second), retries=0),
        "hosted": Route(alias="hosted", targets=(hosted,), retries=0),
    }
    return msgspec.structs.replace(plan, routes={**plan.routes, **routes})


@pytest.fixture
async def asking(start, crossing):
    gateway = await start(crossing)
    client = openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=KEY, max_retries=0)
    yield client
    await client.close()


async def test_a_response_comes_from_anthropic_when_openai_is_down(asking, primary, fallback):
    primary.answers({"error": {"message": "overloaded"}}, status=503)
    fallback.answers(ANTHROPIC_ANSWER)

    told = await asking.responses.with_raw_response.create(
        model="chat", instructions="Be brief", input=ITEMS, tools=[WEATHER], max_output_tokens=50
    )
    response = told.parse()

    assert (response.output_text, response.status) == ("Paris", "completed")
    assert response.usage is not None
    assert (response.usage.input_tokens, response.usage.input_tokens_details.cached_tokens) == (14, 4)
    assert told.headers["x-leadline-translated"] == "openai_responses->anthropic_messages"
    assert told.headers["x-leadline-dropped"] == "input.reasoning"
    asked = msgspec.json.decode(fallback.bodies[0])
    assert (asked["system"], asked["max_tokens"]) == ("Be brief", 50)
    assert [turn["role"] for turn in asked["messages"]] == ["user", "assistant", "user"]
    assert asked["messages"][1]["content"][0]["type"] == "tool_use"
    assert asked["tools"][0]["name"] == "weather"


async def test_a_stream_of_responses_comes_event_by_event(asking, primary, fallback):
    primary.answers({"error": {"message": "overloaded"}}, status=503)
    fallback.streams(events("Par", "is"))

    async with asking.responses.stream(model="chat", input="Capital?") as stream:
        told = [event async for event in stream]
        final = await stream.get_final_response()

    assert [one.delta for one in told if one.type == "response.output_text.delta"] == ["Par", "is"]
    assert (final.output_text, final.status) == ("Paris", "completed")
    assert final.usage is not None
    assert final.usage.output_tokens == 3


async def test_calls_are_streamed_as_items(asking, fallback):
    def chunk(**call):
        delta = {"tool_calls": [{"index": call.pop("index"), **call}]}
        choice = {"index": 0, "delta": delta, "finish_reason": None}
        return b"data: " + msgspec.json.encode({"id": "c", "model": "m", "choices": [choice]}) + b"\n\n"

    head = [
        chunk(index=at, id=f"call_{at}", type="function", function={"name": "weather", "arguments": ""})
        for at in (0, 1)
    ]
    rest = [
        chunk(index=at, function={"arguments": piece}) for piece in ('{"city":', '"Paris"}') for at in (0, 1)
    ]
    text, *end = openai_chunks("Let me see.", finish="tool_calls")
    fallback.streams([text, *head, *rest, *end])

    async with asking.responses.stream(model="hosted", input="?", tools=[WEATHER]) as stream:
        told = [event async for event in stream]
        final = await stream.get_final_response()

    assert [item.type for item in final.output] == ["message", "function_call", "function_call"]
    assert [item.arguments for item in final.output if item.type == "function_call"] == [
        '{"city":"Paris"}'
    ] * 2
    assert [one.sequence_number for one in told] == sorted(one.sequence_number for one in told)


async def test_an_answer_at_its_limit_is_incomplete(asking, fallback):
    answer = openai_answer()
    answer["choices"][0]["finish_reason"] = "length"
    fallback.answers(answer)

    response = await asking.responses.create(model="hosted", input="?")

    assert response.status == "incomplete"
    assert response.incomplete_details is not None
    assert response.incomplete_details.reason == "max_output_tokens"


@pytest.mark.parametrize(
    "asked",
    [
        {"previous_response_id": "resp_1"},
        {"background": True},
        {"tools": [{"type": "web_search"}]},
        {"truncation": "auto"},
    ],
)
async def test_what_only_openai_does_is_refused_with_a_reason(asking, asked):
    with pytest.raises(openai.BadRequestError) as raised:
        await asking.responses.create(model="hosted", input="?", **asked)
    assert raised.value.code == "not_portable"


async def test_a_cut_stream_raises_in_the_sdk(asking, fallback):
    fallback.streams(openai_chunks("Par", finish=None), then="cut")
    with pytest.raises(openai.APIError):
        async with asking.responses.stream(model="hosted", input="?") as stream:
            [event async for event in stream]
