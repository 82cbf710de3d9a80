"""An SDK's user who leaves: the upstream is not kept busy for nobody."""

import asyncio
import contextlib
import time

import anthropic
import openai
import pytest
from google import genai
from tests.clients.gateway_process import APP_KEY
from tests.clients.recordings import cut, replayable
from tests.clients.sdks import SDKS
from tests.clients.upstream import NAME, Ending, Play

# Google's SDK derives from a class of aiohttp that does not like it
pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class Aiohttp:DeprecationWarning")
CONTRACT_S = 0.2
"""Without the cancelling it would be the 60 s of silence that an upstream is given."""
TRIES = 3
"""One of which has to keep the contract: the machine may be busy with other things."""


@pytest.fixture(params=SDKS)
def unfinished(request, recordings, upstream):
    """The name of an SDK and a recorded stream of its protocol that falls silent half-way."""
    name = request.param
    rows = (row for row in recordings if row.row["api"] in SDKS[name].apis and row.streamed)
    row = next(row for row in rows if replayable(row) and len(row.body) > 2000)
    half = row.body[: len(row.body) // 2]
    silent = Play(parts=cut(half, "half"), streamed=True, ending=Ending.SILENCE)
    mute = Play(status=None, ending=Ending.SILENCE)
    with upstream.playing({"silent": silent, "mute": mute}):
        yield name


def question(name, gateway, recording):
    """A client whose base URL alone was changed, and the arguments of its call."""
    headers, model = {NAME: recording}, f"plain-{name}"
    messages = [{"role": "user", "content": "?"}]
    if name == "openai":
        options = {"api_key": APP_KEY, "base_url": f"{gateway.url}/v1", "default_headers": headers}
        return (openai.OpenAI, openai.AsyncOpenAI), options, {"model": model, "messages": messages}
    if name == "anthropic":
        options = {"api_key": APP_KEY, "base_url": gateway.url, "default_headers": headers}
        arguments = {"model": model, "messages": messages, "max_tokens": 9}
        return (anthropic.Anthropic, anthropic.AsyncAnthropic), options, arguments
    options = {"api_key": APP_KEY, "http_options": {"base_url": gateway.url, "headers": headers}}
    return (genai.Client, genai.Client), options, {"model": model, "contents": "?"}


def leave_stream(name, gateway) -> float:
    """Read a stream's first event and leave; when that was."""
    (make, _), options, arguments = question(name, gateway, "silent")
    client = make(**options)
    if name == "gemini":
        stream = client.models.generate_content_stream(**arguments)
        next(stream)
    else:
        create = client.chat.completions.create if name == "openai" else client.messages.create
        stream = create(**arguments, stream=True)
        next(iter(stream))
    left_at = time.monotonic()
    stream.close()
    client.close()
    return left_at


async def leave_stream_async(name, gateway) -> float:
    (_, make), options, arguments = question(name, gateway, "silent")
    client = make(**options)
    if name == "gemini":
        stream = await client.aio.models.generate_content_stream(**arguments)
        await anext(stream)
        left_at = time.monotonic()
        await stream.aclose()
        await client.aio.aclose()
        client.close()
        return left_at
    create = client.chat.completions.create if name == "openai" else client.messages.create
    stream = await create(**arguments, stream=True)
    await anext(aiter(stream))
    left_at = time.monotonic()
    await stream.close()
    await client.close()
    return left_at


async def leave_before_the_answer(name, gateway, upstream) -> float:
    """Cancel a call without streaming as soon as the upstream has it."""
    (_, make), options, arguments = question(name, gateway, "mute")
    client = make(**options)
    if name == "gemini":
        call = client.aio.models.generate_content(**arguments)
    else:
        create = client.chat.completions.create if name == "openai" else client.messages.create
        call = create(**arguments)
    task = asyncio.ensure_future(call)
    async with asyncio.timeout(20):
        while not upstream.seen["mute"]:
            await asyncio.sleep(0.005)
    left_at = time.monotonic()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await (client.aio.aclose() if name == "gemini" else client.close())
    return left_at


def test_leaving_a_stream_cancels_the_upstream(unfinished, gateway, upstream):
    waits = [_wait(upstream, "silent", lambda: leave_stream(unfinished, gateway)) for _ in range(TRIES)]

    assert min(waits) < CONTRACT_S


def test_leaving_an_async_stream_cancels_the_upstream(unfinished, gateway, upstream):
    waits = [
        _wait(upstream, "silent", lambda: asyncio.run(leave_stream_async(unfinished, gateway)))
        for _ in range(TRIES)
    ]

    assert min(waits) < CONTRACT_S


def test_cancelling_a_call_cancels_the_upstream(unfinished, gateway, upstream):
    waits = [
        _wait(upstream, "mute", lambda: asyncio.run(leave_before_the_answer(unfinished, gateway, upstream)))
        for _ in range(TRIES)
    ]

    assert min(waits) < CONTRACT_S


def _wait(upstream, recording, leave) -> float:
    """Seconds from the leaving of the client to that of the gateway, as the upstream saw it."""
    upstream.left_at.pop(recording, None)
    upstream.seen.pop(recording, None)
    left_at: float = leave()
    deadline = time.monotonic() + 20
    while recording not in upstream.left_at:
        assert time.monotonic() < deadline, "the upstream call goes on"
        time.sleep(0.005)
    (seen,) = upstream.seen[recording]
    assert seen.body
    return float(upstream.left_at[recording] - left_at)
