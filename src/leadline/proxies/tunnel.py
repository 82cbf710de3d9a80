"""Ask a proxy for a way through to an upstream: HTTP's CONNECT (RFC 9110 section 9.3.6), or SOCKS5."""

import asyncio
import re
import socket

from leadline.proxies.choosing import Proxy
from leadline.proxies.no_way import NoWay
from leadline.proxies.origin import Origin
from leadline.proxies.socks import dig_by_socks

__all__ = ["NoWay", "lead"]

_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})[ \r]")
_LONGEST_HEAD = 16 * 1024


async def lead(sock: socket.socket, proxy: Proxy, to: Origin) -> None:
    """From here on `sock`, which is connected to the proxy and does not block, leads to `to`. Raises NoWay or
    OSError.
    """
    await (dig_by_socks if proxy.socks else _dig)(sock, proxy, to)


async def _dig(sock: socket.socket, proxy: Proxy, to: Origin) -> None:
    loop = asyncio.get_running_loop()
    credentials = f"proxy-authorization: {proxy.authorization}\r\n" if proxy.authorization else ""
    head = f"CONNECT {to.name} HTTP/1.1\r\nhost: {to.name}\r\n{credentials}\r\n"
    await loop.sock_sendall(sock, head.encode("latin-1"))
    answer = b""
    while b"\r\n\r\n" not in answer and len(answer) < _LONGEST_HEAD:
        data = await loop.sock_recv(sock, 4096)
        if not data:
            raise NoWay("closed the connection")
        answer += data
    _judge(answer, proxy)


def _judge(answer: bytes, proxy: Proxy) -> None:
    found = _STATUS.match(answer)
    status = int(found[1]) if found else 0
    if status == 407:
        what = "sent along in the proxy's URL" if proxy.authorization else "given; put them into its URL"
        raise NoWay(f"wants other credentials than those {what}")
    if not 200 <= status < 300:
        raise NoWay(f"answered {status}" if status else "does not speak HTTP")
    if not answer.endswith(b"\r\n\r\n"):
        raise NoWay("sent bytes that only the upstream may send")
