"""A real HTTP server that stands for the places which hear about incidents."""

import asyncio
import json
from typing import Any


class Receiver:
    """Answers with `replies` in turn, then with 202; `heard` are (headers, JSON body)."""

    def __init__(self) -> None:
        self.port = 0
        self.replies: list[bytes] = []
        self.heard: list[tuple[dict[str, str], dict[str, Any]]] = []
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?token=t0p"

    @property
    def changes(self) -> list[str]:
        return [str(body["change"]) for _, body in self.heard]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = head.split("\r\n")[1:-2]
        headers = dict(line.lower().split(": ", 1) for line in lines)
        body = await reader.readexactly(int(headers["content-length"]))
        self.heard.append((headers, json.loads(body)))
        reply = self.replies.pop(0) if self.replies else b"202 Accepted"
        if reply != b"hang":
            writer.write(b"HTTP/1.1 " + reply + b"\r\ncontent-length: 0\r\n\r\n")
            writer.close()

    def hang_up(self) -> None:
        for writer in self._writers:
            writer.close()
