"""Each further surface through the SDK that asks for it, with recorded answers behind a real gateway."""

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import httpx2
import openai
import pytest
from google import genai
from google.genai.types import HttpOptions
from google.oauth2.credentials import Credentials
from tests.clients.gateway_process import APP_KEY, PROVIDER_KEYS, Gateway, variable
from tests.clients.upstream import NAME, Play
from tests.providers.recorded_facts import differences

pytestmark = [
    # Google's SDK derives from a class of aiohttp that does not like it
    pytest.mark.filterwarnings("ignore:Inheritance class Aiohttp:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The model .* is deprecated:DeprecationWarning"),
]
ACCOUNTS: dict[str, dict[str, Any]] = {
    "openai": {"type": "openai"},
    "anthropic": {"type": "anthropic"},
    "gemini": {"type": "gemini"},
    "azure": {"type": "azure", "settings": {"api_version": "2024-10-21"}},
    "vertex": {"type": "vertex", "settings": {"project": "p", "location": "eu"}},
    "groq": {"type": "groq"},
}
KEY_OF = {"azure": "openai", "vertex": "gemini", "groq": "openai"}
MESSAGES: list[Any] = [{"role": "user", "content": "Hi"}]


@pytest.fixture(scope="module")
def house(tmp_path_factory, upstream) -> Iterator[Gateway]:
    """An account of each kind, and an alias of the same name."""
    secret = {name: f"env:{variable(KEY_OF.get(name, name))}" for name in ACCOUNTS}
    gateway = Gateway(
        tmp_path_factory.mktemp("house"),
        {
            "providers": {
                name: {**account, "base_url": upstream.url, "api_key": secret[name]}
                for name, account in ACCOUNTS.items()
            },
            "models": {
                name: {"targets": [{"provider": name, "model": f"{name}-model"}], "retries": 0}
                for name in ACCOUNTS
            },
            "keys": [{"alias": "app", "key": f"env:{variable('app')}", "passthrough": True}],
        },
    )
    yield gateway
    gateway.close()


@pytest.fixture
def row(recordings):
    def find(api: str, *, streamed: bool = False, **facts: Any):
        return next(
            one
            for one in recordings
            if one.row["api"] == api and one.streamed is streamed and one.kind == "ok"
            if b"_TRUNC" not in one.body  # the recorder's mark, on which SDKs give up
            if all(one.row[name] == value for name, value in facts.items())
        )

    return find


def _heard(house, reply, row) -> Any:
    """The record of an answer, once it is found to agree with the recorded facts."""
    exchange = house.record(reply.headers["x-leadline-request-id"]).exchange
    assert exchange.answer is not None
    assert exchange.served
    assert not differences(exchange.answer, row)
    return exchange


def _openai(house, row) -> openai.OpenAI:
    return _asking_for(house, row.id)


def _asking_for(house, name: str) -> openai.OpenAI:
    return openai.OpenAI(
        base_url=f"{house.url}/v1", api_key=APP_KEY, max_retries=0, default_headers={NAME: name}
    )


def test_responses(house, row):
    recorded = row("responses")
    with _openai(house, recorded) as client:
        reply = client.responses.with_raw_response.create(model="openai", input="Hi")

    exchange = _heard(house, reply, recorded)

    assert reply.parse().id == recorded.facts["id"]
    assert (exchange.protocol, exchange.operation) == ("openai.responses", "chat")


def test_a_stream_of_responses(house, row, upstream):
    recorded = row("responses", streamed=True)
    with _openai(house, recorded) as client:
        events = list(client.responses.create(model="openai", input="Hi", stream=True))

    assert events[-1].type == "response.completed"
    assert json.loads(upstream.seen[recorded.id][-1].body)["model"] == "openai-model"


@pytest.mark.parametrize("form", ["flat", "nested"])
def test_either_form_of_an_error_in_a_stream_of_responses_raises(house, row, upstream, form):
    recorded = row("responses", streamed=True)
    error = {"code": "server_error", "message": "It went wrong.", "param": None}
    event = {"type": "error", **(error if form == "flat" else {"error": error})}
    said = b"event: error\ndata: " + json.dumps(event).encode() + b"\n\n"
    begun = recorded.body[: recorded.body.index(b"event: response.completed")]
    name = f"broken-{form}"
    play = Play(parts=(begun + said,), streamed=True, headers={"content-type": "text/event-stream"})

    raised = pytest.raises(openai.APIError, match="It went wrong")
    with upstream.playing({name: play}), _asking_for(house, name) as client, raised:
        list(client.responses.create(model="openai", input="Hi", stream=True))


def test_a_stream_of_responses_that_breaks_off_raises(house, row, upstream):
    recorded = row("responses", streamed=True)
    begun = recorded.body[: recorded.body.index(b"event: response.completed")]
    play = Play(parts=(begun,), streamed=True, headers={"content-type": "text/event-stream"})

    raised = pytest.raises(openai.APIError, match="broke off")
    with upstream.playing({"broken-off": play}), _asking_for(house, "broken-off") as client, raised:
        list(client.responses.create(model="openai", input="Hi", stream=True))


def test_openais_embeddings(house, row, upstream):
    recorded = row("embeddings", provider="openai")
    with _openai(house, recorded) as client:
        reply = client.embeddings.with_raw_response.create(
            model="openai", input="Hi", encoding_format="float"
        )

    assert _heard(house, reply, recorded).operation == "embeddings"
    assert reply.parse().data[0].embedding
    assert json.loads(upstream.seen[recorded.id][-1].body)["model"] == "openai-model"


def test_legacy_completions(house, row):
    recorded = row("completions")
    with _openai(house, recorded) as client:
        reply = client.completions.with_raw_response.create(model="openai", prompt="Hi")

    assert _heard(house, reply, recorded).operation == "text_completion"


def test_a_host_is_asked_as_openai_is(house, row, upstream):
    recorded = row("chat.completions")
    with _openai(house, recorded) as client:
        reply = client.chat.completions.with_raw_response.create(model="groq", messages=MESSAGES)

    assert _heard(house, reply, recorded).attempts[0].target.provider == "groq"
    assert upstream.seen[recorded.id][-1].target == "/chat/completions"


@pytest.mark.parametrize("alias", ["azure", "openai"])
def test_the_azure_client_reaches_azure_and_openai(house, row, upstream, alias):
    recorded = row("chat.completions", provider="azure-openai")
    client = openai.AzureOpenAI(
        azure_endpoint=house.url,
        api_key=APP_KEY,
        api_version="2024-02-01",
        max_retries=0,
        default_headers={NAME: recorded.id},
    )
    with client:
        reply = client.chat.completions.with_raw_response.create(model=alias, messages=MESSAGES)

    _heard(house, reply, recorded)

    seen = upstream.seen[recorded.id][-1]
    there = "/openai/deployments/azure-model/chat/completions?api-version=2024-10-21"
    assert seen.target == (there if alias == "azure" else "/chat/completions")
    assert PROVIDER_KEYS["openai"] in (seen.headers.get("api-key") or seen.headers["authorization"])


def test_anthropics_count_of_tokens(house, row):
    recorded = row("messages.count_tokens")
    client = anthropic.Anthropic(
        base_url=house.url, api_key=APP_KEY, max_retries=0, default_headers={NAME: recorded.id}
    )
    with client:
        reply = client.messages.with_raw_response.count_tokens(model="anthropic", messages=MESSAGES)

    exchange = _heard(house, reply, recorded)

    assert reply.parse().input_tokens == json.loads(recorded.body)["input_tokens"]
    assert (exchange.operation, exchange.attempts[0].usage) == ("count_tokens", None)


@pytest.mark.parametrize("alias", ["vertex", "anthropic"])
def test_the_vertex_client_of_anthropic_reaches_vertex_and_anthropic(house, row, upstream, alias):
    recorded = row("messages")
    client = anthropic.AnthropicVertex(
        base_url=f"{house.url}/v1",
        project_id="mine",
        region="here",
        access_token=APP_KEY,
        max_retries=0,
        default_headers={NAME: recorded.id},
    )
    with client:
        reply = client.messages.with_raw_response.create(model=alias, max_tokens=9, messages=MESSAGES)

    _heard(house, reply, recorded)

    seen = upstream.seen[recorded.id][-1]
    body = json.loads(seen.body)
    if alias == "vertex":
        place = "/v1/projects/p/locations/eu/publishers/anthropic/models/vertex-model:rawPredict"
        assert seen.target == place
        assert seen.headers["authorization"] == f"Bearer {PROVIDER_KEYS['gemini']}"
        assert "model" not in body
        assert body["anthropic_version"]
    else:
        assert seen.target == "/v1/messages"
        assert body["model"] == "anthropic-model"


def _google(house, row) -> genai.Client:
    options = HttpOptions(base_url=house.url, headers={NAME: row.id})
    return genai.Client(api_key=APP_KEY, http_options=options)


def test_geminis_count_of_tokens(house, row, upstream):
    recorded = row("countTokens", provider="google-gemini")
    with _google(house, recorded) as client:
        told = client.models.count_tokens(model="gemini", contents="Hi")

    assert told.total_tokens == json.loads(recorded.body)["totalTokens"]
    assert upstream.seen[recorded.id][-1].target.endswith("/models/gemini-model:countTokens")


def test_geminis_embeddings(house, row, upstream):
    recorded = row("batchEmbedContents")
    with _google(house, recorded) as client:
        told = client.models.embed_content(model="gemini", contents="Hi")

    seen = upstream.seen[recorded.id][-1]
    assert told.embeddings
    assert seen.target.endswith("/models/gemini-model:batchEmbedContents")
    assert json.loads(seen.body)["requests"][0]["model"] == "models/gemini-model"


def test_the_vertex_client_of_google_reaches_vertex(house, row, upstream):
    recorded = row("generateContent", provider="google-vertex")
    client = genai.Client(
        vertexai=True,
        project="mine",
        location="here",
        credentials=Credentials(token=APP_KEY),
        http_options=HttpOptions(base_url=house.url, headers={NAME: recorded.id}),
    )
    with client:
        told = client.models.generate_content(model="vertex", contents="Hi")

    seen = upstream.seen[recorded.id][-1]
    place = "/v1/projects/p/locations/eu/publishers/google/models/vertex-model:generateContent"
    assert told.candidates
    assert seen.target == place
    assert seen.headers["authorization"] == f"Bearer {PROVIDER_KEYS['gemini']}"


def test_what_no_surface_reads_passes_with_the_providers_key(house, upstream):
    play = Play(parts=(b'{"object":"list","data":[]}',), headers={"content-type": "application/json"})
    with upstream.playing({"files": play}):
        client = openai.OpenAI(base_url=f"{house.url}/openai/v1", api_key=APP_KEY, max_retries=0)
        with client:
            reply = client.files.with_raw_response.list(extra_headers={NAME: "files"})

    seen = upstream.seen["files"][-1]
    exchange = house.record(reply.headers["x-leadline-request-id"]).exchange
    assert (seen.method, seen.target) == ("GET", "/v1/files")
    assert seen.headers["authorization"] == f"Bearer {PROVIDER_KEYS['openai']}"
    assert (exchange.operation, exchange.status) == ("passthrough", 200)


def test_a_path_of_nobody_names_what_there_is(house):
    reply = httpx2.post(f"{house.url}/v1/unheard/of", headers={"authorization": f"Bearer {APP_KEY}"})

    assert reply.status_code == 404
    assert "POST /v1/responses" in reply.json()["error"]["message"]
