"""From an outbound request to the bytes of its head, and to the origin whose connections it may use."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from leadline.proxies import Origin
from leadline.vocabulary import OutboundRequest

_NO_TARGET = re.compile(r"[^\x21-\x7e]")
_PORTS = {"http": 80, "https": 443}
_OWNED = frozenset(
    {
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "keep-alive",
        "accept-encoding",
        "expect",
        "proxy-authorization",
    }
)
"""Headers that describe this connection, not the call: the transport writes its own."""


class Destination(msgspec.Struct, frozen=True):
    """`target` is path and query, or the whole URL for a proxy; `host_line` the ready Host header, and what
    the proxy wants to know of us.
    """

    origin: Origin
    target: str
    host_line: str


def destination(url: str) -> Destination:
    """Raises ValueError, in words that leave out the query, where a key might stand."""
    shown = url.split("?", 1)[0]
    if _NO_TARGET.search(url):
        raise ValueError(
            f"the URL {shown!r} holds a space or a character that is not ASCII; percent-encode it"
        )
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(f"the URL {shown!r} is not http:// or https:// with a host; correct the base_url")
    if parts.username is not None:
        raise ValueError("the base_url holds a user name or password; give the key as a `secret` instead")
    origin = Origin(parts.scheme == "https", parts.hostname, parts.port or _PORTS[parts.scheme])
    named = f"[{origin.host}]" if ":" in origin.host else origin.host
    host = named if origin.port == _PORTS[parts.scheme] else f"{named}:{origin.port}"
    query = f"?{parts.query}" if parts.query else ""
    return Destination(origin, (parts.path or "/") + query, f"host: {host}\r\n")


def through_proxy(to: Destination, authorization: str) -> Destination:
    """The same request as a proxy for plain HTTP wants it (RFC 9112 section 3.2.2)."""
    credentials = f"proxy-authorization: {authorization}\r\n" if authorization else ""
    return Destination(to.origin, f"http://{to.origin.name}{to.target}", to.host_line + credentials)


def head(request: OutboundRequest, to: Destination) -> bytes:
    """The request's head. Raises ValueError for a header that would break out of its line."""
    headers = request.headers
    told = "".join(headers) + "".join(headers.values())
    if "\n" in told or "\r" in told:
        raise ValueError(_broken(headers))
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items() if name not in _OWNED])
    length = f"content-length: {len(request.body)}\r\n" if request.body or request.method == "POST" else ""
    first = f"{request.method} {to.target} HTTP/1.1\r\n{to.host_line}"
    text = f"{first}{lines}accept-encoding: identity\r\n{length}\r\n"
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError as error:
        raise ValueError(_broken(headers)) from error


def _broken(headers: Mapping[str, str]) -> str:
    for name, value in headers.items():
        if "\n" in name + value or "\r" in name + value:
            return f"header {name!r} holds a line break; does the file of a secret end with one?"
    return "a header holds a character that HTTP cannot carry; write it in ASCII"
