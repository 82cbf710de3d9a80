"""Recorded HTTP exchanges, one JSON object a line, each with the facts that another parser read."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import msgspec

from leadline.vocabulary import UpstreamReply

ERRORS = frozenset({"http_error", "error_in_200"})


class NotRecorded(ValueError):
    """The file holds no recorded exchange; the message says what is wrong with it."""


class _Response(msgspec.Struct, frozen=True):
    status: int
    headers: dict[str, str] = {}
    body: str | None = None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the other parser read, in its own words: `usage` is the provider's object as it came."""

    finish: list[str | int] = []
    usage: dict[str, object] | None = None
    model: str | None = None
    id: str | None = None
    fingerprint: str | None = None
    tool_calls: int = 0
    refusal: bool = False
    block_reason: str | None = None
    text_chars: int = 0
    done_marker: bool | None = None


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """One exchange. `api` names the operation (`chat.completions`, `messages`, ...)."""

    id: str
    provider: str
    api: str
    response: _Response
    facts: Facts
    kind: str = "ok"
    streaming: bool = False

    @property
    def body(self) -> bytes:
        return (self.response.body or "").encode()

    @property
    def streamed(self) -> bool:
        return self.streaming and self.response.status == 200

    @property
    def reply(self) -> UpstreamReply:
        headers = {name.lower(): value for name, value in self.response.headers.items()}
        return UpstreamReply(status=self.response.status, headers=headers, body=self.body)


class BadLine(msgspec.Struct, frozen=True):
    """A line that could not be read. `number` counts from 1."""

    file: str
    number: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.number}: {self.reason}"


_decoder = msgspec.json.Decoder(Recorded)


def read(path: Path) -> Iterator[Recorded | BadLine]:
    """Each line of `.jsonl` or `.jsonl.gz`, in order; empty lines are left out.

    Raises NotRecorded when no line at all is an exchange, OSError when the file cannot be opened.
    """
    sound = False
    first: BadLine | None = None
    for line in _lines(path):
        sound = sound or isinstance(line, Recorded)
        if first is None and isinstance(line, BadLine):
            first = line
        yield line
    if not sound:
        why = f"; line {first.number}: {first.reason}" if first is not None else ""
        raise NotRecorded(f"{path} holds no recorded exchange{why}")


def _lines(path: Path) -> Iterator[Recorded | BadLine]:
    with path.open("rb") as raw:
        lines = cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if path.suffix == ".gz" else raw
        number = 0
        try:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield _decoded(path, number, line)
        except (EOFError, gzip.BadGzipFile, zlib.error) as cut:
            yield BadLine(path.name, number + 1, f"the file ends here: {cut}")


def _decoded(path: Path, number: int, line: bytes) -> Recorded | BadLine:
    try:
        return _decoder.decode(line)
    except (ValueError, RecursionError) as wrong:
        return BadLine(path.name, number, str(wrong))
