"""Upstreams that fail each in their own way: the first segment of a path says how."""

import contextlib
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

from cryptography.x509 import DNSName
from tests.clients.faults import FAULTS, Asked, healthy
from tests.clients.upstream import Play, Seen, Upstream
from tests.gateway.wire.authority import LOOPBACK, Authority

WELL = "well"


class FaultyUpstream(Upstream):
    """`/{slug of a fault}/...` fails so; `/well/...` answers as it should. In any protocol."""

    def play_for(self, seen: Seen) -> tuple[str, Play]:
        slug = seen.target.removeprefix("/").partition("/")[0]
        play = healthy if slug == WELL else FAULTS[slug].play
        assert play is not None
        return slug, play(asked_of(seen))


def asked_of(seen: Seen) -> Asked:
    if "/models/" in seen.target:
        return Asked("gemini", ":stream" in seen.target)
    protocol = "anthropic" if "/messages" in seen.target else "openai"
    usage = b'"include_usage":true' in seen.body
    return Asked(protocol, b'"stream":true' in seen.body or b'"stream": true' in seen.body, usage)


@contextlib.contextmanager
def places(folder: Path) -> Iterator[tuple[Mapping[str, str], Mapping[str, str]]]:
    """The address of each place, `""` that of the faulty upstream; and the gateway's environment."""
    ours, strange = Authority(folder), Authority(folder)
    with contextlib.ExitStack() as stack:
        misnamed = Upstream(ours.server_context(DNSName("elsewhere.example")))
        stack.callback(misnamed.close)
        unsigned = Upstream(strange.server_context(LOOPBACK))
        stack.callback(unsigned.close)
        faulty = FaultyUpstream()
        stack.callback(faulty.close)
        held = stack.enter_context(socket.socket())
        held.bind(("127.0.0.1", 0))  # but not listening
        found = {
            "": faulty.url,
            "refused": _url(held),
            "nameless": "http://nowhere.invalid",
            "self-signed": unsigned.url,
            "misnamed": misnamed.url,
            "full": _url(stack.enter_context(_full())),
        }
        yield found, {"SSL_CERT_FILE": str(ours.ca_file)}


@contextlib.contextmanager
def _full() -> Iterator[socket.socket]:
    """A listener that accepts nobody and whose queue is full: the kernel leaves further calls unanswered."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(listening.getsockname())
        yield listening


def _url(bound: socket.socket) -> str:
    return f"http://127.0.0.1:{bound.getsockname()[1]}"
