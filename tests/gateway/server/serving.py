"""A listener around an app that answers with what it was sent, and clients that speak raw bytes."""

import asyncio
import json
import socket
from contextlib import asynccontextmanager

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
