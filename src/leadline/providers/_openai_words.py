"""What OpenAI's surfaces have in common: errors, the models list, the usage of a stream."""

import re
from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import unquote

import msgspec

from leadline.providers import ClientRequest, UnreadableRequest
from leadline.providers._decoding import Unparsable
from leadline.providers._forwarding import members_of, with_model, written
from leadline.providers._own_errors import error_headers, json_reply
from leadline.vocabulary import ClientError, Question, UpstreamReply

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
}


_DEPLOYMENT = re.compile(r"(?:/openai/deployments|/engines)/([^/]+)/(.+)")


class OpenAIWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The part of a surface that each of OpenAI's has in common. `deployed` is what Azure calls it."""

    deployed: ClassVar[str] = ""

    def matches(self, path: str) -> bool:
        match = _DEPLOYMENT.fullmatch(path)
        return match is not None and match[2] == self.deployed

    def canonical(self, request: ClientRequest) -> ClientRequest:
        """Azure's name of the deployment becomes the model, and its `api-version` stays here."""
        match = _DEPLOYMENT.fullmatch(request.path)
        if match is None:
            return request
        return ClientRequest(
            method=request.method,
            path=f"/v1/{match[2]}",
            query=without_api_version(request.query),
            headers=request.headers,
            body=_named(request.body, unquote(match[1])),
        )

    def error_reply(self, error: ClientError) -> UpstreamReply:
        headers = error_headers(error)
        if error.request_id:
            headers["x-request-id"] = error.request_id
        return json_reply(error.status, {"error": error_object(error)}, headers)

    def error_event(self, error: ClientError) -> bytes:
        return b"data: " + msgspec.json.encode({"error": error_object(error)}) + b"\n\n"

    def models_reply(self, aliases: Sequence[str], created_at: float) -> UpstreamReply:
        models = [
            {"id": alias, "object": "model", "created": int(created_at), "owned_by": "leadline"}
            for alias in aliases
        ]
        return json_reply(200, {"object": "list", "data": models}, {})


def error_object(error: ClientError) -> dict[str, str | None]:
    kind = _TYPES.get(error.status, "server_error" if error.status >= 500 else "invalid_request_error")
    return {"message": error.message, "type": kind, "param": None, "code": error.code}


def without_api_version(query: str) -> str:
    return "&".join([pair for pair in query.split("&") if not pair.startswith("api-version=")])


def _named(body: bytes, model: str) -> bytes:
    """Raises UnreadableRequest."""
    try:
        return msgspec.json.encode({**members_of(body), "model": written(model)})
    except Unparsable as error:
        raise UnreadableRequest(f"The body is not a JSON object: {error}.") from error


def adds_usage(question: Question, *, asks: bool) -> bool:
    """Whether we ask a stream for the usage that its client did not ask for."""
    return asks and question.streaming and not question.wants_stream_usage


def with_usage(body: bytes, question: Question, model: str, *, asks: bool) -> bytes:
    """The body with its model, and with `include_usage` where we ask for it."""
    if not adds_usage(question, asks=asks):
        return with_model(body, question, model)
    members = members_of(body)
    options = members.get("stream_options")
    given = msgspec.json.decode(options) if options else None
    members["model"] = written(model)
    members["stream_options"] = written({**(given or {}), "include_usage": True})
    return msgspec.json.encode(members)
