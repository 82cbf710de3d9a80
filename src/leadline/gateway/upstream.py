"""The seam between the calls and the wire: what a transport promises."""

from collections.abc import AsyncIterator, Mapping
from typing import Protocol, TypeGuard

from leadline.vocabulary import OutboundRequest, Timeouts, Timings, UpstreamFailure


class UpstreamResponse(Protocol):
    """A response whose head has arrived. Exactly one of `chunks` and `read` is used, once."""

    status: int
    headers: Mapping[str, str]
    failure: UpstreamFailure | None
    """Why the body ended early, set by the time `chunks` or `read` is done. None = it ended as promised."""
    received_bytes: int
    """Body bytes so far."""

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes, transfer coding removed. Never raises for what the upstream does: the
        iteration stops and `failure` says why.
        """

    async def read(self, limit: int) -> bytes:
        """The whole body; a longer one than `limit` bytes ends with `failure` set."""

    def timings(self) -> Timings:
        """Stage times up to now."""

    def abort(self) -> None:
        """Close the connection at once (the client left, or we fail over). Safe to call at any time."""


class Transport(Protocol):
    async def send(self, request: OutboundRequest, timeouts: Timeouts) -> "UpstreamResponse | FailedSend":
        """Send and wait for the response head. Cancelling the task closes the connection."""

    async def aclose(self) -> None: ...


class FailedSend(Protocol):
    """No response head arrived."""

    failure: UpstreamFailure

    def timings(self) -> Timings: ...


def arrived(sent: UpstreamResponse | FailedSend) -> TypeGuard[UpstreamResponse]:
    return hasattr(sent, "chunks")
