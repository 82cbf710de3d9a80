"""The simulated providers, called by the real SDKs."""

import asyncio
import contextlib
import http.client
import json
import socket
import time
from typing import Any

import anthropic
import openai
import pytest
from google import genai
from google.genai import errors as genai_errors

from leadline.providers.surfaces import gemini_generate, openai_chat
from leadline.simulation.schedule import Episode, Misbehaviour, Schedule
from leadline.simulation.server import SimulatedProviders, serve
from leadline.vocabulary import Answer, Question

PROMPT = (
    "Summarise.\nRevenue was EUR 71.4 million in 2025.\nThe plant delivered 12,300 units.\nCosts fell by 9 %."
)
FIGURES = ("71.4", "12,300")
CONTINUED = pytest.mark.parametrize("streaming", [False, True], ids=["whole", "streamed"])
SCHEMA = {"type": "object", "properties": {"total": {"type": "number"}}, "required": ["total"]}


class Told:
    """What an SDK made of an answer."""

    def __init__(self, text, finish, input_tokens, output_tokens):
        self.text, self.finish = text, finish
        self.input_tokens, self.output_tokens = input_tokens, output_tokens


def openai_client(base_url: str) -> Any:
    """Untyped, as the clients below: what an SDK may return in all is not what it returns here."""
    return openai.OpenAI(base_url=base_url, api_key="sk-x", max_retries=0)


def anthropic_client(base_url: str) -> Any:
    return anthropic.Anthropic(base_url=base_url, api_key="sk-x", max_retries=0)


def gemini_client(base_url: str) -> Any:
    options = genai.types.HttpOptions(base_url=base_url)
    return contextlib.closing(genai.Client(api_key="k", http_options=options))


def ask_openai(url, *, streaming, name="openai-primary", prompt=PROMPT, **more):
    with openai_client(f"{url}/{name}/v1") as client:
        messages = [{"role": "user", "content": prompt}]
        if not streaming:
            told = client.chat.completions.create(model="gpt-4o-mini", messages=messages, **more)
            choice, usage = told.choices[0], told.usage
            return Told(
                choice.message.content, choice.finish_reason, usage.prompt_tokens, usage.completion_tokens
            )
        events = list(
            client.chat.completions.create(
                model="gpt-4o-mini",
                messages=messages,
                stream=True,
                stream_options={"include_usage": True},
                **more,
            )
        )
        choices = [choice for event in events for choice in event.choices]
        text = "".join(choice.delta.content or "" for choice in choices)
        finish = next((choice.finish_reason for choice in choices if choice.finish_reason), None)
        usage = next((event.usage for event in events if event.usage), None)
        return Told(text, finish, usage and usage.prompt_tokens, usage and usage.completion_tokens)


def ask_anthropic(url, *, streaming, name="anthropic", prompt=PROMPT, **more):
    with anthropic_client(f"{url}/{name}") as client:
        asked = {
            "model": "claude-sonnet-5",
            "max_tokens": 300,
            "messages": [{"role": "user", "content": prompt}],
            **more,
        }
        if streaming:
            with client.messages.stream(**asked) as stream:
                told = stream.get_final_message()
        else:
            told = client.messages.create(**asked)
        text = "".join(block.text for block in told.content)
        return Told(text, told.stop_reason, told.usage.input_tokens, told.usage.output_tokens)


def ask_gemini(url, *, streaming, name="gemini", prompt=PROMPT, **more):
    with gemini_client(f"{url}/{name}") as client:
        asked = {"model": "gemini-3.5-flash", "contents": prompt, **more}
        if not streaming:
            events = [client.models.generate_content(**asked)]
        else:
            events = list(client.models.generate_content_stream(**asked))
    text = "".join(event.text or "" for event in events)
    usage = events[-1].usage_metadata
    finish = events[-1].candidates[0].finish_reason
    return Told(text, finish and finish.value, usage.prompt_token_count, usage.candidates_token_count)


SDKS = pytest.mark.parametrize(
    ("ask", "finish"),
    [(ask_openai, "stop"), (ask_anthropic, "end_turn"), (ask_gemini, "STOP")],
    ids=["openai", "anthropic", "gemini"],
)


@SDKS
@CONTINUED
def test_the_real_sdks_read_a_grounded_answer_with_its_usage(simulated, ask, finish, streaming):
    told = ask(simulated(), streaming=streaming)

    assert told.finish == finish
    assert all(figure in told.text for figure in FIGURES)
    assert told.input_tokens > 20
    assert told.output_tokens > 5


@SDKS
@CONTINUED
def test_a_fabricated_figure_arrives_like_any_other_answer(simulated, ask, finish, streaming):
    told = ask(simulated(Misbehaviour.FABRICATED_FIGURE), streaming=streaming, name="ill")

    assert told.finish == finish
    known = PROMPT.replace(".", " ").replace(",", " ").split()
    said = "".join(c if c.isdigit() else " " for c in told.text).split()
    assert [number for number in said if number not in known]


@CONTINUED
@pytest.mark.parametrize(
    ("misbehaviour", "status"), [(Misbehaviour.UNAVAILABLE, 503), (Misbehaviour.OVERLOADED, 529)]
)
def test_an_outage_raises_what_the_sdk_raises_for_the_real_one(simulated, misbehaviour, status, streaming):
    url = simulated(misbehaviour)

    with pytest.raises(openai.InternalServerError) as by_openai:
        ask_openai(url, streaming=streaming, name="ill")
    with pytest.raises(anthropic.APIStatusError) as by_anthropic:
        ask_anthropic(url, streaming=streaming, name="ill")
    with pytest.raises(genai_errors.ServerError) as by_gemini:
        ask_gemini(url, streaming=streaming, name="ill")

    assert by_openai.value.status_code == by_anthropic.value.status_code == by_gemini.value.code == status


@CONTINUED
def test_a_reset_is_a_connection_that_ends_without_a_byte(simulated, streaming):
    url = simulated(Misbehaviour.RESET)

    with pytest.raises(openai.APIConnectionError):
        ask_openai(url, streaming=streaming, name="ill")
    assert ask_openai(url, streaming=streaming).finish == "stop", "the others stay well"


@SDKS
def test_a_truncated_stream_ends_without_saying_why(simulated, ask, finish):
    del finish
    url = simulated(Misbehaviour.TRUNCATED)
    whole = ask(url, streaming=True)

    told = ask(url, streaming=True, name="ill")

    assert told.finish is None
    assert len(told.text) < len(whole.text)


def test_a_truncated_whole_answer_is_shorter_than_it_promised(simulated):
    with pytest.raises(openai.APIConnectionError):
        ask_openai(simulated(Misbehaviour.TRUNCATED), streaming=False, name="ill")


def test_broken_json_comes_with_an_orderly_end(simulated):
    wanted = {"type": "json_schema", "json_schema": {"name": "t", "schema": SCHEMA}}
    url = simulated(Misbehaviour.BROKEN_JSON)

    well = ask_openai(url, streaming=False, prompt="total: 12.50", response_format=wanted)
    ill = ask_openai(url, streaming=False, prompt="total: 12.50", response_format=wanted, name="ill")

    assert json.loads(well.text) == {"total": 12.5}
    assert ill.finish == "stop"
    with pytest.raises(json.JSONDecodeError):
        json.loads(ill.text)


@CONTINUED
def test_a_token_blow_up_runs_into_the_limit(simulated, streaming):
    url = simulated(Misbehaviour.TOKEN_BLOWUP)

    told = ask_openai(url, streaming=streaming, name="ill", max_completion_tokens=300)

    assert told.finish == "length"
    assert 280 < told.output_tokens <= 300


def test_a_slow_provider_takes_longer_than_a_well_one(simulated):
    url = simulated(Misbehaviour.SLOW)

    def seconds(name):
        started = time.perf_counter()
        ask_openai(url, streaming=False, name=name)
        return time.perf_counter() - started

    well = min(seconds("openai-primary") for _ in range(2))
    assert seconds("ill") > 3 * well


async def test_it_ends_without_a_traceback_while_an_answer_is_slow(caplog):
    always = Episode(provider="ill", misbehaviour=Misbehaviour.SLOW, begins_s=0, ends_s=1e9)
    providers = SimulatedProviders(Schedule((always,)), ("gpt-4o-mini",), time.time)
    listener, stop = socket.create_server(("127.0.0.1", 0)), asyncio.Event()
    serving = asyncio.create_task(serve(providers, [listener], stop))
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    body = b'{"model":"gpt-4o-mini","messages":[{"role":"user","content":"?"}]}'
    head = b"POST /ill/v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n"
    writer.write(head % len(body) + body)
    await writer.drain()
    async with asyncio.timeout(10):
        while not providers._calls:
            await asyncio.sleep(0.01)
        stop.set()
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        await serving
    writer.close()
    listener.close()

    assert not [one.getMessage() for one in caplog.records if one.exc_info]


def test_the_models_lists_are_those_of_the_three_sdks(simulated):
    url = simulated()
    with openai_client(f"{url}/a/v1") as client:
        by_openai = {model.id for model in client.models.list()}
    with anthropic_client(f"{url}/b") as client:
        by_anthropic = {model.id for model in client.models.list()}
    with gemini_client(f"{url}/c") as client:
        by_gemini = {model.name.removeprefix("models/") for model in client.models.list()}

    assert "gpt-4o-mini" in by_openai
    assert by_openai == by_anthropic == by_gemini


def test_a_visitor_with_a_wrong_path_or_body_is_told_so(simulated):
    port = int(simulated().rpartition(":")[2])

    def posted(path, body):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        with contextlib.closing(connection):
            connection.request("POST", path, body)
            return connection.getresponse().status

    assert posted("/openai-primary/v1/embeddings", b"{}") == 404
    assert posted("/", b"") == 404
    assert posted("/openai-primary/v1/chat/completions", b"{") == 400
    assert posted("/openai-primary/v1/chat/completions", b"\xff") == 400


@pytest.mark.parametrize("dialect_of", ["openai", "gemini"])
def test_events_are_framed_as_the_protocol_frames_them(simulated, dialect_of):
    port = int(simulated().rpartition(":")[2])
    message = {"model": "m", "stream": True, "messages": [{"role": "user", "content": PROMPT}]}
    paths = {
        "openai": ("/x/v1/chat/completions", message, b"data: [DONE]\n\n"),
        "gemini": (
            "/x/v1/models/m:streamGenerateContent?alt=sse",
            {"contents": [{"parts": [{"text": PROMPT}]}]},
            b"\r\n\r\n",
        ),
    }
    path, body, ending = paths[dialect_of]
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("POST", path, json.dumps(body).encode())
        response = connection.getresponse()
        raw = response.read()

    assert response.getheader("content-type", "").startswith("text/event-stream")
    assert raw.endswith(ending)
    providers = {"openai": openai_chat.PLUG(), "gemini": gemini_generate.PLUG()}
    reader = providers[dialect_of].stream_reader(Question(model="m", streaming=True, wants_stream_usage=True))
    reader.feed(raw)
    reader.finish()
    read = reader.outcome()
    assert isinstance(read, Answer)
    assert read.complete


def test_whatever_is_told_to_people_is_accepted(simulated):
    url = simulated(Misbehaviour.UNAVAILABLE)
    connection = http.client.HTTPConnection(url.removeprefix("http://"))
    connection.request("POST", "/pager/on-call", body=b"{}")
    reply = connection.getresponse()

    assert (reply.status, json.loads(reply.read())) == (202, {"status": "accepted"})
    connection.close()
