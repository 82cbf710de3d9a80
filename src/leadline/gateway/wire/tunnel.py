"""Ask a proxy for a way through to an upstream (CONNECT, RFC 9110 section 9.3.6)."""

import asyncio
import re
import socket

from leadline.gateway.wire import failures
from leadline.gateway.wire.proxies import Proxy
from leadline.gateway.wire.request import Origin
from leadline.vocabulary import UpstreamFailure

_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})[ \r]")
_LONGEST_HEAD = 16 * 1024


async def dig(sock: socket.socket, proxy: Proxy, to: Origin) -> UpstreamFailure | None:
    """None = from here on `sock` leads to `to`. Raises OSError."""
    loop = asyncio.get_running_loop()
    credentials = f"proxy-authorization: {proxy.authorization}\r\n" if proxy.authorization else ""
    head = f"CONNECT {to.name} HTTP/1.1\r\nhost: {to.name}\r\n{credentials}\r\n"
    await loop.sock_sendall(sock, head.encode("latin-1"))
    answer = b""
    while b"\r\n\r\n" not in answer and len(answer) < _LONGEST_HEAD:
        data = await loop.sock_recv(sock, 4096)
        if not data:
            return failures.no_tunnel(proxy.name, to.name, "closed the connection")
        answer += data
    return _judged(answer, proxy, to)


def _judged(answer: bytes, proxy: Proxy, to: Origin) -> UpstreamFailure | None:
    found = _STATUS.match(answer)
    status = int(found[1]) if found else 0
    if status == 407:
        what = "sent along in the proxy's URL" if proxy.authorization else "given; put them into its URL"
        return failures.no_tunnel(proxy.name, to.name, f"wants other credentials than those {what}")
    if not 200 <= status < 300:
        said = f"answered {status}" if status else "does not speak HTTP"
        return failures.no_tunnel(proxy.name, to.name, said)
    if not answer.endswith(b"\r\n\r\n"):
        return failures.no_tunnel(proxy.name, to.name, "sent bytes that only the upstream may send")
    return None
