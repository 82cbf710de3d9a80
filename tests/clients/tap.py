"""Between an SDK and its connection: every byte of an answer, as it came, beside what the SDK makes of it."""

import ssl
from collections.abc import AsyncIterator, Iterator

import httpx2

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Loopback needs none, and to load all the roots of this world takes longer than a call."""


class Tap(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """A transport for a sync or an async client that remembers the last answer."""

    def __init__(self) -> None:
        self._sync = httpx2.HTTPTransport(verify=NO_TLS)
        self._async = httpx2.AsyncHTTPTransport(verify=NO_TLS)
        self.requests = 0
        self.status = 0
        self.headers = httpx2.Headers()
        self._parts: list[bytes] = []

    @property
    def body(self) -> bytes:
        return b"".join(self._parts)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        return self._tapped(self._sync.handle_request(request))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return self._tapped(await self._async.handle_async_request(request))

    def close(self) -> None:
        self._sync.close()

    async def aclose(self) -> None:
        await self._async.aclose()

    def _tapped(self, response: httpx2.Response) -> httpx2.Response:
        self.requests += 1
        self.status, self.headers, self._parts = response.status_code, response.headers, []
        return httpx2.Response(
            response.status_code,
            headers=response.headers,
            stream=_TappedStream(response.stream, self._parts),
            extensions=response.extensions,
        )


class _TappedStream(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    def __init__(self, stream: object, parts: list[bytes]) -> None:
        self._stream = stream
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        assert isinstance(self._stream, httpx2.SyncByteStream)
        for part in self._stream:
            self._parts.append(part)
            yield part

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert isinstance(self._stream, httpx2.AsyncByteStream)
        async for part in self._stream:
            self._parts.append(part)
            yield part

    def close(self) -> None:
        assert isinstance(self._stream, httpx2.SyncByteStream)
        self._stream.close()

    async def aclose(self) -> None:
        assert isinstance(self._stream, httpx2.AsyncByteStream)
        await self._stream.aclose()
