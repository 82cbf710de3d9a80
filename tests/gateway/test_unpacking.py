"""Compressed bodies from clients, and compressed answers that nobody asked for, through a whole gateway."""

import gzip
import json
import zlib
from collections.abc import Callable

import msgspec
import pytest
from tests.gateway.conftest import KEY, openai_answer, openai_chunks

CHAT = "/v1/chat/completions"
ASKED = {"model": "chat", "messages": [{"role": "user", "content": "Capital of France?"}]}
PACKED: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}


async def post(gateway, packed, encoding, path=CHAT):
    headers = {"x-api-key": KEY, "content-encoding": encoding}
    return await gateway.http.post(path, content=packed, headers=headers)


@pytest.mark.parametrize("encoding", PACKED)
async def test_a_compressed_body_is_read_and_goes_upstream_plain(start, primary, encoding):
    gateway = await start()
    primary.answers(openai_answer())

    reply = await post(gateway, PACKED[encoding](json.dumps(ASKED).encode()), encoding)

    assert reply.status_code == 200
    assert json.loads(primary.bodies[0])["messages"] == ASKED["messages"]
    assert "content-encoding" not in primary.heads[0].lower()


@pytest.mark.parametrize(
    ("packed", "encoding", "status", "code"),
    [
        (b"whatever", "br", 415, "encoding_unknown"),
        (b"whatever", "gzip, gzip", 415, "encoding_unknown"),
        (b"no gzip", "gzip", 400, "body_unreadable"),
        (gzip.compress(b"{}", mtime=0)[:-3], "gzip", 400, "body_unreadable"),
        (gzip.compress(bytes(200_000), mtime=0), "gzip", 413, "body_too_large"),
    ],
)
async def test_a_body_that_cannot_be_unpacked_is_refused(start, primary, packed, encoding, status, code):
    gateway = await start(settings={"body_limit_bytes": 100_000})

    reply = await post(gateway, packed, encoding)

    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)
    assert primary.bodies == []


async def test_a_compressed_answer_reaches_the_client_plain_with_its_facts(start, primary):
    gateway = await start()
    primary.answers(gzip.compress(msgspec.json.encode(openai_answer())), content_encoding="gzip")

    reply = await gateway.chat()

    assert reply.json()["choices"][0]["message"]["content"] == "Paris"
    assert "content-encoding" not in reply.headers
    assert (await gateway.recorded()).exchange.answer.usage.output_tokens == 3


async def test_a_compressed_stream_reaches_the_client_plain_with_its_facts(start, primary):
    gateway = await start()
    packed = gzip.compress(b"".join(openai_chunks("Pa", "ris")))
    primary.answers(packed, content_type="text/event-stream", content_encoding="gzip")

    reply = await gateway.chat(stream=True)

    assert b"data: [DONE]" in reply.content
    exchange = (await gateway.recorded()).exchange
    assert exchange.answer.usage.output_tokens == 2
    assert exchange.attempts[-1].failure is None


async def test_an_answer_in_an_encoding_unknown_here_is_malformed_and_fails_over(start, primary, fallback):
    gateway = await start()
    primary.answers(b"\x0b\x02\x80hello\x03", content_encoding="br")
    fallback.answers(openai_answer())

    assert (await gateway.chat()).status_code == 200
    first = (await gateway.recorded()).exchange.attempts[0]
    assert (first.failure.kind, first.failure.error_code) == ("provider.malformed", "content_encoding")
