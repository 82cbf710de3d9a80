"""The errors we write ourselves, read by the SDKs of the three protocols."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import anthropic
import openai
import pytest
from google import genai
from google.genai import errors as google_errors
from google.genai import types as google_types

from leadline.vocabulary import ClientError, UpstreamReply

TIMED_OUT = ClientError(
    status=504,
    code="upstream_timeout",
    message="No target answered in time; try again later.",
    request_id="req_1",
    retry_after_s=0.2,
)
EVENTS = {"content-type": "text/event-stream"}


class Served:
    """What a loopback server answers, and how often it was asked."""

    def __init__(self, reply: UpstreamReply) -> None:
        self.reply, self.calls, self.url = reply, 0, ""


@contextmanager
def serving(reply: UpstreamReply) -> Iterator[Served]:
    served = Served(reply)

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self._answer()

        def do_GET(self):
            self._answer()

        def _answer(self):
            served.calls += 1
            self.send_response(served.reply.status)
            for name, value in {**served.reply.headers, "content-length": len(served.reply.body)}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(served.reply.body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _ask_openai(url: str, *, stream: bool = False):
    with openai.OpenAI(base_url=f"{url}/v1", api_key="k", max_retries=2) as client:
        answer = client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "hi"}], stream=stream
        )
        return list(answer) if stream else answer


def _ask_anthropic(url: str, *, stream: bool = False):
    with anthropic.Anthropic(base_url=url, api_key="k", max_retries=2) as client:
        answer = client.messages.create(
            model="m", max_tokens=9, messages=[{"role": "user", "content": "hi"}], stream=stream
        )
        return list(answer) if stream else answer


def _ask_gemini(url: str, *, stream: bool = False):
    client = genai.Client(api_key="k", http_options=google_types.HttpOptions(base_url=url))
    try:
        if stream:
            return list(client.models.generate_content_stream(model="m", contents="hi"))
        return client.models.generate_content(model="m", contents="hi")
    finally:
        client.close()


@pytest.mark.parametrize(
    ("status", "raised"),
    [
        (400, openai.BadRequestError),
        (401, openai.AuthenticationError),
        (403, openai.PermissionDeniedError),
        (404, openai.NotFoundError),
        (429, openai.RateLimitError),
        (502, openai.InternalServerError),
        (504, openai.InternalServerError),
    ],
)
def test_the_openai_sdk_raises_its_own_class_once(status, raised, build):
    error = ClientError(status=status, code="some_code", message="A sentence.", request_id="req_1")
    with serving(build("openai").error_reply(error)) as served, pytest.raises(raised) as caught:
        _ask_openai(served.url)

    assert caught.value.code == "some_code"
    assert caught.value.body["message"] == "A sentence."
    assert caught.value.request_id == "req_1"
    assert served.calls == 1


@pytest.mark.parametrize(
    ("status", "raised", "kind"),
    [
        (400, anthropic.BadRequestError, "invalid_request_error"),
        (401, anthropic.AuthenticationError, "authentication_error"),
        (403, anthropic.PermissionDeniedError, "permission_error"),
        (404, anthropic.NotFoundError, "not_found_error"),
        (413, anthropic.APIStatusError, "request_too_large"),
        (429, anthropic.RateLimitError, "rate_limit_error"),
        (502, anthropic.InternalServerError, "api_error"),
        (504, anthropic.APIStatusError, "timeout_error"),
    ],
)
def test_the_anthropic_sdk_raises_its_own_class_once(status, raised, kind, build):
    error = ClientError(status=status, code="some_code", message="A sentence.", request_id="req_1")
    with serving(build("anthropic").error_reply(error)) as served, pytest.raises(raised) as caught:
        _ask_anthropic(served.url)

    assert caught.value.body["error"]["type"] == kind
    assert caught.value.body["request_id"] == caught.value.request_id == "req_1"
    assert served.calls == 1


@pytest.mark.parametrize(
    ("status", "raised", "word"),
    [
        (400, google_errors.ClientError, "INVALID_ARGUMENT"),
        (401, google_errors.ClientError, "UNAUTHENTICATED"),
        (404, google_errors.ClientError, "NOT_FOUND"),
        (429, google_errors.ClientError, "RESOURCE_EXHAUSTED"),
        (502, google_errors.ServerError, "UNAVAILABLE"),
        (504, google_errors.ServerError, "DEADLINE_EXCEEDED"),
    ],
)
def test_the_google_sdk_raises_its_own_class(status, raised, word, build):
    error = ClientError(status=status, code="some_code", message="A sentence.", request_id="req_1")
    with serving(build("gemini").error_reply(error)) as served, pytest.raises(raised) as caught:
        _ask_gemini(served.url)

    assert (caught.value.code, caught.value.status, caught.value.message) == (status, word, "A sentence.")
    assert caught.value.details["error"]["details"][0]["reason"] == "SOME_CODE"


def _begun(name: str) -> bytes:
    return {
        "openai": b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"The"}}]}\n\n',
        "anthropic": b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
        b'"delta":{"type":"text_delta","text":"The"}}\n\n',
        "gemini": b'data: {"candidates":[{"content":{"parts":[{"text":"The"}]}}]}\r\n\r\n',
    }[name]


@pytest.mark.parametrize(
    ("name", "ask", "raised"),
    [
        ("openai", _ask_openai, openai.APIError),
        ("anthropic", _ask_anthropic, anthropic.APIStatusError),
        ("gemini", _ask_gemini, google_errors.ServerError),
    ],
)
@pytest.mark.parametrize("half", [b"", b'data: {"choi'])
def test_an_error_event_after_a_cut_makes_the_sdk_raise(name, ask, raised, half, build, read_stream):
    provider = build(name)
    _, relayed = read_stream(provider, [_begun(name) + half])
    body = relayed + provider.error_event(TIMED_OUT)

    with (
        serving(UpstreamReply(status=200, headers=EVENTS, body=body)) as served,
        pytest.raises(raised, match="answered in time"),
    ):
        ask(served.url, stream=True)


@pytest.mark.parametrize("name", ["openai", "anthropic", "gemini"])
def test_our_own_error_event_is_read_as_a_failure(name, build, read_stream):
    provider = build(name)

    outcome, _ = read_stream(provider, [_begun(name), provider.error_event(TIMED_OUT)])

    assert outcome.kind == "provider.outage"


@pytest.mark.parametrize("name", ["openai", "anthropic", "gemini"])
def test_clients_are_told_not_to_multiply_our_retries_but_may_come_back_under_their_limit(name, build):
    provider = build(name)
    spent = provider.error_reply(TIMED_OUT)
    limited = provider.error_reply(ClientError(status=429, code="rate_limited", message="x", retry_after_s=7))
    wrong = provider.error_reply(ClientError(status=400, code="body_unreadable", message="x"))

    assert spent.headers["x-should-retry"] == "false"
    assert spent.headers["retry-after"] == "1"
    assert limited.headers["retry-after"] == "7"
    assert "x-should-retry" not in limited.headers
    assert not {"x-should-retry", "retry-after"} & set(wrong.headers)
    assert {reply.headers["content-type"] for reply in (spent, limited, wrong)} == {"application/json"}


def test_each_sdk_lists_the_models(build):
    aliases = ["fast", "smart"]
    with serving(build("openai").models_reply(aliases, 1.7e9)) as served:
        with openai.OpenAI(base_url=f"{served.url}/v1", api_key="k") as client:
            assert [model.id for model in client.models.list()] == aliases
        served.reply = build("anthropic").models_reply(aliases, 1.7e9)
        with anthropic.Anthropic(base_url=served.url, api_key="k") as client:
            assert [model.id for model in client.models.list()] == aliases
        served.reply = build("gemini").models_reply(aliases, 1.7e9)
        google = genai.Client(api_key="k", http_options=google_types.HttpOptions(base_url=served.url))
        assert [model.name for model in google.models.list()] == ["models/fast", "models/smart"]
        google.close()


def test_an_empty_models_list_is_a_list(build):
    assert json.loads(build("anthropic").models_reply([], 0.0).body)["first_id"] is None
