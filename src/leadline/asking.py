"""Ask the owner of a file, over its unix socket, one named question."""

import asyncio
import socket
import struct
from pathlib import Path

import msgspec

from leadline.vocabulary import LONGEST_MESSAGE, Ask, Told

_LENGTH = struct.Struct(">I")
_encoder = msgspec.msgpack.Encoder()
_told = msgspec.msgpack.Decoder(Told)
_ask = msgspec.msgpack.Decoder(Ask)


class OwnerUnreachable(ConnectionError):
    """Nobody answers on the socket: the owner is dead, or does not answer in time."""


def frame(message: Ask | Told) -> bytes:
    payload = _encoder.encode(message)
    return _LENGTH.pack(len(payload)) + payload


async def read_ask(reader: asyncio.StreamReader) -> Ask:
    """The next question. Raises asyncio.IncompleteReadError at the end, ValueError on rubbish."""
    return _ask.decode(await _read_frame(reader))


async def ask(path: Path, question: Ask) -> Told:
    """Raises OwnerUnreachable."""
    try:
        async with asyncio.timeout(question.deadline_s):
            reader, writer = await asyncio.open_unix_connection(str(path))
            try:
                writer.write(frame(question))
                return _told.decode(await _read_frame(reader))
            finally:
                writer.close()
    except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
        raise OwnerUnreachable(f"{path.name}: {_why(error)}") from error


def ask_blocking(path: Path, question: Ask) -> Told:
    """The same for code without an event loop. Raises OwnerUnreachable."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(question.deadline_s)
            connection.connect(str(path))
            connection.sendall(frame(question))
            (length,) = _LENGTH.unpack(_receive(connection, _LENGTH.size))
            return _told.decode(_receive(connection, length))
    except OSError as error:
        raise OwnerUnreachable(f"{path.name}: {_why(error)}") from error


async def _read_frame(reader: asyncio.StreamReader) -> bytes:
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    if length > LONGEST_MESSAGE:
        raise ValueError(f"a message of {length} bytes is over the limit of {LONGEST_MESSAGE}")
    return await reader.readexactly(length)


def _receive(connection: socket.socket, size: int) -> bytes:
    if size > LONGEST_MESSAGE:
        raise ConnectionError(f"a message of {size} bytes is over the limit of {LONGEST_MESSAGE}")
    parts = bytearray()
    while len(parts) < size:
        part = connection.recv(size - len(parts))
        if not part:
            raise ConnectionError("closed before the answer was complete")
        parts += part
    return bytes(parts)


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__
