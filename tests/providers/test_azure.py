"""Azure OpenAI, as the upstream and as the form in which a client asks."""

import json

import pytest

from leadline.providers import ClientRequest, UnreadableRequest
from leadline.vocabulary import WireProtocol

RESOURCE = "https://acme.openai.azure.com"
BODY = {"model": "chat", "messages": [{"role": "user", "content": "Hi"}]}


def _request(path: str = "/v1/chat/completions", query: str = "", body: object = BODY) -> ClientRequest:
    return ClientRequest(
        method="POST", path=path, query=query, headers={"api-key": "gw"}, body=json.dumps(body).encode()
    )


def _sent(spoken, target, request, base_url=RESOURCE):
    asked = spoken.canonical(request)
    return spoken.outbound(asked, spoken.read_question(asked), target("azure", "gpt-dep", base_url), "sk")


def test_with_a_version_the_deployment_stands_in_the_path(build, target):
    azure = build("azure", api_version="2024-10-21")

    sent = _sent(azure, target, _request(query="a=b&api-version=2023-05-15"))

    assert sent.url == f"{RESOURCE}/openai/deployments/gpt-dep/chat/completions?a=b&api-version=2024-10-21"
    assert sent.headers["api-key"] == "sk"
    assert json.loads(sent.body)["model"] == "gpt-dep"


@pytest.mark.parametrize(
    "base_url", [RESOURCE, f"{RESOURCE}/", f"{RESOURCE}/openai/v1", f"{RESOURCE}/openai"]
)
def test_without_one_the_v1_api_is_called(build, target, base_url):
    sent = _sent(build("azure"), target, _request(), base_url)

    assert sent.url == f"{RESOURCE}/openai/v1/chat/completions"


def test_responses_are_never_under_a_deployment(build, target):
    azure = build("azure", WireProtocol.OPENAI_RESPONSES, api_version="2025-03-01-preview")

    sent = _sent(azure, target, _request("/v1/responses", body={"model": "chat", "input": "Hi"}))

    assert sent.url == f"{RESOURCE}/openai/responses?api-version=2025-03-01-preview"


def test_a_token_of_entra_goes_out_as_bearer(build, target):
    sent = _sent(build("azure", key_header="authorization"), target, _request())

    assert sent.headers["authorization"] == "Bearer sk"
    assert "api-key" not in sent.headers


@pytest.mark.parametrize(
    ("path", "protocol"),
    [
        ("/openai/deployments/my%20chat/chat/completions", WireProtocol.OPENAI_CHAT),
        ("/engines/my%20chat/chat/completions", WireProtocol.OPENAI_CHAT),
        ("/openai/deployments/my%20chat/completions", WireProtocol.OPENAI_COMPLETIONS),
        ("/openai/deployments/my%20chat/embeddings", WireProtocol.OPENAI_EMBEDDINGS),
    ],
)
def test_a_clients_deployment_is_the_alias(build, target, path, protocol):
    openai = build("openai", protocol)
    request = _request(path, "api-version=2024-10-21", {**BODY, "prompt": "Hi", "input": "Hi"})

    asked = openai.canonical(request)
    sent = openai.outbound(asked, openai.read_question(asked), target("openai", "gpt"), "sk")

    assert openai.matches(path)
    assert openai.read_question(asked).model == "my chat"
    assert json.loads(sent.body)["model"] == "gpt"
    assert "api-version" not in sent.url


def test_a_body_under_a_deployment_that_is_no_json_is_unreadable(build):
    request = ClientRequest(
        method="POST", path="/openai/deployments/d/chat/completions", query="", headers={}, body=b"[1"
    )
    with pytest.raises(UnreadableRequest, match="not a JSON object"):
        build("openai").canonical(request)
