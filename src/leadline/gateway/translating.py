"""A request for a target that speaks another protocol: translated in its turn, and the answer back."""

from collections.abc import Mapping, Sequence

import msgspec

from leadline.gateway.recording import FILTERED, REQUEST_ID_HEADERS, Call, Try
from leadline.gateway.routing import Availability, Available, Health, ReadyTarget
from leadline.providers import ClientRequest, StreamReader
from leadline.translation import (
    Direction,
    NotPortable,
    StreamTranslator,
    Telling,
    Translated,
    translate_reply,
    translate_request,
    translate_stream,
)
from leadline.vocabulary import (
    Answer,
    FailureKind,
    OutboundRequest,
    Question,
    UpstreamFailure,
    UpstreamReply,
    WireProtocol,
)

_TRAVELS = ("user-agent", "traceparent", "tracestate", "baggage")
"""Headers of a client that mean the same to every provider."""


class Portable:
    """An `Available` that also says which targets cannot be asked this at all; `skipped` names them.

    A request is translated once for each protocol and model.
    """

    def __init__(self, call: Call, available: Available) -> None:
        self._call = call
        self._available = available
        self._translated: dict[tuple[Direction, str], Translated | NotPortable] = {}

    def __call__(self, target: ReadyTarget, now: float, /) -> Availability:
        if target.direction is None:
            return self._available(target, now)
        found = self._asked(target, target.direction)
        if isinstance(found, NotPortable):
            identity = target.target.identity
            self._call.skipped.append(f"{identity.provider}/{identity.model} was not asked: {found.reason}")
            return Availability(health=Health.UNFIT, detail=found.reason)
        self._call.translated[target.learnt_name] = found
        return self._available(target, now)

    def _asked(self, target: ReadyTarget, direction: Direction) -> Translated | NotPortable:
        model = target.target.identity.model
        found = self._translated.get((direction, model))
        if found is None:
            question = self._call.question
            body = self._call.request.body
            found = translate_request(body, direction, model, streaming=question.streaming)
            self._translated[direction, model] = found
        return found


def outbound(call: Call, target: ReadyTarget, secret: str) -> OutboundRequest:
    """What `target` is asked, in its own protocol."""
    if target.direction is None:
        request, question = call.request, call.question
    else:
        translated = call.translated[target.learnt_name]
        request, question = _request(call, translated), _question(call, target)
    return target.provider.outbound(target.surface, request, question, target.target, secret)


def dropped(call: Call, target: ReadyTarget) -> tuple[str, ...]:
    return () if target.direction is None else call.translated[target.learnt_name].dropped


def on_the_ladder(tried: Try, failure: UpstreamFailure) -> UpstreamFailure:
    """A refused request that we translated may be our mistake and not the caller's: another may take it. Not
    so where the provider's filter stopped what it says.
    """
    ours = tried.step.target.direction is not None and failure.error_code not in FILTERED
    if not ours or failure.kind is not None:
        return failure
    return msgspec.structs.replace(failure, kind=FailureKind.QUALITY_FORMAT, fail_over=True)


def told_of(tries: Sequence[Try], failure: UpstreamFailure) -> tuple[Try, UpstreamFailure]:
    """The try whose failure the client is told, where `failure` is the last one's: that a provider refused
    what *we* wrote says nothing to a caller, when one that was asked in the caller's own words failed before.
    """
    if tries[-1].step.target.direction is not None and failure.kind is None:
        for tried in reversed(tries):
            if tried.step.target.direction is None and tried.failure is not None:
                return tried, tried.failure
    return tries[-1], failure


def stream_reader(call: Call, tried: Try) -> StreamReader:
    """Reads the target's stream and gives the client's."""
    target = tried.step.target
    if target.direction is None:
        return target.surface.stream_reader(call.question)
    reader = target.surface.stream_reader(_question(call, target))
    return translate_stream(reader, target.direction, telling_of(call, target))


def told_whole(call: Call, tried: Try, answer: Answer) -> None:
    """Put a whole answer into the client's protocol; one that cannot be said there is a failure."""
    target, reply = tried.step.target, tried.reply
    if target.direction is None or reply is None:
        return
    told = translate_reply(reply.body, answer, target.direction, telling_of(call, target))
    if isinstance(told, UpstreamFailure):
        tried.failure = told
        return
    tried.dropped += told.dropped
    headers = headers_of(call, tried, reply.headers)
    tried.reply = UpstreamReply(status=reply.status, headers=headers, body=told.body)


def told_stream(tried: Try, reader: StreamReader) -> None:
    """Note what a stream has lost on its way, now that it is over."""
    if isinstance(reader, StreamTranslator):
        tried.dropped += reader.losses.names


def headers_of(call: Call, tried: Try, upstream: Mapping[str, str]) -> Mapping[str, str]:
    """Of a translated answer its kind and id: what else another provider says of itself would mislead."""
    if tried.step.target.direction is None:
        return upstream
    as_events = call.question.streaming and not wants_array(call)
    headers = {"content-type": "text/event-stream" if as_events else "application/json"}
    found = next((upstream[name] for name in REQUEST_ID_HEADERS if name in upstream), None)
    return headers if found is None else {**headers, "x-upstream-request-id": found}


def _request(call: Call, translated: Translated) -> ClientRequest:
    given = call.request.headers
    headers = {name: given[name] for name in _TRAVELS if name in given}
    return ClientRequest(
        method="POST",
        path=translated.path,
        query=translated.query,
        headers={**headers, **translated.headers},
        body=translated.body,
    )


def _question(call: Call, target: ReadyTarget) -> Question:
    """As the target reads it: usage is always wanted, for the client's end of the stream may need it."""
    return msgspec.structs.replace(
        call.question, model=target.target.identity.model, wants_stream_usage=False
    )


def telling_of(call: Call, target: ReadyTarget) -> Telling:
    """What the client's own protocol needs beside the content of an answer."""
    return Telling(
        id=call.request_id,
        model=target.target.identity.model,
        created_at=call.started_at,
        usage_wanted=call.question.wants_stream_usage,
        in_array=wants_array(call),
    )


def wants_array(call: Call) -> bool:
    """Google streams a JSON array to those who do not ask for events."""
    google = call.surface.protocol is WireProtocol.GEMINI_GENERATE
    return google and "alt=sse" not in call.request.query
