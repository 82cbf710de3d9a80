"""No request leaves for the private network, and none can be split in two."""

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.vocabulary import OutboundRequest
from leadline.watch.outbound import Refused, Sender, is_public, retry_after_s


def request(url, **headers):
    return OutboundRequest(url=url, body=b"{}", headers=headers)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to be refused
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_an_address_of_our_own_site_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_an_address_of_the_internet_is_public(address):
    assert is_public(address)


@given(st.ip_addresses(v=4, network="10.0.0.0/8"))
def test_no_way_of_writing_a_private_address_makes_it_public(ip):
    assert not is_public(str(ip))
    assert not is_public(f"::ffff:{ip}")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "gopher://x/", "http:///x", "hooks.example.com/x"])
async def test_only_http_goes_out(url):
    with pytest.raises(Refused, match="http"):
        await Sender(allow_private=True)(request(url))


async def test_a_name_that_points_home_is_refused():
    with pytest.raises(Refused, match="private or loopback"):
        await Sender(allow_private=False)(request("http://localhost:1/x"))


@pytest.mark.parametrize(
    "bad", [request("http://127.0.0.1/x", evil="a\r\nb: c"), request("http://127.0.0.1/a b")]
)
async def test_a_request_cannot_be_split(bad):
    with pytest.raises(Refused, match="line break"):
        await Sender(allow_private=True)(bad)


async def test_the_path_and_query_arrive_as_they_are(receiver):
    reply = await Sender(allow_private=True)(request(receiver.url, authorization="Bearer x"))

    ((headers, _),) = receiver.heard
    assert reply.status == 202
    assert headers["host"] == f"127.0.0.1:{receiver.port}"
    assert headers["authorization"] == "bearer x"


async def answered(*pieces, timeout_s=5.0):
    """The reply to a request whose server writes these pieces; None = it says no more and stays."""
    over = asyncio.Event()

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        for piece in pieces:
            if piece is None:
                await over.wait()
            else:
                writer.write(piece)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        return await Sender(allow_private=True, timeout_s=timeout_s)(request(f"http://127.0.0.1:{port}/"))
    finally:
        over.set()
        server.close()
        await server.wait_closed()


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "pieces",
    [
        (HEAD + b"content-length: 5\r\n\r\nhe", b"llo", None),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", None),
        (HEAD + b"connection: close\r\n\r\n", b"hello"),
    ],
)
async def test_an_answer_is_read_to_its_end_and_no_further(pieces):
    assert (await answered(*pieces)).body == b"hello"


async def test_an_answer_whose_body_never_ends_was_still_given():
    reply = await answered(HEAD + b"content-length: 99\r\n\r\nhalf", None, timeout_s=0.3)

    assert (reply.status, reply.body) == (200, b"half")


async def test_an_endless_answer_is_cut():
    reply = await answered(HEAD + b"\r\n", *[b"x" * 65_536] * 40)

    assert len(reply.body) == 256 * 1024


@pytest.mark.parametrize("pieces", [(b"",), (b"SSH-2.0-OpenSSH_9\r\n",), (HEAD,)])
async def test_what_ends_before_it_answers_is_no_answer(pieces):
    with pytest.raises(ConnectionError):
        await answered(*pieces)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30.0),
        ("Fri, 15 Jan 2027 12:01:30 GMT", 90.0),
        ("Fri, 15 Jan 2027 11:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
    ],
)
def test_a_retry_after_is_seconds_or_a_date(header, seconds):
    assert retry_after_s(header, datetime(2027, 1, 15, 12, 0, tzinfo=UTC)) == seconds
