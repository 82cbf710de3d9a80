"""The listener against clients that are slow, silent, rude or ambiguous; and how it ends."""

import asyncio
import gc
import itertools
import json
import signal
import socket
import sys
import textwrap
import time
from contextlib import asynccontextmanager

import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st

from leadline.gateway import client as served
from leadline.gateway.client import ClientLeft
from leadline.gateway.server import ServerSettings, serve

SOON_S = 10.0
QUICK = ServerSettings(header_s=0.2, idle_body_s=0.2, slow_reader_s=0.3, keep_alive_s=0.2)


class Echo:
    """An app that answers with what it was sent, and notes who left."""

    def __init__(self):
        self.requests = []
        self.disconnected = asyncio.Event()
        self.started = asyncio.Event()
        self.release = asyncio.Event()
        self.blocks = 0

    async def __call__(self, client):
        self.started.set()
        try:
            body = await client.body(2**30, client.headers.get("content-length"))
        except ClientLeft:
            self.disconnected.set()
            return
        self.requests.append((client.headers, body))
        try:
            await self.answer(client, body)
        except asyncio.CancelledError:
            if client.left:
                self.disconnected.set()
            raise

    async def answer(self, client, body):
        if client.path == "/hold":
            await self.release.wait()
        if client.path == "/watched":
            client.watch()
            await self.release.wait()
        answer = b"%s %s %s" % (client.method.encode(), client.path.encode(), body)
        if client.path == "/flood":
            await self.flood(client)
            return
        headers = {}
        if client.path == "/two-lines":
            headers["x-told"] = bytes.fromhex(body.decode()).decode()
        if client.path == "/framed":
            headers["transfer-encoding"] = "chunked"
        await client.reply(200, headers, answer)

    async def flood(self, client):
        client.begin(200, {})
        for _ in range(10_000):
            await client.chunk(bytes(64 * 1024))
            self.blocks += 1
        await client.end()


class Client:
    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer

    async def ask(self, request):
        self.writer.write(request)
        return await self.answer()

    async def answer(self):
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), SOON_S)
        status = int(head.split(b" ")[1])
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                return status, await self.reader.readexactly(int(line.partition(b":")[2]))
        return status, b""

    async def refusal(self):
        """Status and code of an answer after which the connection ends."""
        status, body = await self.answer()
        assert await self.closed()
        return status, json.loads(body)["error"]["code"]

    async def closed(self):
        try:
            return await asyncio.wait_for(self.reader.read(), SOON_S) == b""
        except ConnectionResetError:
            return True


class Server:
    def __init__(self, app, sock, settings):
        self.app = app
        self.address = sock.getsockname()
        self.stop = stop = asyncio.Event()
        self.task = asyncio.create_task(serve(app, [sock], settings, stop=stop))
        self.clients = []

    async def client(self):
        client = Client(*await asyncio.open_connection(*self.address))
        self.clients.append(client)
        return client


@asynccontextmanager
async def serving(settings=None):
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen()
    server = Server(Echo(), sock, settings)
    try:
        yield server
    finally:
        server.stop.set()
        for client in server.clients:
            client.writer.transport.abort()
        await asyncio.wait_for(server.task, SOON_S)


CHUNKED = b"POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n"
GET = b"GET /a%20b?c=d HTTP/1.1\r\nhost: h\r\n\r\n"


def post(body, path=b"/", extra=b""):
    head = b"POST %s HTTP/1.1\r\nhost: h\r\n%scontent-length: %d\r\n\r\n" % (path, extra, len(body))
    return head + body


# Ordinary requests


@pytest.mark.parametrize("told", [b"a\r\nset-cookie: b", b"a\rb", b"a\nb", b"a\0b", b"a\x7f"])
async def test_a_header_never_gets_out_of_its_line(told):
    async with serving() as server:
        client = await server.client()
        assert await client.ask(post(told.hex().encode(), b"/two-lines")) == (500, b"Internal Server Error")


async def test_an_app_cannot_say_how_its_answer_is_framed():
    async with serving() as server:
        client = await server.client()
        assert await client.ask(post(b"", b"/framed")) == (500, b"Internal Server Error")


@pytest.mark.parametrize("body", [b"", b"hello"])
async def test_an_answer_to_head_or_to_http_1_0_ends_where_the_client_expects_it(body):
    async with serving() as server:
        head, old = await server.client(), await server.client()
        head.writer.write(b"HEAD /a HTTP/1.1\r\nhost: h\r\n\r\n" + GET)
        told = await asyncio.wait_for(head.reader.readuntil(b"\r\n\r\n"), SOON_S)
        assert b"content-length: 8\r\n" in told
        assert await head.answer() == (200, b"GET /a b ")
        request = b"POST / HTTP/1.0\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
        assert await old.ask(request) == (200, b"POST / " + body)
        assert await old.closed()


async def test_a_request_leaves_nothing_for_the_garbage_collector():
    gc.collect()
    gc.disable()
    try:
        async with serving() as server:
            client = await server.client()
            for _ in range(20):
                assert (await client.ask(post(b"x")))[0] == 200
            kept = [found for found in gc.get_objects() if isinstance(found, served.Client)]
            assert len(kept) <= 1
    finally:
        gc.enable()


async def test_requests_follow_each_other_on_one_connection():
    async with serving() as server:
        client = await server.client()
        assert await client.ask(GET) == (200, b"GET /a b ")
        assert await client.ask(post(b"hello")) == (200, b"POST / hello")
        large = bytes(300_000)
        assert await client.ask(post(large)) == (200, b"POST / " + large)


async def test_the_answer_names_the_date_but_not_the_server():
    async with serving() as server:
        client = await server.client()
        await client.ask(GET)
        client.writer.write(GET)
        head = await client.reader.readuntil(b"\r\n\r\n")

        assert b"\r\ndate: " in head
        assert b"server:" not in head.lower()


async def test_a_wish_to_upgrade_to_h2c_is_ignored_and_the_body_is_read():
    wish = (
        b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk\r\n"
    )
    async with serving() as server:
        client = await server.client()
        for body in (b"hello", bytes(200_000)):
            assert await client.ask(post(body, extra=wish)) == (200, b"POST / " + body)
        chunked = b"POST / HTTP/1.1\r\n" + wish + b"transfer-encoding: chunked\r\n\r\n"
        assert await client.ask(chunked + b"2\r\nhi\r\n0\r\n\r\n") == (200, b"POST / hi")
        assert await client.ask(GET) == (200, b"GET /a b ")
        assert len(server.app.requests) == 4


async def test_pipelined_requests_are_answered_in_order():
    async with serving() as server:
        client = await server.client()
        client.writer.write(post(b"one") + post(b"two") + post(b"three"))

        assert [(await client.answer())[1] for _ in range(3)] == [
            b"POST / one",
            b"POST / two",
            b"POST / three",
        ]


async def test_a_client_that_asks_first_is_told_to_continue():
    async with serving() as server:
        client = await server.client()
        client.writer.write(b"POST / HTTP/1.1\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n")
        assert (await client.answer())[0] == 100
        assert await client.ask(b"hi") == (200, b"POST / hi")


async def test_the_app_hears_that_its_client_left():
    async with serving() as server:
        client = await server.client()
        client.writer.write(b"POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\nhe")
        await asyncio.wait_for(server.app.started.wait(), SOON_S)
        begun = time.perf_counter()
        client.writer.transport.abort()
        await asyncio.wait_for(server.app.disconnected.wait(), SOON_S)

        assert time.perf_counter() - begun < 0.2


async def test_a_client_that_leaves_is_missed_by_the_first_of_its_pipelined_requests():
    async with serving() as server:
        client = await server.client()
        client.writer.write(post(b"", path=b"/watched") + GET)
        while not server.app.requests:
            await asyncio.sleep(0)
        client.writer.transport.abort()
        await asyncio.wait_for(server.app.disconnected.wait(), SOON_S)

        assert len(server.app.requests) == 1


@given(cuts=st.sets(st.integers(1, 130), max_size=6))
def test_the_way_bytes_are_cut_into_packets_changes_nothing(cuts):
    request = post(b"hello", extra=b"x: " + b"y" * 40 + b"\r\n") + GET
    edges = [0, *sorted(cut for cut in cuts if cut < len(request)), len(request)]

    async def run():
        async with serving() as server:
            client = await server.client()
            for begin, end in itertools.pairwise(edges):
                client.writer.write(request[begin:end])
                await asyncio.sleep(0)
            return [await client.answer(), await client.answer()]

    assert uvloop.run(run()) == [(200, b"POST / hello"), (200, b"GET /a b ")]


# One reading of a request


@pytest.mark.parametrize(
    "framing",
    [
        b"content-length: 5\r\ntransfer-encoding: chunked\r\n",
        b"transfer-encoding: chunked\r\ncontent-length: 5\r\n",
        b"content-length: 5\r\ncontent-length: 5\r\n",
        b"content-length: 5\r\ncontent-length: 6\r\n",
        b"content-length: 5, 5\r\n",
        b"content-length: +5\r\n",
        b"content-length : 5\r\n",
        b"transfer-encoding: gzip\r\n",
        b"transfer-encoding: gzip, chunked\r\ntransfer-encoding: identity\r\n",
        b"transfer-encoding: xchunked\r\n",
        b"x: a\r\n b\r\n",
        b"x: a\0b\r\n",
        b"transfer-encoding: chunked, chunked\r\n",
        b"transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n",
        b"transfer-encoding:\x0bchunked\r\n",
        b"transfer-encoding: chunked\r\n\tx: y\r\n",
        b"transfer-encoding : chunked\r\n",
        b" transfer-encoding: chunked\r\n",
        b"transfer\x00-encoding: chunked\r\n",
        b"transfer-encoding: chunked\n",
        b"content-length: 0x5\r\n",
        b"content-length: -1\r\n",
        b"content-length: 5 5\r\n",
        b"content-length: 18446744073709551616\r\n",
        b"content-length: \r\n",
        b"x y: z\r\n",
        b": z\r\n",
        b"xyz\r\n",
        b"x: a\rb\r\n",
    ],
)
async def test_a_request_that_two_servers_could_read_differently_is_refused(framing):
    async with serving() as server:
        client = await server.client()
        client.writer.write(b"POST / HTTP/1.1\r\nhost: h\r\n" + framing + b"\r\n0\r\n\r\n" + GET)

        assert await client.refusal() == (400, "malformed_request")
        assert server.app.requests == []


@pytest.mark.parametrize(
    "chunks",
    [
        b"5\nhello\r\n0\r\n\r\n",
        b"5\r\nhello\n0\r\n\r\n",
        b"5\r\nhelloX0\r\n\r\n",
        b"-5\r\nhello\r\n0\r\n\r\n",
        b"0x5\r\nhello\r\n0\r\n\r\n",
        b"5 \r\nhello\r\n0\r\n\r\n",
        b" 5\r\nhello\r\n0\r\n\r\n",
        b"5;a=\nb\r\nhello\r\n0\r\n\r\n",
        b"fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhello\r\n0\r\nx y: z\r\n\r\n",
        b"\r\n\r\n",
    ],
)
async def test_chunks_that_two_servers_could_read_differently_are_refused(chunks):
    async with serving() as server:
        client = await server.client()
        client.writer.write(
            b"POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n" + chunks + GET
        )

        assert await client.refusal() == (400, "malformed_request")
        assert server.app.requests == []


async def test_a_trailer_never_passes_for_a_header():
    trailers = b"x-api-key: stolen\r\nexpect: 100-continue\r\n\r\n"
    async with serving() as server:
        client = await server.client()
        answer = await client.ask(CHUNKED + b"5\r\nhello\r\n0\r\n" + trailers)

        assert answer == (200, b"POST / hello")
        assert server.app.requests[0][0].keys() == {"host", "transfer-encoding"}
        assert await client.ask(GET) == (200, b"GET /a b ")


@pytest.mark.parametrize("what", ["extensions", "trailers"])
async def test_chunks_that_are_all_extensions_or_trailers_are_refused(what):
    async with serving(ServerSettings(header_bytes=20_000)) as server:
        client = await server.client()
        client.writer.write(CHUNKED)
        client.writer.write(b"5;a=" if what == "extensions" else b"0\r\n")

        async def flood():
            while True:
                client.writer.write(b"x" * 500 if what == "extensions" else b"x: y\r\n" * 80)
                await client.writer.drain()

        flooding = asyncio.create_task(flood())
        assert await client.refusal() == (400, "framing_too_long")
        flooding.cancel()
        await asyncio.gather(flooding, return_exceptions=True)


async def test_small_chunks_are_fine():
    async with serving(ServerSettings(header_bytes=1000)) as server:
        client = await server.client()
        client.writer.write(CHUNKED)
        for _ in range(2000):
            client.writer.write(b"1;a=b\r\nx\r\n")
            await asyncio.sleep(0)

        assert await client.ask(b"0\r\n\r\n") == (200, b"POST / " + b"x" * 2000)


async def test_more_headers_than_anybody_needs_are_refused():
    async with serving(ServerSettings(headers=20)) as server:
        client = await server.client()
        client.writer.write(b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 21 + b"\r\n")

        assert await client.refusal() == (431, "too_many_headers")


@pytest.mark.parametrize(
    "rubbish", [b"\x16\x03\x01\x02\x00\x01", b"hello\r\n\r\n", b"GET / HTTP/1.1\nhost: h\n\n"]
)
async def test_rubbish_is_refused(rubbish):
    async with serving() as server:
        client = await server.client()
        client.writer.write(rubbish)

        assert await client.refusal() == (400, "malformed_request")


async def test_the_gateway_is_no_proxy():
    async with serving() as server:
        client = await server.client()
        client.writer.write(b"CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n")

        assert await client.refusal() == (400, "not_a_proxy")


async def test_a_broken_chunk_ends_the_request_and_the_app_hears_of_it():
    async with serving() as server:
        client = await server.client()
        client.writer.write(b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n")

        assert await client.refusal() == (400, "malformed_request")
        await asyncio.wait_for(server.app.disconnected.wait(), SOON_S)
        assert server.app.requests == []


async def test_rubbish_behind_a_request_is_never_answered_in_its_place():
    async with serving() as server:
        client = await server.client()
        client.writer.write(post(b"", path=b"/hold"))
        await asyncio.wait_for(server.app.started.wait(), SOON_S)
        client.writer.write(b"rubbish\r\n\r\n")

        assert await client.closed()
        server.app.release.set()


# Sizes


@pytest.mark.parametrize("packets", [1, 2, 40])
async def test_a_head_over_the_limit_is_refused(packets):
    async with serving(ServerSettings(header_bytes=20_000)) as server:
        client = await server.client()
        head = (
            b"GET / HTTP/1.1\r\n" + b"".join(b"x-%d: %s\r\n" % (n, b"y" * 1000) for n in range(30)) + b"\r\n"
        )
        step = len(head) // packets + 1
        for start in range(0, len(head), step):
            client.writer.write(head[start : start + step])
            await asyncio.sleep(0)

        assert await client.refusal() == (431, "header_too_large")
        assert server.app.requests == []


async def test_a_head_within_the_limit_and_a_body_beyond_it_are_fine():
    async with serving(ServerSettings(header_bytes=20_000)) as server:
        client = await server.client()
        extra = b"x: " + b"y" * 19_000 + b"\r\n"

        assert (await client.ask(post(bytes(100_000), extra=extra)))[0] == 200


# Deadlines


async def test_a_client_that_sends_nothing_is_sent_away():
    async with serving(QUICK) as server:
        client = await server.client()
        assert await client.closed()


async def test_a_head_that_drips_runs_into_its_deadline():
    async with serving(QUICK) as server:
        client = await server.client()
        client.writer.write(b"GET / HTTP/1.1\r\n")

        async def drip():
            while True:
                client.writer.write(b"x: y\r\n")
                await asyncio.sleep(0.02)

        dripping = asyncio.create_task(drip())
        assert await client.refusal() == (408, "header_timeout")
        dripping.cancel()


async def test_a_body_that_stops_is_refused_and_the_app_hears_of_it():
    async with serving(QUICK) as server:
        client = await server.client()
        client.writer.write(b"POST / HTTP/1.1\r\ncontent-length: 50\r\n\r\nhello")

        assert await client.refusal() == (408, "body_timeout")
        await asyncio.wait_for(server.app.disconnected.wait(), SOON_S)


async def test_an_idle_connection_is_closed_after_its_time():
    async with serving(QUICK) as server:
        client = await server.client()
        assert (await client.ask(GET))[0] == 200
        assert await client.closed()


async def test_a_request_that_takes_long_upstream_has_no_deadline_here():
    async with serving(QUICK) as server:
        client = await server.client()
        client.writer.write(post(b"", path=b"/hold"))
        await asyncio.sleep(0.6)
        server.app.release.set()

        assert (await client.answer())[0] == 200


async def test_a_client_that_does_not_read_holds_the_app_back_and_is_cut_off():
    async with serving(QUICK) as server:
        client = await server.client()
        client.writer.transport.pause_reading()
        client.writer.write(b"GET /flood HTTP/1.1\r\n\r\n")
        while not server.app.blocks:
            await asyncio.sleep(0.01)
        async with asyncio.timeout(SOON_S):
            held_at = -1
            while held_at != server.app.blocks:
                held_at = server.app.blocks
                await asyncio.sleep(0.1)
            while server.app.blocks < 10_000:
                await asyncio.sleep(0.01)
        assert held_at < 1000
        client.writer.transport.resume_reading()

        with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
            await client.reader.readexactly(10_000 * 64 * 1024)


# The end


async def test_draining_finishes_what_is_under_way_and_closes_what_is_idle():
    async with serving() as server:
        idle, busy = await server.client(), await server.client()
        await idle.ask(GET)
        busy.writer.write(post(b"", path=b"/hold"))
        while len(server.app.requests) < 2:
            await asyncio.sleep(0)
        server.stop.set()

        assert await idle.closed()
        with pytest.raises(OSError, match=r"[Rr]efused|failed"):
            await server.client()
        server.app.release.set()
        busy.writer.write(b"")
        assert (await busy.answer())[0] == 200
        assert await busy.closed()
        await asyncio.wait_for(server.task, SOON_S)


async def test_a_request_on_its_way_in_is_still_answered_while_draining():
    async with serving() as server:
        client = await server.client()
        client.writer.write(b"GET /a HTTP/1.1\r\nhos")
        await client.writer.drain()
        other = await server.client()
        await other.ask(GET)
        server.stop.set()
        assert await other.closed()

        assert await client.ask(b"t: h\r\n\r\n") == (200, b"GET /a ")
        assert await client.closed()


async def test_draining_ends_after_its_time_and_the_client_is_cut_off():
    async with serving(ServerSettings(drain_s=0.1)) as server:
        client = await server.client()
        client.writer.write(post(b"", path=b"/hold"))
        await asyncio.wait_for(server.app.started.wait(), SOON_S)
        server.stop.set()
        await asyncio.wait_for(server.task, SOON_S)

        assert await client.closed()


WORKER = textwrap.dedent("""
    import asyncio, os, socket, sys, uvloop
    from leadline.gateway.server import serve

    async def app(client):
        if client.path == "/slow":
            print("holding", flush=True)
            await asyncio.sleep(0.5)
        await client.reply(200, {}, str(os.getpid()).encode())

    sock = socket.socket(fileno=int(sys.argv[1]))
    uvloop.run(serve(app, [sock]))
    print("drained", flush=True)
""")


async def test_workers_share_a_socket_and_one_that_is_told_to_stop_drains():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        command = [sys.executable, "-c", WORKER, str(sock.fileno())]
        workers = [
            await asyncio.create_subprocess_exec(
                *command, pass_fds=[sock.fileno()], stdout=asyncio.subprocess.PIPE
            )
            for _ in range(2)
        ]

        async def pid_of(path=b"/"):
            client = Client(*await asyncio.open_connection(*sock.getsockname()))
            status, body = await client.ask(b"GET %s HTTP/1.1\r\n\r\n" % path)
            client.writer.close()
            assert status == 200
            return int(body)

        async with asyncio.timeout(30):
            seen: set[int] = set()
            while len(seen) < 2:
                seen.add(await pid_of())
            slow = asyncio.create_task(pid_of(b"/slow"))
            saying = [asyncio.create_task(worker.stdout.readline()) for worker in workers if worker.stdout]
            await asyncio.wait(saying, return_when=asyncio.FIRST_COMPLETED)
            holding, other = workers if saying[0].done() else reversed(workers)
            holding.send_signal(signal.SIGTERM)
            assert await slow == holding.pid, "what was under way is finished"
            assert (await holding.communicate())[0] == b"drained\n"
            assert holding.returncode == 0
            assert {await pid_of() for _ in range(10)} == {other.pid}, "the other one goes on accepting"
            other.send_signal(signal.SIGTERM)
            assert await other.wait() == 0
            await asyncio.wait(saying)
