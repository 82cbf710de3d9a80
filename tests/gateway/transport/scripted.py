"""An upstream that plays a script on each connection, and how a test calls it."""

import asyncio
from contextlib import asynccontextmanager

from leadline.gateway.transport import FailedSend, WireCall
from leadline.vocabulary import OutboundRequest, Timeouts, UpstreamFailure

PATIENT = Timeouts(connect_s=10, first_byte_s=10, idle_s=10, total_s=30)
SOON_S = 10.0
ABSENT = UpstreamFailure(kind=None)


class Upstream:
    """A server that plays `script(reader, writer)` on each connection, and notes what became of them."""

    def __init__(self, script):
        self.script = script
        self.connections = 0
        self.heads = []
        self.closed_by_peer = asyncio.Event()
        self.tasks = set()
        self.closing = []

    async def begin(self, ssl_context=None):
        self.server = await asyncio.start_server(self.play, "127.0.0.1", 0, ssl=ssl_context)
        self.port = self.server.sockets[0].getsockname()[1]
        self.url = f"http{'s' if ssl_context else ''}://127.0.0.1:{self.port}/v1/chat"

    async def play(self, reader, writer):
        self.connections += 1
        task = asyncio.current_task()
        self.tasks.add(task)
        try:
            await self.script(self, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.closed_by_peer.set()
        finally:
            self.tasks.discard(task)
            writer.close()
            self.closing.append(writer)

    async def request(self, reader):
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                await reader.readexactly(int(line.partition(b":")[2]))
        return head

    async def end(self):
        self.server.close()
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await asyncio.gather(*[writer.wait_closed() for writer in self.closing], return_exceptions=True)
        await self.server.wait_closed()


@asynccontextmanager
async def upstream(script, ssl_context=None):
    server = Upstream(script)
    await server.begin(ssl_context)
    try:
        yield server
    finally:
        await server.end()


def answering(*parts, then_close=True):
    """A script: read one request, send these bytes (or wait, for a number of seconds), end."""

    async def script(server, reader, writer):
        while True:
            await server.request(reader)
            for part in parts:
                writer.write(part)
                await writer.drain()
            if then_close:
                return

    return script


async def hanging(server, reader, _writer):
    await server.request(reader)
    await reader.read()
    server.closed_by_peer.set()


def post(url, body=b"{}", **headers):
    return OutboundRequest(url=url, body=body, headers={"content-type": "application/json", **headers})


async def whole(transport, url, timeouts=PATIENT, limit=1 << 20):
    response = await transport.send(post(url), timeouts)
    assert isinstance(response, WireCall), response.failure
    return response, await response.read(limit)


async def failed(transport, url, timeouts=PATIENT):
    outcome = await transport.send(post(url), timeouts)
    assert isinstance(outcome, FailedSend)
    return outcome


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Request-Id: r1\r\n\r\nhello"
