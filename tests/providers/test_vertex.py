"""Vertex AI, as the upstream and as the form in which a client asks."""

import json

import pytest

from leadline.providers import ClientRequest, UnreadableRequest
from leadline.vocabulary import WireProtocol

PLACE = "projects/p/locations/global/publishers"
CONTENTS = {"contents": [{"parts": [{"text": "Hi"}]}]}
MESSAGES = {"model": "claude", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}


@pytest.fixture
def speaking(build):
    def at(protocol, **settings):
        return build("vertex", protocol, project="p", **settings)

    return at


def _request(path: str, body: object, **headers: str) -> ClientRequest:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ClientRequest(method="POST", path=path, query="", headers=named, body=json.dumps(body).encode())


@pytest.fixture
def sent(target):
    def send(spoken, request, model, base_url="https://aiplatform.googleapis.com"):
        asked = spoken.canonical(request)
        upstream = target("gemini", model, base_url)
        return spoken.outbound(asked, spoken.read_question(asked), upstream, "ya29")

    return send


@pytest.mark.parametrize(
    ("path", "verb"),
    [
        ("/v1beta/models/gem:generateContent", "generateContent"),
        ("/models/gem:streamGenerateContent", "streamGenerateContent"),
        ("/v1/projects/mine/locations/eu/publishers/google/models/gem:generateContent", "generateContent"),
    ],
)
def test_gemini_goes_to_googles_own_publisher(speaking, sent, path, verb):
    vertex = speaking(WireProtocol.GEMINI_GENERATE)

    call = sent(vertex, _request(path, CONTENTS), "models/gemini-3")

    assert vertex.matches(path)
    assert call.url == f"https://aiplatform.googleapis.com/v1/{PLACE}/google/models/gemini-3:{verb}"
    assert call.headers["authorization"] == "Bearer ya29"


def test_a_region_has_its_own_host_and_a_base_url_is_kept(speaking, sent):
    vertex = speaking(WireProtocol.GEMINI_GENERATE, location="europe-west4", version="v1beta1")
    request = _request("/v1/models/gem:generateContent", CONTENTS)

    assert sent(vertex, request, "g").url.startswith(
        "https://europe-west4-aiplatform.googleapis.com/v1beta1/"
    )
    assert sent(vertex, request, "g", "http://proxy").url.startswith("http://proxy/v1beta1/")


@pytest.mark.parametrize(
    ("asked", "said"),
    [("2023-06-01", "vertex-2023-10-16"), ("2026-10-21", "2026-10-21"), ("", "vertex-2023-10-16")],
)
def test_claude_has_its_version_in_the_body_and_its_model_in_the_path(speaking, sent, asked, said):
    vertex = speaking(WireProtocol.ANTHROPIC_MESSAGES)
    headers = {"anthropic_version": asked} if asked else {}

    call = sent(vertex, _request("/v1/messages", MESSAGES, **headers), "claude-4@20250514")

    body = json.loads(call.body)
    assert call.url.endswith(f"{PLACE}/anthropic/models/claude-4@20250514:rawPredict")
    assert body["anthropic_version"] == said
    assert "model" not in body
    assert "anthropic-version" not in call.headers


def test_a_stream_of_claude_has_its_own_verb(speaking, sent):
    vertex = speaking(WireProtocol.ANTHROPIC_MESSAGES)

    call = sent(vertex, _request("/v1/messages", {**MESSAGES, "stream": True}), "claude")

    assert call.url.endswith("/claude:streamRawPredict")


def test_tokens_of_claude_are_counted_at_a_model_of_that_name(speaking, sent):
    vertex = speaking(WireProtocol.ANTHROPIC_COUNT_TOKENS)

    call = sent(vertex, _request("/v1/messages/count_tokens", MESSAGES), "claude-4")

    assert call.url.endswith(f"{PLACE}/anthropic/models/count-tokens:rawPredict")
    assert json.loads(call.body)["model"] == "claude-4"


@pytest.mark.parametrize(("verb", "streaming"), [("rawPredict", False), ("streamRawPredict", True)])
def test_what_a_vertex_client_asks_of_claude_is_a_messages_request(build, verb, streaming):
    anthropic = build("anthropic")
    path = f"/v1/{PLACE}/anthropic/models/claude@1:{verb}"
    body = {"anthropic_version": "2026-10-21", **MESSAGES}
    del body["model"]

    asked = anthropic.canonical(_request(path, body))
    question = anthropic.read_question(asked)

    assert anthropic.matches(path)
    assert (question.model, question.streaming) == ("claude@1", streaming)
    assert (asked.path, asked.headers["anthropic-version"]) == ("/v1/messages", "2026-10-21")
    assert "anthropic_version" not in json.loads(asked.body)


def test_vertexs_own_version_is_anthropics_first(build):
    path = f"/v1/{PLACE}/anthropic/models/claude:rawPredict"
    body = {"anthropic_version": "vertex-2023-10-16", **MESSAGES}

    asked = build("anthropic").canonical(_request(path, body))

    assert asked.headers["anthropic-version"] == "2023-06-01"


def test_counting_on_vertex_is_no_messages_request(build):
    path = f"/v1/{PLACE}/anthropic/models/count-tokens:rawPredict"
    counting = build("anthropic", WireProtocol.ANTHROPIC_COUNT_TOKENS)

    assert counting.matches(path)
    assert not build("anthropic").matches(path)
    assert counting.read_question(counting.canonical(_request(path, MESSAGES))).model == "claude"


def test_a_body_that_is_no_object_is_unreadable(build):
    with pytest.raises(UnreadableRequest):
        build("anthropic").canonical(_request(f"/v1/{PLACE}/anthropic/models/claude:rawPredict", [1]))


def test_recorded_calls_of_vertex_match_and_are_read(recorded):
    rows = [row for row in recorded if row.row["provider"] == "google-vertex"]
    for row in rows:
        path = row.row["request"]["path"].replace("<", "").replace(">", "")
        asked = row.surface_request(path)
        assert row.provider.matches(path), path
        assert row.provider.canonical(asked).path.startswith(("/v1/models/", "/v1beta/models/"))
    assert len(rows) > 75
