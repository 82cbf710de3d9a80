"""HTTP as plain data, so that providers and destinations translate without doing I/O."""

from collections.abc import Mapping

import msgspec

Headers = tuple[tuple[str, str], ...]
"""Lower-case names, in order, as they stand on the wire."""


class OutboundRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`url` is absolute. Headers, the url's path and its query may be secrets: repr leaves them out."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    method: str = "POST"

    def __repr__(self) -> str:
        scheme, _, rest = self.url.partition("://")
        host = rest.split("/", 1)[0].split("?", 1)[0].rpartition("@")[2]
        return f"OutboundRequest({self.method} {scheme}://{host}, {len(self.body)} bytes)"


class UpstreamReply(msgspec.Struct, frozen=True, kw_only=True):
    """A whole response. Header names are lower-case; a repeated header is one list, joined by commas."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class ClientError(msgspec.Struct, frozen=True, kw_only=True):
    """What goes wrong for a client, before a provider's file puts it into the protocol's own shape.

    `code` is a stable word (`unknown_model`, `key_missing`, `upstream_timeout`, ...). `message` is a
    sentence with the cause and the next step.
    """

    status: int
    code: str
    message: str
    request_id: str = ""
    retry_after_s: float | None = None
