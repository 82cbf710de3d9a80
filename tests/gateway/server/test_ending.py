"""Clients that are slow or silent, and how the listener ends."""

import asyncio
import signal
import socket
import sys
import textwrap

import pytest
from tests.gateway.server.serving import GET, QUICK, SOON_S, Client, post, serving

from leadline.gateway.server import ServerSettings


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
