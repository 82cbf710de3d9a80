"""The watch's two pages: /metrics for Prometheus and /health for whoever starts it."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from typing import Any

import msgspec
import uvicorn

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
SendMessage = Callable[[Message], Awaitable[None]]
Body = Callable[[], bytes]
HealthOf = Callable[[], dict[str, object]]


class Pages:
    """A bare ASGI application. `health` is 200 while `trouble` is empty, else 503; both say what is known."""

    def __init__(self, metrics: Body, health: HealthOf, metrics_type: str) -> None:
        self._metrics = metrics
        self._health = health
        self._metrics_type = metrics_type

    async def __call__(self, scope: Message, _receive: Receive, send: SendMessage) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"only http is spoken here, not {scope['type']}")
        status, kind, body = await self._answer(scope["method"], scope["path"])
        headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _answer(self, method: str, path: str) -> tuple[int, str, bytes]:
        if method not in ("GET", "HEAD"):
            return 405, "text/plain", b"only GET is answered here\n"
        if path == "/metrics":
            return 200, self._metrics_type, await asyncio.to_thread(self._metrics)
        if path == "/health":
            row = await asyncio.to_thread(self._health)
            return 503 if row.get("trouble") else 200, "application/json", msgspec.json.encode(row)
        return 404, "text/plain", b"there are /metrics and /health here\n"


class _Server(uvicorn.Server):
    """Leaves the signals to the process it runs in."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(pages: Pages, sockets: Sequence[socket.socket], stop: asyncio.Event) -> None:
    """Answer on the given listening sockets until `stop`."""
    config = uvicorn.Config(
        pages,
        http="httptools",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=list(sockets)))
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    waiting.cancel()
    await serving
