"""Ask a SOCKS5 proxy for a way through to an upstream (RFC 1928), with a password if need be (RFC 1929)."""

import asyncio
import ipaddress
import socket

from leadline.proxies.choosing import Proxy
from leadline.proxies.no_way import NoWay
from leadline.proxies.origin import Origin

_VERSION, _CONNECT, _LOGIN_VERSION = 5, 1, 1
_OPEN, _LOGIN, _NONE_FITS = 0, 2, 0xFF
_IPV4, _NAME, _IPV6 = 1, 3, 4
_BYTES = {_IPV4: 4, _IPV6: 16}
_REFUSALS = {
    1: "failed",
    2: "does not allow it by its rules",
    3: "says that the network cannot be reached",
    4: "says that the host cannot be reached",
    5: "says that the connection was refused",
    6: "says that the way was too long",
    7: "does not know the command",
    8: "does not know this kind of address",
}


async def dig_by_socks(sock: socket.socket, proxy: Proxy, to: Origin) -> None:
    """From here on `sock` leads to `to`, whose name the proxy resolves. Raises NoWay or OSError."""
    await _introduce(sock, proxy)
    await _connect(sock, to)


async def _introduce(sock: socket.socket, proxy: Proxy) -> None:
    ways = bytes([_OPEN, _LOGIN]) if proxy.username else bytes([_OPEN])
    version, way = await _asked(sock, bytes([_VERSION, len(ways)]) + ways, 2)
    if version != _VERSION:
        raise NoWay("does not speak SOCKS5")
    if way == _LOGIN and proxy.username:
        name, password = proxy.username.encode(), proxy.password.encode()
        if max(len(name), len(password)) > 255:
            raise NoWay("takes names and passwords of 255 bytes at most")
        login = bytes([_LOGIN_VERSION, len(name)]) + name + bytes([len(password)]) + password
        _, refused = await _asked(sock, login, 2)
        if refused:
            raise NoWay("wants other credentials than those sent along in the proxy's URL")
    elif way != _OPEN:
        known = "" if proxy.username else "; put them into its URL"
        raise NoWay(f"wants credentials of a kind that were not given{known}")


async def _connect(sock: socket.socket, to: Origin) -> None:
    asked = bytes([_VERSION, _CONNECT, 0]) + _address(to.host) + to.port.to_bytes(2, "big")
    _, refusal, _, kind = await _asked(sock, asked, 4)
    if refusal:
        raise NoWay(_REFUSALS.get(refusal, f"answered {refusal}"))
    length = _BYTES.get(kind) or (await _read(sock, 1))[0]
    await _read(sock, length + 2)  # where the proxy stands itself


def _address(host: str) -> bytes:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        try:
            name = host.encode("idna")
        except UnicodeError as error:
            raise NoWay("cannot be asked for a name that is none") from error
        return bytes([_NAME, len(name)]) + name
    return bytes([_IPV4 if address.version == 4 else _IPV6]) + address.packed


async def _asked(sock: socket.socket, question: bytes, answer_bytes: int) -> bytes:
    await asyncio.get_running_loop().sock_sendall(sock, question)
    return await _read(sock, answer_bytes)


async def _read(sock: socket.socket, count: int) -> bytes:
    """Not a byte more: what follows is the upstream's."""
    loop, read = asyncio.get_running_loop(), b""
    while len(read) < count:
        data = await loop.sock_recv(sock, count - len(read))
        if not data:
            raise NoWay("closed the connection")
        read += data
    return read
