"""Gateway keys wherever a client puts them, and the models that each SDK lists."""

import asyncio
import json

import anthropic
import httpx2
import openai
import pytest
from google import genai
from google.genai.types import HttpOptions
from tests.clients.gateway_process import APP_KEY, PROVIDER_KEYS, secrets
from tests.clients.recordings import asked
from tests.clients.sdks import SDKS
from tests.clients.upstream import NAME

# Google's SDK derives from a class of aiohttp that does not like it
pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class Aiohttp:DeprecationWarning")
PLACES = {
    "bearer": ({"authorization": f"Bearer {APP_KEY}"}, ""),
    "x-api-key": ({"x-api-key": APP_KEY}, ""),
    "api-key": ({"api-key": APP_KEY}, ""),
    "x-goog-api-key": ({"x-goog-api-key": APP_KEY}, ""),
    "query": ({}, f"?key={APP_KEY}"),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", SDKS)
def test_a_key_is_taken_from_each_place_and_goes_no_further(name, place, gateway, upstream):
    row = asked(name)
    headers, query = PLACES[place]
    body = {**json.loads(row.request.body), "model": f"plain-{name}"}
    upstream.seen[row.id].clear()

    reply = httpx2.post(
        f"{gateway.url}{row.request.path}{query}", headers={**headers, NAME: row.id}, json=body
    )

    (seen,) = upstream.seen[row.id]
    assert reply.content == row.body
    assert APP_KEY not in str(seen)
    assert PROVIDER_KEYS[name] in str(seen.headers)


@pytest.mark.parametrize("name", SDKS)
@pytest.mark.parametrize("how", ["sync", "async"])
def test_each_sdk_s_own_way_of_giving_its_key_is_enough(name, how, gateway):
    (heard,) = SDKS[name].heard(how, gateway.url, APP_KEY, [(asked(name), f"plain-{name}")])

    assert heard.raised is None
    assert "Paris" in str(heard.told)
    assert gateway.record(heard.headers["x-leadline-request-id"]).exchange.caller.key_alias == "app"


def test_no_key_is_ever_logged_or_recorded(gateway):
    for name in SDKS:
        keys = (APP_KEY, "lk-wrong")
        for key in keys:
            SDKS[name].heard("sync", gateway.url, key, [(asked(name), f"plain-{name}")])
        (last,) = SDKS[name].heard("sync", gateway.url, APP_KEY, [(asked(name), f"plain-{name}")])
        gateway.record(last.headers["x-leadline-request-id"])

    spooled, logged = gateway.spooled(), gateway.words()
    for key in (*secrets().values(), "lk-wrong"):
        assert key.encode() not in spooled
        assert key not in logged


def test_openai_lists_what_it_can_call_in_any_protocol(gateway):
    with openai.OpenAI(api_key=APP_KEY, base_url=f"{gateway.url}/v1") as client:
        names = [model.id for model in client.models.list()]
        one = client.models.retrieve("plain-openai")

    async def again() -> list[str]:
        async with openai.AsyncOpenAI(api_key=APP_KEY, base_url=f"{gateway.url}/v1") as client:
            return [model.id async for model in client.models.list()]

    assert {"plain-openai", "slow-openai", "closed-openai"} <= set(names)
    assert {"plain-anthropic", "plain-gemini"} <= set(names)
    assert one.id == "plain-openai"
    assert asyncio.run(again()) == names


def test_anthropic_lists_what_it_can_call_in_any_protocol(gateway):
    with anthropic.Anthropic(api_key=APP_KEY, base_url=gateway.url) as client:
        names = [model.id for model in client.models.list()]
        one = client.models.retrieve("plain-anthropic")

    async def again() -> list[str]:
        async with anthropic.AsyncAnthropic(api_key=APP_KEY, base_url=gateway.url) as client:
            return [model.id async for model in client.models.list()]

    assert {"plain-anthropic", "slow-anthropic", "closed-anthropic"} <= set(names)
    assert {"plain-openai", "plain-gemini"} <= set(names)
    assert one.display_name == "plain-anthropic"
    assert asyncio.run(again()) == names


@pytest.mark.parametrize("version", [None, "v1beta"])
def test_google_lists_what_it_can_call_in_any_protocol(version, gateway):
    options = HttpOptions(base_url=gateway.url, api_version=version)
    client = genai.Client(api_key=APP_KEY, http_options=options)
    names = [model.name for model in client.models.list()]
    one = client.models.get(model="plain-gemini")
    client.close()

    async def again() -> list[str | None]:
        client = genai.Client(api_key=APP_KEY, http_options=options)
        names = [model.name async for model in await client.aio.models.list()]
        await client.aio.aclose()
        client.close()
        return names

    assert {"models/plain-gemini", "models/slow-gemini", "models/closed-gemini"} <= set(names)
    assert {"models/plain-openai", "models/plain-anthropic"} <= set(names)
    assert one.name == "models/plain-gemini"
    assert asyncio.run(again()) == names
