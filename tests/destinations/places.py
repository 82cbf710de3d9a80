"""Destinations with what they need at least, changes to tell, and a site that answers as a receiver would."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
from tests.watch.records import NOON, incident, update

from leadline import plugs
from leadline.vocabulary import (
    Change,
    IncidentStatus,
    KeyState,
    Severity,
    SeverityStep,
    SystemState,
    Weighing,
)
from leadline.watch.conversation import tell
from leadline.watch.outbound import Sender

FOLDER = "leadline.destinations"
NAMES = plugs.names(FOLDER)
SETTINGS: dict[str, Any] = {
    "url": "https://hooks.example.com/x",
    "routing_key": "R0UT1NG",
    "api_key": "K3Y",
    "source_id": "01SOURCE",
    "token": "T0K3N",
    "project": "OPS",
    "team_id": "5b3ad7a5-6c1e-4c1b-9a53-0f7c5e3d2a10",
    "sender": "leadline@example.com",
    "recipients": ["ops@example.com"],
}
WEIGHED = Weighing(blast=2, recoverability=2, business=2, affected_share=0.4)
OPENED = msgspec.structs.replace(
    update(of=incident(severity_path=(SeverityStep(NOON, Severity.HIGH, "classifier", WEIGHED),))),
    state=SystemState(at=NOON, keys={"PROVIDER:openai": KeyState(affected_share=0.4)}),
)
ESCALATED = msgspec.structs.replace(OPENED, change=Change.ESCALATED, sequence=2)
OUTLIVED = msgspec.structs.replace(OPENED, change=Change.OUTLIVED, sequence=3, page=False)
RESOLVED = update(Change.RESOLVED, 4, of=incident(status=IncidentStatus.RESOLVED), page=False, at=NOON + 900)
LONG = msgspec.structs.replace(
    OPENED,
    incident=msgspec.structs.replace(
        incident("i" * 600, mitigation="m" * 9000),
        key=f"PROVIDER:{'é' * 40_000}",
        dimensions={"user": {f"{'ü' * 300}-{n}": n for n in range(50_000)}},
    ),
    questions=("q" * 20_000,) * 3,
)


def build(name, **more):
    plug = plugs.plug(FOLDER, name)
    assert issubclass(plug, msgspec.Struct)
    required = {field.name for field in msgspec.structs.fields(plug) if field.required}
    known = {key: value for key, value in SETTINGS.items() if key in required}
    if name == "email":
        known["url"] = "smtp://mail.example.com:587"
    return plugs.build(FOLDER, {"type": name, **known, **more})


def body_of(destination, about):
    return json.loads(destination.render(about).body)


Handler = Callable[[str, str, dict[str, str], Any], tuple[int, object]]
"""(method, path, headers, JSON body) -> (status, JSON answer)."""


@contextlib.asynccontextmanager
async def site(handler: Handler) -> AsyncIterator[str]:
    """A real server on loopback; gives its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, path, _ = lines[0].split(" ")
        headers = dict(line.split(": ", 1) for line in lines[1:-2])
        body = await reader.readexactly(int(headers["content-length"]))
        status, answer = handler(method, path, headers, json.loads(body) if body else None)
        told = b"" if answer is None else json.dumps(answer).encode()
        writer.write(f"HTTP/1.1 {status} x\r\ncontent-length: {len(told)}\r\n\r\n".encode() + told)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()


async def told(destination, *changes):
    """The status of each change, told as the watch tells it."""
    sender = Sender(allow_private=True)
    return [(await tell(destination, change, sender)).status for change in changes]
