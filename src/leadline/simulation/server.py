"""Several simulated providers behind one port: `/{name}/...` decides who answers, the rest how."""

import asyncio
import contextlib
import re
import socket
from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from typing import Any, NamedTuple

import msgspec
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from leadline.providers import ClientRequest, Surface, UnreadableRequest
from leadline.providers.surfaces import anthropic_messages, gemini_generate, openai_chat
from leadline.simulation import moderation
from leadline.simulation.answers import SimulatedAnswer, answer
from leadline.simulation.anthropic import DIALECT as ANTHROPIC_DIALECT
from leadline.simulation.chance import Chance
from leadline.simulation.dialect import Dialect
from leadline.simulation.gemini import DIALECT as GEMINI_DIALECT
from leadline.simulation.openai import DIALECT as OPENAI_DIALECT
from leadline.simulation.schedule import PAGER, Misbehaviour, Schedule
from leadline.vocabulary import Question

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_PATH = re.compile(r"/([^/]+)(/.*)")
_TRANSPORT = "leadline.simulation.transport"
_STATUS = {Misbehaviour.UNAVAILABLE: 503, Misbehaviour.OVERLOADED: 529}
_FIRST_BYTE_MS, _SLOWDOWN_MS, _BETWEEN_PIECES_S = (40, 160), (1500, 3200), 0.004
_JSON = "application/json"


class Spoken(NamedTuple):
    """A protocol: the provider that has it, the surface that reads its questions, the file that answers."""

    provider_type: str
    surface: Surface
    dialect: Dialect


_SPOKEN = (
    Spoken("openai", openai_chat.PLUG(), OPENAI_DIALECT),
    Spoken("anthropic", anthropic_messages.PLUG(), ANTHROPIC_DIALECT),
    Spoken("gemini", gemini_generate.PLUG(), GEMINI_DIALECT),
)


class Call(NamedTuple):
    name: str
    request: ClientRequest
    spoken: Spoken
    question: Question
    misbehaviour: Misbehaviour | None


class SimulatedProviders:
    """An ASGI application. `clock` gives Unix seconds; the schedule's time runs from `started_at`."""

    def __init__(
        self,
        schedule: Schedule,
        models: Sequence[str],
        clock: Callable[[], float],
        seed: int = 0,
    ) -> None:
        self._schedule = schedule
        self._models = tuple(models)
        self._clock = clock
        self._started_at = clock()
        self._seed = seed
        self._calls = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name, request = await _read(scope, receive)
        if request.method == "GET":
            dialect = _listing_dialect(request)
            await _reply(send, 200, _JSON, dialect.models(self._models))
            return
        if name == PAGER:
            await _reply(send, 202, _JSON, b'{"status":"accepted"}')
            return
        if request.path == moderation.PATH:
            await self._moderate(name, request.body, send)
            return
        spoken = _spoken(request)
        if spoken is None:
            await _reply(send, 404, _JSON, b'{"error":{"message":"No such path at a simulated provider."}}')
            return
        try:
            question = spoken.surface.read_question(request)
        except UnreadableRequest as error:
            body = msgspec.json.encode({"error": {"message": str(error)}})
            await _reply(send, 400, _JSON, body)
            return
        self._calls += 1
        chance = Chance(f"{self._seed}/{self._calls}")
        at_s = self._clock() - self._started_at
        misbehaviour = self._schedule.misbehaviour(name, at_s, chance.roll())
        call = Call(name, request, spoken, question, misbehaviour)
        line = _Line(scope, receive, send)
        try:
            await self._answer(call, chance, line)
        except asyncio.CancelledError:  # whoever ends it does not wait for slow answers
            await line.hang_up()

    async def _moderate(self, name: str, body: bytes, send: Send) -> None:
        """As ill as its provider is, as far as a status can tell."""
        misbehaviour = self._schedule.misbehaviour(name, self._clock() - self._started_at, 0.0)
        if misbehaviour in _STATUS:
            await _reply(send, _STATUS[misbehaviour], _JSON, OPENAI_DIALECT.failure(_STATUS[misbehaviour]))
            return
        try:
            answered = moderation.moderation(body)
        except msgspec.DecodeError as error:
            await _reply(send, 400, _JSON, msgspec.json.encode({"error": {"message": str(error)}}))
            return
        await _reply(send, 200, _JSON, answered)

    async def _answer(self, call: Call, chance: Chance, line: "_Line") -> None:
        if call.misbehaviour is Misbehaviour.RESET:
            await line.hang_up()
            return
        if call.misbehaviour in _STATUS:
            status = _STATUS[call.misbehaviour]
            await _reply(line.send, status, _JSON, call.spoken.dialect.failure(status))
            return
        told = answer(call.question, call.spoken.provider_type, chance, int(self._clock()), call.misbehaviour)
        slow = call.misbehaviour is Misbehaviour.SLOW
        await asyncio.sleep(chance.between(*(_SLOWDOWN_MS if slow else _FIRST_BYTE_MS)) / 1000)
        cut = call.misbehaviour is Misbehaviour.TRUNCATED
        if call.question.streaming:
            await line.stream(call, told, cut=cut)
        else:
            await line.whole(call, told, cut=cut)


class _Line:
    """The connection of one call."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._transport: asyncio.Transport = scope["extensions"][_TRANSPORT]
        self._receive = receive
        self.send = send

    async def hang_up(self, *, after_writing: bool = False) -> None:
        """Close without an end: at once, or when what was said is out."""
        if after_writing:
            self._transport.close()
        else:
            self._transport.abort()
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def whole(self, call: Call, told: SimulatedAnswer, *, cut: bool) -> None:
        body = call.spoken.dialect.whole(told)
        if not cut:
            await _reply(self.send, 200, _JSON, body)
            return
        await _begin(self.send, 200, _JSON, len(body))
        await self.send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await self.hang_up(after_writing=True)

    async def stream(self, call: Call, told: SimulatedAnswer, *, cut: bool) -> None:
        """A cut stream stops half-way, and the transfer ends as if all were well."""
        dialect = call.spoken.dialect
        events = dialect.stream(told, call.question)
        await _begin(self.send, 200, dialect.content_type)
        for event in events[: len(events) // 2] if cut else events:
            await self.send({"type": "http.response.body", "body": event, "more_body": True})
            await asyncio.sleep(_BETWEEN_PIECES_S)
        await self.send({"type": "http.response.body", "body": b""})


class _Protocol(HttpToolsProtocol):
    """Shows the application its connection, so that it can hang up like a broken provider."""

    def on_headers_complete(self) -> None:
        self.scope["extensions"] = {_TRANSPORT: self.transport}  # type: ignore[dict-item]
        super().on_headers_complete()


class _Server(uvicorn.Server):
    """Leaves the signals to the process it runs in."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(
    application: SimulatedProviders, sockets: Sequence[socket.socket], stop: asyncio.Event
) -> None:
    """Answer on the given listening sockets until `stop`."""
    config = uvicorn.Config(
        application,
        http=_Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=list(sockets)))
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    waiting.cancel()
    await serving


async def _read(scope: Scope, receive: Receive) -> tuple[str, ClientRequest]:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    found = _PATH.fullmatch(scope["path"])
    name, path = found.groups() if found else ("", scope["path"])
    request = ClientRequest(
        method=scope["method"],
        path=path,
        query=scope["query_string"].decode("latin-1"),
        headers={key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]},
        body=bytes(body),
    )
    return name, request


def _spoken(request: ClientRequest) -> Spoken | None:
    if request.method != "POST":
        return None
    return next((one for one in _SPOKEN if _is_for(one.surface, request.path)), None)


def _is_for(surface: Surface, path: str) -> bool:
    return path in surface.paths or surface.matches(path)


def _listing_dialect(request: ClientRequest) -> Dialect:
    if "anthropic-version" in request.headers:
        return ANTHROPIC_DIALECT
    google = "x-goog-api-key" in request.headers or request.path.startswith("/v1beta")
    return GEMINI_DIALECT if google else OPENAI_DIALECT


async def _reply(send: Send, status: int, content_type: str, body: bytes) -> None:
    await _begin(send, status, content_type, len(body))
    await send({"type": "http.response.body", "body": body})


async def _begin(send: Send, status: int, content_type: str, length: int | None = None) -> None:
    headers = [(b"content-type", content_type.encode())]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
