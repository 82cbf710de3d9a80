"""Pass a stream on as it comes, and tell an answer that ended from one that broke off."""

import asyncio
from collections.abc import AsyncIterator, Callable

from leadline.gateway.answering import answer_headers, upstream_error
from leadline.gateway.client import Client
from leadline.gateway.recording import Call, Try
from leadline.gateway.silence import silence_of
from leadline.gateway.tool_gate import gated
from leadline.gateway.translating import headers_of, stream_reader, told_stream
from leadline.gateway.upstream import UpstreamResponse
from leadline.providers import StreamReader
from leadline.vocabulary import FailureKind, UpstreamFailure, UpstreamReply

LONGEST_HEAD = 1024 * 1024
"""Bytes without one whole event after which it is no stream of this protocol."""
LONGEST_HOLD_S = 5.0
"""Who thinks unseen sends pings to keep connections up: from then on they have to reach the client."""


def is_stream(call: Call, response: UpstreamResponse) -> bool:
    """Whether to relay it as it comes. An error, or a page for people, is read whole instead."""
    html = "html" in response.headers.get("content-type", "")
    return call.question.streaming and response.status == 200 and not html


class Relay:
    """One stream from an upstream to the client. `perf` gives seconds, `clock` Unix seconds."""

    def __init__(
        self, call: Call, client: Client, perf: Callable[[], float], clock: Callable[[], float]
    ) -> None:
        self._call = call
        self._client = client
        self._perf = perf
        self._clock = clock

    async def run(self, tried: Try, response: UpstreamResponse) -> None:
        """Sets the answer or failure of `tried`. The client has been given nothing when it never began."""
        read = stream_reader(self._call, tried)
        reader = gated(self._call, tried, read, self._clock)
        chunks = aiter(response.chunks())
        held, ended = await self._head(reader, chunks)
        tail = self._end(tried, reader) if ended else b""
        if tried.failure is not None:
            return
        if not _worth_passing_on(reader, ended=ended):
            response.abort()
            tried.failure = _no_stream(reader, response, ended)
            tried.reply = _as_reply(reader, response)
            return
        await self._begin(tried, response, held)
        if not ended:
            await self._pass_on(tried, reader, chunks, response)
            tail = self._end(tried, reader)
        told_stream(tried, read)
        await self._finish(tried, response, reader, tail)

    async def _head(self, reader: StreamReader, chunks: AsyncIterator[bytes]) -> tuple[bytes, bool]:
        """Read until the first event that is about the answer: until then another target can still take over.

        Returns what was read and whether the stream has ended with it.
        """
        held, first = b"", 0.0
        before = self._perf()
        async for chunk in chunks:
            now = self._perf()
            self._call.waited_s += now - before
            held += reader.feed(chunk)
            if reader.started or reader.failure is not None or len(held) > LONGEST_HEAD:
                return held, False
            first = first or now
            if reader.opened and now - first > LONGEST_HOLD_S:
                return held, False
            before = self._perf()
        self._call.waited_s += self._perf() - before
        return held, True

    def _end(self, tried: Try, reader: StreamReader) -> bytes:
        """What the reader held back for the end; an answer that was billed and is none gets no such end."""
        tail, outcome = reader.finish(), reader.outcome()
        tried.failure = silence_of(self._call, outcome)
        if tried.failure is None or isinstance(outcome, UpstreamFailure):
            return tail
        tried.answer = outcome
        return b""

    async def _pass_on(
        self,
        tried: Try,  # noqa: ARG002 - for whoever has not begun yet
        reader: StreamReader,
        chunks: AsyncIterator[bytes],
        response: UpstreamResponse,
    ) -> None:
        """The rest of the stream. SDKs hang up on the terminal marker or on an error, often before the last
        byte of the body: such a client has been told all, and the record has to say so.
        """
        try:
            async for chunk in chunks:
                if relayed := reader.feed(chunk):
                    await self._client.chunk(relayed)
                if reader.gave_up:
                    response.abort()
                    return
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or not self._client.left or not _told_all(reader) or task.uncancel():
                raise
            response.abort()

    async def _begin(self, tried: Try, response: UpstreamResponse, held: bytes) -> None:
        call = self._call
        call.status = response.status
        headers = answer_headers(call, tried, headers_of(call, tried, response.headers))
        elapsed_s = self._perf() - call.started
        call.first_chunk_ms = elapsed_s * 1000
        call.overhead_ms = (elapsed_s - call.waited_s) * 1000
        self._client.begin(response.status, headers)
        if held:
            await self._client.chunk(held)

    async def _finish(
        self, tried: Try, response: UpstreamResponse, reader: StreamReader, tail: bytes
    ) -> None:
        outcome = reader.outcome()
        if isinstance(outcome, UpstreamFailure):
            tried.failure = outcome
        else:
            tried.answer = outcome
            if not outcome.complete:
                tried.failure = response.failure or BROKEN_OFF
        if tried.failure is not None and (reader.failure is None or reader.gave_up):
            # SDKs take a quiet end for a good one, so an end that is none has to be said aloud.
            event = self._call.surface.error_event(upstream_error(self._call, tried, tried.failure))
            tail += reader.closing(event)
            if not reader.sdks_raise:
                await self._client.cut(tail)
                return
        await self._client.end(tail)


BROKEN_OFF = UpstreamFailure(
    kind=FailureKind.PROVIDER_TRUNCATED,
    status=200,
    error_code="stream_broken_off",
    message="the stream ended without its terminal marker",
    fail_over=True,
)
_EMPTY = UpstreamFailure(
    kind=FailureKind.PROVIDER_TRUNCATED,
    status=200,
    error_code="stream_empty",
    message="the stream ended before the first word of its answer",
    retry_same=True,
    fail_over=True,
)


_NO_EVENT = UpstreamFailure(
    kind=FailureKind.PROVIDER_MALFORMED,
    status=200,
    error_code="stream_without_event",
    message="a megabyte came without one whole event",
    fail_over=True,
)


def _told_all(reader: StreamReader) -> bool:
    """Whether the client has had the whole answer, or the upstream's error in its place."""
    outcome = reader.outcome()
    return isinstance(outcome, UpstreamFailure) or outcome.complete


def _worth_passing_on(reader: StreamReader, *, ended: bool) -> bool:
    """Whether the client gets what came. Another target may mend a failure, but not the caller's own fault:
    once the stream has begun, that goes on in the words of the upstream, however its bytes were cut. An
    answer may also be whole without a word: then its end says why.
    """
    begun = reader.started or (reader.failure is None and (_told_all(reader) if ended else reader.opened))
    return begun and (reader.failure is None or reader.failure.kind is None)


def _as_reply(reader: StreamReader, response: UpstreamResponse) -> UpstreamReply | None:
    """The error that the stream consisted of, as the body that it would have been without a stream."""
    if not reader.error_body:
        return None
    headers = {**response.headers, "content-type": "application/json"}
    return UpstreamReply(status=response.status, headers=headers, body=reader.error_body)


def _no_stream(reader: StreamReader, response: UpstreamResponse, ended: bool) -> UpstreamFailure:  # noqa: FBT001 - a private word
    """Why there was no first event: what the stream said, else what the wire said."""
    if reader.failure is not None:
        return reader.failure
    if not ended:
        return _NO_EVENT
    if response.failure is not None:
        return response.failure
    outcome = reader.outcome()
    return outcome if isinstance(outcome, UpstreamFailure) else _EMPTY
