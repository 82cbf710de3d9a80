"""What goes upstream of a client's request: all but credentials, the hop's own headers and ours."""

from collections.abc import Mapping
from urllib.parse import quote, unquote_plus

import msgspec

from leadline.providers import ClientRequest
from leadline.providers._decoding import decode
from leadline.vocabulary import OutboundRequest, Question

_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "trailers", "transfer-encoding"}
_MADE_ANEW = {"host", "content-length", "accept-encoding", "expect", "upgrade", "http2-settings"}
_CREDENTIALS = {"authorization", "proxy-authorization", "proxy-authenticate", "cookie"}
_KEYS = {"x-api-key", "api-key", "x-goog-api-key"}
_WHEREABOUTS = {"forwarded", "x-real-ip", "via"}
_DROPPED = frozenset(_HOP | _MADE_ANEW | _CREDENTIALS | _KEYS | _WHEREABOUTS)
_DROPPED_PREFIXES = ("x-leadline-", "x-forwarded-")
_PATH_SAFE = "/:@!$&'()*+,;=~-._"
_QUERY_CREDENTIALS = ("key", "access_token")

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


def forwarded_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The client's headers without what must not leave; `identity`, since we read the bytes as they pass."""
    kept = {
        name: value
        for name, value in headers.items()
        if name not in _DROPPED and not name.startswith(_DROPPED_PREFIXES)
    }
    if "connection" in headers:  # RFC 9110 7.6.1: it names further hop headers
        for name in headers["connection"].split(","):
            kept.pop(name.strip().lower(), None)
    kept.setdefault("content-type", "application/json")
    kept["accept-encoding"] = "identity"
    return kept


def passed_on(request: ClientRequest, root: str, credentials: Mapping[str, str]) -> OutboundRequest:
    """The request at `root`, its own path behind it, with `credentials` for the caller's."""
    return OutboundRequest(
        url=f"{root}{quote(request.path, safe=_PATH_SAFE)}{forwarded_query(request.query)}",
        body=request.body,
        headers={**forwarded_headers(request.headers), **credentials},
        method=request.method,
    )


def forwarded_query(query: str) -> str:
    """The query with its leading `?`, byte for byte but for the caller's credentials; "" if none is left."""
    if not query:
        return ""
    pairs = [pair for pair in query.split("&") if not _is_credential(pair)]
    return f"?{'&'.join(pairs)}" if pairs else ""


def members_of(body: bytes) -> dict[str, msgspec.Raw]:
    """The body's top level with every value still as its bytes. Raises Unparsable."""
    return decode(_members, body)


def with_model(body: bytes, question: Question, model: str) -> bytes:
    """The body with `model` in the place of the alias; byte for byte the same where they are equal."""
    if model == question.model:
        return body
    return msgspec.json.encode({**members_of(body), "model": written(model)})


def written(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def _is_credential(pair: str) -> bool:
    return unquote_plus(pair.partition("=")[0]) in _QUERY_CREDENTIALS
