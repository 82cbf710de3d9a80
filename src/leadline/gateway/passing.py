"""Calls that Leadline does not read: `/{provider}/...` goes on as it is, with the provider's own key."""

from collections.abc import Callable, Mapping

from leadline.gateway.answering import answer_headers
from leadline.gateway.client import Client
from leadline.gateway.recording import Call, Passage, Try
from leadline.gateway.routing import ReadyRoute
from leadline.gateway.upstream import UpstreamResponse
from leadline.vocabulary import Answer, Operation

MOUNTS = {"openai": "openai", "anthropic": "anthropic", "gemini": "gemini", "vertex_ai": "vertex"}
"""First segments of a path that stand for the first account of a type, where no account has that name."""
HOMES = (
    *((f"/v1/{name}", "openai") for name in ("responses", "files", "uploads", "batches", "moderations")),
    *((f"/v1/{name}", "openai") for name in ("images", "audio", "conversations", "vector_stores")),
    ("/v1/messages/batches", "anthropic"),
    *((f"/v1beta/{name}", "gemini") for name in ("cachedContents", "files", "interactions", "operations")),
)
"""Paths of whole APIs without a prefix, and the type of account whose they are."""


def passage(path: str, accounts: Mapping[str, ReadyRoute]) -> Passage | None:
    """None = no provider is meant, or none of that type is configured."""
    first, _, rest = path.removeprefix("/").partition("/")
    route = accounts.get(first) or _first_of(MOUNTS.get(first, ""), accounts)
    if route is not None and rest:
        return Passage(route, f"/{rest}")
    for home, kind in HOMES:
        if path == home or path.startswith(f"{home}/"):
            route = _first_of(kind, accounts)
            kept = path.split("/")[3] if home == "/v1/responses" and path != home else ""
            return Passage(route, path, kept) if route is not None else None
    return None


def _first_of(kind: str, accounts: Mapping[str, ReadyRoute]) -> ReadyRoute | None:
    return next((route for route in accounts.values() if route.targets[0].target.type == kind), None)


def passes(call: Call, response: UpstreamResponse) -> bool:
    """Whether the body goes on unread; an error is read, for what it means."""
    return call.surface.operation is Operation.PASSTHROUGH and response.status < 400


async def pass_on(
    call: Call, client: Client, tried: Try, response: UpstreamResponse, perf: Callable[[], float]
) -> None:
    """The bytes as they come. Only the transfer tells whether they are all: if not, the client is cut off."""
    call.status = response.status
    elapsed_s = perf() - call.started
    call.first_chunk_ms = elapsed_s * 1000
    call.overhead_ms = (elapsed_s - call.waited_s) * 1000
    client.begin(response.status, answer_headers(call, tried, response.headers))
    async for chunk in response.chunks():
        await client.chunk(chunk)
    if response.failure is not None:
        tried.failure = response.failure
        await client.cut(b"")
        return
    tried.answer = Answer()
    await client.end()
